"""Which words: are notes about students of two groups worded differently for the same behavior?

Notes that use a word at least once are the counts to test, for one long note can repeat a word many
times. A writer has words of his own and writes about the students he meets, so notes are not
independent. The sound way is a stratum for each behavior and writer, which compares a writer with
himself. Where strata are behaviors alone, the spread of all words' scores tells how much wider than
chance they are (`inflation`), and the tests allow for it: enough where all words cluster alike, too
little for a word that few writers use much more than others do, too much where many words truly
differ. A word says how a note is written: not why, nor what happened.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import chi2

from eachchild.cube import FEWEST_STUDENTS, FEWEST_WRITERS
from eachchild.measures.comparisons import GapTest, OddsRatio, normal_test
from eachchild.measures.counts import Counts, Known, Numbers, Whole
from eachchild.measures.exact import exact_test
from eachchild.measures.multiple import benjamini_hochberg
from eachchild.measures.stratified import Fold, pooled_odds_ratio, within_schools_test

EXPECTED = 5.0  # uses in a stratum, in either group, below which a logarithm of odds misleads
ENOUGH_WORDS = 20  # that the spread of their scores can be told
UNLIKELY = 0.01  # p by the normal curve from which the exact law is asked


@dataclass(frozen=True, slots=True)
class Uses:
    """How often each word is used in one group's notes: strata by words.

    `total` is one entry a stratum: of notes, all notes; of tokens, all tokens. Raises ValueError
    where a word is used more often than that.
    """

    used: Whole
    total: Whole

    def __post_init__(self) -> None:
        """Refuse counts that cannot be of the same notes."""
        if self.used.ndim != 2 or self.used.shape[0] != len(self.total):
            raise ValueError("uses are counted as strata by words, and their totals by strata")
        if (self.used < 0).any() or (self.used > self.total[:, None]).any():
            raise ValueError("in some stratum a word has more uses than the stratum has in all")


@dataclass(frozen=True, slots=True)
class Met:
    """The same of both groups at once, without the strata in which nobody uses a word.

    One entry a word and stratum in which either uses it, the entries of a word together: such a
    stratum alone says something of the word.
    """

    word: Whole  # rising
    group: Counts
    others: Counts

    def fold(self, words: int) -> Fold:
        """All strata of a word together, for so many words."""
        return Fold.runs(np.bincount(self.word, minlength=words))


@dataclass(frozen=True, slots=True)
class LogOdds:
    """Log odds ratios of using each word, shrunken to what both groups have in common."""

    value: Numbers  # above 0: oftener in the group's notes
    error: Numbers
    z: Numbers
    strata: Whole  # that say something of the word
    known: Known  # False: no stratum does; the others are 0 there


@dataclass(frozen=True, slots=True)
class Worded:
    """Words compared inside strata, one entry a word that enough students and writers stand for."""

    word: Whole  # which of the words given
    log_odds: LogOdds
    pooled: OddsRatio  # by Mantel and Haenszel's weights, without a prior
    test: GapTest  # of the same, allowing for `inflation`
    q: Numbers  # adjusted over these words (Benjamini-Hochberg)
    inflation: float  # of the squared scores over chance; 1: none, or too few words to tell


def log_odds(group: Uses, others: Uses, *, prior: float) -> LogOdds:
    """Each stratum's weighted log odds ratio with an informative Dirichlet prior, then pooled.

    The prior is worth `prior` notes (or tokens) in each stratum, which use words as both groups'
    together do. A stratum's ratio is that of Monroe, B. L., Colaresi, M. P., Quinn, K. M. (2008),
    Political Analysis 16: 372-403. Its variance is theirs with the terms of not using the word,
    for in notes common words are in many; and it is taken at the rate of both groups together,
    since weights that move with the ratios would pull the pooled one. Strata in which a word
    is expected fewer than five times in either group are left out.

    >>> n = np.array([50])
    >>> ours, theirs = Uses(np.array([[30, 5]]), n), Uses(np.array([[20, 5]]), n)
    >>> log_odds(ours, theirs, prior=10).z.round(2)
    array([1.84, 0.  ])
    """
    met = met_of(group, others)
    return _log_odds(met, met.fold(group.used.shape[1]), prior)


def compare_words(
    group: Uses, others: Uses, *, students: Whole, writers: Whole, prior: float = 10.0
) -> Worded:
    """Compare how many notes of two groups use each word, inside strata; give notes, not tokens.

    Only words used about 10 students or more and by 3 writers or more are compared: fewer tell of
    a person. `students` and `writers` have one entry a word.

    >>> n = np.array([50])
    >>> ours, theirs = Uses(np.array([[30, 5]]), n), Uses(np.array([[10, 5]]), n)
    >>> found = compare_words(ours, theirs, students=np.array([25, 9]), writers=np.array([4, 4]))
    >>> found.word.tolist(), bool(found.q[0] < 0.001)
    ([0], True)
    """
    if not len(students) == others.used.shape[1] == group.used.shape[1]:
        raise ValueError("students and writers are counted for each word of both groups")
    return compare_met(met_of(group, others), students=students, writers=writers, prior=prior)


def compare_met(met: Met, *, students: Whole, writers: Whole, prior: float = 10.0) -> Worded:
    """The same where strata are many and most words are in few of them.

    The test is Cochran, Mantel and Haenszel's, which holds for many small strata, where a logarithm
    of odds has none to say; a word that it finds unlikely gets the exact law's mid-p. Scores are
    divided by the root of `inflation`, the median of their squares over that of chance (genomic
    control: Devlin and Roeder 1999, Biometrics 55: 997-1004).
    """
    words = len(students)
    if len(writers) != words or met.word.max(initial=-1) >= words:
        raise ValueError("students and writers are counted for each word of both groups")
    enough = (students >= FEWEST_STUDENTS) & (writers >= FEWEST_WRITERS)
    word, kept = np.flatnonzero(enough), enough[met.word]
    some = Met((np.cumsum(enough) - 1)[met.word[kept]], met.group.take(kept), met.others.take(kept))
    fold = some.fold(len(word))
    plain = within_schools_test(some.group, some.others, fold)
    inflation = _inflation(plain)
    test = normal_test(_surer(plain, some, fold) / np.sqrt(inflation), plain.known)
    q = np.ones(len(word))
    if test.known.any():
        q[test.known] = benjamini_hochberg(test.p[test.known])
    pooled = pooled_odds_ratio(some.group, some.others, fold)
    return Worded(word, _log_odds(some, fold, prior), pooled, test, q, inflation)


def met_of(group: Uses, others: Uses) -> Met:
    """Strata and words side by side, as the entries that say something."""
    word, stratum = np.nonzero((group.used + others.used).T)
    return Met(
        word,
        *(Counts(side.used[stratum, word], side.total[stratum]) for side in (group, others)),
    )


def _surer(test: GapTest, met: Met, fold: Fold) -> Numbers:
    """The scores, those that look unlikely by the exact law."""
    score = test.statistic.copy()
    unlikely = np.flatnonzero(test.known & (test.p < UNLIKELY))
    rows = np.isin(met.word, unlikely)
    again = Fold(np.searchsorted(unlikely, met.word[rows]), len(unlikely))
    exact = exact_test(met.group.take(rows), met.others.take(rows), again)
    score[unlikely] = np.sign(score[unlikely]) * -ndtri(exact.mid_p / 2)
    return score


def _log_odds(met: Met, fold: Fold, prior: float) -> LogOdds:
    if prior <= 0:
        raise ValueError("a prior is worth more than no notes")
    used, others = (side.events for side in (met.group, met.others))
    n1, n0 = (side.n.astype(np.float64) for side in (met.group, met.others))
    rate = (used + others) / np.maximum(n1 + n0, 1)
    told = np.minimum(n1, n0) * np.minimum(rate, 1 - rate) >= EXPECTED
    rate = np.where(told, rate, 0.5)
    value = np.where(told, _logit(used, n1, rate, prior), 0.0)
    value -= np.where(told, _logit(others, n0, rate, prior), 0.0)
    variance = (1 / (n1 + prior) + 1 / (n0 + prior)) / (rate * (1 - rate))
    weight = np.where(told, 1 / variance, 0.0)
    strata = fold.sum(told)
    known = np.asarray(strata > 0, np.bool_)
    whole = np.where(known, fold.sum(weight), 1.0)
    pooled = fold.sum(weight * value) / whole
    error = np.where(known, 1 / np.sqrt(whole), 0.0)
    return LogOdds(pooled, error, pooled * np.sqrt(whole), strata.astype(np.int64), known)


def _logit(used: Whole, total: Numbers, rate: Numbers, prior: float) -> Numbers:
    """The log odds of using a word in notes to which the prior's are added."""
    met = used + prior * rate
    odds: Numbers = np.log(met / (total + prior - met))
    return odds


def _inflation(test: GapTest) -> float:
    squares = test.statistic[test.known] ** 2
    if len(squares) < ENOUGH_WORDS:
        return 1.0
    return max(1.0, float(np.median(squares) / chi2.median(1)))
