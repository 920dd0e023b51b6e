"""The typeface, where `make setup` put it."""

from base64 import b64encode
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"
FAMILY = "Public Sans"
_WEIGHTS = ((400, "PublicSans_400Regular.ttf"), (600, "PublicSans_600SemiBold.ttf"))


class FontsMissingError(FileNotFoundError):
    """A PDF must carry its typeface, and it is not there; the message says what to do."""


def require_fonts() -> Path:
    """The folder of the typeface; FontsMissingError where it has not been fetched."""
    for _, name in _WEIGHTS:
        if not (FOLDER / name).is_file():
            raise FontsMissingError(
                f"the typeface of the PDF is missing ({name}). Run `make setup`, which fetches it, "
                "or leave the PDF out with --no-pdf."
            )
    return FOLDER


def embedded() -> str:
    """Style sheet rules that carry the typeface; empty where it has not been fetched.

    A page without them falls back on the reader's own typefaces.
    """
    return "".join(
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};font-display:swap;'
        f"src:url(data:font/ttf;base64,{b64encode((FOLDER / name).read_bytes()).decode()})"
        ' format("truetype")}'
        for weight, name in _WEIGHTS
        if (FOLDER / name).is_file()
    )
