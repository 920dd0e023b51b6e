"""Do schools write down alike? Whether a gap goes with what some schools log and others do not.

Two marks of a log are asked, of each school as a whole, so that neither can be of one group: how
many answers are left blank, and how many referrals for the same act are logged for each that was
answered by an in-school suspension or more. A gap is counted again with either evened out over
schools. What is chance is told by the schools alone: were their marks handed round among them, how
often would the two groups meet them as unequally?
"""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Known, Numbers, Whole

_ROUNDS = 9_999
_SEED = 20_231  # any: the same marks are handed round alike each time


@dataclass(frozen=True, slots=True)
class Logged:
    """Referrals by school and act; `group` and `others` are parts of `all`."""

    group: Whole  # [schools, acts]: referrals
    others: Whole
    all: Whole
    unsaid: Whole  # of all, whose answer is not known
    acted: Whole  # of all, answered by an in-school suspension or more
    group_out: Whole  # [schools]: suspensions out of school
    others_out: Whole
    students: Whole  # [schools]: of the group
    other_students: Whole


@dataclass(frozen=True, slots=True)
class Evened:
    """A gap as it is logged and as it would be if all schools logged alike, for each student."""

    logged: float
    alike: float
    mine: float  # the mark that students of the group meet at their schools, on average
    theirs: float
    p: float  # one-sided: that schools' marks have nothing to do with who attends them

    @property
    def share(self) -> float:
        """What of the gap goes with how schools log; below 0 where it hides some of it."""
        return 1 - self.alike / self.logged

    @property
    def smaller(self) -> float:
        """By how much of it the gap is smaller; a gap turned round is one still."""
        return 1 - abs(self.alike / self.logged)


def blank_answers(log: Logged) -> Evened | None:
    """Suspensions counted as if the answers left blank were as those of the same school.

    None where nobody is suspended, or no school has both kinds of answers.
    """
    referrals, unsaid = log.all.sum(axis=1), log.unsaid.sum(axis=1)
    known = referrals - unsaid
    times = np.where(known > 0, referrals / np.maximum(known, 1), 1.0)
    blank = unsaid / np.maximum(referrals, 1)
    mine, theirs = log.group_out.astype(np.float64), log.others_out.astype(np.float64)
    return _evened(log, (mine, theirs), (mine * times, theirs * times), blank, referrals > 0)


def logged_acts(log: Logged) -> Evened | None:
    """Referrals counted as if each school logged as many of an act for each that it acted on.

    A school's referrals for an act are weighed by its share acted on over that of all schools.
    """
    known = log.all - log.unsaid
    acted = log.acted.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    here = (known > 0) & (acted > 0)
    share = log.acted / np.maximum(known, 1)
    weight = np.where(here, share / np.where(acted > 0, acted, 1.0), 1.0)
    expected = (log.all * weight).sum(axis=1)
    mark = log.all.sum(axis=1) / np.where(expected > 0, expected, 1.0)
    logged = (log.group.sum(axis=1).astype(np.float64), log.others.sum(axis=1).astype(np.float64))
    alike = ((log.group * weight).sum(axis=1), (log.others * weight).sum(axis=1))
    return _evened(log, logged, alike, mark, expected > 0)


def _evened(
    log: Logged,
    logged: tuple[Numbers, Numbers],
    alike: tuple[Numbers, Numbers],
    mark: Numbers,
    known: Known,
) -> Evened | None:
    """The gap twice, and what either group meets at the schools whose mark is known."""
    ours, rest = int(log.students.sum()), int(log.other_students.sum())
    met = log.students * known, log.other_students * known
    if not ours or not rest or not met[0].sum() or not met[1].sum():
        return None
    gaps = [float(mine.sum() / ours - theirs.sum() / rest) for mine, theirs in (logged, alike)]
    if not gaps[0]:
        return None
    weights = [side[known] / side.sum() for side in met]
    mine, theirs = (float(w @ mark[known]) for w in weights)
    return Evened(
        gaps[0], gaps[1], mine, theirs, _handed_round(weights[0] - weights[1], mark[known])
    )


def _handed_round(weights: Numbers, marks: Numbers) -> float:
    """How often schools' marks handed round would be met as unequally, the same way round."""
    rng = np.random.default_rng(_SEED)
    rounds = rng.permuted(np.tile(marks, (_ROUNDS, 1)), axis=1) @ weights
    met = float(weights @ marks)
    as_far = np.sign(met) * rounds >= abs(met) * (1 - 1e-9)
    return float((1 + as_far.sum()) / (1 + _ROUNDS))
