"""From counts by answer and by week to the lines under two causes: by hand, and of whole districts.

The figures are made anew from the files, pair by pair and student by student.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from eachchild import story
from eachchild.causes.asked import Origins
from eachchild.causes.referrals import Compared, OfReferrals
from eachchild.causes.supports import OfSupports
from eachchild.cube import NEEDS, Cube, EventBlock, Places, Rollups, SupportBlock
from eachchild.cube.referral_words import FIXED_WORDS
from eachchild.findings.causes import causes_of
from eachchild.findings.causes.acts import told_by_acts
from eachchild.findings.causes.support import told_by_support
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.tables import ACTIONS, LADDER
from eachchild.terms.catalogue import words
from eachchild.worlds import synthesize

PHRASES = Phrases(words("en"), {}, {})
PLACES = Places("school", ("A", "B"), "district", ("D", "D"))
PERIODS = ("2021-22", "2022-23")
Told = dict[str, int]


def gap_of(outcome: str, group: str, reference: str) -> Finding:
    return Finding(
        id="gap", rank=1, kind="gap", verdict="gap", measure="risk_ratio", outcome=outcome,
        group=group, reference=reference, place="all", period="all", estimate=2.0, low=None,
        high=None, n=None, events=None, students_to_parity=None, sentence="",
    )  # fmt: skip


def line(evidence: Sequence[str], start: str) -> str:
    """The one line that starts so; empty where there is none."""
    found = [one for one in evidence if one.startswith(start)]
    assert len(found) <= 1
    return found[0] if found else ""


def events_of(black: Told, white: Told, answers: Sequence[str] = FIXED_WORDS["answer"]) -> Cube:
    """One act at one school, and how it was answered."""
    sides = (("black", black), ("white", white))
    cells = [(g, answers.index(a), n) for g, (_, told) in enumerate(sides) for a, n in told.items()]
    group, answer, n = np.array(cells).T
    none, of = np.zeros(len(n), np.int64), {"behavior": ("Defiance",), "prior": ("0",)}

    def block(dimensions: tuple[str, ...], value: list[np.ndarray]) -> EventBlock:
        out = np.isin(answer, [answers.index("oss"), answers.index("expulsion")])
        return EventBlock(
            "race", ("black", "white"), dimensions, {**of, "answer": tuple(answers)}, ("A",),
            none, none + 1, group, np.array(value).T.reshape(len(n), len(dimensions)), n, n, n,
            n * out, n * (answer == len(answers) - 1), none, none, none, 0, 0,
        )  # fmt: skip

    both = (block(("behavior", "answer", "prior"), [none, answer, none]), block((), []))
    return Cube(PLACES, PERIODS, {}, (), events=both)


def of_acts(cube: Cube) -> tuple[str, ...]:
    two = Compared("race=black", "race=white", np.array([500, 500]), np.array([500, 500]))
    found = OfReferrals(cube).same_act(two)
    (one,) = told_by_acts(PHRASES, gap_of("oss_any", "race=black", "race=white"), found, 0.001)
    return one.evidence


BLACK = {"none": 10, "conference": 10, "iss": 10, "oss": 20, "expulsion": 5}
WHITE = {"none": 20, "conference": 20, "detention": 5, "oss": 5, "off_ladder": 10}


def test_a_ladder_counted_by_hand_is_told() -> None:
    evidence = of_acts(events_of(BLACK, WHITE))
    # Of 50 times 50 pairs: 10 (10 alike), 10 (20 milder, 20 alike), 10 (45), 20 (45, 5 alike).
    pairs = 10 * 10 + 10 * (20 + 10) + 10 * 45 + 20 * (45 + 2.5)
    assert pairs / 2_500 == 0.72
    said = line(evidence, "Over the whole ladder")
    assert "(nothing, a talk, detention, suspension in school, suspension out of school)" in said
    assert "one of Black students and one of White students" in said
    assert "in 72.0 of 100 such pairs" in said
    found = re.search(r"interval ([\d.]+) to ([\d.]+); 50 would be alike", said)
    assert found is not None
    assert 50 < float(found[1]) < 72 < float(found[2])
    left = line(evidence, "Expulsion and the police")
    assert "(9 % of those of Black students, 17 % of those of White students)" in left


def test_the_rungs_are_the_declared_ones_and_each_answer_of_the_log_has_its_place() -> None:
    assert set(LADDER) < set(ACTIONS)
    rungs = [a for a in FIXED_WORDS["answer"] if a in LADDER]
    assert rungs == list(LADDER)


def test_nothing_is_said_of_a_ladder_where_many_answers_are_not_known() -> None:
    unknown = {**WHITE, "not_reported": 6}  # of 66
    assert line(of_acts(events_of(BLACK, unknown)), "Over the whole")
    unknown = {**WHITE, "not_reported": 7}
    evidence = of_acts(events_of(BLACK, unknown))
    assert evidence
    assert not line(evidence, "Over the whole")
    assert not line(evidence, "Expulsion and the police")


def test_counts_of_suspensions_alone_are_no_ladder() -> None:
    old = ("none", "iss", "oss", "expulsion", "not_reported")
    evidence = of_acts(events_of({"none": 20, "oss": 20}, {"none": 30, "oss": 10}, old))
    assert evidence
    assert not line(evidence, "Over the whole")


def supports_of(cells: Sequence[tuple[int, int, int, int, int]]) -> Cube:
    """Listed students of one school: year, group, need, week of the first support, students."""
    period, group, need, week, students = np.array(sorted(cells)).T
    block = SupportBlock(
        "el", ("yes", "no"), "score", True, ("A",), 0 * period, period, group, need,
        np.ones_like(period), (week >= 0).astype(np.int64), np.maximum(week, 0), students, 0,
    )  # fmt: skip
    return Cube(PLACES, PERIODS, {}, (), supports=(block,))


def of_supports(cube: Cube) -> str:
    found = OfSupports(cube).compared(Compared("el=yes", "el=no", np.zeros(0), np.zeros(0)))
    assert found is not None
    (one,) = told_by_support(PHRASES, gap_of("course_failure", "el=yes", "el=no"), found)
    return line(one.evidence, "From the first school day")


NEVER = -1
WAITS = [
    (1, 0, 0, 4, 10), (1, 0, 1, 8, 10), (1, 0, 0, NEVER, 9), (1, 0, 5, 30, 40),
    (1, 1, 0, 2, 20), (1, 1, 1, 4, 20), (1, 1, 1, NEVER, 9), (1, 1, 5, 1, 40),
]  # fmt: skip


def test_weeks_counted_by_hand_are_told() -> None:
    said = of_supports(supports_of(WAITS))
    assert "6.0 weeks passed on average" in said  # 4 and 8 as often, and nobody of less need
    assert "3.0 for" in said
    # Greenwood's variance of a mean that all reach is that of the waits over their number.
    half = 1.959964 * np.sqrt(2**2 / 20 + 1**2 / 40)
    assert f"3.0 weeks (95 % interval {3 - half:.1f} to {3 + half:.1f};" in said


def test_years_of_the_same_students_make_the_weeks_no_surer() -> None:
    both = [*WAITS, *((0, *cell[1:]) for cell in WAITS)]
    assert of_supports(supports_of(both)) == of_supports(supports_of(WAITS))


@pytest.mark.parametrize(
    "cells",
    [
        [(*c[:3], min(c[3], 0), c[4]) for c in WAITS],  # no calendar
        [(*c[:3], c[3], c[4] - (c[1] == 0)) for c in WAITS if c[:3] != (1, 0, 1)],  # nine
    ],
)
def test_nothing_is_said_of_weeks_not_known_or_of_few(
    cells: list[tuple[int, int, int, int, int]],
) -> None:
    assert not of_supports(supports_of(cells))


def evidence_of(audit: story.Audit, outcome: str, group: str, cause: str) -> tuple[str, ...]:
    """Of a group's gap, were the district large enough to be sure of it."""
    (gap,) = [
        f for f in audit.findings
        if f.kind == "gap" and f.place == "all" and f.outcome == outcome
        and f.group == group
    ]  # fmt: skip
    gap = replace(gap, verdict="gap")
    plan = replace(audit.plan, margin=replace(audit.plan.margin, points=0.001))
    made = causes_of(plan, PHRASES, [gap], Origins(Rollups(audit.cube)), {})
    (one,) = [f for f in made.findings if f.cause == cause]
    return one.evidence


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def district(folder: Path, world: str, seed: int) -> story.Audit:
    synthesize(folder, world=world, seed=seed, students=1_500)
    return story.audit(folder / "audit.toml", vault=folder / "vault")


