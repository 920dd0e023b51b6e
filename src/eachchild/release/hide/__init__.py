"""Which cells to hide beside the small ones, so that none can be told from the rest."""

from eachchild.release.hide.choose import Choice, choose
from eachchild.release.hide.problem import UnprotectableError

__all__ = ["Choice", "UnprotectableError", "choose"]
