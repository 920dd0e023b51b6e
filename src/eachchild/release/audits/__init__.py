"""An audit's counts as tables to be released, and what is released as a cube again."""

from eachchild.release.audits.choose import AuditDecision, decide_audit
from eachchild.release.audits.corrected import STUDENTS, changed_since
from eachchild.release.audits.entry_told import entries_told
from eachchild.release.audits.left_out import left_out_in_words
from eachchild.release.audits.nearest import bounds_of, hidden_of_audit, nearest_to_hidden
from eachchild.release.audits.part import Part
from eachchild.release.audits.released import ReleasedRollups, released_cube
from eachchild.release.audits.stepwise import ALL
from eachchild.release.audits.tables import parts_of_audit

__all__ = [
    "ALL", "STUDENTS", "AuditDecision", "Part", "ReleasedRollups", "bounds_of", "changed_since",
    "decide_audit", "entries_told", "hidden_of_audit", "left_out_in_words", "nearest_to_hidden",
    "parts_of_audit",
    "released_cube",
]  # fmt: skip
