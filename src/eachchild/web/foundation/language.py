"""In which language a page is."""

from django.utils.translation import get_language


def spoken_here() -> str:
    """The reader's language, without a country: `es`."""
    return (get_language() or "en").partition("-")[0]
