"""Columns of rows that only those see to whom each was granted, whatever else they may see."""

from collections.abc import Mapping
from types import MappingProxyType

_PROGRAMS = ("disability", "english_learner", "housing", "meals")
# By our column: the grants a reader needs. A table of programs may hold any of them.
PROTECTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "idea": ("disability",),
        "section504": ("disability",),
        "support": ("disability",),
        "el": ("english_learner",),
        "el_ever": ("english_learner",),
        "language": ("english_learner",),
        "frl": ("meals",),
        "homeless": ("housing",),
        "foster": ("housing",),
        "migrant": ("housing",),
        "factor": _PROGRAMS,
        "value": _PROGRAMS,
        "narrative": ("discipline_notes",),
        "behavior": ("discipline_notes",),
    }
)
