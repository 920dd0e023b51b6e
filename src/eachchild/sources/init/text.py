"""Writes a first plan: what was guessed, why, and what only a person can say."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from eachchild.sources.init.counts import CountGuess, Pattern
from eachchild.sources.init.crdc import LeftOut
from eachchild.sources.init.outcomes import OutcomeGuess
from eachchild.sources.init.records import RecordGuess


@dataclass(frozen=True, slots=True)
class IdentityGuess:
    """One factor that the files tell, with the group that others are compared with."""

    factor: str
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlanGuess:
    """Everything that goes into a first plan."""

    title: str
    records: tuple[RecordGuess, ...]
    counts: tuple[CountGuess, ...]
    identity: tuple[IdentityGuess, ...]
    outcomes: tuple[OutcomeGuess, ...]
    left: Mapping[str, str]  # files that are not used, and why
    questions: tuple[str, ...]


def plan_text(guess: PlanGuess) -> str:
    """The plan as TOML, with its guesses commented."""
    parts = [
        *_head(guess),
        *(line for one in guess.records for line in _records(one)),
        *(line for one in guess.counts for line in _counts(one)),
        *_codes(guess.counts),
        *_identity(guess.identity),
        *_outcomes(guess.outcomes),
        *_left(guess.left),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def quoted(text: str) -> str:
    """A TOML text.

    >>> quoted('say "yes"')
    '"say \\\\"yes\\\\""'
    """
    return json.dumps(text, ensure_ascii=False)


def _head(guess: PlanGuess) -> Iterator[str]:
    yield "# Written by `eachchild init`. Everything here is a guess from names and contents;"
    yield "# correct what is wrong, then run `eachchild check` on this file."
    if guess.questions:
        yield "#"
        yield "# Only a person can say:"
        yield from (f"# - {question}" for question in guess.questions)
    yield ""
    yield f"title = {quoted(guess.title)}  # what the report is called"
    yield 'author = ""  # who makes this audit: that person cannot approve its release'
    yield ""


def _records(one: RecordGuess) -> Iterator[str]:
    yield "[[source]]"
    yield f"path = {quoted(one.file.path)}  # {one.file.rows:,} rows"
    yield 'shape = "records"'
    yield f"table = {quoted(one.table)}  # {one.why}"
    if one.period:
        yield f"period = {quoted(one.period)}  # guess: {'; '.join(one.remarks)}"
    yield f"columns = {_pairs(one.columns.items())}"
    if one.keep:
        yield f"keep = {_pairs(one.keep)}  # guess: only these rows count"
    if one.constant:
        yield f"constant = {_pairs(one.constant)}"
    if one.complete:
        yield "complete = true  # guess: who has no row here has none of it"
    unused = [c.name for c in one.file.columns if c.name not in set(one.columns.values())]
    if unused:
        yield f"# not used: {_listed(unused)}"
    yield ""


def _counts(one: CountGuess) -> Iterator[str]:
    yield "[[source]]"
    yield f"path = {quoted(one.file.path)}  # {one.file.rows:,} rows; {one.why}"
    yield 'shape = "counts"'
    if one.period_column:
        yield f"period_column = {quoted(one.period_column)}"
    elif one.period:
        yield f"period = {quoted(one.period)}  # guess: from the file's name"
    if one.place is not None:
        place = one.place
        keys: list[tuple[str, str]] = [("level", quoted(place.level)), ("id", _texts(place.id))]
        keys += [("name", quoted(place.name))] if place.name else []
        keys += [("parent", _texts(place.parent))] if place.parent else []
        keys += [("parent_name", quoted(place.parent_name))] if place.parent_name else []
        yield f"place = {{ {', '.join(f'{k} = {v}' for k, v in keys)} }}"
    if one.file.fill:
        yield f"layout = {{ fill = {_pairs(one.file.fill)} }}  # labels over several rows"
    if one.total:
        yield f"total = {_pairs(one.total)}  # the whole: checked, never added"
    if one.ignore_columns:
        yield "ignore_columns = ["
        yield from (f"  {quoted(name)}," for name in one.ignore_columns)
        yield "]"
    for pattern in one.patterns:
        yield ""
        yield from _pattern(pattern)
    for left in one.left_out:
        yield ""
        yield from _left_out(left)
    yield ""


def _pattern(one: Pattern) -> Iterator[str]:
    yield "[[source.cells]]"
    yield f"columns = {quoted(one.columns)}"
    yield f"quantity = {quoted(one.quantity)}"
    for key in ("where", "rows", "from_rows"):
        if pairs := getattr(one, key):
            yield f"{key} = {_pairs(pairs)}"
    if one.remainder:
        yield f"remainder = {quoted(one.remainder)}"
    if one.check:
        yield "check = true"


def _left_out(one: LeftOut) -> Iterator[str]:
    yield "[[source.uncovered]]"
    yield f"outcome = {quoted(one.outcome)}"
    yield f"events = {quoted(one.events)}"
    yield f"n = {quoted(one.n)}"
    yield 'factor = "race"'
    yield (
        'reason = "students with a Section 504 plan only are told apart by sex, not by race"'
        "  # in no count by race"
    )


def _codes(counts: Sequence[CountGuess]) -> Iterator[str]:
    """The codes that stand in column names or rows of published tables."""
    codes: dict[str, dict[str, str]] = {}
    for one in counts:
        for factor, found in one.codes.items():
            codes.setdefault(factor, {}).update(found)
    for factor, found in codes.items():
        yield f"[codes.{factor}]"
        yield from (f"{quoted(theirs)} = {quoted(ours)}" for theirs, ours in found.items())
        yield ""


def _identity(identity: Iterable[IdentityGuess]) -> Iterator[str]:
    for one in identity:
        yield "[[identity]]"
        yield f"factor = {quoted(one.factor)}"
        yield f"reference = {quoted(one.reference)}  # choose it before you look at results"
        yield f"reason = {quoted(one.reason)}"
        yield ""


def _outcomes(outcomes: Iterable[OutcomeGuess]) -> Iterator[str]:
    for one in outcomes:
        yield "[[outcome]]"
        yield f"name = {quoted(one.name)}  # {one.why}"
        yield from (f"{key} = {value}" for key, value in one.keys)
        yield ""


def _left(left: Mapping[str, str]) -> Iterator[str]:
    if left:
        yield "# Files that are not used:"
        yield from (f"# {path}: {why}" for path, why in left.items())


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return "{ " + ", ".join(f"{_key(k)} = {quoted(v)}" for k, v in pairs) + " }"


def _key(text: str) -> str:
    bare = text.isascii() and text.replace("_", "").replace("-", "").isalnum()
    return text if bare else quoted(text)


def _texts(texts: Sequence[str]) -> str:
    return quoted(texts[0]) if len(texts) == 1 else "[" + ", ".join(map(quoted, texts)) + "]"


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
