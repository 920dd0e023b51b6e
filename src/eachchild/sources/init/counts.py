"""What a published table is: its places, what its rows tell apart, and its columns' patterns."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eachchild.sources.counts.patterns import clean, fitting
from eachchild.sources.init.crdc import LeftOut, crdc_meanings, is_crdc, left_out
from eachchild.sources.init.grammar import Family, find_families
from eachchild.sources.init.places import PlaceGuess, guess_place, guess_tellers
from eachchild.sources.init.rows import Kind, Told, kinds_of, slug, told_by
from eachchild.sources.init.seen import SeenColumn, SeenFile
from eachchild.sources.init.words import counted_by, words

_YEARS = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_](\d{4}|\d{2})(?!\d)")
_MEN_OR_WOMEN = re.compile(r"(?<![a-z])(female|male|girls|boys)(?![a-z])", re.I)
_EMPTY = frozenset(("number", "of", "race", "ethnicity", "count", "students", "n", "total", "sch"))
COUNTED = "counted"  # an outcome whose name nothing tells


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of the plan."""

    columns: str
    quantity: str
    where: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    from_rows: tuple[tuple[str, str], ...] = ()
    remainder: str = ""
    check: bool = False


@dataclass(frozen=True, slots=True)
class CountGuess:
    """A guess at one published table; `questions` only a person can answer."""

    file: SeenFile
    why: str
    patterns: tuple[Pattern, ...]
    codes: Mapping[str, Mapping[str, str]]
    place: PlaceGuess | None
    period: str | None
    period_column: str | None
    total: tuple[tuple[str, str], ...] = ()
    ignore_columns: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    questions: tuple[str, ...] = ()


def guess_counts(file: SeenFile) -> CountGuess | None:
    """Guess a published table; None where neither columns nor rows tell groups apart."""
    counts = count_columns(file)
    families = find_families(counts)
    period, period_column = _period(file)
    place = guess_place(file)
    tellers = guess_tellers(file, place, period_column)
    told = told_by(tellers)
    if not families and not any(t.factor == "race" for t in told):
        return None
    guess = CountGuess(
        file=file,
        why="its columns tell groups apart" if families else "its rows tell groups apart",
        patterns=(),
        codes=_codes(families, told),
        place=place,
        period=period,
        period_column=period_column,
        total=_total(file, place),
        ignore_columns=_percents(file),
        questions=tuple(_questions(file, place, period or period_column)),
    )
    if is_crdc(families):
        return _crdc(guess, families)
    kinds = kinds_of(tellers)
    if families:
        return _by_columns(guess, families, kinds, told=told)
    return _by_rows(guess, counts, told)


def _crdc(guess: CountGuess, families: Sequence[Family]) -> CountGuess:
    patterns = tuple(
        Pattern(m.columns, m.quantity, m.where, remainder=m.remainder)
        for m in crdc_meanings(families)
    )
    told = {p.quantity for p in patterns}
    without = tuple(one for one in left_out(families) if one.outcome in told)
    question = (
        f"{guess.file.path}: students with a Section 504 plan alone are in "
        f"{', '.join(one.events for one in without)}, by sex and not by race. They are in no count "
        "by race, and the report says how many: is that right?"
    )
    return replace(
        guess,
        why="its columns are named as in the federal collection",
        patterns=patterns,
        left_out=without,
        questions=(*guess.questions, *([question] if without else [])),
    )


