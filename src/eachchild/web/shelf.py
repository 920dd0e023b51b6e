"""Finished bundles, read by key: run and audience. Pages filter rows here and add nothing up."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

MEASURES, SCREENS = "measures.parquet", "screens.json"
_KEPT = 64  # bundles whose pages are held ready
_MOST = 400  # rows on one page


class NotOnTheShelfError(Exception):
    """A bundle that is not there."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the bundles of one organization stand; each is whole or not there."""

    organization: str

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

    def there(self, run: str) -> tuple[str, ...]:
        """The audiences for whom a run has a bundle."""
        within = self.folder / "bundles" / run
        return tuple(sorted(p.name for p in within.glob("*") if (p / SCREENS).is_file()))


def screens(folder: Path) -> Mapping[str, Any]:
    """The pages of a bundle; raises NotOnTheShelfError where there is none."""
    try:
        stamp = (folder / SCREENS).stat().st_mtime_ns
    except OSError as error:
        raise NotOnTheShelfError(str(folder)) from error
    return _screens(folder, stamp)


@lru_cache(maxsize=_KEPT)
def _screens(folder: Path, stamp: int) -> Mapping[str, Any]:
    return dict(json.loads((folder / SCREENS).read_text("utf-8")))


def told(path: Path) -> Mapping[str, Any]:
    """What a run wrote for pages; raises NotOnTheShelfError where there is nothing."""
    try:
        return _told(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise NotOnTheShelfError(str(path)) from error


@lru_cache(maxsize=_KEPT)
def _told(path: Path, stamp: int) -> Mapping[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))


@dataclass(frozen=True, slots=True)
class Numbers:
    """Some rows of a bundle's measures, and how many there are in all."""

    rows: tuple[Mapping[str, Any], ...]
    count: int

    @property
    def more(self) -> int:
        """How many are not on the page."""
        return self.count - len(self.rows)


def numbers(folder: Path, places: Iterable[str] | None, **wanted: str) -> Numbers:
    """The rows of some places (None: all) with the values that are wanted, as the measures have."""
    path = folder / MEASURES
    if not path.is_file():
        raise NotOnTheShelfError(str(folder))
    filters: list[tuple[str, str, Any]] = [(k, "==", v) for k, v in wanted.items() if v]
    if places is not None:
        filters.append(("place", "in", sorted(places)))
    table = pq.read_table(path, filters=filters or None)
    return Numbers(tuple(table.slice(0, _MOST).to_pylist()), table.num_rows)


def values(folder: Path, column: str) -> tuple[str, ...]:
    """What a column of the measures holds, for a page that lets people choose."""
    path = folder / MEASURES
    if not path.is_file():
        raise NotOnTheShelfError(str(folder))
    return _values(path, path.stat().st_mtime_ns, column)


@lru_cache(maxsize=_KEPT * 8)
def _values(path: Path, stamp: int, column: str) -> tuple[str, ...]:
    found = pc.unique(pq.read_table(path, columns=[column])[column].cast("string"))
    return tuple(sorted(v for v in found.to_pylist() if v))
