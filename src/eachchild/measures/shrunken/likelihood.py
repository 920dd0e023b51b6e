"""What each stratum's count says of the model, its random intercept integrated out.

Of stratum i, `events` of `n` students met the outcome, with log odds `center + spread * z` and z
standard normal. The integral over z is taken by adaptive Gauss-Hermite quadrature: at points set
around the mode of the integrand and as wide as it is; one point is Laplace's approximation.
Source: Pinheiro, J. C., Bates, D. M. (1995), J. Comput. Graph. Stat. 4: 12-35.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import expit, gammaln, log_expit, logit, xlogy

from eachchild.measures.counts import Counts, Numbers, log_sum

_MODE_STEPS = 60
_NUDGE = 1e-4  # of the width of a stratum's likelihood: slopes are taken this far to either side


@dataclass(frozen=True, slots=True)
class Binomial:
    """Counts as the likelihood takes them, one entry a stratum; a stratum may be empty."""

    events: Numbers
    n: Numbers

    @classmethod
    def of(cls, strata: Counts) -> "Binomial":
        """Take over counts whose events are among their students."""
        return cls(strata.events.astype(np.float64), strata.n.astype(np.float64))

    @property
    def ways(self) -> float:
        """The logarithm of how many sets of students could have been the ones with events."""
        parts = gammaln(self.n + 1) - gammaln(self.events + 1) - gammaln(self.n - self.events + 1)
        return float(parts.sum())

    @property
    def saturated(self) -> float:
        """The log-likelihood if every stratum's probability were its own rate."""
        rest, n = self.n - self.events, np.maximum(self.n, 1.0)
        logs = xlogy(self.events, self.events / n) + xlogy(rest, rest / n)
        return self.ways + float(logs.sum())

    def log_density(self, log_odds: Numbers) -> Numbers:
        """The logarithm of the chance of these events, without `ways`; a column a stratum."""
        rest = self.n - self.events
        return np.asarray(
            self.events * log_expit(log_odds) + rest * log_expit(-log_odds), np.float64
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """Points and log weights that integrate a function over the standard normal's axis."""

    at: Numbers  # [point, 1], in widths from the mode
    log_weight: Numbers  # [point, 1]


@lru_cache(maxsize=8)
def rule(points: int) -> Rule:
    """Gauss and Hermite's rule; one point gives Laplace's approximation.

    >>> rule(1).at, bool(np.isclose(np.exp(rule(1).log_weight[0, 0]) ** 2, 2 * np.pi))
    (array([[0.]]), True)
    """
    if points < 1:
        raise ValueError("the quadrature needs at least 1 point; 15 are plenty")
    x, w = np.polynomial.hermite.hermgauss(points)
    return Rule(np.sqrt(2) * x[:, None], (np.log(np.sqrt(2) * w) + x**2)[:, None])


@dataclass(frozen=True, slots=True)
class Integral:
    """Each stratum's log-likelihood without `ways`, and its slopes."""

    value: Numbers
    by_center: Numbers
    by_spread: Numbers
    mode: Numbers  # of z
    width: Numbers  # standard deviation of z at its mode


@dataclass(frozen=True, slots=True)
class Curvature:
    """Second slopes of each stratum's log-likelihood."""

    center: Numbers
    both: Numbers
    spread: Numbers


def integrate(
    data: Binomial, center: Numbers, spread: Numbers, points: Rule, *, near: Numbers | None = None
) -> Integral:
    """Integrate the random intercept out, with exact slopes of the quadrature itself.

    The points move with the parameters, so their own slopes are part of it: without them few
    points would not lead to the maximum of what they compute.

    >>> one = Binomial(np.array([3.0]), np.array([10.0]))
    >>> zero = np.zeros(1)
    >>> found = integrate(one, zero, zero, rule(1))
    >>> float(found.value[0].round(6)), float(found.by_center[0])
    (-6.931472, -2.0)
    """
    mode = modes(data, center, spread, near=near)
    p = expit(center + spread * mode)
    residual, information = data.events - data.n * p, data.n * p * (1 - p)
    skew = information * (1 - 2 * p)
    D = 1 + spread**2 * information
    width = D**-0.5
    mode_by = (-spread * information / D, (residual - spread * information * mode) / D)
    odds_by = (1 / D, mode + spread * mode_by[1])
    D_by = (spread**2 * skew * odds_by[0], 2 * spread * information + spread**2 * skew * odds_by[1])
    z = mode + width * points.at
    log_odds = center + spread * z
    h = data.log_density(log_odds) - z**2 / 2 + points.log_weight
    total = log_sum(h)
    share = np.exp(h - total)
    r = data.events - data.n * expit(log_odds)
    slopes = []
    for fixed, m, d in zip((r, r * z), mode_by, D_by, strict=True):
        log_width = -d / D / 2
        moved = m + points.at * (width * log_width)
        slopes.append(log_width + (share * (fixed + (spread * r - z) * moved)).sum(axis=0))
    value = total + np.log(width) - np.log(2 * np.pi) / 2
    return Integral(value, slopes[0], slopes[1], mode, width)


def curvature(
    data: Binomial, center: Numbers, spread: Numbers, points: Rule, *, found: Integral
) -> Curvature:
    """Second slopes, from first ones a little to either side of each stratum's own parameters."""
    p = expit(center + spread * found.mode)
    wide = np.sqrt(spread**2 + 1 / (1 + data.n * p * (1 - p)))
    sides = (_NUDGE * wide, _NUDGE * wide / np.maximum(1, np.abs(found.mode)))
    second = []
    for nudge, (da, ds) in zip(sides, ((1, 0), (0, 1)), strict=True):
        up, down = (
            integrate(data, center + x * da, spread + x * ds, points, near=found.mode)
            for x in (nudge, -nudge)
        )
        second.append((up.by_center - down.by_center) / (2 * nudge))
        second.append((up.by_spread - down.by_spread) / (2 * nudge))
    return Curvature(second[0], (second[1] + second[2]) / 2, second[3])


def modes(
    data: Binomial, center: Numbers, spread: Numbers, *, near: Numbers | None = None
) -> Numbers:
    """Where each integrand is highest, by Newton's steps inside a bracket that always holds it."""
    slope0 = spread * (data.events - data.n * expit(center))
    low, high = np.minimum(slope0, 0.0), np.maximum(slope0, 0.0)
    z = np.clip(_first_guess(data, center, spread) if near is None else near, low, high)
    for _ in range(_MODE_STEPS):
        p = expit(center + spread * z)
        slope = spread * (data.events - data.n * p) - z
        low, high = np.where(slope > 0, z, low), np.where(slope > 0, high, z)
        step = slope / (1 + spread**2 * data.n * p * (1 - p))
        new = z + step
        new = np.where((new < low) | (new > high), (low + high) / 2, new)
        done = bool((np.abs(new - z) <= 1e-12 * (1 + np.abs(z))).all())
        z = new
        if done:
            break
    return z


def _first_guess(data: Binomial, center: Numbers, spread: Numbers) -> Numbers:
    """The stratum's own log odds and the center's, weighed as two normal measurements."""
    own = (data.events + 0.5) / (data.n + 1)
    information = data.n * own * (1 - own)
    return np.asarray(
        spread * information * (logit(own) - center) / (1 + spread**2 * information), np.float64
    )