def _by_columns(
    guess: CountGuess, families: Sequence[Family], kinds: Sequence[Kind], *, told: Sequence[Told]
) -> CountGuess:
    """Columns tell groups apart; rows may tell kinds of counts, and further groups."""
    sex = _sex_of(guess.file.path)
    totals = [c for c in guess.file.columns if _is_total(c)]
    patterns: list[Pattern] = []
    for kind in kinds or (Kind("", ()),):
        for family in families:
            quantity = _quantity(kind, family.said, guess.file.path, alone=len(kinds) < 2)
            taken = {*family.factors, *(f for f, _ in kind.where)}
            groups = tuple((t.factor, t.column) for t in told if t.factor not in taken)
            where = tuple(p for p in (*kind.where, *sex) if p[0] not in family.factors)
            patterns.append(Pattern(family.pattern, quantity, where, kind.rows, groups))
            for total in totals if family is families[0] else ():
                patterns.append(Pattern(total.name, quantity, where, kind.rows, groups))
    return _checked(_one_outcome_each(guess, patterns))


def _by_rows(guess: CountGuess, counts: Sequence[SeenColumn], told: Sequence[Told]) -> CountGuess:
    """Rows tell groups apart, so each column of numbers counts something; one is chosen.

    Beside it stand the students themselves, where one column alone is named as their number.
    """
    able = [c for c in counts if guess.place is None or c.name not in guess.place.id]
    named = [c for c in able if counted_by(c.name)]
    chosen = (named or able)[0]
    students = [c for c in able if c is not chosen and _is_students(c.name)]
    used = [(chosen, counted_by(chosen.name) or COUNTED)]
    used += [(students[0], "n")] if len(students) == 1 else []
    patterns = [one for column, quantity in used for one in _in_rows(column, quantity, told)]
    others = [c.name for c in able if c not in [column for column, _ in used]]
    question = f"{guess.file.path}: which column is meant? '{chosen.name}' was taken, "
    question += f"and {len(others)} others were not."
    return replace(
        guess,
        patterns=tuple(patterns),
        ignore_columns=(*guess.ignore_columns, *others),
        questions=(*guess.questions, *([question] if others else [])),
    )


def _in_rows(column: SeenColumn, quantity: str, told: Sequence[Told]) -> list[Pattern]:
    """One column of numbers, told apart by rows; rows that are the whole stand first."""
    name = clean(column.name)
    wholes = {t.column: t.whole for t in told if t.whole}
    return [
        *(Pattern(name, quantity, rows=(pair,)) for pair in reversed(wholes.items())),
        *(Pattern(name, quantity, from_rows=((t.factor, t.column),)) for t in told),
    ]


def _is_students(name: str) -> bool:
    """Whether a heading is that of all students, and of nothing that happened to them."""
    plain = re.sub(r"^total\s+", "", clean(name.replace("_", " ")), flags=re.I)
    return counted_by(plain) is None and words().patterns["students"].search(plain) is not None


def _one_outcome_each(guess: CountGuess, patterns: Sequence[Pattern]) -> CountGuess:
    """Two families that would count the same thing: the first is kept, the others are asked for."""
    kept: dict[tuple[object, ...], Pattern] = {}
    left = []
    for one in patterns:
        factors = re.findall(r"\{(\w+)\}", one.columns)
        key = (one.quantity, tuple(factors), one.rows, one.where)
        if kept.setdefault(key, one) is not one:
            left.append(one.columns)
    questions = guess.questions
    if left:
        listed = ", ".join(f"'{name}'" for name in dict.fromkeys(left))
        questions += (f"{guess.file.path}: what do the columns {listed} count? They are not used.",)
    return replace(guess, patterns=tuple(kept.values()), questions=questions)


def _checked(guess: CountGuess) -> CountGuess:
    """A published total is only held against its parts where the file has denominators."""
    has_students = any(p.quantity == "n" for p in guess.patterns)
    patterns = tuple(
        replace(p, check=True) if has_students and "{" not in p.columns else p
        for p in guess.patterns
    )
    known = {"n", *(name for name, _ in words().counted)}
    unknown = dict.fromkeys(p.quantity for p in patterns if p.quantity not in known)
    questions = guess.questions
    if unknown:
        names = ", ".join(f"'{name}'" for name in unknown)
        questions += (f"{guess.file.path}: what do {names} count? Give each [[outcome]] a label.",)
    return replace(guess, patterns=patterns, questions=questions)


