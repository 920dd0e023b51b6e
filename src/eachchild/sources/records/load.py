"""The records of a plan: every source staged into the vault, linked, and held to the rules."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

from eachchild.plan import Plan, Source
from eachchild.sources.files import find_files
from eachchild.sources.records.mapping import asked_of, asked_of_factors, unread_headings
from eachchild.sources.records.needed import Extra, extra_columns
from eachchild.sources.records.table_staging import Input, StagedTable, hit_from, stage_table
from eachchild.sources.rules.linkage import Link, link_tables, write_unmatched
from eachchild.sources.rules.run import run_rules
from eachchild.sources.rules.staged import columns_of, open_staged
from eachchild.sources.vault import Vault, hash_of_file, key_of, open_vault
from eachchild.tables import TABLES, FileAccount, RuleHit, Unmapped

Progress = Callable[[str, float], None]
_TABLES_AT_ONCE = 2  # more would hold more of them in memory
_STAGING = 0.8  # share of the time, for the progress bar; the rules take the rest


@dataclass(frozen=True, slots=True)
class Records:
    """The staged tables (Parquet in the vault), and what became of every row of every file.

    A staged table has the canonical columns its sources give, those the plan adds, and
    `source_file` and `source_row`. Ids, codes, texts, flags (`yes`, `no`) and periods are strings,
    dates date32, whole numbers int64, numbers float64; missing is null.
    """

    tables: Mapping[str, Path]
    accounts: tuple[FileAccount, ...]
    hits: tuple[RuleHit, ...]
    unmapped: tuple[Unmapped, ...]
    linkage: tuple[Link, ...]
    aside: Mapping[str, Path]  # by file: its quarantined rows in the vault, where there are any


def load_records(plan: Plan, vault: Path, progress: Progress | None = None) -> Records:
    """Bring every `records` source of a plan into the vault, or find it there.

    SourceError or PlanError where a file or the plan cannot be used at all. A rule of severity
    `stop` among the hits means that no result may be computed from the tables.
    """
    extras = extra_columns(plan)
    inputs = _inputs(plan, extras)
    store = open_vault(vault)
    reporter = _Reporter(progress, sum(map(len, inputs.values())))
    with ThreadPoolExecutor(_TABLES_AT_ONCE) as pool:  # the readers let go of Python's lock
        work = [
            pool.submit(stage_table, TABLES[name], inputs[name], store, tell=reporter.next)
            for name in sorted(inputs)
        ]
    staged = [done.result() for done in work]
    hits = [hit for table in staged for hit in table.hits]
    hits += _copies(inputs) + _never_found(plan, extras, staged)
    reporter.say("checking", _STAGING)
    links, found = _checked(plan, staged, store)
    reporter.say("checked", 1.0)
    return Records(
        tables={s.table: s.path for s in staged if s.path is not None},
        accounts=tuple(account for table in staged for account in table.accounts),
        hits=tuple(sorted((*hits, *found), key=lambda h: (h.id, h.file, h.column, h.rows))),
        unmapped=tuple(u for table in staged for u in table.unmapped),
        linkage=links,
        aside=_aside(staged, store),
    )


def _aside(staged: Sequence[StagedTable], vault: Vault) -> Mapping[str, Path]:
    return {
        account.path: path
        for table in staged
        for number, account in enumerate(table.accounts, 1)
        if (path := vault.find(table.quarantine(number))) is not None
    }


def _inputs(plan: Plan, extras: Mapping[str, Extra]) -> Mapping[str, tuple[Input, ...]]:
    """The files of each table, in the plan's order."""
    inputs: dict[str, tuple[Input, ...]] = {}
    for source in plan.sources:
        if source.shape == "records":
            files = _files_of(source, plan, extras)
            inputs[source.table] = (*inputs.get(source.table, ()), *files)
    return inputs


def _files_of(source: Source, plan: Plan, extras: Mapping[str, Extra]) -> tuple[Input, ...]:
    asked = asked_of(source, plan, extras)
    factors = asked_of_factors(source, plan) if source.table == "identity" else ()
    unread = unread_headings(source, plan)
    return tuple(
        Input(path, name, hash_of_file(path), source, asked, factors, unread)
        for path, name in find_files(plan.folder, source.path)
    )


def _copies(inputs: Mapping[str, Sequence[Input]]) -> list[RuleHit]:
    """Files with the same bytes under two names (F10): a copy that was meant to be another file."""
    hits: list[RuleHit] = []
    seen: dict[str, str] = {}
    for one in (one for table in inputs.values() for one in table):
        first = seen.setdefault(one.sha256, one.name)
        if first != one.name:
            hits.append(RuleHit("F10", "note", one.name, 1, details={"same_as": first}))
    return hits


def _never_found(
    plan: Plan, extras: Mapping[str, Extra], staged: Sequence[StagedTable]
) -> list[RuleHit]:
    """Columns that an outcome or a factor asks for and no file of the plan has (F06)."""
    if any(source.shape == "counts" for source in plan.sources) or not staged:
        return []  # published tables may answer for them
    paths = {s.table: s.path for s in staged if s.path is not None}
    there = {name for columns in columns_of(paths).values() for name in columns}
    return [
        RuleHit("F06", "stop", "", 1, column=name, details={"for": name, "did_you_mean": ""})
        for name in extras
        if name not in there and len(paths) == len(staged)
    ]


def _checked(
    plan: Plan, staged: Sequence[StagedTable], vault: Vault
) -> tuple[tuple[Link, ...], tuple[RuleHit, ...]]:
    """Link the tables and run the rules that need more than one row, or find the answer."""
    paths = {s.table: s.path for s in staged if s.path is not None}
    outcomes = tuple(dict.fromkeys(c for outcome in plan.outcomes for c in outcome.columns))
    factors = tuple(identity.factor.id for identity in plan.identity)
    key = key_of([s.key for s in staged], outcomes, factors)
    if (known := vault.find(f"rules-{key}.json")) is None:
        opened = open_staged(paths)
        linkage = link_tables(opened)
        if any(link.matched < link.rows for link in linkage.links):
            vault.put(f"unmatched-{key}.csv", lambda part: write_unmatched(opened, part))
        hits = (*linkage.hits, *run_rules(opened, outcomes, factors))
        known = vault.put_json(
            f"rules-{key}.json",
            {"links": [asdict(x) for x in linkage.links], "hits": [asdict(h) for h in hits]},
        )
    content = vault.read_json(known)
    links = tuple(Link(**{**x, "to": tuple(x["to"])}) for x in content["links"])
    return links, tuple(hit_from(h) for h in content["hits"])


class _Reporter:
    """Says how far the work has come, if anybody listens."""

    def __init__(self, progress: Progress | None, files: int) -> None:
        self._progress, self._files, self._done = progress, max(files, 1), 0

        self._lock = Lock()

    def next(self, name: str) -> None:
        with self._lock:
            self.say(name, _STAGING * self._done / self._files)
            self._done += 1

    def say(self, text: str, share: float) -> None:
        if self._progress is not None:
            self._progress(text, share)
