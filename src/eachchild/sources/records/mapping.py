"""Their headings to our columns: what the plan says, and names that are ours already."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from eachchild.plan import Plan, PlanError, Source
from eachchild.sources.reading.asked import SAYS_NOTHING, Asked
from eachchild.sources.records.needed import Extra
from eachchild.sources.records.row_checks import MAY_BE_NEGATIVE
from eachchild.tables import (
    ABSENCE_REASONS,
    ACTIONS,
    COURSE_LEVELS,
    FREE_TEXT,
    TABLES,
    Column,
    Kind,
    RuleHit,
)
from eachchild.terms.factors import ANY_RACES, FACTORS, NO, NOT_REPORTED, YES, any_race

_SECRET = re.compile(r"ssn|social_?sec(urity)?(_?(number|no|num|nbr))?|pass_?(word|wd)|pwd")
_LISTS: Mapping[str, tuple[str, ...]] = {
    "action": ACTIONS,
    "course_level": COURSE_LEVELS,
    "absence_reason": ABSENCE_REASONS,
}
# Here a blank says "still" or "the whole day", so an unreadable text must not become one.
_BLANK_SPEAKS = frozenset(("exit_date", "end_date", "begin_date", "fraction"))


@dataclass(frozen=True, slots=True)
class Bound:
    """One column to load and the heading it is found under; none: the same text throughout."""

    asked: Asked
    heading: str | None
    constant: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """How one file's headings are read, and the rules that fired while finding them."""

    bound: tuple[Bound, ...]
    keep: tuple[tuple[str, str], ...]  # headings as the file has them
    ignore: tuple[tuple[str, str], ...]
    hits: tuple[RuleHit, ...]

    @property
    def usable(self) -> bool:
        """False where a column without which no row can be read is not in the file."""
        return not any(hit.severity == "stop" for hit in self.hits)


def is_secret(heading: str) -> bool:
    """Whether a column holds what no audit may load: social security numbers, passwords (V17).

    >>> is_secret("Student SSN"), is_secret("Lesson")
    (True, False)
    """
    words = plain(heading)
    return any(_SECRET.fullmatch(part) for part in (words, *words.split("_"))) or bool(
        re.search(r"(^|_)(social_security|password)", words)
    )


def map_columns(
    source: Source, headings: Sequence[str], asked: Sequence[Asked], *, name: str
) -> ColumnMap:
    """Find each column that is asked for among the headings of one file.

    Rules: F06 a column that the plan or the table requires is not there (stop, with the nearest
    heading), F07 it is there in another spelling of case and spaces (note), V17 (note).
    """
    claimed = {plain(theirs) for theirs in source.columns.values()}
    finder = _Finder(name, tuple(headings), frozenset(claimed))
    constants = dict(source.constant)
    if source.period is not None and any(a.name == "period" for a in asked):
        constants.setdefault("period", source.period)
    bound: list[Bound] = []
    for one in asked:
        heading = finder.find(source.columns.get(one.name), one)
        if heading is not None:
            bound.append(Bound(one, heading))
        elif one.name in constants:
            bound.append(Bound(one, None, constants[one.name]))
        elif one.required and one.name not in source.columns:
            finder.missing(one.name, one.name)
    keep = tuple((finder.known(h), text) for h, text in source.keep)
    ignore = tuple((finder.known(h), text) for h, text in source.ignore_rows)
    secret = [h for h in headings if is_secret(h)]
    if secret:
        finder.hits.append(
            RuleHit("V17", "note", name, len(secret), details={"columns": tuple(secret)})
        )
    return ColumnMap(tuple(bound), keep, ignore, tuple(finder.hits))


class _Finder:
    """Looks headings up, and gathers what was odd about them."""

    def __init__(self, name: str, headings: tuple[str, ...], claimed: frozenset[str]) -> None:
        self._name = name
        self._claimed = claimed  # the plan says what they are: no name of ours takes them
        self._headings = headings
        self._plain = {plain(h): h for h in reversed(headings)}
        self.hits: list[RuleHit] = []

    def find(self, theirs: str | None, asked: Asked) -> str | None:
        """The heading the plan names, or one that is our name already."""
        if theirs is None:
            found = self._plain.get(plain(asked.name))
            taken = found is not None and (is_secret(found) or plain(found) in self._claimed)
            return None if taken else found
        if theirs in self._headings:
            return theirs
        near = self._plain.get(plain(theirs))
        if near is None:
            self.missing(theirs, asked.name)
            return None
        self.hits.append(RuleHit("F07", "note", self._name, 1, column=near))
        return near

    def known(self, theirs: str) -> str:
        """A heading that the plan names to keep or ignore rows by."""
        if theirs in self._headings:
            return theirs
        near = self._plain.get(plain(theirs))
        if near is None:
            self.missing(theirs, "")
        return near or theirs

    def missing(self, theirs: str, ours: str) -> None:
        near = get_close_matches(plain(theirs), list(self._plain), 1, 0.7)
        details = {"for": ours, "did_you_mean": self._plain[near[0]] if near else ""}
        self.hits.append(RuleHit("F06", "stop", self._name, 1, column=theirs, details=details))


