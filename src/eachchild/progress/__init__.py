"""Whether a change worked: goals, targets, charts and verdicts, as arithmetic on counts."""

from eachchild.progress.audited import Audited
from eachchild.progress.baseline import Baseline, baseline_of
from eachchild.progress.document import Progress, progress_of
from eachchild.progress.errors import ProgressError
from eachchild.progress.goals import read_goals
from eachchild.progress.model import Goal, Series, Verdict, Watched
from eachchild.progress.power import chance_seen, earliest
from eachchild.progress.read import read_audited
from eachchild.progress.verdict import Judged, judge

__all__ = [
    "Audited", "Baseline", "Goal", "Judged", "Progress", "ProgressError", "Series", "Verdict",
    "Watched", "baseline_of", "chance_seen", "earliest", "judge", "progress_of", "read_audited",
    "read_goals",
]  # fmt: skip
