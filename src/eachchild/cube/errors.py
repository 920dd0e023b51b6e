"""The one way a count is refused: what is wrong in the person's words, never a student's value."""

from typing import NoReturn

from eachchild.terms.factors import Factor


class CubeError(ValueError):
    """Rows or published counts that cannot be counted as the plan asks; says what to do next."""


def refuse_value(factor: Factor) -> NoReturn:
    """Refuse a column with a value that is none of the factor's, without naming it."""
    raise CubeError(
        f"a value of the identity factor '{factor.id}' is none of "
        f"{', '.join(factor.all_values)}. `eachchild check` lists it; map it under "
        f"[codes.{factor.id}]."
    )
