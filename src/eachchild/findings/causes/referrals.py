"""What referrals, adults and notes say of gaps: moments, answers, rules, who refers, which words.

Each has a test of its own, so it may be told of a gap that the outcome alone cannot tell from
chance; the tests of all groups are one family.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.referrals import Compared, FoundActs, FoundMoments
from eachchild.causes.referrers import Referrers
from eachchild.causes.worded import FoundWords
from eachchild.findings.causes.acts import told_by_acts
from eachchild.findings.causes.adults import told_by_adults
from eachchild.findings.causes.moments import has_gap, surest, told_by_moments
from eachchild.findings.causes.rules import told_by_rules
from eachchild.findings.causes.shared import FROM_REFERRALS, LEVEL, SUSPENDED, is_asked
from eachchild.findings.causes.words import told_by_words
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.measures.counts import Numbers
from eachchild.measures.multiple import benjamini_hochberg
from eachchild.plan import Plan
from eachchild.terms.numerals import whole_percent
from eachchild.terms.said import sentence_case

_Pair = tuple[str, str]  # the group and whom it is compared with


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of two groups."""

    moments: FoundMoments | None
    acts: FoundActs | None
    adults: Referrers | None
    words: FoundWords | None


def told_by_referrals(
    plan: Plan, phrases: Phrases, gaps: Sequence[Finding], origins: Origins
) -> Iterator[Finding]:
    """What each gap of one group in what follows from referrals goes with."""
    columns = {o.name: set(o.columns) for o in plan.outcomes if o.is_rate}
    asked = [
        gap for gap in gaps
        if columns.get(gap.outcome, set()) & FROM_REFERRALS and is_asked(plan, gap, origins)
    ]  # fmt: skip
    found = {pair: _found(origins, two) for pair, two in _pairs(origins, asked).items()}
    moments = _family({pair: _p_of_moments(one.moments) for pair, one in found.items()})
    acts = _family({pair: _p_of_acts(one.acts) for pair, one in found.items()})
    adults = _family({pair: _p_of_adults(one.adults) for pair, one in found.items()})
    words = _family_of_words({pair: one.words for pair, one in found.items()})
    for gap in asked:
        pair = gap.group, gap.reference
        if pair not in found:
            continue
        one = found[pair]
        own = "referrals" in columns[gap.outcome]
        q = moments.get(pair, 1.0), adults.get(pair, 1.0)
        yield from _apart(
            phrases, one, tuple(told_by_moments(phrases, gap, one.moments, q[0], of_referrals=own)),
            tuple(told_by_adults(phrases, gap, one.adults, q[1], of_referrals=own)),
        )  # fmt: skip
        yield from told_by_words(phrases, gap, one.words, words.get(pair, np.ones(0)))
        if columns[gap.outcome] & SUSPENDED:
            yield from told_by_acts(phrases, gap, one.acts, acts.get(pair, 1.0))
            if q[0] <= LEVEL:
                yield from told_by_rules(phrases, gap, one.acts, one.moments)


def _apart(
    phrases: Phrases, found: _Found, moments: tuple[Finding, ...], adults: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """Both, but neither supported where there are both.

    They may be the same referrals: no count here crosses the adults with the moments.
    """
    if not (moments and adults and found.adults):
        return moments + adults
    first = next(m for m in moments[0].moments if m.name == moments[0].at)
    words = {
        "moment": first.label, "share": whole_percent(first.share),
        "adults": whole_percent(float(found.adults.gap_share[0])),
    }  # fmt: skip
    said = phrases.words.say("cause.overlap.doubtful", **words)
    why = sentence_case(phrases.words.say("cause.overlap.why"))
    return tuple(
        replace(one, verdict="doubtful", sentence=said, evidence=(why, *one.evidence))
        for one in moments + adults
    )


def _pairs(origins: Origins, gaps: Sequence[Finding]) -> dict[_Pair, Compared]:
    found = {}
    for gap in gaps:
        pair = gap.group, gap.reference
        if pair not in found:
            two = origins.compared(Asked(gap.outcome, *pair, gap.period))
            if two is not None:
                found[pair] = two
    return found


def _found(origins: Origins, two: Compared) -> _Found:
    asked = origins.referrals
    return _Found(
        asked.moments(two), asked.same_act(two), asked.referrers(two), origins.words.words(two)
    )


def _p_of_moments(found: FoundMoments | None) -> float | None:
    """That of the surest moment, which allows for all others of the same two groups."""
    return surest(found) if found is not None and has_gap(found) else None


def _p_of_acts(found: FoundActs | None) -> float | None:
    """The larger p of both cuts: with history and without it."""
    if found is None:
        return None
    cuts = found.same.act.whole, found.same.history.whole
    return max(float(cut.p[0]) for cut in cuts) if cuts[0].known[0] else None


def _p_of_adults(found: Referrers | None) -> float | None:
    return None if found is None or not found.known[0] else float(found.p[0])


def _family(p: Mapping[_Pair, float | None]) -> dict[_Pair, float]:
    """Benjamini and Hochberg's q, over the pairs that are known."""
    known = {pair: value for pair, value in p.items() if value is not None}
    q = benjamini_hochberg(np.array(list(known.values()))) if known else np.zeros(0)
    return dict(zip(known, map(float, q), strict=True))


def _family_of_words(found: Mapping[_Pair, FoundWords | None]) -> dict[_Pair, Numbers]:
    """The same for every word of every pair: q by word, 1 where a word has no test."""
    tests = {pair: one.worded.test for pair, one in found.items() if one is not None}
    if not tests:
        return {}
    known = np.concatenate([test.known for test in tests.values()])
    q = np.ones(known.size)
    if known.any():
        q[known] = benjamini_hochberg(np.concatenate([test.p for test in tests.values()])[known])
    ends = np.cumsum([test.p.size for test in tests.values()])
    return dict(zip(tests, np.split(q, ends[:-1]), strict=True))