def _quantity(kind: Kind, said: str, path: str, *, alone: bool) -> str:
    """What a family counts in rows of a kind: students, or an outcome that something names."""
    if kind.is_whole and not alone:
        return "n"
    outcome = kind.name or counted_by(said)
    if outcome:
        return outcome
    if words().patterns["students"].search(said):
        return "n"
    return counted_by(clean(path.replace("_", " "))) or _own_name(said) or COUNTED


def _own_name(said: str) -> str:
    """A name from what the columns have in common, without the words that say nothing."""
    return slug(
        " ".join(w for w in re.findall(r"[A-Za-z0-9]+", said) if w.casefold() not in _EMPTY)
    )


def _period(file: SeenFile) -> tuple[str | None, str | None]:
    """The year of the file, or the column that has it."""
    for column in file.columns:
        if "year" in column.plain and column.is_period and not column.has_single_years:
            return None, column.name
    found = _YEARS.search(file.path)
    return (f"{found[1]}-{found[2][-2:]}" if found else None), None


def _total(file: SeenFile, place: PlaceGuess | None) -> tuple[tuple[str, str], ...]:
    """The row whose place is a word for the whole."""
    if place is None:
        return ()
    texts = file.column(place.id[0]).texts
    return tuple((place.id[0], t) for t in texts if t.casefold() in words().whole)[:1]


def _is_total(column: SeenColumn) -> bool:
    name = clean(column.name).casefold()
    return (
        column.is_count
        and not _is_percent(name)
        and (name in words().whole or re.fullmatch(r"total( idea)? students", name) is not None)
    )


def count_columns(file: SeenFile) -> list[SeenColumn]:
    """The columns of numbers that may be added up: shares are not."""
    return [c for c in file.columns if c.is_count and not _is_percent(c.name)]


def _is_percent(name: str) -> bool:
    return words().patterns["percent"].search(name) is not None


def _percents(file: SeenFile) -> tuple[str, ...]:
    """The columns of percentages: shares of a row, not counts; one name for many like ones."""
    names = [clean(c.name) for c in file.columns if _is_percent(c.name)]
    for pattern in ("Percent*", "* Percent"):
        alike = fitting(names, [pattern])
        if sum(alike) > 2:
            names = [n for n, is_alike in zip(names, alike, strict=True) if not is_alike]
            names.append(pattern)
    return tuple(names)


def _sex_of(path: str) -> tuple[tuple[str, str], ...]:
    found = _MEN_OR_WOMEN.search(path.rsplit("/", 1)[-1])
    return (("sex", words().certain["sex"][found[1].casefold()]),) if found else ()


def _codes(families: Sequence[Family], told: Sequence[Told]) -> Mapping[str, Mapping[str, str]]:
    codes: dict[str, dict[str, str]] = {}
    for family in families:
        for factor, found in family.codes.items():
            codes.setdefault(factor, {}).update(found)
    for teller in told:
        codes.setdefault(teller.factor, {}).update(teller.codes)
    return codes


def _questions(file: SeenFile, place: PlaceGuess | None, period: str | None) -> Iterator[str]:
    if period is None:
        yield f'{file.path}: which school year is it about? Write period = "2021-22".'
    words_met = dict.fromkeys(w for c in file.columns if c.is_count for w in c.withheld)
    if words_met:
        yield (
            f"{file.path}: what do {', '.join(map(repr, words_met))} stand for? See its "
            'publisher\'s notes, and write [codes.suppression] "DS" = "1-3".'
        )
    keys = place.id if place is not None else ()
    for column in file.columns:
        answers = {t.casefold() for t in column.texts} == {"yes", "no"}
        if answers and len(file.columns) < 30 and column.name not in keys:
            yield (
                f"{file.path}: are rows of both kinds meant where '{column.name}' is Yes and No? "
                f"If not, add it to rows = {{ … }} of the patterns."
            )
