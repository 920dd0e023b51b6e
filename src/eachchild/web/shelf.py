"""Finished bundles, read by key: run and audience. Pages filter rows here and add nothing up."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.utils.translation import get_language

from eachchild.report.screens import screens_in
from eachchild.web.foundation.language import spoken_here

if TYPE_CHECKING:
    from eachchild.web.foundation.models import Organization

MEASURES, SCREENS, PROOF, SEAL = "measures.parquet", "screens.json", "proof.json", "seal.txt"
_KEPT = 64  # bundles whose pages are held ready
_HELD = 6  # bundles whose numbers are, which are larger
MOST = 100  # rows on one page


class NotOnTheShelfError(Exception):
    """A bundle that is not there."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the bundles of one organization stand; each is whole or not there."""

    organization: str

    @classmethod
    def of(cls, organization: "Organization") -> Self:
        """The shelf of an organization."""
        return cls(str(organization.pk))

    @property
    def folder(self) -> Path:
        """The organization's own folder."""
        return Path(settings.DATA) / "organizations" / self.organization

    def bundle(self, run: str, audience: str) -> Path:
        """The folder of one bundle."""
        return self.folder / "bundles" / run / audience

    def files(self, audit: str) -> Path:
        """Where the files of an audit stand, beside its plan."""
        return self.folder / "audits" / audit

    def arriving(self, upload: str) -> Path:
        """A file that is still on its way, or was not looked at yet."""
        return self.folder / "arriving" / upload

    def told(self, run: str) -> Path:
        """What a run that looked at files or checked them has to tell."""
        return self.folder / "told" / f"{run}.json"

    def aside(self, run: str) -> Path:
        """The rows that a check put aside, students under pseudonyms."""
        return self.folder / "told" / f"{run}-aside.json"

    def draft(self, release: str) -> Path:
        """What approvers read of a release that is not out."""
        return self.folder / "drafts" / release

    def progress(self, run: str, audience: str, language: str) -> Path:
        """What a bundle says of goals, in one language."""
        return self.folder / "progress" / run / f"{audience}.{language}.json"

    @property
    def packets(self) -> Path:
        """The packets of released copies, a folder each."""
        return self.folder / "packets"

    def packet(self, release: str, language: str) -> Path:
        """The packet for a board meeting of one released copy, in one language."""
        return self.packets / release / f"packet.{language}.pdf"

    @property
    def ledger(self) -> Path:
        """What the organization ever released; every release is proved against all of it."""
        return self.folder / "ledger.jsonl"

    def there(self, run: str) -> tuple[str, ...]:
        """The audiences for whom a run has a bundle."""
        within = self.folder / "bundles" / run
        return tuple(sorted(p.name for p in within.glob("*") if (p / SCREENS).is_file()))


def screens(folder: Path) -> Mapping[str, Any]:
    """The pages of a bundle in the reader's language, or in the plan's where they are not in it.

    Raises NotOnTheShelfError where there are none.
    """
    own = folder / screens_in((get_language() or "").split("-")[0])
    return told(own if own.is_file() else folder / SCREENS)


def progress(shelf: Shelf, run: str, audience: str) -> Mapping[str, Any]:
    """What a bundle says of goals, in the reader's language or else in English.

    Raises NotOnTheShelfError where nothing was worked out of it.
    """
    own = shelf.progress(run, audience, spoken_here())
    return told(own if own.is_file() else shelf.progress(run, audience, "en"))


def shown_of(folder: Path) -> tuple[str, ...]:
    """The files of a bundle that pages are made of, in whatever language: all must be as proved."""
    others = (path.name for path in folder.glob(screens_in("*")))
    return (SCREENS, *sorted(others), MEASURES)


def told(path: Path) -> Mapping[str, Any]:
    """What a run wrote for pages; raises NotOnTheShelfError where there is nothing."""
    try:
        return _told(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise NotOnTheShelfError(str(path)) from error


@lru_cache(maxsize=_KEPT * 2)
def _told(path: Path, stamp: int) -> Mapping[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))


@dataclass(frozen=True, slots=True)
class Numbers:
    """Some rows of a bundle's measures, and how many there are in all."""

    rows: tuple[Mapping[str, Any], ...]
    count: int


