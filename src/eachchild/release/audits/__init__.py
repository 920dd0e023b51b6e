"""An audit's counts as tables to be released, and what is released as a cube again."""

from eachchild.release.audits.choose import AuditDecision, decide_audit
from eachchild.release.audits.released import released_cube
from eachchild.release.audits.tables import Part, parts_of_audit

__all__ = ["AuditDecision", "Part", "decide_audit", "parts_of_audit", "released_cube"]
