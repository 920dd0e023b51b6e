"""From an audit's counts of referrals and of adults to the arithmetic of moments, acts and adults.

All of the latest years together, as the roll-ups pool them: a cause that changes within three years
is another one, and single years of a district have few referrals in a moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.causes.answers import Laddered, laddered
from eachchild.causes.consequence import Referrals as Answers
from eachchild.causes.consequence import SameAct, same_act
from eachchild.causes.moments import ANY, Ranking, Referred, rank_moments
from eachchild.causes.referrers import Adults, Referrers, referrers
from eachchild.causes.remember import remembered
from eachchild.causes.repeats import dispersion_of_repeats
from eachchild.causes.reporting import Logged
from eachchild.cube import POOLED_YEARS, AdultBlock, Cube, EventBlock
from eachchild.measures.counts import Counts, Known, Whole
from eachchild.plan import COMPLEMENT
from eachchild.terms.factors import Group

MOMENT = ("behavior", "location", "hour")
ACT = ("behavior", "answer", "prior")
UNTOLD = frozenset(("not_reported", "not_coded", "several", ""))  # words that say no moment


@dataclass(frozen=True, slots=True)
class Compared:
    """Two groups of one factor, and how many students of each are in every school."""

    group: str
    reference: str
    students: Whole  # a place of the cube each
    others: Whole

    @property
    def enrolled(self) -> tuple[int, int]:
        """All students of either group."""
        return int(self.students.sum()), int(self.others.sum())


@dataclass(frozen=True, slots=True)
class FoundMoments:
    """The moments of a gap, and the words for the numbers in them."""

    ranking: Ranking
    words: tuple[tuple[str, ...], ...]  # by dimension of MOMENT

    def said(self, at: int) -> dict[str, str]:
        """What the moment at a place of the ranking says, by dimension."""
        values = self.ranking.moments.values[at]
        return {
            name: words[value]
            for name, words, value in zip(MOMENT, self.words, values, strict=True)
            if value != ANY
        }


@dataclass(frozen=True, slots=True)
class FoundActs:
    """How two groups' referrals for the same act were answered, and the acts' names."""

    same: SameAct
    answers: Answers
    acts: tuple[str, ...]
    enrolled: tuple[int, int]
    ladder: Laddered | None = None

    @property
    def gap(self) -> float:
        """Referrals answered by exclusion per enrolled student, of the group less the others."""
        mine, theirs = self.answers.group.events.sum(), self.answers.others.events.sum()
        return float(mine / self.enrolled[0] - theirs / self.enrolled[1])

    def of_act(self, act: str) -> tuple[Counts, Counts]:
        """How many referrals of either group for one act were answered so, in all schools."""
        rows = self.answers.act == self.acts.index(act)
        mine, theirs = (
            Counts(side.events[rows].sum(), side.n[rows].sum())
            for side in (self.answers.group, self.answers.others)
        )
        return mine, theirs

    def answered_harder(self, act: str, level: float) -> bool:
        """Whether the group's referrals for an act are answered harder, beyond chance."""
        cut = self.same.act
        at = np.flatnonzero(cut.acts == self.acts.index(act))
        return bool(
            at.size and cut.by_act.p[at[0]] <= level and cut.by_act.odds_ratio.ratio[at[0]] > 1
        )


