"""Students by score: no hidden count of them can be told, from all tables of a copy together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from student_attacker import Attacker, asked_of
from test_known_leaks import FEDERAL, OF, part_of, tree

from eachchild.release.audits import AuditDecision, Part, decide_audit, entry_counts
from eachchild.release.audits import entry as entry_module
from eachchild.release.audits.entry import (
    CORRECTED,
    FOLLOWS,
    ONE_IS_SHOWN,
    SHOWN_OTHERWISE,
)
from eachchild.release.audits.entry_counts import (
    CUTS,
    FEW_SCORED,
    NO_CUT,
    OTHERS_COUNTED,
    SCORE,
    at_least,
    entry_of,
)
from eachchild.release.audits.part import ScoreCounts
from eachchild.release.audits.stepwise import NEARLY, Shown
from eachchild.release.decide import Subject
from eachchild.release.family import Key
from eachchild.release.policy import Policy
from eachchild.release.published import Publication, key_of

BINS, NAME = 20, "ap_enrolled by race by score, 2024-25 1"
RACES, SCHOOLS = ("b", "p", "w"), ("s1", "s2", "s3")
TWO = (60, 80)  # cuts, which are quicker to be asked about
SIZES = {"b": 60, "p": 7, "w": 90}  # at each school
TREES = (tree("race", *RACES), tree("school", *SCHOOLS), tree("sex", "f", "m"))


Person = tuple[str, str, str, int, bool, bool]  # race, school, sex, bin, enrolled, late
Scored = dict[tuple[str, str, int], int]


def people(seed: int, *, offered: int = 3, unscored: float = 0.1) -> list[Person]:
    """Students of three schools by score, of whom the better ones are rather enrolled."""
    chance = np.random.default_rng(seed)
    found: list[Person] = []
    for race, size in SIZES.items():
        for school in SCHOOLS:
            for _ in range(int(chance.integers(size // 2, size + 1))):
                at = -1 if chance.random() < unscored else int(chance.integers(0, BINS))
                takes = chance.random() < 0.1 + 0.03 * max(at, 0)
                enrolled = bool(takes and school in SCHOOLS[:offered])
                sex, late = str(chance.choice(["f", "m"])), bool(chance.random() < 0.5)
                found.append((race, school, sex, at, enrolled, late))
    return found


def audit_of(seed: int, *, offered: int = 3, unscored: float = 0.1) -> Part:
    return audit_from(people(seed, offered=offered, unscored=unscored))


def audit_from(found: Iterable[Person], name: str = "ap_enrolled", of: Key = OF) -> Part:
    """One year's counts of some people, with those of one outcome by score."""
    students: dict[tuple[str, ...], int] = {}
    counted: tuple[Scored, Scored] = {}, {}
    for race, school, sex, at, enrolled, late in found:
        key = (race, school, sex, *("yes" if has else "no" for has in (enrolled, late)))
        students[key] = students.get(key, 0) + 1
        for row, n in enumerate((1, int(enrolled))):
            counted[row][race, school, at] = counted[row].get((race, school, at), 0) + n
    part = part_of(TREES, ((0, 1), (0, 2)), (name, f"{name}_late"), students, of)
    return replace(part, scores={name: ScoreCounts("school", BINS, *counted)})


def decided(
    *parts: Part, earlier: Sequence[Publication] = (), policy: Policy = FEDERAL
) -> AuditDecision:
    return decide_audit("t", parts, policy, {"public": earlier}, lambda what, share: None)


def published(part: Part, *earlier: Publication, policy: Policy = FEDERAL) -> Publication:
    return decided(part, earlier=earlier, policy=policy).decision.publication


def reason(found: AuditDecision, name: str = NAME) -> str:
    """Why students by score are left out; empty where they are not."""
    return next((why for table, why in found.left_out if table == name), "")


def by_score(shown: Publication) -> list[Key]:
    """Every cell of the tables of students by score."""
    return [
        key for table in shown.tables
        if any(each.name == SCORE for each in table.trees) for key in table.cells()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seed", "offered", "cuts"), [(0, 3, CUTS), (1, 2, CUTS), (2, 3, TWO), (3, 2, TWO), (4, 2, TWO)]
)
def test_no_hidden_count_by_score_can_be_told(
    seed: int, offered: int, cuts: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_counts, "CUTS", cuts)
    shown = published(audit_of(seed, offered=offered))
    cells = by_score(shown)
    hidden = [key for key in cells if key in shown.hidden]
    assert hidden
    assert len(hidden) < len(cells)
    assert not Attacker([shown]).narrow(asked_of([shown]))


