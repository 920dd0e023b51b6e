"""Words of notes from rows to the page: on a district where they differ, and where they do not."""

import csv
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eachchild import story
from eachchild.causes import Asked, Origins
from eachchild.causes.referrals import Compared
from eachchild.causes.worded import FoundWords, OfWords
from eachchild.cube import Rollups
from eachchild.findings import phrases_of
from eachchild.findings.causes.words import told_by_words
from eachchild.findings.model import Finding
from eachchild.measures.counts import Counts
from eachchild.worlds import synthesize
from eachchild.worlds.causes.notes import JUDGING, WORDS

STUDENTS = 1_500
ASKED = Asked("referred", "race=black", "race=white", "all")


def _made(folder: Path, world: str) -> story.Audit:
    synthesize(folder / world, world=world, seed=4, students=STUDENTS)
    return story.audit(folder / world / "audit.toml", vault=folder / f"vault-{world}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("words")


@pytest.fixture(scope="module")
def judged(folder: Path) -> story.Audit:
    return _made(folder, "words-judged")


@pytest.fixture(scope="module")
def found(judged: story.Audit) -> FoundWords:
    origins = Origins(Rollups(judged.cube))
    two = origins.compared(ASKED)
    assert two is not None
    words = origins.words.words(two)
    assert words is not None
    return words


def _causes(audit: story.Audit) -> list[Finding]:
    return [f for f in audit.findings if f.cause == "words"]


def test_words_that_judge_are_told_with_numbers_that_are_true(
    judged: story.Audit, folder: Path, found: FoundWords
) -> None:
    told = _causes(judged)
    assert told
    for one in told:
        assert (one.verdict, one.share_of_gap, one.group) == ("supported", None, "race=black")
        assert one.of in {f.id for f in judged.findings if f.kind == "gap"}
        named = re.findall(r"“(\w+)” in (\d+) of (\d+) notes against (\d+) of (\d+)", one.sentence)
        assert 1 <= len(named) <= 5
        assert {word for word, *_ in named} <= set(JUDGING)
    against = next(one for one in told if one.reference == "race=white")
    numbers = re.findall(
        r"“(\w+)” in (\d+) of (\d+) notes against (\d+) of (\d+)", against.sentence
    )
    by_hand = _by_hand(folder / "words-judged")
    for word, *said in numbers:
        assert tuple(map(int, said)) == by_hand(word)
        at = found.words.index(word)
        assert found.alike[at] < found.group.events[at]


def _by_hand(folder: Path):  # type: ignore[no-untyped-def]
    """A word's notes of either group, where one writer wrote about both, row by row."""
    with (folder / "student.csv").open(encoding="utf-8") as lines:
        race = {row["student_id"]: row["race"] for row in csv.DictReader(lines)}
    first: dict[tuple[str, str, str], tuple[str, str]] = {}
    with (folder / "discipline.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            key = row["student_id"], row["behavior"], row["staff_id"]
            mine = row["date"], row["narrative"]
            first[key] = min(first.get(key, mine), mine)
    strata: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for (student, *stratum), (_, text) in first.items():
        if race[student] in ("black", "white"):
            strata[tuple(stratum)].append((race[student], text.lower()))
    both = [note for notes in strata.values() if len({r for r, _ in notes}) == 2 for note in notes]

    def count(word: str) -> tuple[int, ...]:
        return tuple(
            sum(1 for r, text in both if r == race and re.search(rf"\b{wanted}\b", text))
            for race in ("black", "white") for wanted in (word, r"\w+")
        )  # fmt: skip

    return count


def test_no_name_is_a_word(judged: story.Audit) -> None:
    for block in judged.cube.words:
        assert set(block.words) <= set(WORDS)
        assert block.left_out == 0


@pytest.mark.parametrize("world", ["quiet-words", "mimic-words"])
def test_where_notes_are_alike_no_word_is_told(folder: Path, world: str) -> None:
    audit = _made(folder, world)
    assert audit.cube.words
    assert _causes(audit) == []


def test_without_notes_nothing_is_said(judged: story.Audit) -> None:
    two = Origins(Rollups(judged.cube)).compared(ASKED)
    assert two is not None
    bare = replace(judged.cube, words=())
    assert OfWords(bare).words(two) is None
    nobody = Compared("race=nobody", "race=white", two.students, two.others)
    assert OfWords(judged.cube).words(nobody) is None


@pytest.fixture
def gap(judged: story.Audit) -> Finding:
    ours = (f for f in judged.findings if f.kind == "gap" and f.group == "race=black")
    return next(f for f in ours if (f.estimate or 0) > 1 or f.measure == "risk_difference")


def _told(judged: story.Audit, gap: Finding, found: FoundWords | None) -> list[Finding]:
    q = np.zeros(0 if found is None else len(found.words))
    return list(told_by_words(phrases_of(judged.plan), gap, found, q))


def test_what_is_not_told(judged: story.Audit, gap: Finding, found: FoundWords) -> None:
    assert _told(judged, gap, found)
    assert _told(judged, gap, None) == []
    better = replace(gap, measure="risk_difference", estimate=-0.1)
    assert _told(judged, better, found) == []  # of a group that fares better
    few = replace(found, students=np.full(len(found.words), 9))
    assert _told(judged, gap, few) == []  # too few students of the group behind each
    # A word whose plain counts say the opposite of its test.
    turned = replace(found, others=Counts(found.others.n, found.others.n))
    assert _told(judged, gap, turned) == []
    plain = phrases_of(judged.plan)
    assert list(told_by_words(plain, gap, found, np.ones(len(found.words)))) == []
