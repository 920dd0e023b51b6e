"""Who goes to which school: a table of races by schools with a chosen dissimilarity."""

import numpy as np

from eachchild.worlds.model import Index, Numbers

_STRONGEST = 24.0


def pulls(rng: np.random.Generator, races: int, poverty: Numbers) -> Numbers:
    """How strongly each school draws each race, in logits; some follow the school's poverty."""
    loading = np.array([0.5, -0.6, 0.9, 0.8, 0.3, -0.9, 0.0, 0.0][:races])
    own = rng.normal(0.0, 0.5, (races, poverty.size))
    return np.asarray(loading[:, None] * poverty + own)


def makeup(shares: Numbers, sizes: Numbers, pull: Numbers, *, target: float) -> Numbers:
    """The share of all students who are of a race (row) at a school (column).

    Rows add up to `shares` and columns to `sizes`. The strength of the pull is searched until the
    dissimilarity of the fifth-listed federal order's White students and everybody else is `target`
    (Duncan & Duncan 1955), or as near as these schools allow.
    """
    low, high = 0.0, _STRONGEST
    if target <= 0.0 or sizes.size == 1:
        return _fitted(shares, sizes, pull * 0.0)
    for _ in range(24):
        middle = (low + high) / 2
        if dissimilarity(_fitted(shares, sizes, pull * middle)) < target:
            low = middle
        else:
            high = middle
    return _fitted(shares, sizes, pull * high)


def dissimilarity(joint: Numbers, row: int = 5) -> float:
    """Which share of one row would have to change columns to be spread as everybody else.

    >>> dissimilarity(np.array([[0.25, 0.25], [0.25, 0.25]]), row=0)
    0.0
    """
    group, others = joint[row], joint.sum(axis=0) - joint[row]
    return float(np.abs(group / group.sum() - others / others.sum()).sum() / 2)


def _fitted(shares: Numbers, sizes: Numbers, logits: Numbers) -> Numbers:
    """Iterative proportional fitting (Deming & Stephan 1940); both margins end within 1e-3."""
    joint = np.exp(logits - logits.max()) * np.outer(shares, sizes)
    for _ in range(60):
        joint *= (sizes / joint.sum(axis=0))[None, :]
        joint *= (shares / joint.sum(axis=1))[:, None]
    return np.asarray(joint)


def chosen(rng: np.random.Generator, joint: Numbers, rows: Index) -> Index:
    """Draw a column for each row number, by the row's own shares."""
    edges = np.cumsum(joint, axis=1) / joint.sum(axis=1)[:, None]
    edges[:, -1] = 1.0
    # One search for all rows: each row's edges are moved into an interval of their own.
    flat = (edges + np.arange(len(edges))[:, None]).ravel()
    found = np.searchsorted(flat, rows + rng.random(rows.size), side="right")
    return np.asarray(np.minimum(found - rows * edges.shape[1], edges.shape[1] - 1))