def test_the_attacker_sees_what_schools_tell_of_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    # A small group at the one school that does not offer it, hidden among schools and told here.
    monkeypatch.setattr(entry_counts, "CUTS", TWO)
    shown = published(audit_of(0, offered=2))
    of = {"period": "2024-25", "students": "1"}
    small = key_of({**of, "race": "p", "school": "not offering"})
    alone = key_of({**of, "race": "p", "school": "s3"})
    assert {small, alone} <= shown.hidden.keys()
    leaky = replace(shown, told={**shown.told, small: (5, 5)})
    assert (alone,) in Attacker([leaky]).narrow(asked_of([leaky]))


def test_scores_add_up_to_the_students_and_to_those_enrolled() -> None:
    part = audit_of(1, unscored=0.0)
    shown = published(part)
    of = {"period": "2024-25", "students": "1"}
    for pairs in ({}, {"race": "w"}):  # of the others some are hidden with the few of race p
        low, high = (
            shown.told[key_of({**of, **pairs, SCORE: node})][0]
            for node in ("below 50", at_least(50))
        )
        assert low + high == part.students[key_of({**of, **pairs})]
    counted = sum(n for (race, _, at), n in part.scores["ap_enrolled"].enrolled.items()
                  if race == "w" and at >= 14)  # fmt: skip
    above = key_of({**of, "race": "w", SCORE: at_least(70), "ap_enrolled": "yes"})
    assert shown.told[above] == (counted, counted)


def test_a_school_in_which_nobody_is_enrolled_is_set_aside_by_what_is_told_of_it() -> None:
    part = audit_of(2, offered=2)
    shown = published(part)
    of = {"period": "2024-25", "students": "1", "school": "offering"}
    here = sum(n for (_, school, _), n in part.scores["ap_enrolled"].students.items()
               if school != "s3")  # fmt: skip
    assert shown.told[key_of(of)] == (here, here)
    hides = replace(FEDERAL, noughts_shown=False)
    assert not [
        key for key in by_score(published(part, policy=hides)) if ("school", "offering") in key
    ]


def test_students_of_other_counts_are_left_out() -> None:
    part = audit_of(3)
    scores = part.scores["ap_enrolled"]
    (at, n), *_ = scores.students.items()
    wrong = replace(scores, students={**scores.students, at: n + 1})
    assert reason(decided(replace(part, scores={"ap_enrolled": wrong}))) == OTHERS_COUNTED
    moved = {("s9" if s == "s1" else s): s for s in SCHOOLS}
    other = replace(scores, students={
        (race, moved.get(s, s) if s != "s1" else "s2", at): n
        for (race, s, at), n in scores.students.items() if s != "s2"
    })  # fmt: skip
    assert reason(decided(replace(part, scores={"ap_enrolled": other}))) == OTHERS_COUNTED


def test_cuts_lie_where_scores_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_counts, "CUTS", (53,))
    assert reason(decided(audit_of(3))) == NO_CUT


def test_few_students_without_a_score_leave_no_table() -> None:
    everybody = people(3, unscored=0.0)
    few = [(race, school, sex, -1, *rest) for race, school, sex, _, *rest in everybody[:4]]
    assert not reason(decided(audit_from(everybody)))
    assert reason(decided(audit_from([*few, *everybody[4:]]))) == FEW_SCORED


def test_one_outcome_of_the_same_students_shows_scores() -> None:
    part = audit_of(4)
    mine, late = part.scores["ap_enrolled"], "ap_enrolled_late"
    of = dict(OF)
    known = {
        (race, school, at): part.events[late][key_of({**of, "race": race, "school": school})]
        for race, school, at in ((r, s, 0) for r in RACES for s in SCHOOLS)
    }
    counts = replace(mine, enrolled=known)
    found = decided(replace(part, scores={"ap_enrolled": mine, late: counts}))
    assert not reason(found)
    assert reason(found, NAME.replace("ap_enrolled", late)) == ONE_IS_SHOWN


