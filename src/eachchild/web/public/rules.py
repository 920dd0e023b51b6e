"""What is released may be read by anybody, while it is out and its files are those proved."""

import hashlib
from collections.abc import Iterable

KEPT = "public, max-age=60"  # seconds that a copy may be kept: a report taken off is gone as soon


def tag_of(path: str, language: str, seals: Iterable[str]) -> str:
    """What a page of sealed bundles is known by: it changes when they do, and in no other way.

    >>> tag_of("/public/north/", "en", ["ab"]) == tag_of("/public/north/", "en", ["ab"])
    True
    """
    told = "\n".join((path, language, *seals))
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'
