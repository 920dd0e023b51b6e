"""Two audits side by side: the same outcomes and groups, then and now; no change is judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eachchild.web.audits.explorer import LEVELS, Line, line_of
from eachchild.web.audits.screens import Pages
from eachchild.web.shelf import by_of, numbers

_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two audits, as its reader may see it."""

    folder: Path
    pages: Pages
    places: frozenset[str] | None

    @property
    def period(self) -> str:
        """The latest year it tells of."""
        return str(self.pages["periods"][-1]) if self.pages["periods"] else ""


@dataclass(frozen=True, slots=True)
class Pair:
    """One group then and now; None where an audit has no such row."""

    group: str
    then: Line | None
    now: Line | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One outcome: pairs under each factor, or why there are none."""

    title: str
    id: str
    is_broken: bool  # it counts something else than it did
    definitions: tuple[str, str]
    breaks: tuple[str, ...]
    blocks: tuple[tuple[str, tuple[Pair, ...]], ...]
    is_only_now: bool = False


def compared(then: Side, now: Side, place: str) -> tuple[Compared, ...]:
    """Every outcome of the later audit beside the earlier one's."""
    before = then.pages["labels"]["outcomes"]
    return tuple(
        _outcome(then, now, place, name, before.get(name))
        for name in now.pages["labels"]["outcomes"]
    )


def nearness(earlier: Pages, now: Pages) -> tuple[bool, int]:
    """How fit an audit is to stand beside another, the least first: of a year before, alike."""
    outcomes, before = now["labels"]["outcomes"], earlier["labels"]["outcomes"]
    alike = sum(
        name in before and one["hash"] == before[name]["hash"] for name, one in outcomes.items()
    )
    is_before = earlier["periods"][-1:] < now["periods"][-1:]
    return not is_before, -alike


def _outcome(
    then: Side, now: Side, place: str, name: str, before: Mapping[str, Any] | None
) -> Compared:
    here = now.pages["labels"]["outcomes"][name]
    if before is None:
        return Compared(here["title"], here["id"], False, ("", ""), (), (), is_only_now=True)
    is_broken = not here["hash"] or here["hash"] != before["hash"]
    return Compared(
        here["title"], here["id"], is_broken,
        (str(before["definition"]), str(here["definition"])),
        tuple(_breaks(then, now, name)),
        () if is_broken else tuple(_blocks(then, now, place, name)),
    )  # fmt: skip


def _breaks(then: Side, now: Side, outcome: str) -> Iterable[str]:
    """Breaks in the data that lie between the two years."""
    for one in now.pages["breaks"]:
        if one["outcome"] in ("", outcome) and then.period < one["period"] <= now.period:
            yield str(one["reason"])


def _blocks(
    then: Side, now: Side, place: str, outcome: str
) -> Iterable[tuple[str, tuple[Pair, ...]]]:
    old, new = _lines(then, place, outcome), _lines(now, place, outcome)
    for by, words in {"": "", **now.pages["labels"]["by"]}.items():
        if ";" in by:
            continue
        groups = [g for g in dict.fromkeys((*new, *old)) if (by_of(g) if g else "") == by]
        names = {**then.pages["labels"]["groups"], **now.pages["labels"]["groups"]}
        pairs = tuple(Pair(names.get(g, ""), old.get(g), new.get(g)) for g in groups)
        if pairs:
            yield words, pairs


def _lines(side: Side, place: str, outcome: str) -> Mapping[str, Line]:
    """The level of each group of one factor, in the latest year, by group."""
    found: dict[str, Line] = {}
    for measure in LEVELS:
        for intervals in (("student", ""), ()):
            rows = numbers(
                side.folder, side.places, most=_ROWS, intervals=intervals,
                wanted={"outcome": outcome, "place": place, "period": side.period,
                        "measure": measure},
            ).rows  # fmt: skip
            for row in rows:
                if ";" not in row["group"]:
                    found.setdefault(row["group"], line_of(row, side.pages["labels"]))
            if found:
                return found
    return found
