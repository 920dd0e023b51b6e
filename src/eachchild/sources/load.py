"""Everything a plan names, read: records into tables, published counts into facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from eachchild.plan import Plan
from eachchild.sources.counts.load import load_counts
from eachchild.sources.files import unread_files
from eachchild.sources.records.load import load_records
from eachchild.sources.rules.linkage import Link
from eachchild.tables import CountFacts, FileAccount, RuleHit, UncoveredCount, Unmapped

Progress = Callable[[str, float], None]
_SHARE = 0.3  # of an audit's time, for the progress bar


@dataclass(frozen=True, slots=True)
class Loaded:
    """The data of a plan, and what became of every row of every file.

    `labels` names places, as `school:510012000123`.
    """

    tables: Mapping[str, Path]
    facts: tuple[CountFacts, ...]
    uncovered: tuple[UncoveredCount, ...]
    accounts: tuple[FileAccount, ...]
    hits: tuple[RuleHit, ...]
    unmapped: tuple[Unmapped, ...]
    linkage: tuple[Link, ...]
    labels: Mapping[str, str]


def load(plan: Plan, vault: Path, progress: Progress) -> Loaded:
    """Read every source of a plan; records stay in the vault, as the paths of staged tables.

    Raises SourceError or PlanError where a file or the plan cannot be used at all. A hit of
    severity `stop` means that no result should be made of these data.
    """

    def told(what: str, share: float) -> None:
        progress(what, _SHARE * share)

    records = load_records(plan, vault, told)
    counts = load_counts(plan, vault, told)
    return Loaded(
        records.tables,
        counts.facts,
        counts.uncovered,
        (*records.accounts, *counts.accounts),
        (*unread_files(plan), *records.hits, *counts.hits),
        (*records.unmapped, *counts.unmapped),
        records.linkage,
        counts.labels,
    )
