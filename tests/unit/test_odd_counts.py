"""Counts as odd as districts have them, through measures and findings: always numbers, in order."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from eachchild.cube import EVERYWHERE, Block, Cube, Places, Rollups, Tally
from eachchild.findings.phrases import phrases_of
from eachchild.findings.tell import Known, tell
from eachchild.measures.funnel import funnel
from eachchild.measures.measured import measure
from eachchild.plan import plan_from

PLAN = plan_from(
    {
        "source": [{"path": "none", "table": "student_year"}],
        "identity": [
            {"factor": "race", "reference": "white"},
            {"factor": "sex", "reference": "female"},
            {"factor": "race_any_black"},
        ],
        "outcome": [
            {"name": "oss_any"},
            {"name": "gpa"},
            {"name": "days_lost"},
            {"name": "sums", "direction": "lower", "mean": "oss_days", "label": "lost days"},
        ],
    },
    Path(),
)
VALUES = {f.id: f.all_values for f in (*PLAN.factors, *PLAN.overlaps)}
GROUPS = [(r, s) for r in ("black", "white", "native") for s in ("female", "male")]
YEARS = ("2021-22", "2022-23", "2023-24")
Shape = tuple[int, int, int]  # years, schools, groups


class Odd:
    """Students `[year, school, group]`, and what happened; whatever is not said is ordinary."""

    def __init__(self, shape: Shape, seed: int, *, students=(5, 30), rate=0.2) -> None:
        self.rng = np.random.default_rng(seed)
        self.n = self.rng.integers(*students, shape)
        self.rate = rate
        self.hidden = self.gone = 0.0
        self.extra = 0
        self.flat = False
        self.districts = 2
        self.schools = True

    def only(self, *groups: str) -> "Odd":
        """Everybody is of these races."""
        self.n = self.n * [r in groups for r, _ in GROUPS]
        return self

    def cube(self) -> Cube:
        period, place, group = (x.ravel() for x in np.indices(self.n.shape))
        there = self.n.ravel() > 0
        period, place, group, n = (x[there] for x in (period, place, group, self.n.ravel()))
        if not self.schools:
            place = np.full_like(place, EVERYWHERE)
        value = np.array([[VALUES["race"].index(r), VALUES["sex"].index(s)] for r, s in GROUPS])
        tallies = self._tallies(n)
        blocks = [Block(("race", "sex"), place, period, value[group], n, tallies)]
        # Of the overlap each school's first group is `yes`, its second `no`.
        overlap = group < 2
        part = {name: tally.take(overlap) for name, tally in tallies.items()}
        yes = group[overlap][:, None]
        blocks.append(
            Block(("race_any_black",), place[overlap], period[overlap], yes, n[overlap], part)
        )
        schools = self.n.shape[1] if self.schools else 0
        ids = tuple(f"s{k:03d}" for k in range(schools))
        parents = tuple(f"d{k * self.districts // max(schools, 1)}" for k in range(schools))
        periods = YEARS[: self.n.shape[0]]
        return Cube(Places("school", ids, parents=parents), periods, VALUES, tuple(blocks))

    def _tallies(self, n: np.ndarray) -> dict[str, Tally]:
        rng = self.rng
        events = rng.binomial(n, self.rate) + self.extra
        days = events * rng.integers(1, 90, n.size)
        marks = n * 300 if self.flat else n * 250 + rng.integers(-40, 40, n.size)
        squares = marks**2 // n + (0 if self.flat else 6_000) * n
        hidden, gone = (rng.random(n.size) < share for share in (self.hidden, self.gone))

        def tally(total: np.ndarray, of_squares: np.ndarray | None = None) -> Tally:
            total = np.where(gone, 0, total)
            return Tally(
                n, total, n, np.where(hidden, total + 4, total), 0 * n, ~gone, of_squares,
                suppressed=hidden if hidden.any() else None,
            )  # fmt: skip

        return {
            "oss_any": tally(events),
            "gpa": tally(marks, np.where(gone, 0, squares)),
            "days_lost": tally(days, np.where(gone, 0, days * 30)),
            "sums": tally(days),
        }


def emptied(one: Odd, *where: object) -> Odd:
    """Nobody there: years, schools, groups."""
    one.n[where] = 0
    return one


def sorted_apart(one: Odd) -> Odd:
    """Each school has one race."""
    one.n = one.n * (np.arange(one.n.shape[1])[:, None] % 3 == np.arange(6) // 2)
    return one


def single(one: Odd) -> Odd:
    """One student in all."""
    one.n = (np.arange(6) == 0).reshape(1, 1, 6).astype(np.int64)
    return one


def with_(one: Odd, **changes: object) -> Odd:
    for name, value in changes.items():
        setattr(one, name, value)
    return one


EVERY = slice(None)
ODD: dict[str, Callable[[int], Odd]] = {
    "one school": lambda seed: Odd((1, 1, 6), seed, students=(0, 60)),
    "two schools, two years": lambda seed: Odd((2, 2, 6), seed),
    "everybody is of one group": lambda seed: Odd((1, 6, 6), seed).only("white"),
    "each school has one group": lambda seed: sorted_apart(Odd((2, 9, 6), seed)),
    "a group in one school only": lambda seed: emptied(
        Odd((2, 9, 6), seed), EVERY, slice(1, None), slice(4, None)
    ),
    "a group gone for a year": lambda seed: emptied(Odd((3, 9, 6), seed), 1, EVERY, slice(2)),
    "nothing happened": lambda seed: Odd((3, 6, 6), seed, rate=0.0),
    "it happened to all": lambda seed: Odd((3, 6, 6), seed, rate=1.0),
    "more events than students": lambda seed: with_(Odd((2, 6, 6), seed), extra=3),
    "tiny": lambda seed: Odd((1, 3, 6), seed, students=(0, 3), rate=0.5),
    "one student": lambda seed: single(Odd((1, 1, 6), seed)),
    "huge and rare": lambda seed: Odd((2, 12, 6), seed, students=(10**5, 10**6), rate=1e-6),
    "hidden cells": lambda seed: with_(Odd((2, 9, 6), seed), hidden=0.3),
    "not collected here and there": lambda seed: with_(Odd((2, 9, 6), seed), gone=0.3),
    "marks all alike": lambda seed: with_(Odd((2, 9, 6), seed), flat=True),
    "no school is known": lambda seed: with_(
        Odd((2, 1, 6), seed, students=(20, 300)), schools=False
    ),
}
WRONG = ("more events than students", "not collected here and there")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", ODD)
def test_every_number_is_one_and_in_order(name: str, seed: int) -> None:
    cube = ODD[name](seed).cube()
    rollups = Rollups(cube)
    found = measure(PLAN, rollups, lambda what, share: None)
    t = found.table
    shown = [(t.estimate, t.has_estimate), (t.low, t.has_interval), (t.high, t.has_interval)]
    for values, has in (*shown, (t.q, t.has_q)):
        assert np.isfinite(values[has]).all()
    both = t.has_estimate & t.has_interval
    slack = 1e-9 * np.maximum(np.abs(t.estimate), 1)
    assert (t.low <= t.estimate + slack)[both].all()
    assert (t.high >= t.estimate - slack)[both].all()
    assert ((t.q >= 0) & (t.q <= 1))[t.has_q].all()
    one = found.assessment
    assert one is not None
    for p in (one.tests.p_inside, one.tests.p_between, one.tests.p_plain, one.excess.p):
        assert ((p > 0) & (p <= 1)).all()
    for part in (one.inside, one.excess, one.changes):
        numbers = [getattr(part, f) for f in part.__slots__ if f not in ("group", "reference")]
        assert all(np.isfinite(x.astype(float)).all() for x in numbers)
    places = {
        "school": tuple((i, i) for i in cube.places.ids),
        "district": tuple((i, i) for i in cube.places.parent_ids),
    }
    known = Known(cube.periods, bool(cube.places.ids), (), (), places)
    said = tell(PLAN, phrases_of(PLAN), found, known)
    for finding in said.findings:
        words = " ".join((finding.sentence, *finding.evidence, *finding.caveats))
        assert not {"nan", "inf", "None"} & set(words.replace(":", " ").split())
        assert "{" not in words
        if finding.kind == "gap" and finding.verdict == "gap":
            assert finding.estimate is not None
    for outcome in PLAN.outcomes:
        funnel(rollups, outcome, "race=black", cube.periods[-1])


@pytest.mark.parametrize("name", [name for name in ODD if name not in WRONG])
def test_chance_alone_is_no_gap_however_odd_the_district(name: str) -> None:
    """Identity does nothing in any of them; where a source errs, anything may look like a gap."""
    for seed in range(3):
        found = measure(PLAN, Rollups(ODD[name](seed).cube()), lambda what, share: None)
        assert found.assessment is not None
        rates = found.assessment.asked.outcome == 0
        assert (found.assessment.q[rates] > 0.05).all()
