"""Numbers as a reader meets them: two significant digits, counts exact with thousands apart."""

import re
from math import floor, log10


def count(number: float) -> str:
    """A count, exact.

    >>> count(32138)
    '32,138'
    """
    return f"{number:,.0f}"


def significant(value: float, digits: int = 2) -> str:
    """A number to so many significant digits, never in exponent form.

    >>> significant(3.2934), significant(0.04831), significant(0), significant(126.3)
    ('3.3', '0.048', '0', '126')
    >>> significant(0.999)
    '1.0'
    """
    if value == 0:
        return "0"
    places = max(digits - 1 - floor(log10(abs(value))), 0)
    rounded = round(value, places)
    if rounded and floor(log10(abs(rounded))) > floor(log10(abs(value))):
        places = max(places - 1, 0)  # 0.999 is 1.0, not 1.00
    return f"{rounded:,.{places}f}"


def percent(share: float) -> str:
    """A share as a percentage; near 0 and near 100 the digits that tell it from them stay.

    >>> percent(0.12283), percent(0.4753), percent(0.0004), percent(0.9962), percent(0), percent(1)
    ('12 %', '48 %', '0.04 %', '99.6 %', '0 %', '100 %')
    """
    if share in (0, 1):
        return "0 %" if share == 0 else "100 %"
    if share > 0.985:
        return f"{100 - float(significant(100 * (1 - share), 1)):.6g} %"
    digits = 1 if share < 0.001 else 2
    return f"{significant(100 * share, digits)} %"


def unbroken(text: str) -> str:
    """A text in which no percent sign leaves its number at the end of a line.

    >>> unbroken("12 % of 100")
    '12\\xa0% of 100'
    """
    return re.sub(r"(?<=\d) %", "\u00a0%", text)


def tenths(difference: float) -> str:
    """A signed difference of two shares in points, to a tenth, to be added up with others.

    >>> tenths(0.0551), tenths(-0.0001), tenths(-0.02)
    ('5.5', '0.0', '−2.0')
    """
    found = round(1000 * difference)
    return f"−{-found / 10:.1f}" if found < 0 else f"{found / 10:.1f}"


def whole_percent(share: float) -> str:
    """A part of a whole as it is, below nothing and beyond the whole too.

    >>> whole_percent(0.314), whole_percent(-0.2), whole_percent(1.254)
    ('31 %', '−20 %', '125 %')
    """
    found = round(100 * share)
    return f"−{-found} %" if found < 0 else f"{found} %"
