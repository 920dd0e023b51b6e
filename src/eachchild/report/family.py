"""What a released copy found, in the words of families: short sentences, and people to count.

Made of released objects alone: every number is a released rate, rounded to whole students of a
hundred (or of a thousand, where fewer than one of a hundred would be).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eachchild.findings.model import Finding
from eachchild.release.types import Released
from eachchild.report.case import Case, cases
from eachchild.report.charts.icons import Crowd, IconArray
from eachchild.report.lookup import Cell
from eachchild.report.names import Names, names_of, shown, with_unit
from eachchild.terms.catalogue import Words
from eachchild.terms.numerals import count
from eachchild.terms.said import bare, of_so_many, sentence_case

_BASES = (100, 1_000)
_MOST = 5


@dataclass(frozen=True, slots=True)
class Told:
    """One finding for families; `people` where it can be counted out, in `of` students each."""

    finding: Finding
    title: str
    when: str
    sentences: tuple[str, ...]
    people: IconArray | None


@dataclass(frozen=True, slots=True)
class Counted:
    """One outcome for families: what it is, and how many students it happened to."""

    outcome: str
    title: str
    level: str
    counted: str


@dataclass(frozen=True, slots=True)
class Family:
    """A report on one short page."""

    answer: tuple[str, ...]
    told: tuple[Told, ...]
    none: str  # what to say where nothing is sure enough
    outcomes: tuple[Counted, ...]


def family(released: Released) -> Family:
    """The report in the words of families."""
    names = names_of(released)
    of_outcomes = cases(released, names)
    by_name = {case.card.name: case for case in of_outcomes}
    told = [f for f in _first(released.findings) if f.outcome in by_name]
    return Family(
        answer=tuple(_answer(names.words, of_outcomes)),
        told=tuple(_told(by_name[f.outcome].of(f), f) for f in told[:_MOST]),
        none=names.words.say("family.none"),
        outcomes=tuple(map(_counted, of_outcomes)),
    )


def _first(findings: Sequence[Finding]) -> list[Finding]:
    """Headlines of the whole place first, then its other gaps; crossings last."""
    sure = [f for f in findings if f.kind == "gap" and f.verdict == "gap" and f.place == "all"]
    return sorted(sure, key=lambda f: (";" in f.group, not f.headline, f.rank))


def _answer(said: Words, of_outcomes: Sequence[Case]) -> Iterator[str]:
    """How many things were looked at, and in how many of them groups differed."""
    found = [_verdict(case) for case in of_outcomes]
    yield _numbered(said, "family.asked", len(found))
    for verdict, key in (
        ("gap", "family.differ"), ("cannot_tell", "family.unsure"), ("no_gap", "family.alike"),
    ):  # fmt: skip
        if found.count(verdict) == len(found) > 1:
            yield said.say(f"{key}_all")
        elif verdict in found:
            yield _numbered(said, key, found.count(verdict))


def _verdict(case: Case) -> str:
    """What holds of an outcome over the whole place; "cannot tell" is never "no gap"."""
    own = {f.verdict for f in case.findings if f.kind == "gap" and f.place == "all"}
    return next((v for v in ("gap", "cannot_tell", "no_gap") if v in own), "cannot_tell")


def _numbered(said: Words, key: str, number: int) -> str:
    return said.say(f"{key}_one" if number == 1 else key, count=count(number))


def _told(case: Case, one: Finding) -> Told:
    pair = _pair(case, one)
    rates = None if pair is None or not case.card.is_rate else _whole(*pair)
    return Told(
        finding=one,
        title=_own(case, "title") or case.card.title,
        when=sentence_case(case.names.period(one.period)),
        sentences=_sentences(case, one, pair, rates),
        people=None if rates is None else _people(case, one, rates),
    )


def _pair(case: Case, one: Finding) -> tuple[float, float] | None:
    """Both released rates or means; None where one of them is not there."""
    mine = case.cell(one.group)
    theirs = case.cell("" if one.reference in ("complement", "overall") else one.reference)
    if mine is None or theirs is None or not (mine.is_reported and theirs.is_reported):
        return None
    if one.reference != "complement":
        return _estimate(mine), _estimate(theirs)
    n, events = (theirs.n or 0) - (mine.n or 0), (theirs.events or 0) - (mine.events or 0)
    return (_estimate(mine), events / n) if n > 0 else None


def _estimate(cell: Cell) -> float:
    return cell.estimate or 0.0


def _sentences(
    case: Case, one: Finding, pair: tuple[float, float] | None, rates: tuple[int, ...] | None
) -> tuple[str, ...]:
    """Two short ones, one a group; the report's own where there are no words for families."""
    if ";" in one.group or pair is None:
        return (f"{sentence_case(one.sentence)}.",)
    both = (one.group, one.reference)
    if not case.card.is_rate:
        said = [_mean(case, group, value) for group, value in zip(both, pair, strict=True)]
        return tuple(said) if all(said) else (f"{sentence_case(one.sentence)}.",)
    if rates is None or not _own(case, "many"):
        return (f"{sentence_case(one.sentence)}.",)
    of, *numbers = rates
    return tuple(
        _so_many(case, of, number, _named(case.names, group))
        for group, number in zip(both, numbers, strict=True)
    )


