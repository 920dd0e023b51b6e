"""Moments, answers and adults as counts give them, recounted row by row from the files."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from eachchild import story
from eachchild.causes import Asked, Origins
from eachchild.causes.referrals import Compared, OfReferrals
from eachchild.cube import Rollups
from eachchild.worlds import synthesize

ASKED = Asked("referred", "race=black", "race=white", "all")
Row = dict[str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("moments") / "district"
    synthesize(made, world="moment-lunch", seed=3, students=1_500)
    return made


@pytest.fixture(scope="module")
def audit(folder: Path) -> story.Audit:
    return story.audit(folder / "audit.toml", vault=folder.parent / "vault")


@pytest.fixture(scope="module")
def two(audit: story.Audit) -> Compared:
    found = Origins(Rollups(audit.cube)).compared(ASKED)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[Row]:
    """Every referral with the race of its student; each incident has one student here."""
    race = {row["student_id"]: row["race"] for row in read(folder / "student.csv")}
    found = list(read(folder / "discipline.csv"))
    assert len({(row["student_id"], row["incident_id"]) for row in found}) == len(found)
    return [row | {"race": race[row["student_id"]]} for row in found]


def read(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def test_students_are_those_enrolled(folder: Path, two: Compared) -> None:
    race = {row["student_id"]: row["race"] for row in read(folder / "student.csv")}
    years = Counter(race[row["student_id"]] for row in read(folder / "enrollment.csv"))
    assert two.enrolled == (years["black"], years["white"])


def test_a_moment_counts_its_rows(audit: story.Audit, two: Compared, rows: list[Row]) -> None:
    found = OfReferrals(audit.cube).moments(two)
    assert found is not None
    for at in range(40):
        said = found.said(at)
        mine = [
            row["race"] for row in rows
            if said.get("behavior", row["behavior"]) == row["behavior"]
            and said.get("location", row["location"]) == row["location"]
            and said.get("hour", str(int(row["time"][:2]))) == str(int(row["time"][:2]))
        ]  # fmt: skip
        counted = int(found.ranking.moments.group[at]), int(found.ranking.moments.others[at])
        assert counted == (mine.count("black"), mine.count("white")), said


def test_the_planted_moment_stands_out(audit: story.Audit, two: Compared) -> None:
    found = OfReferrals(audit.cube).moments(two)
    assert found is not None
    assert found.said(0) == {"location": "classroom", "hour": "10"}
    assert found.ranking.moments.q[0] < 0.001


def test_acts_count_their_answers(audit: story.Audit, two: Compared, rows: list[Row]) -> None:
    found = OfReferrals(audit.cube).same_act(two)
    assert found is not None
    for act in {row["behavior"] for row in rows}:
        for side, race in zip(found.of_act(act), ("black", "white"), strict=True):
            mine = [row for row in rows if row["behavior"] == act and row["race"] == race]
            assert (int(side.n), int(side.events)) == (
                len(mine), sum(row["action"] in ("oss", "expulsion") for row in mine)
            )  # fmt: skip
    assert found.same.act.whole.p[0] > 0.01  # nothing is planted in the answers


def test_adults_share_all_referrals_that_name_one(
    audit: story.Audit, two: Compared, rows: list[Row]
) -> None:
    found = OfReferrals(audit.cube).referrers(two)
    assert found is not None

    def adult(row: Row) -> tuple[str, bool, str]:
        return row["school_id"], row["date"] < "2024-08", row["staff_id"]

    made = Counter(adult(row) for row in rows)  # of students of every race: who is busy is that
    top = {who for who, n in made.items() if n >= int(found.least[0])}
    assert len(top) == int(found.top[0])
    assert found.top_adults[0] == pytest.approx(len(top) / len(made))
    for share, of in ((found.referral_share, None), (found.both_share, ("black", "white"))):
        asked = [row for row in rows if of is None or row["race"] in of]
        by_top = sum(adult(row) in top for row in asked)
        assert share[0] == pytest.approx(by_top / len(asked), abs=1e-12)


def test_without_referrals_nothing_is_said(two: Compared, audit: story.Audit) -> None:
    sex = Compared("sex=nobody", "complement", two.students, two.others)
    asked = OfReferrals(audit.cube)
    assert asked.moments(sex) is None
    assert asked.same_act(sex) is None
    assert asked.referrers(sex) is None
    assert np.sum(two.students) > 0
