"""Which columns a plan asks for beside the canonical ones, and how their use says to read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eachchild.plan import Plan, PlanError
from eachchild.sources.reading.codes import canonical_grade
from eachchild.tables import TABLES, Column, Kind
from eachchild.terms.expressions import Compare, Expression, Join, Not
from eachchild.terms.factors import FACTORS, NO, YES

_NUMBERS = (Kind.WHOLE, Kind.NUMBER)


@dataclass(frozen=True, slots=True)
class Extra:
    """A column that no canonical table declares: what the plan does with it says what it is."""

    name: str
    kind: Kind
    options: tuple[str, ...] = ()


def extra_columns(plan: Plan) -> Mapping[str, Extra]:
    """The columns that outcomes and factors need and no table declares, by name.

    Compared with a number, or averaged: a number; compared with a word: a text; a factor: a code
    (or a flag, if its values are yes and no). PlanError where two uses disagree, or where a
    declared column is compared with what it can never hold.
    """
    found: dict[str, Extra] = {}
    for extra in (*_of_factors(plan), *_of_outcomes(plan)):
        other = found.setdefault(extra.name, extra)
        if other.kind != extra.kind and not (other.options and extra.kind is Kind.TEXT):
            raise PlanError(
                f"plan: column '{extra.name}' is used as {other.kind} and as {extra.kind}. "
                "Compare it with numbers only, or with words only."
            )
    return found


def _of_factors(plan: Plan) -> Iterator[Extra]:
    for factor in (i.factor for i in plan.identity):
        if declared(factor.id) is None:
            kind = Kind.FLAG if factor.values == (YES, NO) else Kind.CODE
            yield Extra(factor.id, kind, factor.values)


def _of_outcomes(plan: Plan) -> Iterator[Extra]:
    for outcome in plan.outcomes:
        where = f"plan: outcome '{outcome.name}'"
        if outcome.mean is not None:
            yield from _use(outcome.mean, Kind.NUMBER, (), where=where)
        for expression in (outcome.event, outcome.population):
            for test in _comparisons(expression) if expression is not None else ():
                numeric = all(isinstance(v, int | float) for v in test.values)
                if not numeric and not all(isinstance(v, str) for v in test.values):
                    raise PlanError(f"{where}: '{test.column}' is compared with numbers and words.")
                kind = Kind.NUMBER if numeric else Kind.TEXT
                yield from _use(test.column, kind, test.values, where=where)


def _use(
    name: str, kind: Kind, values: tuple[str | int | float, ...], *, where: str
) -> Iterator[Extra]:
    column = declared(name)
    if column is None:
        yield Extra(name, kind)
    elif (column.kind in _NUMBERS) != (kind is Kind.NUMBER):
        needs = "a number" if column.kind in _NUMBERS else "a word in quotes"
        raise PlanError(f"{where}: '{name}' must be compared with {needs}.")
    else:
        _check_words(column, [v for v in values if isinstance(v, str)], where)


def _check_words(column: Column, words: list[str], where: str) -> None:
    """A word that the column can never hold would make an outcome that never happens."""
    if column.name == "grade":
        wrong = [w for w in words if canonical_grade(w) != w]
        better = {w: canonical_grade(w) for w in wrong}
    else:
        options = (YES, NO) if column.kind is Kind.FLAG else _values_of(column.codes)
        wrong = [w for w in words if options and w not in options]
        better = {w: " or ".join(options) for w in wrong}
    if wrong:
        raise PlanError(
            f"{where}: '{column.name}' is never '{wrong[0]}'; write {better[wrong[0]]}."
        )


def _values_of(codes: str) -> tuple[str, ...]:
    return FACTORS[codes].values if codes in FACTORS else ()


def declared(name: str) -> Column | None:
    """The canonical column of that name, in whichever table it is declared."""
    columns = (table.column(name) for table in TABLES.values())
    return next((c for c in columns if c is not None), None)


def _comparisons(expression: Expression) -> Iterator[Compare]:
    match expression:
        case Compare():
            yield expression
        case Not(inner=inner):
            yield from _comparisons(inner)
        case Join(parts=parts):
            for part in parts:
                yield from _comparisons(part)
