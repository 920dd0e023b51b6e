"""Outcomes as an engine's expressions: a column of answers, unknown where the row does not say."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_

import narwhals as nw

from eachchild.cube.errors import CubeError
from eachchild.terms.expressions import Compare, Expression, Join, Literal_, Not
from eachchild.terms.outcomes import Outcome

Schema = Mapping[str, nw.dtypes.DType]
_COMPARE = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class Asked:
    """One outcome in a row: its `answer` (unknown outside the population), and who is `outside`.

    `known_by` is the column that is filled exactly where the answer is known, if there is one:
    counting a column is cheaper than counting what is computed from it.
    """

    answer: nw.Expr
    outside: nw.Expr | None  # None: the population is everybody
    known_by: str | None = None


def asked(outcome: Outcome, schema: Schema) -> Asked:
    """The answer of an outcome, yes or no for a rate and whole units for a mean.

    Raises CubeError where a condition compares text with a number: engines disagree about that.
    """
    if outcome.event is not None:
        answer = condition(outcome.event, schema, outcome.name)
    else:
        answer = _units(outcome, schema)
    if outcome.population is None:
        simple = outcome.mean or (len(outcome.columns) == 1 and outcome.columns[0])
        return Asked(answer, None, simple or None)
    inside = condition(outcome.population, schema, outcome.name)
    return Asked(nw.when(inside).then(answer), ~inside)


def condition(expression: Expression, schema: Schema, outcome: str) -> nw.Expr:
    """Compile a condition; `and`, `or`, `not` are three-valued in every engine Narwhals wraps."""
    match expression:
        case Compare(column=column, operator=operator, values=values):
            _refuse_other_kind(column, values, schema, outcome)
            if operator == "in":
                return reduce(or_, (nw.col(column) == nw.lit(v) for v in values))
            comparison: nw.Expr = _COMPARE[operator](nw.col(column), nw.lit(values[0]))
            return comparison
        case Not(inner=inner):
            return ~condition(inner, schema, outcome)
        case Join(operator=operator, parts=parts):
            every = (condition(part, schema, outcome) for part in parts)
            return reduce(and_ if operator == "and" else or_, every)


def _units(outcome: Outcome, schema: Schema) -> nw.Expr:
    """A number in whole units of the outcome's decimals, halves away from zero.

    Written out because engines' own `round` differ about halves. The units stay in float64, which
    adds whole numbers exactly below 2 ** 53 and in half the time of a wide integer.
    """
    name = outcome.mean or ""
    if not schema[name].is_numeric():
        raise CubeError(
            f"outcome '{outcome.name}': its mean is of the column '{name}', which holds no numbers."
        )
    scaled = nw.col(name).cast(nw.Float64) * float(10**outcome.decimals)
    up, down = (scaled + 0.5).floor(), -((0.5 - scaled).floor())
    return nw.when(scaled < 0).then(down).otherwise(up)


def _refuse_other_kind(
    column: str, values: tuple[Literal_, ...], schema: Schema, outcome: str
) -> None:
    kind = schema[column]
    words = {isinstance(v, str) for v in values}
    if kind == nw.String and words != {True}:
        raise CubeError(
            f"outcome '{outcome}': the column '{column}' holds text. Put what it is compared "
            "with in quotes: \"grade == '09'\"."
        )
    if kind != nw.String and (words != {False} or not kind.is_numeric()):
        raise CubeError(
            f"outcome '{outcome}': the column '{column}' can't be compared with "
            f"{'text' if True in words else 'a number'}. Compare numbers with numbers."
        )
