"""What was odd about one published file, as rules that fired: rows, texts, columns and codes."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from eachchild.plan import Source
from eachchild.sources.counts.cell_text import CellText, Read
from eachchild.sources.counts.cells import CellReader, Cells, factor_codes
from eachchild.sources.counts.patterns import Either, Slot, clean, ignored_by, read_grammar
from eachchild.sources.counts.rows import Known, PeriodRows, PlaceRows, texts_of
from eachchild.sources.counts.sums import numbered
from eachchild.sources.text.table import TextTable
from eachchild.tables import RuleHit, Severity, Unmapped

_EXAMPLES = 3  # row numbers shown with a rule
_LISTED = 24  # texts or columns listed with a rule
_ROW_RULES: Mapping[str, Severity] = {"R05": "quarantine", "V04": "quarantine", "R03": "note"}
_CELL_RULES: tuple[tuple[str, Callable[[CellText], bool]], ...] = (
    ("S01", lambda cell: cell.read in (Read.SUPPRESSED, Read.RANGE, Read.DATE)),
    ("T08", lambda cell: cell.read is Read.DATE),
    ("T09", lambda cell: cell.flagged),
    ("V10", lambda cell: cell.read is Read.MISSING),
)


def examples(table: TextTable, rows: Known) -> tuple[int, ...]:
    """The first few row numbers, as a person sees them in the file."""
    return tuple(int(r) for r in table.row[np.flatnonzero(rows)[:_EXAMPLES]])


def period_hits(table: TextTable, periods: PeriodRows) -> Iterator[RuleHit]:
    """A period that only the file's name gives, or that nothing gives."""
    if not periods.ids:
        ask = 'say period = "2021-22" in this [[source]], or period_column and year_is'
        yield RuleHit("V04", "stop", table.path, table.data.num_rows, details={"next": ask})
    elif periods.from_name:
        details = {"period": periods.ids[0], "from": "the file's name"}
        yield RuleHit("V04", "note", table.path, 1, details=details)


def row_hits(table: TextTable, rows: Mapping[str, Known]) -> Iterator[RuleHit]:
    """Rows that name no place or period, and rows that repeat another."""
    for rule, found in rows.items():
        if count := int(found.sum()):
            yield RuleHit(rule, _ROW_RULES[rule], table.path, count, examples(table, found))


def total_hits(table: TextTable, total: Known) -> Iterator[RuleHit]:
    """Rows that are the published whole."""
    if count := int(total.sum()):
        details = {"kept": "as the published whole, never added to its parts"}
        yield RuleHit("F05", "note", table.path, count, examples(table, total), details=details)


def unusable_hits(table: TextTable, reader: CellReader) -> Iterator[RuleHit]:
    """Texts where a count should stand; a column mostly of them is not one of counts."""
    for key, column in reader.columns.items():
        asked = reader.rows_of[key]
        wrong = asked & column.unusable()
        count, of = int(wrong.sum()), int(asked.sum())
        if count:
            percent = any(column.read[c].read is Read.PERCENT for c in column.texts.code[wrong])
            why = {"of": of, "percent": percent}
            severity: Severity = "stop" if 2 * count > of else "quarantine"
            rows = examples(table, wrong)
            yield RuleHit("V10", severity, table.path, count, rows, key[0], why)


def cell_hits(table: TextTable, reader: CellReader) -> Iterator[RuleHit]:
    """Cells that are no plain number: how many, and which texts stood there."""
    for rule, wanted in _CELL_RULES:
        yield from _texts_met(table, reader, rule, wanted=wanted)


def _texts_met(
    table: TextTable, reader: CellReader, rule: str, *, wanted: Callable[[CellText], bool]
) -> Iterator[RuleHit]:
    texts: Counter[str] = Counter()
    rows = np.zeros(table.data.num_rows, np.bool_)
    for key, column in reader.columns.items():
        chosen = np.array([wanted(cell) for cell in column.read], np.bool_)
        here = reader.rows_of[key] & chosen[column.texts.code]
        rows |= here
        counts = np.bincount(column.texts.code[here], minlength=len(column.texts.texts))
        for index in np.flatnonzero(counts).tolist():
            texts[column.texts.texts[index] or "(blank)"] += int(counts[index])
    if texts:
        details = {"texts": dict(texts.most_common(_LISTED)), "rows": int(rows.sum())}
        yield RuleHit(
            rule, "note", table.path, texts.total(), examples(table, rows), details=details
        )


def added_hits(
    table: TextTable, cells: Sequence[Cells], places: PlaceRows, *, periods: PeriodRows
) -> Iterator[RuleHit]:
    """Places with several rows for one cell: the rows are added up."""
    if not places.ids:
        return
    several = np.zeros(len(places.ids), np.bool_)
    rows = np.zeros(table.data.num_rows, np.bool_)
    for found in cells:
        place = places.row[found.row]
        _, code = numbered(np.column_stack([place, periods.row[found.row], found.value]))
        again = (np.bincount(code)[code] > 1) & (place >= 0) if code.size else place > 0
        several[place[again]] = True
        rows[found.row[again]] = True
    if count := int(several.sum()):
        details = {"places": count, "rows": int(rows.sum()), "done": "added up as one place"}
        yield RuleHit("T06", "note", table.path, count, examples(table, rows), details=details)