def test_a_district_that_answers_harder_has_its_ladder_told(tmp_path: Path) -> None:
    audit = district(tmp_path, "consequence-subjective", 1)
    evidence = evidence_of(audit, "oss_any", "race=black", "consequence")
    race = {row["student_id"]: row["race"] for row in read(tmp_path / "student.csv")}
    sides: dict[str, dict[tuple[str, str], list[int]]] = {
        name: defaultdict(list) for name in ("black", "white")
    }
    for row in read(tmp_path / "discipline.csv"):
        if race[row["student_id"]] in sides:
            act = row["school_id"], row["behavior"]
            sides[race[row["student_id"]]][act].append(LADDER.index(row["action"]))
    weights = chance = 0.0
    for act, mine in sides["black"].items():
        theirs = sides["white"][act]
        if theirs and len({*mine, *theirs}) > 1:
            pairs = [(a > b) + (a == b) / 2 for a in mine for b in theirs]
            weights += len(pairs) / (len(mine) + len(theirs) + 1)
            chance += sum(pairs) / (len(mine) + len(theirs) + 1)
    assert f"in {100 * chance / weights:.1f} of 100 such pairs" in line(evidence, "Over the whole")
    assert "(0 % of those of Black students" in line(evidence, "Expulsion and the police")


def test_a_district_that_supports_has_its_weeks_told(tmp_path: Path) -> None:
    audit = district(tmp_path, "support-withheld", 2)
    evidence = evidence_of(audit, "course_failure", "race=hispanic", "support")
    (block,) = [b for b in audit.cube.supports if b.factor == "race"]
    first = {day[:4]: date.fromisoformat(day) for day in
             sorted((r["date"] for r in read(tmp_path / "calendar.csv") if r["date"][5:7] >= "07"),
                    reverse=True)}  # fmt: skip
    began: dict[tuple[str, str], date] = {}
    for row in read(tmp_path / "support.csv"):
        day = date.fromisoformat(row["begin_date"])
        key = row["student_id"], str(day.year - (day.month < 7))
        if row["support"] != "early_warning_list":
            began[key] = min(began.get(key, day), day)
    weeks = Counter((day - first[year]).days // 7 + 1 for (_, year), day in began.items())
    counted = np.bincount(block.week, block.students).astype(int)
    assert {w: n for w, n in enumerate(counted.tolist()) if n and w} == weeks
    got = (block.need < NEEDS["score"].in_need) & (block.served > 0)
    mine, theirs = (
        np.average(block.week[which], weights=block.students[which])
        for which in (got & (block.group == block.groups.index(g)) for g in ("hispanic", "white"))
    )
    said = line(evidence, "From the first school day")
    assert f"{mine:.1f} weeks passed on average for Hispanic students in need" in said
    assert f"got one in that year, {theirs:.1f} for White students" in said
