"""One canonical table from all files that fill it: united, without duplicates, in the vault."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from eachchild.plan import Source
from eachchild.sources.errors import EmptyFileError
from eachchild.sources.reading.asked import Asked
from eachchild.sources.reading.typed import TypedColumn, missing_column, stack
from eachchild.sources.records.duplicates import merge_rows
from eachchild.sources.records.fates import Fate, Fates, joined
from eachchild.sources.records.persons import person_hits
from eachchild.sources.records.staging import (
    LEFT_OUT,
    NOT_KEPT,
    StagedFile,
    nothing_staged,
    quarantined_rows,
    stage_file,
)
from eachchild.sources.vault import Vault, key_of
from eachchild.tables import FileAccount, RuleHit, Severity, Table, Unmapped

SOURCE_FILE, SOURCE_ROW = "source_file", "source_row"  # stand beside the canonical columns
_EXAMPLES = 3
_SAYS_WHO = ("student_year", "enrollment")  # without rows they leave nobody to be wrong about


@dataclass(frozen=True, slots=True)
class Input:
    """One file that fills a table: where it is, its name and hash, and what is asked of it."""

    path: Path
    name: str
    sha256: str
    source: Source
    asked: tuple[Asked, ...]
    factors: tuple[Asked, ...] = ()  # how the values of each factor are read, for `identity` rows
    unread: frozenset[str] = frozenset()  # headings of which nothing is kept


@dataclass(frozen=True, slots=True)
class StagedTable:
    """A canonical table in the vault, and the account of the rows it was made from."""

    table: str
    key: str
    path: Path | None  # None: a column without which no row can be read is not in a file
    accounts: tuple[FileAccount, ...]
    hits: tuple[RuleHit, ...]
    unmapped: tuple[Unmapped, ...]

    def quarantine(self, number: int) -> str:
        """The vault's name for the rows put aside of the table's file of that number."""
        return quarantine_name(self.table, self.key, number)


def quarantine_name(table: str, key: str, number: int) -> str:
    """The vault's name for the rows put aside of one file."""
    return f"{table}-{key}-{number}.quarantine.csv"


def stage_table(
    table: Table, inputs: Sequence[Input], vault: Vault, *, tell: Callable[[str], None]
) -> StagedTable:
    """Stage a table, or find what an earlier run staged from the same bytes and the same plan."""
    made_of = [
        (i.name, i.sha256, repr(i.source), repr(i.asked), repr(i.factors), sorted(i.unread))
        for i in inputs
    ]
    key = key_of(repr(table), made_of)
    remembered = _remembered(table.name, key, vault)
    if remembered is not None:
        return remembered
    files = _stage_files(inputs, tell)
    unkept = _nothing_kept([one.source for one in inputs], files)
    staged = _stage(table, files, vault, key=key, unkept=unkept)
    vault.put_json(f"{table.name}-{key}.json", _account(staged))
    return _remembered(table.name, key, vault) or staged


def _stage_files(inputs: Sequence[Input], tell: Callable[[str], None]) -> list[StagedFile]:
    """Each file by itself; one with nothing in it is no file where others fill the table."""
    files = []
    for one in inputs:
        tell(one.name)
        try:
            file = stage_file(one.path, one.name, one.source, asked=one.asked, factors=one.factors)
            files.append(replace(file, unread=one.unread))
        except EmptyFileError:
            if len(inputs) == 1:
                raise
            files.append(nothing_staged(one.path, one.name))
    return files


def _stage(
    table: Table,
    files: Sequence[StagedFile],
    vault: Vault,
    *,
    key: str,
    unkept: Sequence[RuleHit],
) -> StagedTable:
    fates = joined([file.fates for file in files])
    columns = _united(table, files)
    merged = merge_rows(table, columns, fates, texts=[file.text.data for file in files])
    silent = table.name not in _SAYS_WHO and all(f.text.is_empty for f in files)
    silent |= any(hit.severity == "stop" for hit in unkept)
    path = None
    if all(f.usable for f in files) and not silent:
        data = _data(merged.columns, merged.fates.loaded, files)
        path = vault.put(f"{table.name}-{key}.parquet", lambda part: _write(data, part))
    hits = [*(h for f in files for h in f.hits), *_empty(files), *unkept]
    hits += person_hits(table.name, files)
    accounts, begin = [], 0
    for number, file in enumerate(files, 1):
        end = begin + file.text.row.size
        own = merged.fates.part(begin, end)
        hits += _duplicate_hits(file, merged.rules, slice(begin, end))
        accounts.append(_file_account(file, own))
        _put_quarantine(vault, quarantine_name(table.name, key, number), file, fates=own)
        begin = end
    return StagedTable(
        table.name,
        key,
        path,
        tuple(accounts),
        tuple(hits),
        tuple(u for file in files for u in file.unmapped),
    )


def _empty(files: Sequence[StagedFile]) -> list[RuleHit]:
    """F11: files without a row. A table without any would read as "it never happened": stop."""
    without = [f.text.path for f in files if f.text.is_empty]
    severity: Severity = "stop" if len(without) == len(files) else "note"
    return [RuleHit("F11", severity, path, 1) for path in without]


