"""Files that a district knows: what an export is and what its columns mean, for the next audit.

A file of the same shape is one that has every column of which something was said; its name may
have another year in it, and it may have columns more. Where two fit, the one that says more does.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from eachchild.tables import TABLES
from eachchild.web.foundation.rules import NotAllowedError

Known = Mapping[str, Any]
RECORDS, COUNTS, LEFT = "records", "counts", "left"
# Of a year, or of one audit's folder: not of the files that come next.
OF_ONE_AUDIT = frozenset(("path", "period", "note", "together"))
_KEYS: Mapping[str, frozenset[str]] = {
    RECORDS: frozenset(("table", "columns", "keep", "constant", "date_order", "year_is", "complete",
                        "ignore_columns", "ignore_rows", "layout")),
    COUNTS: frozenset(("place", "cells", "total", "period_column", "year_is", "complete",
                       "ignore_columns", "ignore_rows", "layout", "uncovered")),
    LEFT: frozenset(("headings",)),
}  # fmt: skip
_MOST, _LARGEST = 200, 100_000  # files; characters of one


def known_file(file: str, source: Known | None, headings: Iterable[str]) -> dict[str, Any]:
    """What to remember of a file; None: that it is left out, by its headings.

    >>> told = {"path": "a-24.csv", "shape": "records", "table": "school", "period": "2023-24"}
    >>> known_file("a-24.csv", told, ())
    {'file': 'a-24.csv', 'shape': 'records', 'table': 'school'}
    """
    if source is None:
        return {"file": file, "shape": LEFT, "headings": sorted(headings)}
    kept = {k: v for k, v in source.items() if k not in OF_ONE_AUDIT and v not in ("", {}, [])}
    return {"file": file, **{"shape": RECORDS, **kept}}


def best_known(file: str, headings: Iterable[str], known: Iterable[Known]) -> Known | None:
    """What is known of a file with these headings: its like in name first, then what says most."""
    there = frozenset(map(_tidy, headings))
    able = [one for one in known if _fits(one, there)]
    return max(able, key=lambda o: (stem(o["file"]) == stem(file), len(_asked(o))), default=None)


def with_known(known: Sequence[Known], more: Iterable[Known]) -> list[Known]:
    """What is known, with more of it; of files of one name and kind the newest stays."""
    found = {_place_of(one): one for one in (*known, *more)}
    return list(found.values())


def stem(file: str) -> str:
    """A file's name without its year, its number and what it ends in.

    >>> stem("students-2023-24.csv"), stem("Students 25.xlsx")
    ('students', 'students')
    """
    return re.sub(r"[\W\d_]+", "", file.casefold().split(".", 1)[0])


def check_sources(known: Sequence[Any]) -> None:
    """Each says of a file what a plan could say of it, and nothing of where it is."""
    if len(known) > _MOST:
        raise NotAllowedError(_("A profile knows %(most)d files at most.") % {"most": _MOST})
    for one in known:
        if not _is_one(one):
            raise NotAllowedError(_("What the profile says of a file cannot be used."))


def _is_one(one: Any) -> bool:
    if type(one) is not dict or type(one.get("file")) is not str or one.get("shape") not in _KEYS:
        return False
    more = set(one) - {"file", "shape"} - _KEYS[one["shape"]]
    whole = one["shape"] != RECORDS or (one.get("table") in TABLES and _texts(one.get("columns")))
    cells = one.get("cells", [])
    return (
        not more and whole and len(json.dumps(one)) <= _LARGEST
        and type(cells) is list and all(type(c) is dict and "columns" in c for c in cells)
        and all(text.isprintable() for text in _all_texts(one))
    )  # fmt: skip


def _fits(one: Known, there: frozenset[str]) -> bool:
    """Whether a file with these headings, each tidy, may be the one that is known."""
    asked = {_tidy(heading) for heading in _asked(one)}
    if one["shape"] == LEFT:
        return there == asked
    patterns = [c["columns"] for c in one.get("cells", ()) if "{" in c["columns"]]
    found = [any(map(_like(p).fullmatch, there)) for p in patterns]
    return bool(asked or found) and asked <= there and all(found)


def _tidy(heading: str) -> str:
    return " ".join(heading.split())


def _like(pattern: str) -> re.Pattern[str]:
    """What the headings look like that a pattern stands for."""
    return re.compile(".+".join(re.escape(part) for part in re.split(r"\{[^{}]*\}", pattern)))


def _asked(one: Known) -> frozenset[str]:
    """The headings that a file must have to be the one that is known."""
    if one["shape"] == LEFT:
        return frozenset(one["headings"])
    fixed = [c for c in one.get("cells", ()) if "{" not in c["columns"]]
    return frozenset(
        (*one.get("columns", {}).values(), *one.get("keep", {}), *one.get("ignore_rows", {}),
         *_places(one.get("place", {})), *(c["columns"] for c in fixed),
         *(h for c in one.get("cells", ()) for h in (*c.get("rows", {}),
                                                     *c.get("from_rows", {}).values())),
         *((one["period_column"],) if one.get("period_column") else ()))
    )  # fmt: skip


def _places(place: Known) -> Iterator[str]:
    for name in ("id", "name", "parent", "parent_name"):
        told = place.get(name, ())
        yield from [told] if isinstance(told, str) else told


def _place_of(one: Known) -> tuple[str, ...]:
    """Where one stands among what is known: two files of one name may be of two kinds."""
    return (stem(one["file"]), *(sorted(one["headings"]) if one["shape"] == LEFT else ()))


def _texts(told: Any) -> bool:
    return type(told) is dict and all(type(v) is str for v in told.values())


def _all_texts(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, list):
        for one in told:
            yield from _all_texts(one)
    elif isinstance(told, dict):
        yield from _all_texts([*told.keys(), *told.values()])