def _so_many(case: Case, of: int, number: int, group: str) -> str:
    happened = _own(case, "one" if number == 1 else "many")
    key = "family.nobody" if number == 0 else "family.so_many"
    return case.names.words.say(
        key, base=count(of), group=group, number=count(number), happened=happened
    )


def _mean(case: Case, group: str, value: float) -> str:
    said, amount = case.names.words, f"family.outcome.{case.card.name}.amount"
    if not said.has(amount) or not _is_ours(case):
        return ""
    told = said.say(amount, mean=shown(case.card, value))
    return said.say("family.mean", group=sentence_case(case.names.group(group)), amount=told)


def _named(names: Names, group: str) -> str:
    """A group as it follows "of every 100"."""
    if group in ("complement", "overall"):
        return names.words.say(f"family.of_{group}")
    return bare(names.words, names.group(group))


def _people(case: Case, one: Finding, rates: tuple[int, ...]) -> IconArray:
    of, mine, theirs = rates
    said = case.names.words
    return IconArray(of, *(
        Crowd(case.names.label(group), said.say("number.so_many", number=count(number),
              base=count(of)), number)
        for group, number in ((one.group, mine), (one.reference, theirs))
    ))  # fmt: skip


def _whole(*rates: float) -> tuple[int, ...] | None:
    """The smallest crowd in which whole students tell the rates apart, and how many of it.

    >>> _whole(0.0972, 0.0449), _whole(0.0041, 0.0), _whole(0.0002, 0.0004)
    ((100, 10, 4), (1000, 4, 0), None)
    """
    for base in _BASES:
        numbers = [round(rate * base) for rate in rates]
        tiny = any(rate > 0 and number == 0 for rate, number in zip(rates, numbers, strict=True))
        if not tiny and len(set(numbers)) == len(set(rates)):
            return (base, *numbers)
    return None


def _counted(case: Case) -> Counted:
    return Counted(
        outcome=f"o-{case.card.name}",
        title=_own(case, "title") or case.card.title,
        level=_level(case),
        counted=_own(case, "counted") or f"{case.card.definition}.",
    )


def _level(case: Case) -> str:
    """How many of all students; a sentence that says so where the number is not there."""
    cell, said = case.cell(""), case.names.words
    if cell is None or not cell.is_reported:
        return said.say("family.no_level")
    if not case.card.is_rate:
        return (
            _mean(case, "overall", _estimate(cell)) or f"{with_unit(case.card, _estimate(cell))}."
        )
    rates = _whole(_estimate(cell))
    if rates is None or not _own(case, "many"):
        return f"{sentence_case(of_so_many(said, _estimate(cell))[0])}."
    return _so_many(case, rates[0], rates[1], said.say("family.of_overall"))


def _own(case: Case, part: str) -> str:
    """The family's words for an outcome of the catalogue that the district did not rename."""
    said, key = case.names.words, f"family.outcome.{case.card.name}.{part}"
    return said.say(key) if said.has(key) and _is_ours(case) else ""


def _is_ours(case: Case) -> bool:
    own: Mapping[str, str] = case.names.words.labels
    return not any(f"outcome.{case.card.name}.{part}" in own for part in ("title", "verb"))
