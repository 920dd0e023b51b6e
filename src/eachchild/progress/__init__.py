"""Whether a change worked: goals, targets, charts and verdicts, as arithmetic on counts."""

from eachchild.progress.baseline import Baseline, baseline_of
from eachchild.progress.model import Goal, Series, Verdict, Watched
from eachchild.progress.power import chance_seen, earliest
from eachchild.progress.verdict import Judged, judge

__all__ = [
    "Baseline", "Goal", "Judged", "Series", "Verdict", "Watched",
    "baseline_of", "chance_seen", "earliest", "judge",
]  # fmt: skip
