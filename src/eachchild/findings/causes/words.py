"""Which words notes about a group use oftener, for the same behavior and by the same writer."""

from collections.abc import Iterator

import numpy as np

from eachchild.causes.worded import FoundWords
from eachchild.cube import FEWEST_STUDENTS, FEWEST_WRITERS
from eachchild.findings.causes.shared import LEVEL, cause_of, hypothesis_of, is_same_way
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.measures.counts import Numbers, Whole
from eachchild.terms.numerals import count
from eachchild.terms.years import ALL

_CAUSE = "words"
_MOST = 5  # words that a sentence names


def told_by_words(
    phrases: Phrases, gap: Finding, found: FoundWords | None, q: Numbers
) -> Iterator[Finding]:
    """The words used oftener about a group that fares worse; `q` is of all groups' words together.

    None beyond chance: nothing is said, for that is no proof that notes are worded alike.
    """
    if found is None or not is_same_way(gap, 1.0):
        return
    told = _oftener(found, q)
    if told.size:
        yield _told(phrases, gap, found, told)


def _oftener(found: FoundWords, q: Numbers) -> Whole:
    """The words beyond chance, the surest first; none that few students of the group are behind.

    A word that is oftener only once writers are told apart is left out too: its plain counts would
    say the opposite of its test.
    """
    score = found.worded.test.statistic
    sure = (q <= LEVEL) & (score > 0) & (found.students >= FEWEST_STUDENTS)
    told = np.flatnonzero(sure & (found.group.rate > found.others.rate))
    return told[np.argsort(-score[told], kind="stable")]


def _told(phrases: Phrases, gap: Finding, found: FoundWords, told: Whole) -> Finding:
    say, named = phrases.words.say, told[:_MOST]
    words = {
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
        "notes": count(int(found.group.n[0])), "of_others": count(int(found.others.n[0])),
        "compared": count(len(found.words)), "found": count(told.size),
        "students": count(FEWEST_STUDENTS), "writers": count(FEWEST_WRITERS),
    }  # fmt: skip
    each = [
        {
            "word": found.words[at], "mine": count(int(found.group.events[at])),
            "theirs": count(int(found.others.events[at])),
            "alike": count(round(float(found.alike[at]))),
        }
        for at in named
    ]  # fmt: skip
    listed = ", ".join(say("cause.words.word", **words, **one) for one in each)
    return cause_of(
        gap, _CAUSE, "supported", period=ALL, measure="odds_ratio", share=None,
        sentence=say("cause.words.supported", **words, words=listed),
        evidence=(
            say("cause.words.compared", **words),
            *(say("cause.words.alike", **words, **one) for one in each),
        ),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.words.", {}),
        caveats=(say("cause.words.how"), say("cause.words.small", **words),
                 say("cause.words.names"), say("cause.records"), say("caveats.not_cause")),
    )  # fmt: skip