def plain(heading: str) -> str:
    """A heading as words, however it is written.

    >>> plain("Students.First Name")
    'students_first_name'
    """
    return "_".join(re.findall(r"[^\W_]+", heading.casefold()))


def asked_of(source: Source, plan: Plan, extras: Mapping[str, Extra]) -> tuple[Asked, ...]:
    """What is asked of a source: its table's columns, what outcomes need, what the plan maps.

    PlanError where a code list maps to a value that is not one of ours.
    """
    table, left = TABLES[source.table], _left_unread(plan)
    asked = [_of_column(c, source, plan) for c in table.columns if c.name not in left]
    names = {a.name for a in asked} | left
    for name in dict.fromkeys((*extras, *source.columns, *dict(source.constant))):
        if name not in names:
            extra = extras.get(name, Extra(name, Kind.TEXT))
            asked.append(_asked(name, extra.kind, extra.options, source=source, plan=plan))
    return tuple(asked)


def unread_headings(source: Source, plan: Plan) -> frozenset[str]:
    """The headings, as `plain` words, under which people wrote and the plan reads nothing.

    Nothing of such a column may be kept: not even beside a row that is put aside.
    """
    left = _left_unread(plan)
    return frozenset(plain(h) for name in left for h in (name, source.columns.get(name, name)))


def _left_unread(plan: Plan) -> frozenset[str]:
    return frozenset() if plan.keep_text else FREE_TEXT


def asked_of_factors(source: Source, plan: Plan) -> tuple[Asked, ...]:
    """How the value of each factor is read where a row names the factor (table `identity`)."""
    own = {i.factor.id: i.factor for i in plan.identity}
    factors = {**FACTORS, **{f.id: f for f in map(any_race, ANY_RACES)}, **own}
    return tuple(
        _asked(
            name,
            Kind.FLAG if factor.values == (YES, NO) else Kind.CODE,
            factor.values,
            source=source,
            plan=plan,
        )
        for name, factor in sorted(factors.items())
    )


def _of_column(column: Column, source: Source, plan: Plan) -> Asked:
    own = next((i.factor.values for i in plan.identity if i.factor.id == column.name), ())
    options = own or _LISTS.get(column.codes) or _factor_values(column.codes)
    one = _asked(
        column.name, column.kind, options, source=source, plan=plan, list_name=column.codes
    )
    return Asked(
        one.name,
        one.kind,
        list_name=one.list_name,
        codes=one.codes,
        options=one.options,
        unit=column.unit,
        signed=column.name in MAY_BE_NEGATIVE,
        required=column.required,
        keeps_blanks=column.keeps_blanks,
        date_order=one.date_order,
        year_is=one.year_is,
        blank_speaks=column.name in _BLANK_SPEAKS and not column.required,
    )


def _factor_values(codes: str) -> tuple[str, ...]:
    return FACTORS[codes].values if codes in FACTORS else ()


def _asked(
    name: str,
    kind: Kind,
    options: tuple[str, ...],
    *,
    source: Source,
    plan: Plan,
    list_name: str = "",
) -> Asked:
    codes = plan.codes.get(list_name or name, plan.codes.get(name, {}))
    options = (YES, NO) if kind is Kind.FLAG else options
    if kind in (Kind.CODE, Kind.FLAG):
        codes = _in_our_words(list_name or name, codes, options, plan=plan)
    return Asked(
        name,
        kind,
        list_name=list_name or name,
        codes=codes,
        options=options,
        signed=True,
        date_order=source.date_order,
        year_is=source.year_is,
    )


def _in_our_words(
    list_name: str, codes: Mapping[str, str], options: Sequence[str], *, plan: Plan
) -> Mapping[str, str]:
    """What theirs mean, in the words as we write them, whatever the case they were filled in."""
    ours = {word.casefold(): word for word in (*SAYS_NOTHING, *options)}
    for theirs, meaning in codes.items():
        if meaning.strip().casefold() not in ours:
            where = plan.code_rows.get((list_name, theirs), f"plan: [codes.{list_name}]")
            raise PlanError(
                f"{where}: there is no '{meaning}'. "
                f"Possible: {', '.join((*options, NOT_REPORTED))}."
            )
    return {t.strip(): ours[meaning.strip().casefold()] for t, meaning in codes.items()}
