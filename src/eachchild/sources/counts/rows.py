"""Which rows of a published table are about which place and period, and which are not used."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eachchild.plan import PlanError, Source
from eachchild.sources.counts.patterns import clean, fitting
from eachchild.sources.text.table import TextTable
from eachchild.tables import WHOLE
from eachchild.terms import years

Whole = NDArray[np.int64]
Known = NDArray[np.bool_]
NO_PERIOD = -1
_YEAR = re.compile(r"(?:19|20)\d{2}")
_YEARS_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_](\d{4}|\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Texts:
    """One column as whole numbers into its distinct texts, cleaned of stray spaces."""

    code: Whole
    texts: tuple[str, ...]

    def among(self, wanted: Sequence[str]) -> Known:
        """Which rows read as one of these; `*` stands for any text."""
        return np.array(fitting(self.texts, wanted), np.bool_)[self.code]


@dataclass(frozen=True, slots=True)
class PlaceRows:
    """The distinct places of a file, in order, and which one each row is about."""

    ids: tuple[str, ...]
    parents: tuple[str, ...]
    names: tuple[str, ...]
    parent_names: tuple[str, ...]
    row: Whole  # index into ids; WHOLE: the row is about the whole table
    blank: Known  # rows that name no place


@dataclass(frozen=True, slots=True)
class PeriodRows:
    """The distinct periods of a file, and which one each row is about."""

    ids: tuple[str, ...]
    row: Whole  # index into ids, or NO_PERIOD where the text names none
    from_name: bool = False  # taken from the file's name, as nothing else says it


def texts_of(table: TextTable, column: str) -> Texts:
    """One column of a file by its heading; PlanError lists headings where there is none."""
    names = {clean(c): c for c in table.columns}
    if clean(column) not in names:
        raise PlanError(
            f"{table.path}: it has no column '{column}'. Its columns are "
            f"{', '.join(repr(c) for c in table.columns[:12])}{' …' * (len(table.columns) > 12)}"
        )
    coded = table.data.column(names[clean(column)]).combine_chunks().dictionary_encode()
    texts = [clean(t) for t in coded.dictionary.to_pylist()]
    distinct = {t: i for i, t in enumerate(dict.fromkeys(texts))}
    index = np.array([distinct[t] for t in texts], np.int64)
    return Texts(index[coded.indices.to_numpy(zero_copy_only=False)], tuple(distinct))


def rows_where(table: TextTable, conditions: Sequence[tuple[str, str]]) -> Known:
    """Rows that meet every condition; `A|B` means either, `*` any text."""
    kept = np.ones(table.data.num_rows, np.bool_)
    for column, text in conditions:
        kept &= texts_of(table, column).among(text.split("|"))
    return kept


def place_rows(table: TextTable, source: Source, total: Known) -> PlaceRows:
    """Find the place of every row; `total` rows, and all rows without a place, are the whole."""
    place, size = source.place, table.data.num_rows
    if place is None:
        whole = np.full(size, WHOLE, np.int64)
        return PlaceRows((), (), (), (), whole, np.zeros(size, np.bool_))
    ids = _joined(table, place.id)
    first = np.zeros(len(ids.texts), np.int64)
    first[ids.code[::-1]] = np.arange(size, dtype=np.int64)[::-1]  # the first row of each place
    parents, names, parent_names = (
        _of_rows(_joined(table, columns), first) if columns else ("",) * len(ids.texts)
        for columns in (place.parent, place.name, place.parent_name)
    )
    blank = ids.among(("",)) & ~total
    row = np.where(total | blank, WHOLE, ids.code)
    return PlaceRows(ids.texts, parents, names, parent_names, row, blank)


def period_rows(table: TextTable, source: Source) -> PeriodRows:
    """Find the period of every row: from the plan, a column, or the file's name."""
    size = table.data.num_rows
    if source.period_column:
        texts = texts_of(table, source.period_column)
        read = [period_of(t, source.year_is) for t in texts.texts]
        ids = tuple(sorted({p for p in read if p is not None}))
        index = np.array([ids.index(p) if p is not None else NO_PERIOD for p in read], np.int64)
        return PeriodRows(ids, index[texts.code])
    found = _YEARS_IN_NAME.search(table.path.rsplit("/", 1)[-1])
    text = source.period or (f"{found[1]}-{found[2][-2:]}" if found else "")
    period = period_of(text, source.year_is)
    ids = (period,) if period else ()
    row = np.full(size, 0 if period else NO_PERIOD, np.int64)
    return PeriodRows(ids, row, from_name=period is not None and source.period is None)


def period_of(text: str, year_is: str | None) -> str | None:
    """A period our way, or None where the text could mean two or none.

    >>> period_of("2013-2014", None), period_of("2014", "end"), period_of("2014", None)
    ('2013-14', '2013-14', None)
    """
    if _YEAR.fullmatch(text.strip()) and year_is is not None:
        return years.starting(int(text) - (year_is == "end"))
    try:
        return years.school_year(text)
    except years.PeriodError:
        return None


def _joined(table: TextTable, columns: Sequence[str]) -> Texts:
    """Several columns as one, their texts joined by ` / `; one that is blank blanks the whole."""
    joined = texts_of(table, columns[0])
    for column in columns[1:]:
        following = texts_of(table, column)
        pairs, code = np.unique(
            joined.code * len(following.texts) + following.code, return_inverse=True
        )
        left, right = pairs // len(following.texts), pairs % len(following.texts)
        texts = tuple(
            f"{joined.texts[a]} / {following.texts[b]}" if joined.texts[a] else ""
            for a, b in zip(left.tolist(), right.tolist(), strict=True)
        )
        joined = Texts(code.astype(np.int64).reshape(-1), texts)
    return joined


def _of_rows(texts: Texts, rows: Whole) -> tuple[str, ...]:
    return tuple(texts.texts[c] for c in texts.code[rows].tolist())
