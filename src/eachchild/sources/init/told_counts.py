"""What a published table looks like, for pages that ask a person what its columns count."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from eachchild.sources.counts.patterns import clean
from eachchild.sources.init.counts import CountGuess, count_columns, guess_counts
from eachchild.sources.init.grammar import find_families
from eachchild.sources.init.seen import SeenColumn, SeenFile
from eachchild.sources.init.text import PlanGuess, plan_text
from eachchild.sources.init.words import counted_by, words


def told_counts(file: SeenFile, guess: CountGuess | None) -> Mapping[str, Any]:
    """The lines of numbers, the words for withheld ones, and our guess as a plan would have it."""
    counts = count_columns(file)
    return {
        "lines": list(_lines(counts)),
        "withheld": list(dict.fromkeys(w for c in counts for w in c.withheld)),
        "wholes": {c.name: whole for c in file.columns if (whole := _whole(c))},
        **_guessed(guess),
    }


def guess_alone(file: SeenFile, shape: str) -> CountGuess | None:
    """The guess at a published table; none of a file that was taken for records."""
    return guess_counts(file) if shape != "records" else None


def columns_told(guess: CountGuess | None) -> frozenset[str]:
    """The columns whose texts say what a row is about, none of them a person's."""
    if guess is None:
        return frozenset()
    by_row = {column for p in guess.patterns for _, column in p.from_rows}
    return frozenset(by_row | {column for p in guess.patterns for column, _ in p.rows})


def _lines(counts: list[SeenColumn]) -> Iterator[Mapping[str, Any]]:
    """Families of columns as one line each, and every other column by itself."""
    families = find_families(counts)
    for family in families:
        codes = {factor: dict(found) for factor, found in family.codes.items()}
        yield {"columns": family.pattern, "members": len(family.columns), "codes": codes,
               "guess": _counts_what(family.said)}  # fmt: skip
    taken = {name for family in families for name in family.columns}
    for column in counts:
        if column.name not in taken:
            yield {"columns": clean(column.name), "members": 1, "codes": {},
                   "guess": _counts_what(clean(column.name.replace("_", " ")))}  # fmt: skip


def _counts_what(said: str) -> str:
    found = counted_by(said)
    return found or ("n" if words().patterns["students"].search(said) else "")


def _whole(column: SeenColumn) -> str:
    """The text of a column that stands for everybody; empty where it has none."""
    return next((t for t in column.texts if t.casefold() in words().whole), "")


def _guessed(guess: CountGuess | None) -> Mapping[str, Any]:
    if guess is None:
        return {"source": None, "codes": {}}
    alone = PlanGuess("", (), (guess,), (), (), {}, ())
    plan = tomllib.loads(plan_text(alone))
    return {"source": plan["source"][0], "codes": plan.get("codes", {})}
