"""Two factors crossed: a table whose cells are shaded around the overall rate."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from eachchild.release.types import FactorCard
from eachchild.report.case import Case
from eachchild.report.lookup import Cell
from eachchild.report.names import Names, shown
from eachchild.report.page import HeatCell, HeatMap
from eachchild.terms.numerals import count
from eachchild.terms.said import as_label, sentence_case
from eachchild.terms.states import State

# A shade is a third of the largest distance from the overall rate among crossings of some size, so
# that one student in a tiny crossing does not bleach all others.
_SHADES = 3
_SOME_SIZE = 30
_FEWEST = 10  # students of a crossing whose shade says more than one of them would


def heat_maps(case: Case) -> dict[tuple[str, ...], HeatMap]:
    """The map of each pair of factors that were crossed, in the plan's order."""
    asked = case.lookup.breakdowns.get(case.card.name, frozenset())
    pairs = combinations([f for f in case.released.factors if not f.overlap], 2)
    made = {(a.id, b.id): _heat_map(case, a, b) for a, b in pairs if (a.id, b.id) in asked}
    return {factors: one for factors, one in made.items() if one is not None}


def _heat_map(case: Case, one: FactorCard, other: FactorCard) -> HeatMap | None:
    pair = (one, other)
    finding = case.about((_group(pair, v, w) for v in one.groups for w in other.groups), alone=True)
    case = case.of(finding)
    cells = {
        (v, w): cell
        for v in one.groups
        for w in other.groups
        if (cell := case.cell(_group(pair, v, w))) is not None and cell.n != 0
    }
    if not cells:
        return None
    grid = _grid(case.names, pair, cells)
    shade = _Shade(case, tuple(cells.values()))
    lit = finding.group if finding and finding.verdict == "gap" else ""
    rows = []
    for label, keys in grid.rows:
        line = (shade.cell(cells.get(k), _group(pair, *k), lit=lit) for k in keys)
        rows.append((label, tuple(line)))
    hidden = sum(case.in_place(cell, _group(pair, *at)) is not None for at, cell in cells.items())
    return HeatMap(
        id=f"x-{case.card.name}-{one.id}-{other.id}",
        title=sentence_case(finding.sentence)
        if lit and finding
        else _untold(case, pair, (len(cells) - hidden, len(cells))),
        about=_about(case, pair, shade),
        head=grid.head,
        columns=grid.columns,
        rows=tuple(rows),
        note=_note(case, shade, any_hidden=hidden > 0),
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """Which factor goes down and which across, and the crossing at each place."""

    head: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def _grid(
    names: Names, pair: tuple[FactorCard, FactorCard], there: Collection[tuple[str, str]]
) -> _Grid:
    """The factor with more groups goes down, since a phone is taller than wide."""
    down = [v for v in pair[0].groups if any(key[0] == v for key in there)]
    across = [w for w in pair[1].groups if any(key[1] == w for key in there)]
    one, other = (
        {value: as_label(names.words, label) for value, label in factor.groups.items()}
        for factor in pair
    )
    if len(across) > len(down):
        columns = tuple(one[v] for v in down)
        rows = ((other[w], tuple((v, w) for v in down)) for w in across)
        return _Grid(pair[1].label, columns, tuple(rows))
    columns = tuple(other[w] for w in across)
    rows = ((one[v], tuple((v, w) for w in across)) for v in down)
    return _Grid(pair[0].label, columns, tuple(rows))


def _group(pair: tuple[FactorCard, FactorCard], value: str, other: str) -> str:
    return f"{pair[0].id}={value};{pair[1].id}={other}"


def _note(case: Case, shade: "_Shade", *, any_hidden: bool) -> str:
    note = case.names.say(f"heat.note_{case.card.direction}" if shade.overall else "heat.plain")
    return f"{note} {case.names.say('heat.note_hidden')}" if any_hidden else note


def _untold(case: Case, pair: tuple[FactorCard, FactorCard], shown: tuple[int, int]) -> str:
    """Folded findings say that each crossing is in line with its two groups; if all are shown."""
    if shown[0] < shown[1]:
        told, every = map(count, shown)
        return case.names.say(
            "heat.some_hidden", one=pair[0].label, other=pair[1].within, shown=told, all=every
        )
    groups = {_group(pair, v, w) for v in pair[0].groups for w in pair[1].groups}
    folded = any(f.group in groups and f.parent for f in case.findings)
    key = "heat.folded" if folded else "heat.no_finding"
    return case.names.say(key, one=pair[0].label, other=pair[1].within)


def _about(case: Case, pair: Sequence[FactorCard], shade: "_Shade") -> str:
    parts = [case.card.title, pair[0].label, pair[1].label, case.names.period(case.period)]
    about = " · ".join(parts)
    if shade.overall is None:
        return about
    return case.names.say("heat.about", about=about, overall=shown(case.card, shade.overall))


class _Shade:
    """The shade of each crossing: how far it lies from the overall rate, and to which side."""

    def __init__(self, case: Case, cells: Sequence[Cell]) -> None:
        self._case = case
        overall = case.cell("")
        told = [c for c in cells if c.is_reported]
        self.overall = overall.estimate if overall is not None and overall.is_reported else None
        sized = [c for c in told if (c.n or 0) >= _SOME_SIZE] or told
        self._most = max((abs(self._away(c)) for c in sized), default=0.0)

    def cell(self, cell: Cell | None, group: str, *, lit: str) -> HeatCell:
        """One cell with its words and its shade."""
        if cell is None:
            return HeatCell(self._case.names.say("heat.nobody"), "", 0, told=False)
        people = "" if cell.n is None else count(cell.n)
        if cell.is_reported and cell.estimate is not None:
            return HeatCell(
                shown(self._case.card, cell.estimate), people, self._step(cell), lit=lit == group
            )
        found = self._case.in_place(cell, group)
        if found is not None:
            said = self._case.names.say("nearest.hidden_cell")
            return HeatCell(
                said, "", 0, told=False, hatched=True, nearest=sentence_case(found.brief)
            )
        hidden = cell.state in (State.SUPPRESSED, State.COARSE)
        return HeatCell(self._case.names.state(cell.state), people, 0, told=False, hatched=hidden)

    def _away(self, cell: Cell) -> float:
        return 0.0 if self.overall is None else (cell.estimate or 0.0) - self.overall

    def _step(self, cell: Cell) -> int:
        if self._most == 0 or (cell.n or 0) < _FEWEST:
            return 0
        steps = round(self._away(cell) / self._most * (_SHADES + 0.49))
        better = 1 if self._case.card.direction == "higher" else -1
        return better * max(-_SHADES, min(_SHADES, steps))