def _nothing_kept(sources: Sequence[Source], files: Sequence[StagedFile]) -> list[RuleHit]:
    """F06: files of which the plan keeps no row, by a word of theirs that no row has, say.

    A source without any row left would read as "it never happened": stop.
    """
    hits = []
    for source, file in zip(sources, files, strict=True):
        beside = [f for s, f in zip(sources, files, strict=True) if s is source]
        if reason := _keeps_none(file):
            severity: Severity = "stop" if all(map(_keeps_none, beside)) else "note"
            column = reason.removeprefix(NOT_KEPT).removeprefix(LEFT_OUT)
            details = {"for": "", "did_you_mean": "", "missing": "row"}
            rows = file.text.rows_read
            hits.append(
                RuleHit("F06", severity, file.text.path, rows, column=column, details=details)
            )
    return hits


def _keeps_none(file: StagedFile) -> str:
    """The word of the plan that left out the rows of a file, if it left out all of them."""
    left = {r: n for r, n in file.fates.ignored().items() if r.startswith((NOT_KEPT, LEFT_OUT))}
    return next(iter(left), "") if sum(left.values()) == file.text.row.size else ""


def _united(table: Table, files: Sequence[StagedFile]) -> Mapping[str, TypedColumn]:
    declared = [c.name for c in table.columns]
    found = dict.fromkeys(name for file in files for name in file.columns)
    names = [n for n in declared if n in found] + [n for n in found if n not in declared]
    united = {}
    for name in names:
        kind = next(f.columns[name].values.type for f in files if name in f.columns)
        parts = [
            file.columns.get(name) or missing_column(kind, file.text.row.size) for file in files
        ]
        united[name] = stack(parts)
    return united


def _data(
    columns: Mapping[str, TypedColumn], keep: NDArray[np.bool_], files: Sequence[StagedFile]
) -> pa.Table:
    sizes = [file.text.row.size for file in files]
    number = np.repeat(np.arange(len(files), dtype=np.int32), sizes)[keep]
    names = pa.array([file.text.path for file in files])
    row = np.concatenate([file.text.row for file in files])[keep]
    arrays = {name: _written(column, keep) for name, column in columns.items()}
    arrays[SOURCE_FILE] = pa.DictionaryArray.from_arrays(pa.array(number), names)
    arrays[SOURCE_ROW] = pa.array(row)
    return pa.table(arrays)


def _written(column: TypedColumn, keep: NDArray[np.bool_]) -> pa.Array:
    """Texts stay encoded, as Parquet keeps them; readers see plain strings."""
    kept = column if keep.all() else column.rows(keep)
    if not pa.types.is_string(column.values.type):
        return kept.array()
    index = pa.array(kept.index, mask=kept.index < 0)
    return pa.DictionaryArray.from_arrays(index, kept.values)


def _write(data: pa.Table, part: Path) -> None:
    encoded = [name for name in data.column_names if name != SOURCE_ROW]
    pq.write_table(
        data,
        part,
        compression="zstd",
        use_dictionary=encoded,
        column_encoding={SOURCE_ROW: "DELTA_BINARY_PACKED"},
        store_schema=False,  # or readers would be told of our in-memory encoding
    )


def _duplicate_hits(
    file: StagedFile, rules: Mapping[str, NDArray[np.bool_]], own: slice
) -> list[RuleHit]:
    severity: Mapping[str, Severity] = {"R03": "note", "V12": "note", "R04": "quarantine"}
    hits = []
    for rule, rows in rules.items():
        at = np.flatnonzero(rows[own])
        if at.size:
            first = tuple(file.text.row[at[:_EXAMPLES]].tolist())
            hits.append(RuleHit(rule, severity[rule], file.text.path, int(at.size), first))
    return hits


def _file_account(file: StagedFile, fates: Fates) -> FileAccount:
    text = file.text
    return FileAccount(
        path=text.path,
        sha256=text.sha256,
        encoding=text.encoding,
        rows_read=text.rows_read,
        loaded=fates.count(Fate.LOADED),
        merged=fates.count(Fate.MERGED),
        quarantined=fates.count(Fate.QUARANTINED) + len(text.bad),
        ignored={**text.ignored, **fates.ignored()},
    )


def _put_quarantine(vault: Vault, name: str, file: StagedFile, *, fates: Fates) -> None:
    if fates.count(Fate.QUARANTINED) or file.text.bad:
        rows = quarantined_rows(file, fates)
        vault.put(name, lambda part: pacsv.write_csv(rows, part))


def _account(staged: StagedTable) -> Mapping[str, object]:
    return {
        "staged": staged.path is not None,
        "accounts": [asdict(a) for a in staged.accounts],
        "hits": [asdict(h) for h in staged.hits],
        "unmapped": [asdict(u) for u in staged.unmapped],
    }


def _remembered(table: str, key: str, vault: Vault) -> StagedTable | None:
    account, path = vault.find(f"{table}-{key}.json"), vault.find(f"{table}-{key}.parquet")
    if account is None:
        return None
    content = vault.read_json(account)
    if content["staged"] and path is None:
        return None
    return StagedTable(
        table,
        key,
        path if content["staged"] else None,
        tuple(FileAccount(**a) for a in content["accounts"]),
        tuple(hit_from(h) for h in content["hits"]),
        tuple(Unmapped(**u) for u in content["unmapped"]),
    )


def hit_from(content: Mapping[str, Any]) -> RuleHit:
    """A RuleHit as the vault's JSON keeps it; lists in it were tuples."""
    details = {k: tuple(v) if isinstance(v, list) else v for k, v in content["details"].items()}
    return RuleHit(**{**content, "rows": tuple(content["rows"]), "details": details})
