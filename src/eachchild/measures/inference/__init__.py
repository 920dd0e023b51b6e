"""Inference: which gaps are more than chance, inside schools and between them, all counted."""

from eachchild.measures.inference.assess import LEVEL, NOTHING, Extra, assess
from eachchild.measures.inference.model import (
    CARRIED,
    Asked,
    Assessment,
    Changes,
    Excess,
    InsideGap,
    Tests,
)
from eachchild.measures.inference.sides import Side

__all__ = [
    "CARRIED", "LEVEL", "NOTHING", "Asked", "Assessment", "Changes", "Excess", "Extra",
    "InsideGap", "Side", "Tests", "assess",
]  # fmt: skip
