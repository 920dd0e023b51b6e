"""Published facts made again in rows, and found by the whole audit: from CSV to findings.json."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from replicas.district import BLACK, HISPANIC, WHITE, Replica, audited_replica
from replicas.gate import DALLAS, write_gate
from replicas.listed import EVEN, UNEVEN, Errors, write_listed
from replicas.referrers import BY_TOP, MARK, MORE_THAN, REFER, TEACHERS, TOP, write_referrers

TOGETHER = "Misses, false alarms and calibration cannot all be equal"


def of(found: list[Mapping[str, Any]], group: str) -> Mapping[str, Any]:
    """The one that is told of a race beside White students."""
    (one,) = [f for f in found if (f["group"], f["reference"]) == (f"race={group}", "race=white")]
    return one


def gaps_of(replica: Replica) -> set[str]:
    """The groups with a gap in the whole district."""
    gaps = (f for f in replica.findings if f["kind"] == f["verdict"] == "gap")
    return {f["group"] for f in gaps if f["place"] == "all"}


@pytest.fixture(scope="module")
def few_teachers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Replica]:
    folder = tmp_path_factory.mktemp("referrers")
    teachers = write_referrers(folder)
    return teachers, audited_replica(folder)


def test_the_district_has_the_published_figures(few_teachers: tuple[Any, Replica]) -> None:
    """Liu, Penner and Gao 2023: see `replicas.referrers`."""
    teachers, _ = few_teachers
    made = teachers.made
    assert (made.size, (made > 0).sum()) == (TEACHERS, round(REFER * TEACHERS))
    assert teachers.top.sum() == int(TOP * (made > 0).sum())
    assert made[teachers.top].min() > MORE_THAN >= made[~teachers.top].max()
    assert made[teachers.top].sum() / made.sum() == pytest.approx(BY_TOP, abs=0.001)
    assert made.sum() == pytest.approx(75_229 / 4, rel=0.02)
    assert (made[made > 0] < 5).mean() > 0.5
    assert teachers.top.sum() < 80


@pytest.mark.parametrize("group", ["black", "hispanic"])
def test_the_few_and_the_doubling_are_told(few_teachers: tuple[Any, Replica], group: str) -> None:
    """Beside White students, of whom a teacher who refers few may refer none."""
    told = of(few_teachers[1].causes("referrer"), group)
    share = told["share_of_gap"]
    # Half of the gap goes with them, but for what is drawn: with them it is twice as wide.
    assert 1 / (1 - share) == pytest.approx(2, abs=0.2)
    assert told["sentence"] == (
        "5 % of the adults who refer students made 35 % of all referrals and "
        f"{100 * share:.0f} % of the gap in referrals"
    )
    assert any("Without the referrals of these 51 adults" in line for line in told["evidence"])


def test_a_year_of_the_whole_district_takes_seconds(few_teachers: tuple[Any, Replica]) -> None:
    assert few_teachers[1].seconds < 60


def test_no_adult_is_named_anywhere(few_teachers: tuple[Any, Replica]) -> None:
    teachers, replica = few_teachers
    assert all(name.startswith(MARK) for name in teachers.ids)
    written = [path for path in replica.out.rglob("*") if path.is_file()]
    assert {path.suffix for path in written} >= {".html", ".json", ".csv", ".parquet"}
    for path in written:
        is_table = path.suffix == ".parquet"  # compressed, so its bytes would not show a name
        text = str(pq.read_table(path).to_pydict()) if is_table else path.read_bytes().decode()
        assert MARK not in text.upper(), path.name


def test_as_busy_teachers_with_everybodys_gap_are_not_told(tmp_path: Path) -> None:
    """The top make 35 % of the referrals, and 35 % of the gap goes with them."""
    write_referrers(tmp_path, share=BY_TOP)
    replica = audited_replica(tmp_path)
    assert gaps_of(replica) == {"race=black", "race=hispanic"}
    assert not replica.causes("referrer")


@pytest.fixture(scope="module")
def honors(tmp_path_factory: pytest.TempPathFactory) -> Replica:
    folder = tmp_path_factory.mktemp("gate")
    write_gate(folder)
    return audited_replica(folder)


@pytest.mark.parametrize(("group", "race"), [("hispanic", HISPANIC), ("black", BLACK)])
def test_a_rule_that_the_audit_tries_is_the_one_that_was_brought_in(
    honors: Replica, group: str, race: int
) -> None:
    """EdTrust, Automatic Enrollment Policies: see `replicas.gate`."""
    told = of([f for f in honors.findings if f["cause"] == "gate"], group)
    mine, theirs = DALLAS[race], DALLAS[WHITE]
    today = next(r for r in told["rules"] if r["name"] == "today")
    assert (today["group"], today["others"]) == (
        pytest.approx(mine.before, abs=0.001), pytest.approx(theirs.before, abs=0.001)
    )  # fmt: skip
    near = [
        r["name"] for r in told["rules"]
        if abs(r["group"] - mine.after) <= 0.05 and abs(r["others"] - theirs.after) <= 0.05
    ]  # fmt: skip
    assert near == ["automatic"]
    assert any(
        r["label"].startswith("Those of today, and all with more than 50 %") for r in told["rules"]
    )


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Errors], Replica]:
    made: dict[Errors, Replica] = {}

    def audit(errors: Errors) -> Replica:
        if errors not in made:
            folder = tmp_path_factory.mktemp("listed")
            write_listed(folder, errors)
            made[errors] = audited_replica(folder)
        return made[errors]

    return audit


def test_the_list_is_wrong_as_often_as_the_published_one() -> None:
    """The Markup 2023: nearly three times in four; see `replicas.listed`."""
    assert 1 - sum(UNEVEN.right) / sum(UNEVEN.listed) == pytest.approx(0.74)


@pytest.mark.parametrize(("group", "at"), [("black", 0), ("hispanic", 1)])
def test_false_alarms_of_a_list_are_told(
    listed: Callable[[Errors], Replica], group: str, at: int
) -> None:
    told = of(listed(UNEVEN).causes("screen"), group)
    share = [
        f"{(on - right) / (n - needing):.0%}".replace("%", " %")
        for n, needing, on, right in zip(
            UNEVEN.students, UNEVEN.needing, UNEVEN.listed, UNEVEN.right, strict=True
        )
    ]
    name = group.title()
    assert told["at"] == "error=false_alarm"
    assert told["sentence"] == (
        f"The list has more false alarms among {name} students: of those without a failed course "
        f"the year before, {share[at]} were on it, of White students {share[2]}"
    )
    for word in ("Misses", "False alarms", "Calibration"):
        assert any(
            line.startswith(word) and name in line and "White" in line for line in told["evidence"]
        )
    assert any(line.startswith(TOGETHER) for line in told["caveats"])


def test_a_list_that_errs_alike_is_not_flagged(listed: Callable[[Errors], Replica]) -> None:
    replica = listed(EVEN)
    assert gaps_of(replica) == {"race=black", "race=hispanic"}
    assert not replica.causes("screen")
    assert replica.causes("screen", verdict="doubtful")
