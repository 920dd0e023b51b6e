"""Beforehand: how soon a change of a size will be seen, by the rules of the verdict itself."""

from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from eachchild.progress.baseline import Baseline
from eachchild.progress.interrupted import Sides, moved, own_spread, sides
from eachchild.progress.model import Series, Whole
from eachchild.progress.periods import is_early, next_month, split, year_of
from eachchild.progress.verdict import LOOK, MONTHS_AFTER, YEARS_BEFORE, then_of
from eachchild.terms.years import starting

YEARS_AHEAD = 5  # nobody plans further by a chance
ENOUGH = 0.8


def earliest(
    series: Series,
    target: float,
    *,
    begins: str,
    baseline: Baseline | None = None,
    enough: float = ENOUGH,
) -> str:
    """The first month or school year by which a change to `target` is seen with 80 % chance.

    Of a monthly series the last month of a review, three of which fit a school year. An empty
    text: not within five years, or there are fewer than two years to compare with.

    >>> n = np.array([4000, 4000, 4000])
    >>> years = Series(("2022-23", "2023-24", "2024-25"), n, n // 5, n * 0, n > 0)
    >>> earliest(years, 0.10, begins="2025-09"), earliest(years, 0.19, begins="2025-09")
    ('2025-26', '')
    """
    before = replace(series, known=split(series, begins).before)
    names = _ahead(before, begins)
    step = MONTHS_AFTER if series.is_monthly else 1
    for periods in range(step, len(names) + 1, step):
        chance = chance_seen(series, target, begins=begins, periods=periods, baseline=baseline)
        if chance >= enough:
            return names[periods - 1]
    return ""


def chance_seen(
    series: Series,
    target: float,
    *,
    begins: str,
    periods: int,
    baseline: Baseline | None = None,
) -> float:
    """The chance that a change to `target` is called improving after some months or years of it.

    Students stay as many as in the same months before. 0 where nothing can be compared.
    """
    before = replace(series, known=split(series, begins).before)
    names = _ahead(before, begins)[:periods]
    both = _expected(before, names, begins) if names else None
    if both is None or both.years < YEARS_BEFORE:
        return 0.0
    spread = own_spread(before, begins=begins) if baseline is None else baseline.spread
    among, then = 1, None
    if baseline is not None and baseline.raw > 0:
        among, then = baseline.chosen_among, then_of(both, baseline)
    rate = both.then if then is None else then[0]
    aimed = replace(both, now=target * both.in_season)
    found = moved(aimed, spread, level=1 - LOOK / among, is_count=series.is_count, then=then)
    change = found.change
    room = -change.high if target * both.in_season < rate else change.low
    return float(ndtr(room / found.error))


def _ahead(before: Series, begins: str) -> list[str]:
    """The labels to come, of months those that the school has."""
    if not before.is_monthly:
        first = int(year_of(begins)[:4]) + (0 if is_early(begins) else 1)
        return [starting(first + i) for i in range(YEARS_AHEAD)]
    seasons = set(before.season[before.known].tolist())
    names, month = [], begins
    for _ in range(12 * YEARS_AHEAD):
        if int(month[5:7]) in seasons:
            names.append(month)
        month = next_month(month)
    return names


def _expected(before: Series, names: list[str], begins: str) -> Sides | None:
    """Both sides as they will be where nothing changes, of as many students."""
    season = np.array([int(t[5:7]) if before.is_monthly else 0 for t in names], np.int64)
    same = (season[:, None] == before.season[None, :]) & before.known
    entries = np.maximum(same.sum(axis=1), 1)

    def mean(values: Whole) -> Whole:
        return np.asarray(np.rint(same @ values / entries), np.int64)

    n = mean(before.n)
    whole = Series(
        (*before.label, *names),
        np.append(before.n, n),
        np.append(before.events, mean(before.events)),
        np.append(before.season, season),
        np.append(before.known, n > 0),
        before.is_count,
    )
    return sides(whole, begins)
