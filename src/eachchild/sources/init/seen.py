"""A file as `init` sees it: each column's name, its commonest texts and what they look like."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from eachchild.plan.model import Layout
from eachchild.sources.counts.cell_text import Read, read_cell
from eachchild.sources.text.table import TextTable, read_text_table

_LOOKED_AT = 300  # commonest texts of a column; more tell no more
_DATE = re.compile(
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2}))(?:[T ].*)?"
    r"|(?:19|20)\d{6}"
)
_NUMERIC_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d")
_YEAR_PAIR = re.compile(r"(?:SY *)?(?:19|20)\d{2} ?[-/–] ?(?:(?:19|20)?\d{2})")
_YEAR = re.compile(r"(?:19|20)\d{2}(?:\.0)?")
_COUNTS = (Read.NUMBER, Read.RANGE, Read.DATE, Read.SUPPRESSED, Read.MISSING)
_NEARLY_ALL = 0.97
Top = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """One column: how many rows have text, the commonest texts, and what they look like."""

    name: str
    plain: str  # the heading as small letters and digits alone, for comparing names
    rows: int
    filled: int
    distinct: int  # texts other than blank
    top: tuple[tuple[str, int], ...]  # text and rows, most first; blank left out
    is_date: bool
    is_period: bool
    has_single_years: bool  # of which one cannot tell whether they start or end a school year
    is_count: bool  # numbers, ranges or words for a withheld number, and some are numbers

    @property
    def texts(self) -> tuple[str, ...]:
        """The commonest texts."""
        return tuple(text for text, _ in self.top)

    @property
    def is_key(self) -> bool:
        """No text stands twice, and nearly every row has one."""
        return self.distinct == self.filled and self.is_nearly_key

    @property
    def is_nearly_key(self) -> bool:
        """Nearly no text stands twice, and nearly every row has one."""
        return self.distinct > _NEARLY_ALL * self.filled and self.filled > _NEARLY_ALL * self.rows

    @property
    def withheld(self) -> tuple[str, ...]:
        """Words for a withheld number whose bounds only the publisher's notes tell."""
        return tuple(t for t in self.texts if read_cell(t, {}).read is Read.SUPPRESSED)

    @property
    def is_day_or_month_first(self) -> bool:
        """Dates of which none can be only one way: 3/4/2022."""
        pairs = [(int(m[1]), int(m[2])) for t in self.texts if (m := _NUMERIC_DATE.match(t))]
        return bool(pairs) and all(a <= 12 and b <= 12 for a, b in pairs)


@dataclass(frozen=True, slots=True)
class SeenFile:
    """One file of the folder."""

    path: str  # relative to the folder, as the plan will name it
    columns: tuple[SeenColumn, ...]
    data: pa.Table
    rows: int
    fill: tuple[tuple[str, str], ...] = ()  # merged labels, as the plan's layout fills them

    def column(self, name: str) -> SeenColumn:
        """The column of that heading."""
        return next(c for c in self.columns if c.name == name)

    def ids(self, column: str) -> pa.Array:
        """The distinct texts of a column, blank left out."""
        texts = pc.unique(self.data.column(column).combine_chunks())
        return texts.filter(pc.not_equal(texts, ""))

    def pairs(self, columns: Sequence[str]) -> int:
        """How many different combinations of texts these columns have."""
        groups = self.data.select(list(columns)).group_by(list(columns))
        return int(groups.aggregate([]).num_rows)


def see_file(path: Path, name: str) -> SeenFile:
    """Read a file and look at it; SourceError where it cannot be read."""
    table = read_text_table(path, name, Layout())
    fill = tuple(pair for c in table.columns[:2] if (pair := _merged(table, c)) is not None)
    if fill:
        table = read_text_table(path, name, Layout(fill=fill))
    columns = tuple(_see(table, c) for c in table.columns)
    return SeenFile(name, columns, table.data, table.data.num_rows, fill)


def _merged(table: TextTable, name: str) -> tuple[str, str] | None:
    """Whether a column has labels at even steps with blanks between: one cell over several rows."""
    filled = pc.not_equal(table.data.column(name).combine_chunks(), "")
    at = np.flatnonzero(filled.to_numpy(zero_copy_only=False))
    size, rest = divmod(table.data.num_rows, len(at)) if len(at) > 1 else (0, 1)
    if rest or not 1 < size < 20 or len(set((at % size).tolist())) > 1:
        return None
    return name, "down" if at[0] == 0 else "block"


def _see(table: TextTable, name: str) -> SeenColumn:
    counts = pc.value_counts(table.data.column(name).combine_chunks())
    texts, rows = counts.field("values"), counts.field("counts").to_numpy()
    order = np.argsort(-rows, kind="stable")
    blank = pc.equal(texts, "").to_numpy(zero_copy_only=False)
    order = order[~blank[order]]
    top = order[:_LOOKED_AT]
    found = tuple(zip(texts.take(pa.array(top)).to_pylist(), rows[top].tolist(), strict=True))
    return SeenColumn(
        name=name,
        plain=re.sub(r"[\W_]+", "", name.casefold()),
        rows=table.data.num_rows,
        filled=int(rows[~blank].sum()),
        distinct=int((~blank).sum()),
        top=found,
        is_date=_share(found, lambda t: _DATE.fullmatch(t) is not None) > _NEARLY_ALL,
        is_period=_share(found, _is_period) > _NEARLY_ALL,
        has_single_years=_share(found, lambda t: _YEAR.fullmatch(t) is not None) > _NEARLY_ALL,
        is_count=_is_count(found),
    )


def _share(top: Top, fits: Callable[[str], bool]) -> float:
    """The share of rows, among the commonest texts, that fit."""
    seen = sum(rows for _, rows in top)
    return sum(rows for text, rows in top if fits(text)) / seen if seen else 0.0


def _is_period(text: str) -> bool:
    return (_YEAR_PAIR.fullmatch(text) or _YEAR.fullmatch(text)) is not None


def _is_count(top: Top) -> bool:
    reads = {text: read_cell(text, {}).read for text, _ in top}
    numbers = Read.NUMBER in reads.values()
    return numbers and _share(top, lambda t: reads[t] in _COUNTS) > _NEARLY_ALL