def twice_hits(table: TextTable, cells: Sequence[Cells]) -> Iterator[RuleHit]:
    """Columns of which a row is counted twice into one quantity of one breakdown."""
    uses: dict[tuple[tuple[str, ...], str, str], list[Cells]] = {}
    for found in cells:
        for name in found.columns if not found.pattern.check else ():
            key = (found.factors, found.pattern.quantity, name)
            uses.setdefault(key, []).append(found)
    for (_, quantity, name), several in uses.items():
        rows = np.bincount(np.concatenate([c.row for c in several])) > 1
        if rows.any():
            details = {"quantity": quantity}
            shown = tuple(int(r) for r in table.row[np.flatnonzero(rows)[:_EXAMPLES]])
            yield RuleHit("T10", "stop", table.path, int(rows.sum()), shown, name, details)


def column_hits(table: TextTable, source: Source, reader: CellReader) -> Iterator[RuleHit]:
    """Columns that a pattern asks for and the file lacks, and those that nothing uses."""
    for pattern, matches in reader.matched:
        missing = [name for m in matches for name in m.missing]
        if missing:
            details = {"pattern": pattern.columns, "columns": missing[:_LISTED]}
            yield RuleHit("F06", "blank", table.path, len(missing), details=details)
    unused = _unused(table, source, reader)
    if unused:
        groups = Counter(_shape(name, reader) for name in unused)
        listed = {"columns": dict(groups.most_common(_LISTED))}
        yield RuleHit("T07", "note", table.path, len(unused), details=listed)


def unmapped(
    table: TextTable, source: Source, reader: CellReader, *, unused: Known
) -> Iterator[Unmapped]:
    """Codes in rows or headings that no list maps: counted and shown, never guessed."""
    seen: set[str] = set()
    for pattern, _ in reader.matched:
        for factor, column in pattern.from_rows:
            if column in seen:
                continue
            seen.add(column)
            texts = texts_of(table, column)
            counts = np.bincount(texts.code[unused], minlength=len(texts.texts))
            for index in np.flatnonzero(counts).tolist():
                yield Unmapped(factor, texts.texts[index], int(counts[index]), table.path)
    yield from _unmapped_headings(table, source, reader)


def _unmapped_headings(table: TextTable, source: Source, reader: CellReader) -> Iterator[Unmapped]:
    left = [clean(c) for c in _unused(table, source, reader)]
    met: set[tuple[str, str]] = set()
    for pattern, _ in reader.matched:
        grammar = read_grammar(pattern.columns)
        fixed = "".join(p for p in grammar.pieces if isinstance(p, str))
        if not fixed or " " in fixed:
            continue  # a bare {race}, or words: other headings would look like a code too
        expression = re.compile("".join(_expression(p) for p in grammar.pieces))
        for name in left:
            found = expression.fullmatch(name)
            for factor in grammar.factors if found else ():
                code = found[factor] if found else ""
                if code not in factor_codes(reader.plan, factor) and (factor, code) not in met:
                    met.add((factor, code))
                    yield Unmapped(factor, code, table.data.num_rows, table.path)


def _expression(piece: str | Slot | Either) -> str:
    match piece:
        case Slot(factor):
            return f"(?P<{factor}>.+?)"
        case Either(texts):
            return f"(?:{'|'.join(re.escape(t) for t in texts)})"
        case text:
            return re.escape(text)


def _unused(table: TextTable, source: Source, reader: CellReader) -> tuple[str, ...]:
    used = {name for name, _ in reader.columns}
    used.update(clean(name) for name in _keys(source))
    rest = [c for c in table.columns if c not in used and clean(c) not in used]
    ignored = set(ignored_by(source.ignore_columns, rest))
    return tuple(c for c in rest if c not in ignored)


def _keys(source: Source) -> Iterator[str]:
    """The columns a source reads for anything but counts."""
    if source.place is not None:
        place = source.place
        yield from (*place.id, *place.parent, *place.name, *place.parent_name)
    if source.period_column is not None:
        yield source.period_column
    yield from (column for column, _ in (*source.total, *source.ignore_rows))
    for pattern in source.cells:
        yield from (column for column, _ in pattern.rows)
        yield from (column for _, column in pattern.from_rows)


def _shape(name: str, reader: CellReader) -> str:
    """A heading with the codes in it replaced by their factors, so that like headings group."""
    parts = re.split(r"([_ ])", clean(name))
    for factor in reader.factors:
        codes = factor_codes(reader.plan, factor)
        parts = [f"{{{factor}}}" if p in codes else p for p in parts]
    return "".join(parts)
