"""Measures: arithmetic on counts, always with uncertainty."""

from eachchild.measures.counts import Counts, Sums, counts
from eachchild.measures.funnel import Funnel, funnel
from eachchild.measures.measured import Measured, measure
from eachchild.measures.table import Coded, MeasureTable

__all__ = [
    "Coded", "Counts", "Funnel", "MeasureTable", "Measured", "Sums", "counts", "funnel", "measure",
]  # fmt: skip