def numbers(
    folder: Path, places: Iterable[str] | None, *, start: int = 0, most: int = MOST,
    by: str = "", intervals: Iterable[str] = (), wanted: Mapping[str, str],
) -> Numbers:  # fmt: skip
    """The rows of some places (None: all) with the values that are wanted, as the measures have.

    `by` asks for the groups of these factors (`race;sex`) and for everybody, `intervals` for those
    kinds alone.
    """
    outcome = wanted.get("outcome", "")
    table = _part(folder / MEASURES, _when(folder), outcome) if outcome else measures(folder)
    asked = {name: [value] for name, value in wanted.items() if value and name != "outcome"}
    if by and "group" not in asked:  # and everybody, beside them
        asked["group"] = ["", *(g for g in values(folder, "group") if by_of(g) == by)]
    if intervals:
        asked["interval"] = list(intervals)
    keep = [_among(table, name, some) for name, some in asked.items()]
    if places is not None:
        keep.append(_among(table, "place", list(places)))
    if not keep:
        return Numbers(tuple(table.slice(start, most).to_pylist()), table.num_rows)
    mask = keep[0]
    for more in keep[1:]:
        mask = pc.and_(mask, more)
    found = pc.indices_nonzero(mask)
    return Numbers(tuple(table.take(found.slice(start, most)).to_pylist()), len(found))


def by_of(group: str) -> str:
    """The factors that a group is told apart by.

    >>> by_of("race=black;sex=female")
    'race;sex'
    """
    return ";".join(part.partition("=")[0] for part in group.split(";"))


def values(folder: Path, column: str) -> tuple[str, ...]:
    """What a column of the measures holds, for a page that lets people choose."""
    return _values(folder / MEASURES, _when(folder), column)


@lru_cache(maxsize=_KEPT * 8)
def _values(path: Path, stamp: int, column: str) -> tuple[str, ...]:
    found = _coded(_measures(path, stamp), column).dictionary.to_pylist()
    return tuple(sorted(v for v in found if v))


def measures(folder: Path) -> Any:
    """The whole table of a bundle's measures; that of a bundle read a moment ago is at hand."""
    return _measures(folder / MEASURES, _when(folder))


def _when(folder: Path) -> int:
    try:
        return (folder / MEASURES).stat().st_mtime_ns
    except OSError as error:
        raise NotOnTheShelfError(str(folder)) from error


@lru_cache(maxsize=_KEPT)
def _part(path: Path, stamp: int, outcome: str) -> Any:
    """The rows of one outcome, which is what most pages ask for."""
    table = _measures(path, stamp)
    return table.filter(_among(table, "outcome", [outcome])).combine_chunks()


@lru_cache(maxsize=_HELD)
def _measures(path: Path, stamp: int) -> Any:
    table = pq.read_table(path)
    coded = [
        c if pa.types.is_dictionary(c.type) or not pa.types.is_string(c.type)
        else c.dictionary_encode()
        for c in table.columns
    ]  # fmt: skip
    return pa.table(coded, names=table.column_names).unify_dictionaries().combine_chunks()


def _coded(table: Any, column: str) -> Any:
    """A column as codes into its list of values, in one piece."""
    found = table[column].combine_chunks()
    return found if isinstance(found, pa.Array) else pa.array([], pa.string()).dictionary_encode()


def _among(table: Any, column: str, some: list[str]) -> Any:
    """Which rows have one of some values in a column; compared by their codes."""
    coded = _coded(table, column)
    codes = pc.index_in(pa.array(some, pa.string()), value_set=coded.dictionary)
    return pc.is_in(coded.indices, value_set=codes.drop_null().cast(coded.indices.type))


def seal_of(folder: Path) -> str:
    """The seal of a released bundle; empty where it has none."""
    try:
        return (folder / SEAL).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def is_sealed(folder: Path, seal: str, *names: str) -> bool:
    """Whether files of a bundle are those that were proved: the seal, the proof, and each of them.

    The files are read again only where the disk says that they changed.
    """
    if not seal or seal_of(folder) != seal:
        return False
    try:
        proof = _digest(folder / PROOF, _stamp(folder / PROOF))
        if proof != seal:
            return False
        told = _proved(folder / PROOF, _stamp(folder / PROOF))
        files = [name for name in names if name not in (PROOF, SEAL)]
        return all(told.get(n) == _digest(folder / n, _stamp(folder / n)) for n in files)
    except (OSError, ValueError):
        return False


def _stamp(path: Path) -> tuple[int, int, int]:
    told = path.stat()
    return told.st_ino, told.st_size, told.st_ctime_ns  # the last cannot be set by hand


@lru_cache(maxsize=_KEPT * 8)
def _digest(path: Path, stamp: tuple[int, int, int]) -> str:
    return digest_of(path)


def digest_of(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=_KEPT)
def _proved(path: Path, stamp: tuple[int, int, int]) -> Mapping[str, str]:
    return dict(json.loads(path.read_bytes())["files"])