class OfReferrals:
    """What referrals and adults say of a gap, where they are counted."""

    def __init__(self, cube: Cube) -> None:
        """Nothing is added up before it is asked."""
        self._cube = cube
        self._first = max(0, len(cube.periods) - POOLED_YEARS)
        self._at = {name: i for i, name in enumerate(cube.places.ids)}

    @remembered
    def moments(self, two: Compared) -> FoundMoments | None:
        """In which moments the group is referred more; None where no referrals are counted."""
        block = self._block(two, MOMENT)
        if block is None:
            return None
        place, kept = self._placed(block.schools, block.place, block.period)
        mine, theirs = (kept & side for side in sides_of(block.groups, block.group, two))
        both = mine | theirs
        referred = Referred(
            place[both], block.value[both],
            np.where(mine, block.referrals, 0)[both], np.where(theirs, block.referrals, 0)[both],
            two.students, two.others,
        )  # fmt: skip
        if not referred.group.sum() or not referred.others.sum():
            return None
        ranking = rank_moments(referred, referred_students=self._students(two))
        return FoundMoments(ranking, tuple(block.words[name] for name in MOMENT))

    @remembered
    def same_act(self, two: Compared) -> FoundActs | None:
        """How referrals for the same act were answered; None where no answer is known."""
        block = self._block(two, ACT)
        if block is None:
            return None
        place, kept = self._placed(block.schools, block.place, block.period)
        named = _told(block.words["behavior"])[block.value[:, 0]]
        sides = [kept & named & side for side in sides_of(block.groups, block.group, two)]
        keys, code = np.unique(
            np.column_stack([place, block.value[:, [0, 2]]]), axis=0, return_inverse=True
        )
        known = block.referrals - block.unsaid
        mine, theirs = (
            Counts(*(_added(x * side, code.ravel(), len(keys)) for x in (block.oss, known)))
            for side in sides
        )
        some = (mine.n > 0) | (theirs.n > 0)
        if not (mine.n.sum() and theirs.n.sum()):
            return None
        school, act, history = keys[some].T
        answers = Answers(school, act, history, mine.take(some), theirs.take(some))
        dispersion = self._dispersion(two)
        found = same_act(answers, two.enrolled, dispersion=dispersion)
        _, same = np.unique(keys[code.ravel(), :2], axis=0, return_inverse=True)
        ladder = laddered(block, same.ravel(), sides, dispersion=dispersion)
        return FoundActs(found, answers, block.words["behavior"], two.enrolled, ladder)

    @remembered
    def logged(self, two: Compared) -> Logged | None:
        """How schools log: acts, and answers left blank; None where no referrals are counted."""
        block = self._block(two, ACT)
        if block is None:
            return None
        place, kept = self._placed(block.schools, block.place, block.period)
        mine, theirs = (kept & side for side in sides_of(block.groups, block.group, two))
        schools, acts = two.students.size, len(block.words["behavior"])
        acted = block.value[:, 1] >= block.words["answer"].index("iss")
        at = place * acts + block.value[:, 0]

        def by_act(counts: Whole, which: Known) -> Whole:
            return _added(counts[which], at[which], schools * acts).reshape(schools, acts)

        return Logged(
            by_act(block.referrals, mine), by_act(block.referrals, theirs),
            by_act(block.referrals, kept), by_act(block.unsaid, kept),
            by_act(block.referrals - block.unsaid, kept & acted),
            by_act(block.oss, mine).sum(axis=1), by_act(block.oss, theirs).sum(axis=1),
            two.students, two.others,
        )  # fmt: skip

    @remembered
    def referrers(self, two: Compared) -> Referrers | None:
        """How much goes with the adults who refer most; None where adults are not counted."""
        factor = Group.parse(two.group).factors[0]
        block = next((b for b in self._cube.adults if b.factor == factor), None)
        if block is None:
            return None
        found = self._adults(block, two)
        return None if found is None else referrers(
            found, two.enrolled, dispersion=self._dispersion(two)
        )  # fmt: skip

    def _adults(self, block: AdultBlock, two: Compared) -> Adults | None:
        place, kept = self._placed(block.schools, block.place, block.period)
        mine, theirs = (
            block.made[:, side].sum(axis=1)
            for side in sides_of(block.groups, np.arange(len(block.groups)), two)
        )
        every = block.made.sum(axis=1)
        kept &= every > 0
        if not (mine[kept].sum() and theirs[kept].sum()):
            return None
        # An adult's years stand apart: who refers most in one is asked in that one.
        school = place * len(self._cube.periods) + block.period
        # Who refers most is settled by all referrals, those of other groups too.
        return Adults(
            school[kept], block.adults[kept], mine[kept], theirs[kept],
            rest=(every - mine - theirs)[kept],
        )  # fmt: skip

    def _dispersion(self, two: Compared) -> float:
        """How many times the variance of independent referrals theirs is, as students come back."""
        students, block = self._students(two), self._block(two, ())
        if students is None or block is None:
            return 1.0
        kept = block.period >= self._first
        made = [int(block.referrals[kept & side].sum())
                for side in sides_of(block.groups, block.group, two)]  # fmt: skip
        each = [
            n * dispersion_of_repeats(n, min(of, n))
            for n, of in zip(made, students, strict=True) if n
        ]  # fmt: skip
        return sum(each) / sum(made) if each else 1.0

    def _students(self, two: Compared) -> tuple[int, int] | None:
        """How many different students of each group were referred, school by school and year."""
        block = self._block(two, ())
        if block is None:
            return None
        kept = block.period >= self._first
        mine, theirs = (int(block.students[kept & side].sum())
                        for side in sides_of(block.groups, block.group, two))  # fmt: skip
        return mine, theirs

    def _block(self, two: Compared, dimensions: Sequence[str]) -> EventBlock | None:
        factor = Group.parse(two.group).factors[0]
        mine = (b for b in self._cube.events if b.factor == factor)
        return next((b for b in mine if b.dimensions == tuple(dimensions)), None)

    def _placed(self, schools: Sequence[str], place: Whole, period: Whole) -> tuple[Whole, Known]:
        """The cube's number of each entry's school, and entries of the latest years with one."""
        number = np.array([*(self._at.get(school, -1) for school in schools), -1], np.int64)
        found = number[place]
        return found, (found >= 0) & (period >= self._first)


def sides_of(groups: Sequence[str], group: Whole, two: Compared) -> tuple[Known, Known]:
    """Which entries are of the group, and which of those it is compared with."""
    value = Group.parse(two.group).parts[0][1]
    mine = np.array([name == value for name in groups])[group]
    if two.reference == COMPLEMENT:
        return mine, ~mine
    other = Group.parse(two.reference).parts[0][1]
    return mine, np.array([name == other for name in groups])[group]


def _told(words: Sequence[str]) -> Known:
    return np.array([word not in UNTOLD for word in words], np.bool_)


def _added(values: Whole, code: Whole, size: int) -> Whole:
    return np.bincount(code, weights=values, minlength=size).astype(np.int64)
