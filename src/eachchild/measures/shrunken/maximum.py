"""The highest likelihood: fixed effects and spread together, by guarded Newton steps."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.special import logit

from eachchild.measures.counts import Numbers
from eachchild.measures.shrunken.likelihood import (
    Binomial,
    Integral,
    Rule,
    curvature,
    integrate,
)

WIDEST = 20.0  # standard deviation of log odds; beyond it there is no maximum, only a slope
_STEPS = 100
_SMALLEST = 1e-12  # a step that is not halved any further
_NEAR = 1e-9  # log-likelihood that a further step could gain; the last one is taken all the same
_STARTS = np.geomspace(0.003, 6, 12)  # spreads looked at first: the likelihood may have two tops


@dataclass(frozen=True, slots=True)
class Top:
    """A maximum of the log-likelihood (without `ways`)."""

    effects: Numbers
    spread: float
    value: float
    covariance: Numbers  # of the effects, the spread being estimated too unless it is 0
    converged: bool


@dataclass(frozen=True, slots=True)
class Surface:
    """The log-likelihood of one model over its parameters: the effects, then the spread if free."""

    data: Binomial
    design: Numbers
    points: Rule

    def at(self, where: Numbers) -> Integral:
        """Each stratum's part of the height."""
        center, spread = self._split(where)
        return integrate(self.data, center, spread, self.points)

    def slopes(self, where: Numbers, here: Integral) -> tuple[Numbers, Numbers]:
        """The gradient and minus the second slopes."""
        center, spread = self._split(where)
        second = curvature(self.data, center, spread, self.points, found=here)
        X = self.design
        gradient, information = X.T @ here.by_center, -(X.T * second.center) @ X
        if len(where) > X.shape[1]:
            gradient = np.append(gradient, here.by_spread.sum())
            edge = -X.T @ second.both
            corner = np.array([[-second.spread.sum()]])
            information = np.block([[information, edge[:, None]], [edge[None, :], corner]])
        return gradient, information

    def _split(self, where: Numbers) -> tuple[Numbers, Numbers]:
        size = self.design.shape[1]
        spread = float(where[size]) if len(where) > size else 0.0
        return self.design @ where[:size], np.full(len(self.design), spread)


def without_spread(surface: Surface) -> Top:
    """The fit in which all strata of the same fixed effects have one probability."""
    start = np.zeros(surface.design.shape[1])
    start[0] = logit(surface.data.events.sum() / surface.data.n.sum())
    return _climb(surface, start, spread=None)


def with_spread(surface: Surface, plain: Top) -> Top:
    """The fit with a random intercept, from the best of several first spreads."""
    heights = [surface.at(np.append(plain.effects, s)).value.sum() for s in _STARTS]
    return _climb(surface, plain.effects, spread=_STARTS[int(np.argmax(heights))])


def has_top(data: Binomial, design: Numbers) -> bool:
    """Whether there is one best set of fixed effects (Albert and Anderson 1984, Biometrika 71).

    There is none where effects can grow without end, a group with no event at all, for one, and
    more than one where two columns say the same. Each is a direction in which no stratum gets
    less likely.

    >>> two = Binomial(np.array([0.0, 4.0]), np.array([9.0, 9.0]))
    >>> has_top(two, np.array([[1.0], [1.0]])), has_top(two, np.array([[1.0, 0.0], [1.0, 1.0]]))
    (True, False)
    """
    some = data.n > 0
    X, events, n = design[some], data.events[some], data.n[some]
    if np.linalg.matrix_rank(X) < X.shape[1]:
        return False
    mixed = (events > 0) & (events < n)
    if mixed.any() and np.linalg.matrix_rank(X[mixed]) == X.shape[1]:
        return True
    toward = np.where(events[~mixed] > 0, 1.0, -1.0)[:, None] * X[~mixed]
    still = X[mixed]
    gain = linprog(
        -toward.sum(axis=0),
        A_ub=-toward,
        b_ub=np.zeros(len(toward)),
        A_eq=still if len(still) else None,
        b_eq=np.zeros(len(still)) if len(still) else None,
        bounds=(-1, 1),
        method="highs",
    )
    return bool(-gain.fun <= 1e-7 * np.abs(toward).sum())


def _climb(surface: Surface, effects: Numbers, *, spread: float | None) -> Top:
    """Newton's method; steps are turned uphill where the surface is not yet rounded."""
    where = effects if spread is None else np.append(effects, spread)
    here = surface.at(where)
    converged = False
    for _ in range(_STEPS):
        gradient, information = surface.slopes(where, here)
        step = _uphill(gradient, information)
        where, here = _advance(surface, where, here, step=step)
        converged = float(gradient @ step) < _NEAR
        if converged or (spread is not None and abs(where[-1]) > WIDEST):
            break
    _, information = surface.slopes(where, here)
    size = len(effects)
    covariance = np.asarray(np.linalg.pinv(information, hermitian=True), np.float64)[:size, :size]
    found = 0.0 if spread is None else abs(float(where[-1]))
    return Top(where[:size], found, float(here.value.sum()), covariance, converged)


def _advance(
    surface: Surface, where: Numbers, here: Integral, *, step: Numbers
) -> tuple[Numbers, Integral]:
    """Take a step, halved until it does not lead down by more than rounding."""
    height = float(here.value.sum())
    lowest = height - 1e-12 * abs(height)
    there = surface.at(where + step)
    while float(there.value.sum()) < lowest and np.abs(step).max() > _SMALLEST:
        step = step / 2
        there = surface.at(where + step)
    return where + step, there


def _uphill(gradient: Numbers, information: Numbers) -> Numbers:
    scale = 1 / np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-12))
    values, vectors = np.linalg.eigh(information * np.outer(scale, scale))
    safe = np.maximum(np.abs(values), 1e-9 * np.abs(values).max())
    return np.asarray(scale * (vectors @ ((vectors.T @ (scale * gradient)) / safe)), np.float64)
