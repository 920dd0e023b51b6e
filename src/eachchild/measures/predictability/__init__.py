"""Predictability: how well identity alone predicts an outcome for a new student."""

from eachchild.measures.predictability.cells import (
    SchoolCells,
    school_cells,
    sparse_number_cells,
    sparse_school_cells,
)
from eachchild.measures.predictability.index import Index, Predictability, RoadTests, predictability
from eachchild.measures.predictability.information import Split, information_split
from eachchild.measures.predictability.number_outcomes import NumberFit, number_fit
from eachchild.measures.predictability.verdict import Road, Showing, Verdict, road, verdict
from eachchild.measures.predictability.years import Change, change, pooled

__all__ = [
    "Change",
    "Index",
    "NumberFit",
    "Predictability",
    "Road",
    "RoadTests",
    "SchoolCells",
    "Showing",
    "Split",
    "Verdict",
    "change",
    "information_split",
    "number_fit",
    "pooled",
    "predictability",
    "road",
    "school_cells",
    "sparse_number_cells",
    "sparse_school_cells",
    "verdict",
]
