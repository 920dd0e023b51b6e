"""Findings: the only room that writes sentences about results."""

from eachchild.findings.evidence import Evidence
from eachchild.findings.model import Finding, finding_id
from eachchild.findings.phrases import Phrases, phrases_of
from eachchild.findings.tell import Known, Told, tell, with_entry
from eachchild.findings.verdicts import times_small

__all__ = [
    "Evidence", "Finding", "Known", "Phrases", "Told", "finding_id", "phrases_of", "tell",
    "times_small", "with_entry",
]  # fmt: skip
