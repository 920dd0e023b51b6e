"""A made-up district, audited from its files: what was planted is found, and nothing else."""

import json

import pytest

from eachchild import story
from eachchild.findings.evidence import About, Evidence
from eachchild.worlds import synthesize

PERIOD = "2024-25"
Audited = tuple[story.Audit, list[dict[str, object]]]


@pytest.fixture(scope="module")
def district(
    tmp_path_factory: pytest.TempPathFactory,
) -> Audited:
    """The demo's district, its audit, and the true gaps written beside it."""
    folder = tmp_path_factory.mktemp("district")
    synthesize(folder, seed=2026, students=12_000, schools=20, years=4)
    gaps = json.loads((folder / "truth.json").read_text("utf-8"))["gaps"]
    audit = story.audit(folder, vault=folder / "vault")
    return audit, [g for g in gaps if g["period"] == PERIOD and g["place"] == "all"]


def test_true_gaps_lie_within_their_intervals(
    district: Audited,
) -> None:
    audit, gaps = district
    evidence = Evidence(audit.measures)
    held = []
    for gap in gaps:
        about = About(*(str(gap[k]) for k in ("outcome", "group", "reference")), PERIOD)
        row = evidence.row(about, str(gap["measure"]))
        if row is not None and row.low is not None and row.high is not None:
            held.append(row.low <= float(str(gap["value"])) <= row.high)
    assert len(held) >= 100
    # 95 % intervals of questions that share students: a few in a hundred miss.
    assert sum(held) >= 0.9 * len(held)


@pytest.mark.parametrize(
    ("outcome", "group", "more"),
    [
        ("oss_any", "race=black", True),
        ("oss_any", "idea=yes", True),
        ("chronic_absence", "race=native", True),
        ("chronic_absence", "frl=yes", True),
        ("ap_enrolled", "el=yes", False),
        ("honors_enrolled", "el=yes", False),
        ("gifted", "frl=yes", False),
        ("proficient", "race=hispanic", False),
    ],
)
def test_planted_gaps_are_found_with_the_right_sign(
    district: Audited, *, outcome: str, group: str, more: bool
) -> None:
    audit, _ = district
    found = next(f for f in audit.findings if (f.outcome, f.group) == (outcome, group))
    assert found.verdict == "gap"
    assert found.estimate is not None
    same = 1.0 if found.measure == "risk_ratio" else 0.0
    assert (found.estimate > same) is more


def test_an_outcome_without_any_gap_has_no_finding(district: Audited) -> None:
    audit, _ = district
    mine = [f for f in audit.findings if f.outcome == "course_failure" and f.kind == "gap"]
    assert mine
    assert not [f for f in mine if f.verdict == "gap"]


def test_within_an_outcome_students_decide_the_order(
    district: Audited,
) -> None:
    audit, _ = district
    open_gaps = [
        f
        for f in audit.findings
        if f.outcome == "oss_any" and f.verdict == "gap" and f.kind == "gap" and not f.parent
    ]
    told = [f for f in open_gaps if not f.headline]
    students = [f.students_to_parity or 0 for f in told]
    assert students == sorted(students, reverse=True)
    assert open_gaps[0].group == "race=black"


def test_a_gap_inside_one_school_is_told_beneath_the_districts_and_with_its_numbers(
    district: Audited,
) -> None:
    audit, _ = district
    inside = [f for f in audit.findings if f.kind == "gap" and f.place != "all"]
    assert inside, "20 schools of 600 with gaps this large hold some that stand by themselves"
    whole = {f.id: f for f in audit.findings if f.place == "all"}
    names = audit.content.place_names
    for one in inside:
        parent = whole[str(one.parent)]
        assert (parent.outcome, parent.group) == (one.outcome, one.group)
        assert not one.headline
        assert one.sentence.startswith(f"{names.get(one.place, one.place.partition(':')[2])}: ")
        row = Evidence(audit.measures, one.place).row(
            About(one.outcome, one.group, one.reference, one.period, one.place), one.measure
        )
        assert row is not None
        assert (row.estimate, row.low, row.high) == (one.estimate, one.low, one.high)
        assert row.q is not None
        assert row.q <= 0.05


def test_a_change_over_the_years_is_told_with_the_sign_it_was_planted_with(
    district: Audited,
) -> None:
    audit, _ = district
    told = [f for f in audit.findings if any("Inside the same schools the gap has" in e or
            "has changed since" in e for e in f.evidence)]  # fmt: skip
    assert told, "four years of one definition can be compared"
    assert audit.content.breaks == ()
