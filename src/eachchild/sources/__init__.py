"""Sources: files of any shape brought into the tables, with every row accounted for."""

from eachchild.sources.counts.cell_text import OPEN, Read, read_cell
from eachchild.sources.errors import SourceError
from eachchild.sources.init.plan import InitResult, init_plan
from eachchild.sources.init.told import told_plan
from eachchild.sources.load import Loaded, load, put_aside

__all__ = [
    "OPEN", "InitResult", "Loaded", "Read", "SourceError", "init_plan", "load", "put_aside",
    "read_cell", "told_plan",
]  # fmt: skip
