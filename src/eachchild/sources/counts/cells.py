"""The cells that the patterns of a plan find in one published file, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from eachchild.plan import CellPattern, Plan, PlanError
from eachchild.sources.counts.cell_text import OPEN, CellText, Read, read_cell
from eachchild.sources.counts.patterns import Match, clean, match_columns, read_grammar
from eachchild.sources.counts.rows import Known, Texts, Whole, rows_where, texts_of
from eachchild.sources.text.table import TextTable
from eachchild.tables import ALL_VALUES
from eachchild.terms.factors import FACTORS

N = "n"
_UNUSABLE = (Read.UNREADABLE, Read.PERCENT)


@dataclass(frozen=True, slots=True)
class Cells:
    """What one pattern found, one entry a row and cell, in whole units of the quantity's decimals.

    `value` has one column a factor and indexes its values. A cell that is not `collected` has
    bounds 0 and 0, which are no zero.
    """

    factors: tuple[str, ...]
    row: Whole  # index of the row in the file's data
    value: Whole
    low: Whole
    high: Whole
    suppressed: Known
    collected: Known
    pattern: CellPattern
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column read: bounds for every row, and how each distinct text was understood."""

    texts: Texts
    read: tuple[CellText, ...]

    def take(self, rows: Whole) -> tuple[Whole, Whole, Known, Known]:
        """Low, high, bounded and missing of these rows."""
        low, high = (
            np.array([getattr(r, k) for r in self.read], np.int64) for k in ("low", "high")
        )
        bounded = np.array([r.bounded for r in self.read], np.bool_)
        missing = np.array([r.read is Read.MISSING for r in self.read], np.bool_)
        code = self.texts.code[rows]
        return low[code], high[code], bounded[code], missing[code]

    def unusable(self) -> Known:
        """Rows whose text is no count."""
        return np.array([r.read in _UNUSABLE for r in self.read], np.bool_)[self.texts.code]


@dataclass(slots=True)
class CellReader:
    """Reads patterns from one file and remembers which rows and columns they used."""

    table: TextTable
    plan: Plan
    factors: tuple[str, ...]  # every factor of the plan's patterns, in the plan's order
    columns: dict[tuple[str, int], Column] = field(default_factory=dict)
    rows_of: dict[tuple[str, int], Known] = field(default_factory=dict)
    matched: list[tuple[CellPattern, tuple[Match, ...]]] = field(default_factory=list)

    def find(self, pattern: CellPattern, rows: Known) -> tuple[Cells, ...]:
        """The cells of a pattern in the rows it may use, one entry for each matched name."""
        grammar = read_grammar(pattern.columns)
        codes = {f: factor_codes(self.plan, f) for f in grammar.factors}
        matches = match_columns(grammar, self.table.columns, codes)
        self.matched.append((pattern, matches))
        fixed, kept = self._fixed(pattern, rows & rows_where(self.table, pattern.rows))
        found = []
        for match in matches:
            if not match.missing:
                values = dict(zip(grammar.factors, match.values, strict=True))
                found.append(
                    self._cells(pattern, match, {**fixed, **self._index(values)}, kept=kept)
                )
        return tuple(found)

    def _index(self, values: Mapping[str, str]) -> dict[str, Whole]:
        return {
            f: np.full(self.table.data.num_rows, factor_values(self.plan, f).index(v), np.int64)
            for f, v in values.items()
        }

    def _fixed(self, pattern: CellPattern, rows: Known) -> tuple[dict[str, Whole], Known]:
        """The value of every row for the factors that `where` and `from_rows` give."""
        for factor, ours in pattern.where:
            if ours not in factor_values(self.plan, factor):
                raise PlanError(
                    f"where: '{ours}' is not a value of {factor} "
                    f"({', '.join(factor_values(self.plan, factor))})."
                )
        fixed = self._index(dict(pattern.where))
        for factor, column in pattern.from_rows:
            values, codes = factor_values(self.plan, factor), factor_codes(self.plan, factor)
            texts = texts_of(self.table, column)
            index = [values.index(codes[t]) if t in codes else ALL_VALUES for t in texts.texts]
            fixed[factor] = np.array(index, np.int64)[texts.code]
            rows = rows & (fixed[factor] != ALL_VALUES)
        return fixed, rows

    def _cells(
        self, pattern: CellPattern, match: Match, values: Mapping[str, Whole], *, kept: Known
    ) -> Cells:
        rows = np.flatnonzero(kept)
        decimals = next((o.decimals for o in self.plan.outcomes if o.name == pattern.quantity), 0)
        added = np.zeros((2, rows.size), np.int64)
        suppressed, missing = np.zeros((2, rows.size), np.bool_)
        everywhere = np.ones(rows.size, np.bool_)  # no column of the cell has a number
        for name in match.columns:
            low, high, bounded, absent = self._column(name, decimals, kept).take(rows)
            added += (low, high)
            suppressed |= bounded
            missing |= absent
            everywhere &= absent
        # A sum of which one part is missing is known from below only.
        open_ = missing & ~everywhere
        factors = tuple(f for f in self.factors if f in values)
        return Cells(
            factors=factors,
            row=rows,
            value=np.stack([values[f][rows] for f in factors], axis=1)
            if factors
            else np.zeros((rows.size, 0), np.int64),
            low=added[0],
            high=np.where(open_, OPEN, np.minimum(added[1], OPEN)),
            suppressed=suppressed | open_,
            collected=~everywhere,
            pattern=pattern,
            columns=match.columns,
        )

    def _column(self, name: str, decimals: int, kept: Known) -> Column:
        key = (name, decimals)
        if key not in self.columns:
            texts = texts_of(self.table, name)
            words = self.plan.codes.get("suppression", {})
            read = tuple(read_cell(t, words, decimals=decimals) for t in texts.texts)
            self.columns[key] = Column(texts, read)
            self.rows_of[key] = np.zeros(kept.shape, np.bool_)
        self.rows_of[key] |= kept
        return self.columns[key]


def factors_named(pattern: CellPattern) -> tuple[str, ...]:
    """The factors that a pattern tells apart, in any of the three ways."""
    fixed = [factor for factor, _ in (*pattern.where, *pattern.from_rows)]
    twice = set(fixed) & set(read_grammar(pattern.columns).factors)
    if twice or len(set(fixed)) < len(fixed):
        raise PlanError(f"columns = {pattern.columns!r}: it gives a factor in two ways; keep one.")
    return (*read_grammar(pattern.columns).factors, *fixed)


def factor_values(plan: Plan, factor: str) -> tuple[str, ...]:
    """The values of a factor, `not_reported` last: as the plan declares it, or built in."""
    for identity in plan.identity:
        if identity.factor.id == factor:
            return identity.factor.all_values
    if factor not in FACTORS:
        raise PlanError(
            f"'{factor}' is no identity factor. Declare it with [[identity]] and its values, or "
            f"use one of {', '.join(FACTORS)}."
        )
    return FACTORS[factor].all_values


def factor_codes(plan: Plan, factor: str) -> Mapping[str, str]:
    """Their codes of a factor and what each means; without a list, our own words."""
    values = factor_values(plan, factor)
    codes = {clean(t): ours for t, ours in plan.codes.get(factor, {}).items() if ours}
    for ours in codes.values():
        if ours not in values:
            raise PlanError(
                f"[codes.{factor}]: '{ours}' is not a value of {factor} ({', '.join(values)})."
            )
    return codes or {v: v for v in values}
