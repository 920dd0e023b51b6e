"""Sources: files of any shape brought into the tables, with every row accounted for."""

from eachchild.sources.errors import SourceError
from eachchild.sources.init.plan import InitResult, init_plan
from eachchild.sources.load import Loaded, load

__all__ = ["InitResult", "Loaded", "SourceError", "init_plan", "load"]
