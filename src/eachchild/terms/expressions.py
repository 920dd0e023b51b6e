"""The small language of a plan's `event`, `population` and `mean`: comparisons and and/or/not.

One parse gives frozen nodes; the cube turns them into an engine's expression and the plain
reference evaluates them row by row, so both answer the same question. A comparison with a missing
value is unknown, and a row whose answer is unknown is counted as missing: it is in no denominator.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Literal_ = str | int | float
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in"]
_OPERATORS: Mapping[type[ast.cmpop], Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
}


class ExpressionError(ValueError):
    """An expression in a plan that cannot be read; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A column held against one value, or against a list of them for `in`."""

    column: str
    operator: Operator
    values: tuple[Literal_, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown stays unknown."""

    inner: "Expression"


@dataclass(frozen=True, slots=True)
class Join:
    """All (`and`) or any (`or`) of several conditions, by Kleene's three-valued logic."""

    operator: Literal["and", "or"]
    parts: tuple["Expression", ...]


Expression = Compare | Not | Join


def parse(text: str) -> Expression:
    """Read one condition.

    >>> parse("oss_days >= 5")
    Compare(column='oss_days', operator='>=', values=(5,))
    >>> parse("grade in ['09', '10'] and not expelled == 'yes'").operator
    'and'

    Raises ExpressionError where the text says more than comparisons joined by and, or, not.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise _unreadable(text) from None
    return _node(tree, text)


def columns(expression: Expression) -> tuple[str, ...]:
    """The columns an expression asks for, each once, in order.

    >>> columns(parse("a > 1 or b == 'x' or a < 0"))
    ('a', 'b')
    """
    match expression:
        case Compare(column=column):
            return (column,)
        case Not(inner=inner):
            return columns(inner)
        case Join(parts=parts):
            return tuple(dict.fromkeys(c for part in parts for c in columns(part)))


def evaluate(expression: Expression, row: Mapping[str, object]) -> bool | None:
    """Answer for one row, slowly and plainly; None where the row does not say.

    >>> evaluate(parse("days >= 5"), {"days": 7}), evaluate(parse("days >= 5"), {"days": None})
    (True, None)
    """
    match expression:
        case Compare():
            return _compare(expression, row[expression.column])
        case Not(inner=inner):
            answer = evaluate(inner, row)
            return None if answer is None else not answer
        case Join(operator=operator, parts=parts):
            answers = [evaluate(part, row) for part in parts]
            decisive = operator == "or"
            if decisive in answers:
                return decisive
            return None if None in answers else not decisive


def _compare(test: Compare, value: object) -> bool | None:
    if value is None:
        return None
    first = test.values[0] if test.values else None
    match test.operator:
        case "in":
            return value in test.values
        case "==":
            return value == first
        case "!=":
            return value != first
        case "<":
            return bool(value < first)  # type: ignore[operator]
        case "<=":
            return bool(value <= first)  # type: ignore[operator]
        case ">":
            return bool(value > first)  # type: ignore[operator]
        case ">=":
            return bool(value >= first)  # type: ignore[operator]


def _node(tree: ast.expr, text: str) -> Expression:
    match tree:
        case ast.BoolOp(op=op, values=values):
            operator: Literal["and", "or"] = "and" if isinstance(op, ast.And) else "or"
            return Join(operator, tuple(_node(v, text) for v in values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_node(operand, text))
        case ast.Compare(left=ast.Name(id=column), ops=[op], comparators=[right]):
            if type(op) in _OPERATORS:
                return Compare(column, _OPERATORS[type(op)], _values(op, right, text))
    raise _unreadable(text)


def _values(op: ast.cmpop, right: ast.expr, text: str) -> tuple[Literal_, ...]:
    try:
        value = ast.literal_eval(right)
    except ValueError:
        raise _unreadable(text) from None
    many = value if isinstance(op, ast.In) and isinstance(value, list | tuple) else [value]
    if not many or not all(type(v) in (str, int, float) for v in many):
        raise _unreadable(text)
    return tuple(many)


def _unreadable(text: str) -> ExpressionError:
    return ExpressionError(
        f"cannot read the condition {text!r}. Write comparisons of a column with a number or a "
        "quoted word, joined by and, or, not: \"oss_days >= 5 and grade in ['09', '10']\"."
    )
