"""How wide words are, so that a chart can break lines before anybody paints them."""

# Advance widths of Public Sans Regular in hundredths of the text size. System fonts that stand in
# for it are no wider.
_WIDTHS = (
    (22, "`"), (23, ".:"), (24, " ,;"), (25, "!'i"), (26, "j|"), (28, "I"), (30, "([]l"),
    (31, ")"), (33, "{}"), (35, "/\\"), (38, "-"), (39, "*Jrt"), (40, "f"), (41, "1"), (43, '"'),
    (47, "^"), (48, "z"), (50, "v"), (51, "s"), (52, "?_"), (54, "cy"), (55, "+<=>a"), (56, "kx"),
    (57, "eo~"), (58, "Lhnu"), (59, "FT"), (60, "#27bdpq"), (61, "0Y"), (62, "69Eg"), (63, "34"),
    (64, "5PZ"), (65, "8"), (66, "$"), (67, "BSV"), (68, "KR"), (69, "CDX"), (70, "U"), (71, "&A"),
    (73, "GO"), (75, "NQ"), (77, "H"), (78, "w"), (83, "@"), (86, "m"), (89, "M"), (90, "%"),
    (95, "W"),
)  # fmt: skip
_OF = {letter: width for width, letters in _WIDTHS for letter in letters}
_ANY = 62  # letters with accents and whatever else a name may hold
_STRONG = 1.06  # semibold is that much wider


def width(text: str, size: float, *, strong: bool = False) -> float:
    """The width of a line in pixels, near enough to keep words apart.

    >>> 0 < width("12 %", 14) < width("12 %", 14, strong=True) < 40
    True
    """
    plain = sum(_OF.get(letter, _ANY) for letter in text) * size / 100
    return plain * _STRONG if strong else plain


def wrapped(text: str, size: float, room: float) -> tuple[str, ...]:
    """The words in lines that fit the room; a word wider than it stands alone, never cut.

    >>> wrapped("students of two or more races", 14, 110)
    ('students of two', 'or more races')
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines) or ("",)
