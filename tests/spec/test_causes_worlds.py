"""Districts with a known cause: what is told of them, and how that is judged."""

from pathlib import Path

import pytest

from eachchild.bench.causes import (
    Judged,
    by_gap,
    by_size,
    judged,
    read_judged,
    summary,
    worlds_of,
)
from eachchild.bench.causes.__main__ import simulate
from eachchild.bench.causes.study import judge
from eachchild.findings.model import Finding
from eachchild.worlds.causes import CAUSE_WORLDS, CauseTruth, PlantedPart

TABLE = Path(__file__).parents[2] / "docs" / "data" / "causes.csv"
AGAIN = (
    "moment-lunch", "referrer-weak", "consequence-first", "rule-tardy", "composition-absence",
    "quiet", "null-schools",
)  # fmt: skip


@pytest.mark.parametrize("world", AGAIN)
def test_the_first_district_gives_the_same_row_again(world: str) -> None:
    first = next(row for row in read_judged(TABLE) if row.world == world)
    assert judged(world, first.seed, first.students) == first


def test_every_world_is_in_the_table_and_hardly_anything_wrong_is_told() -> None:
    rows = read_judged(TABLE)
    assert {row.world for row in rows} >= {*CAUSE_WORLDS, "null-schools"}
    wrong = summary(rows)["wrong"]
    assert isinstance(wrong, float)
    assert wrong <= 0.05


def told(
    cause: str, at: str = "", group: str = "race=black", verdict: str = "supported"
) -> Finding:
    return Finding(
        id=cause + at, rank=1, kind="cause", verdict=verdict,  # type: ignore[arg-type]
        measure="risk_ratio", outcome="oss_any", group=group, reference="race=white", place="all",
        period="all", estimate=None, low=None, high=None, n=None, events=None,
        students_to_parity=None, sentence="", cause=cause, at=at,
    )  # fmt: skip


def truth(cause: str, share: float = 1.0, **where: object) -> CauseTruth:
    planted = PlantedPart(
        cause=cause, outcome="oss_any", group="race=black", reference="race=white",
        measure="risk_difference", value=0.1, place="all", period="all", share_of_gap=share,
        identifiable=True, where=where,
    )  # fmt: skip
    return CauseTruth(
        world="w", seed=1, students=5_000, planted=(planted,), gaps=(), rows={}, mess={},
        meaning="", also=("step",),
    )  # fmt: skip


def test_the_first_supported_cause_counts() -> None:
    found = judge(truth("referrer"), [told("composition", verdict="doubtful"), told("referrer")])
    assert (found.top1, found.wrong, found.first) == (True, "", "referrer")


def test_a_cause_that_follows_from_the_planted_one_is_not_wrong_but_not_first() -> None:
    found = judge(truth("referrer"), [told("step", "step=referred"), told("referrer")])
    assert (found.top1, found.wrong) == (False, "")


def test_a_cause_that_holds_nowhere_is_wrong() -> None:
    found = judge(truth("referrer"), [told("referrer"), told("moment", "hour=10")])
    assert (found.top1, found.wrong) == (True, "moment")


def test_another_group_is_not_the_planted_one() -> None:
    assert not judge(truth("referrer"), [told("referrer", group="sex=male")]).top1


@pytest.mark.parametrize(
    ("at", "fits"),
    [
        ("location=classroom;hour=10", True), ("hour=11", True), ("behavior=defiance", True),
        ("location=bus", False), ("hour=9", False), ("behavior=fighting;hour=10", False),
    ],
)  # fmt: skip
def test_a_moment_must_not_be_another_one(at: str, fits: bool) -> None:
    planted = truth(
        "moment", behaviors=["defiance"], locations=["classroom"], hours=[["10:30", "11:15"]]
    )
    assert judge(planted, [told("moment", at)]).top1 is fits


def test_a_small_part_of_a_gap_need_not_be_found() -> None:
    assert not judge(truth("referrer", share=0.2), [told("referrer")]).counts


def test_the_summary_counts_districts() -> None:
    def row(world: str, *, counts: bool, top1: bool, wrong: str) -> Judged:
        return Judged(world, 1, 5_000, "step", 1.0, 0.02, counts, "", top1, wrong, 0)

    rows = [
        row("a", counts=True, top1=True, wrong=""), row("a", counts=True, top1=False, wrong="gate"),
        row("b", counts=False, top1=False, wrong=""), row("b", counts=False, top1=False, wrong=""),
    ]  # fmt: skip
    found = summary(rows)
    assert (found["worlds"], found["top1"], found["wrong"]) == (4, 0.5, 0.25)


def test_one_district_in_twenty_is_large() -> None:
    sizes = [students for world, _, students in worlds_of(range(1, 21)) if world == "quiet"]
    assert sizes == [5_000] * 19 + [60_000]


def test_a_stopped_study_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "causes.csv"
    simulate(out, [("quiet", 1, 600)], workers=1)
    before = out.read_text("utf-8")
    simulate(out, [("quiet", 1, 600), ("quiet", 2, 600)], workers=1)
    assert out.read_text("utf-8").startswith(before)
    assert [row.seed for row in read_judged(out)] == [1, 2]


def test_power_is_read_off_by_gap_and_by_size() -> None:
    def row(value: float, *, top1: bool, supported: int, students: int = 5_000) -> Judged:
        return Judged("moment-lunch", 1, students, "moment", 1.0, value, True, "", top1, "",
                      supported)  # fmt: skip

    rows = [
        row(0.011, top1=False, supported=0), row(0.012, top1=True, supported=2),
        row(0.05, top1=True, supported=1), row(0.3, top1=True, supported=1, students=20_000),
    ]  # fmt: skip
    small, large = by_gap(rows)
    assert (small.label, small.districts, small.first, small.untold) == ("1 to 2", 2, 0.5, 0.5)
    assert (large.label, large.districts, large.first) == ("4 to 8", 1, 1.0)
    assert small.low == pytest.approx(0.0945, abs=1e-4)  # Wilson, 1 of 2
    assert [(one.label, one.districts) for one in by_size(rows)] == [("5,000", 3), ("20,000", 1)]
