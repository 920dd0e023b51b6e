"""Which columns of a published table name a row's place, and which tell kinds of rows apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from eachchild.sources.init.seen import SeenColumn, SeenFile

LEVELS = ("school", "district", "state")  # finest first
_NAMED = {
    "school": re.compile(r"school|campus|combokey|(^|_)sch(_|id|$)|building", re.I),
    "district": re.compile(r"district|division|(^|_)lea(_|id|$)|corporation|county", re.I),
    "state": re.compile(r"state|territory", re.I),
}
_NO_PLACE = re.compile(r"year|grade|status|type|percent|number of|reporting|total|_ind$", re.I)
_NAME = re.compile(r"name", re.I)
_MOST_KINDS = 40  # kinds of rows beyond which a column does not tell kinds of rows
_NEARLY = 0.98  # of rows told apart; published tables hold a few names twice


@dataclass(frozen=True, slots=True)
class PlaceGuess:
    """Which columns name the place of a row."""

    level: str
    id: tuple[str, ...]
    name: str = ""
    parent: tuple[str, ...] = ()
    parent_name: str = ""


def guess_place(file: SeenFile) -> PlaceGuess | None:
    """The finest level that one key names, text before number; else several columns together."""
    by_level = {level: _of_level(file, level) for level in LEVELS}
    for level, columns in by_level.items():
        keys = sorted((c for c in columns if c.is_key), key=lambda c: c.is_count)
        if keys:
            name = next((c.name for c in columns if _NAME.search(c.name)), "")
            place = PlaceGuess(level, (keys[0].name,), name if name != keys[0].name else "")
            return _with_parent(file, place, by_level["district"]) if level == "school" else place
    texts = {v: [c.name for c in by_level[v] if not c.is_count] for v in LEVELS}
    told = [v for v in LEVELS if texts[v]]
    return _chained(told[0], [texts[v][0] for v in reversed(told)]) if told else None


def _with_parent(file: SeenFile, place: PlaceGuess, above: Sequence[SeenColumn]) -> PlaceGuess:
    """The district of each school, by a column of which every school has one text."""
    able = [c for c in above if file.pairs([place.id[0], c.name]) == file.rows]
    ids = [c.name for c in able if not _NAME.search(c.name)]
    names = [c.name for c in able if _NAME.search(c.name)]
    parent = (*ids, *names)[:1]
    return replace(place, parent=parent, parent_name=names[0] if ids and names else "")


def guess_tellers(
    file: SeenFile, place: PlaceGuess | None, period: str | None
) -> tuple[SeenColumn, ...]:
    """The fewest columns that tell apart the rows of one place; none where a place has one row."""
    keys = [*(place.id if place is not None else ()), *([period] if period else [])]
    if keys and file.pairs(keys) >= _NEARLY * file.rows:
        return ()
    able = [c for c in file.columns if c.name not in keys and _tells_kinds(c, file.rows)]
    for size in (1, 2):
        for chosen in combinations(able, size):
            if file.pairs([*keys, *(c.name for c in chosen)]) >= _NEARLY * file.rows:
                return chosen
    return ()


def _of_level(file: SeenFile, level: str) -> list[SeenColumn]:
    finer = LEVELS[: LEVELS.index(level)]
    return [
        c
        for c in file.columns
        if c.filled
        and _NAMED[level].search(c.name)
        and not _NO_PLACE.search(c.name)
        and not any(_NAMED[f].search(c.name) for f in finer)
        and not (level == "school" and re.search(r"_[A-Z]{2}$", c.name))
        and (not c.is_count or c.is_key or re.search(r"id(\.\w)?$|key|code|no$", c.name, re.I))
        and c.distinct > 1
    ]


def _chained(level: str, chain: Sequence[str]) -> PlaceGuess:
    """Places known by several columns together, coarsest first."""
    if level != "school" or len(chain) == 1:
        return PlaceGuess(level, (chain[-1],))
    return PlaceGuess(level, tuple(chain), chain[-1], tuple(chain[:-1]), chain[-2])


def _tells_kinds(column: SeenColumn, rows: int) -> bool:
    texts = {t.casefold() for t in column.texts}
    answers = texts <= {"yes", "no", "y", "n"}
    return 1 < column.distinct <= min(_MOST_KINDS, rows) and not column.is_count and not answers