def test_nobody_enrolled_leaves_nothing_to_show_and_nothing_to_say() -> None:
    found = decided(audit_of(4, offered=0))
    assert not reason(found)
    assert not by_score(found.decision.publication)


def test_an_outcome_another_follows_from_shows_no_scores() -> None:
    part = audit_of(5)
    without = {key: n - part.events["ap_enrolled"][key] for key, n in part.students.items()}
    mine = part.scores["ap_enrolled"]
    rest = {at: n - mine.enrolled[at] for at, n in mine.students.items()}
    both = replace(
        part, outcomes=("ap_enrolled", "never"),
        events={"ap_enrolled": part.events["ap_enrolled"], "never": without},
        scores={"ap_enrolled": mine, "never": replace(mine, enrolled=rest)},
    )  # fmt: skip
    assert reason(decided(both), NAME.replace("ap_enrolled", "never")) == FOLLOWS


def test_scores_once_shown_are_shown_the_same_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    part = audit_of(6)
    first = published(part)
    assert by_score(first)
    assert published(part, first).to_json() == first.to_json()
    monkeypatch.setattr(entry_counts, "CUTS", (60, 80))
    found = decided(part, earlier=[first])
    assert reason(found) == SHOWN_OTHERWISE
    assert not by_score(found.decision.publication)


def test_schools_once_set_aside_are_set_aside_again_or_no_scores_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entry_counts, "CUTS", TWO)
    part = audit_of(6, offered=2)
    board = published(part)
    monkeypatch.setattr(entry_counts, "_without", lambda *_: iter(("s2", "s3")))
    to = {"public": (), "board": (board,)}  # the board has it, and hears what the public hears
    found = decide_audit("t", [part], FEDERAL, to, lambda what, share: None)
    assert reason(found) == SHOWN_OTHERWISE


def test_scores_of_an_audit_that_tells_no_schools_apart_are_of_all_schools() -> None:
    part = audit_of(2, offered=2)
    alone = replace(part, groups=part.groups[1:])
    entry = entry_of(alone, "ap_enrolled", {}, FEDERAL.minimum_n)
    assert not isinstance(entry, str)
    assert entry.part.of == part.of
    assert entry.part.students[part.of] == part.students[part.of]
    nothing = entry_of(part, "ap_enrolled", {}, FEDERAL.minimum_n)
    assert not isinstance(nothing, str)
    assert nothing.part.of == part.of  # of no school is it told that nobody is enrolled


def test_scores_that_cannot_be_proved_are_left_out_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    part, one_more = audit_of(4), entry_module.with_one_more
    stands = published(replace(part, scores={}))
    for refused in ("how many students there are", "who is enrolled"):

        def asked(shown: Shown, subject: Subject, *more: Any, refused: str = refused) -> Any:
            last = bool(subject.outcomes) == (refused == "who is enrolled")
            return refused if last else one_more(shown, subject, *more)

        monkeypatch.setattr(entry_module, "with_one_more", asked)
        found = decided(part)
        assert reason(found) == refused
        assert found.decision.publication.to_json() == stands.to_json()


def test_scores_are_shown_beside_what_was_released_before_there_were_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entry_counts, "CUTS", TWO)
    part = audit_of(7)
    before = published(replace(part, scores={}))
    after = published(part, before)
    assert by_score(after)
    for key in before.told.keys() | before.hidden.keys():
        assert (key in after.told, key in after.hidden) == (
            key in before.told, key in before.hidden,
        )  # fmt: skip
    assert not Attacker([after, before]).narrow(asked_of([after, before]))


def test_a_correction_shows_no_scores() -> None:
    assert reason(decided(replace(audit_of(8), others=("9",)))) == CORRECTED


def test_nearly_the_same_students_show_scores_once() -> None:
    # Ten of race b lie between two cuts. Of others who were asked, all but one of these are there:
    # hidden among these, they would be told by the ten.
    everybody = [one for one in people(9) if one[0] != "p"]
    between = [one for one in everybody if one[0] == "b" and 16 <= one[3] < 18]
    more = [one for one in everybody if one not in between]
    ten = [*more, *between[:10]]
    other = key_of({"period": "2024-25", "students": "2"})
    found = decided(audit_from(ten), audit_from([*more, *between[:9]], "honors_enrolled", other))
    assert not reason(found)
    assert reason(found, "honors_enrolled by race by score, 2024-25 2") == NEARLY
