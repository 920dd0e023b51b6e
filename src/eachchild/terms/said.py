"""Numbers with a word beside them, in the words of one language."""

from eachchild.terms.catalogue import ENGLISH, Words, blanks, words
from eachchild.terms.numerals import count, significant


def meant(prefix: str, text: str) -> tuple[str, dict[str, str]] | None:
    """Which sentence under a prefix a text in English is, and what stands in its blank.

    For the few reasons that are written where no language is known. None where it is none of them.

    >>> meant("left_out.why.", "it follows from gpa")
    ('left_out.why.follows', {'others': 'gpa'})
    """
    english = words(ENGLISH)
    for key in (key for key in english.sentences if key.startswith(prefix)):
        sentence = english.sentences[key]
        if sentence == text:
            return key, {}
        for blank in blanks(sentence):
            before = sentence.partition(f"{{{blank}}}")[0]
            if text.startswith(before):
                return key, {blank: text.removeprefix(before)}
    return None


def times(said: Words, ratio: float) -> str:
    """How many times: `3.3 times`.

    >>> times(words("en"), 3.2934), times(words("es"), 0.48)
    ('3.3 times', '0.48 veces')
    """
    return said.say("number.times", number=significant(ratio))


def points(said: Words, difference: float, digits: int = 2) -> str:
    """A difference of two shares, in percentage points and without its sign.

    >>> points(words("en"), -0.0855), points(words("es"), 0.0855, 3)
    ('8.6 points', '8.55 puntos')
    """
    return said.say("number.points", number=significant(abs(100 * difference), digits))


def bare(said: Words, group: str) -> str:
    """A group without the article that its language puts before it in a sentence.

    >>> bare(words("es"), "los estudiantes negros"), bare(words("en"), "Black students")
    ('estudiantes negros', 'Black students')
    """
    articles = said.each("grammar.articles")
    return next((group.removeprefix(a) for a in articles if group.startswith(a)), group)


def sentence_case(text: str) -> str:
    """The text with a capital first letter, the rest as it is.

    >>> sentence_case("girls with disabilities (IDEA)")
    'Girls with disabilities (IDEA)'
    """
    return text[:1].upper() + text[1:]


def as_label(said: Words, group: str) -> str:
    """A group as a row, a column or a legend names it.

    >>> as_label(words("es"), "las niñas"), as_label(words("en"), "girls")
    ('Niñas', 'Girls')
    """
    return sentence_case(bare(said, group))


def of_so_many(said: Words, rate: float, *others: float) -> tuple[str, ...]:
    """Rates as people: of 100 students, or of as many as a small rate needs.

    >>> of_so_many(words("en"), 0.12283, 0.0373)
    ('12 of 100', '3.7 of 100')
    >>> of_so_many(words("es"), 0.0021, 0.0004)
    ('21 de 10,000', '4 de 10,000')
    """
    rates = (rate, *others)
    least = min((r for r in rates if r > 0), default=0.0)
    base = next((b for b in (100, 1_000, 10_000) if least * b >= 1), 100_000)
    return tuple(
        said.say("number.so_many", number=_people(r * base), base=count(base)) for r in rates
    )


def _people(number: float) -> str:
    return count(round(number)) if number >= 10 else significant(number).removesuffix(".0")
