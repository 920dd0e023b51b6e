"""Everything a plan names, read: records into tables, published counts into facts."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from eachchild.plan import Plan, Source
from eachchild.sources.counts.load import load_counts
from eachchild.sources.files import find_files, unread_files
from eachchild.sources.records.load import load_records
from eachchild.sources.records.mapping import is_secret, plain
from eachchild.sources.rules.linkage import Link
from eachchild.sources.shown import ShownColumn, column_for, open_key, show
from eachchild.tables import TABLES, CountFacts, FileAccount, RuleHit, UncoveredCount, Unmapped

Progress = Callable[[str, float], None]
_MOST_ASIDE = 10_000  # rows of one file that are shown of those put aside
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
    aside: Mapping[str, Path] = field(default_factory=dict)


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
        records.aside,
    )


def put_aside(plan: Plan, loaded: Loaded, key: Path) -> Mapping[str, Mapping[str, Any]]:
    """By file, the rows put aside as a person may see them: the line, the reason, the cells.

    A line that could not be cut into cells is left out of it: nobody can tell what is in it.
    """
    secret = open_key(key)
    sources = {n: s for s in plan.sources for _, n in find_files(plan.folder, s.path)}
    return {name: _shown_aside(path, sources[name], secret) for name, path in loaded.aside.items()}


def _shown_aside(path: Path, source: Source, secret: bytes) -> Mapping[str, Any]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        row, reason, *names, _line = next(reader)
        rows = [found[:-1] for found in islice(reader, _MOST_ASIDE)]
    ours = {n: plain(n) for n in names if TABLES[source.table].column(plain(n)) is not None}
    ours |= {theirs: name for name, theirs in source.columns.items()}
    columns = [
        ShownColumn(row, "row", "value"),
        ShownColumn(reason, "reason", "value"),
        *(column_for(n, ours.get(n, ""), hidden=is_secret(n), alike=True) for n in names),
    ]
    return show(columns, rows, secret).document()
