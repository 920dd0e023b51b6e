"""Where Virginia's suspension gap is, from its files to the page, without being asked."""

import json
from pathlib import Path

import pytest

from eachchild.cli import main

PLAN = Path(__file__).parents[2] / "examples" / "virginia"


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("virginia")
    out, vault = folder / "audit", folder / "vault"
    assert main(["audit", str(PLAN), "--out", str(out), "--vault", str(vault), "--no-pdf"]) == 0
    return out


@pytest.fixture(scope="module")
def cause(audit: Path) -> dict:
    findings = json.loads((audit / "findings.json").read_text("utf-8"))["findings"]
    gap = next(f for f in findings if f["kind"] == "gap" and f["outcome"] == "oss_any"
               and f["group"] == "race=black" and f["place"] == "all")  # fmt: skip
    return next(f for f in findings if f["of"] == gap["id"])


@pytest.fixture(scope="module")
def steps(audit: Path) -> dict:
    findings = json.loads((audit / "findings.json").read_text("utf-8"))["findings"]
    return next(f for f in findings if f["cause"] == "step" and f["group"] == "race=black")


def test_the_gap_is_parted_by_districts_and_schools(cause: dict) -> None:
    assert (cause["kind"], cause["cause"], cause["verdict"]) == (
        "cause", "between_schools", "supported",
    )  # fmt: skip
    names = [part["name"] for part in cause["parts"]]
    assert names == ["district", "school", "inside"]
    whole = 32_138 / 261_644 - 20_920 / 560_920
    assert sum(part["value"] for part in cause["parts"]) == pytest.approx(whole, abs=1e-12)
    assert sum(part["share"] for part in cause["parts"]) == pytest.approx(1, abs=1e-12)
    assert cause["share_of_gap"] == pytest.approx(1 - cause["parts"][-1]["share"])


def test_the_ratio_stands_beside_it_as_published_for_each_level(cause: dict) -> None:
    said = "Ratio 3.29; inside the same districts 2.71; inside the same schools 2.26"
    assert said in cause["evidence"]


def test_no_word_claims_more_than_the_counts(audit: Path, cause: dict) -> None:
    page = (audit / "report.html").read_text("utf-8")
    assert "Where it comes from" in page
    for text in (cause["sentence"], *cause["evidence"], *cause["caveats"]):
        for word in ("explained", "due to", "preventable", "bias", "because"):
            assert word not in text.lower()


def test_the_gap_is_told_step_by_step(steps: dict) -> None:
    assert (steps["outcome"], steps["verdict"], steps["at"]) == (
        "oss_again", "supported", "step=oss_any",
    )  # fmt: skip
    assert [s["came"] for s in steps["steps"]] == [[261_644, 560_920], [32_138, 20_920]]
    ratios = [s["ratio"] for s in steps["steps"]]
    assert [round(r, 3) for r in ratios] == [3.293, 1.292]
    assert round(ratios[0] * ratios[1], 3) == 4.256
    assert sum(s["share"] for s in steps["steps"]) == pytest.approx(1, abs=1e-12)
    assert "3.293 × 1.292 = 4.256, the ratio at the last step" in steps["evidence"]


def test_those_who_reach_a_later_step_were_chosen_before(steps: dict) -> None:
    assert any("Knox, Lowe and Mummolo 2020" in line for line in steps["caveats"])


def test_in_school_suspension_is_no_step_of_that_way(tmp_path: Path) -> None:
    plan = (PLAN / "audit.toml").read_text("utf-8")
    plan = plan.replace('steps = ["oss_any", "oss_again"]', 'steps = ["oss_any", "iss_any"]')
    plan = plan.replace('path = "data/', f'path = "{PLAN}/data/')
    (tmp_path / "audit.toml").write_text(plan, "utf-8")
    out = tmp_path / "audit"
    assert main(["audit", str(tmp_path), "--out", str(out), "--no-pdf"]) == 0
    findings = json.loads((out / "findings.json").read_text("utf-8"))["findings"]
    assert not [f for f in findings if f["cause"] == "step"]
    page = (out / "report.html").read_text("utf-8")
    assert "cannot be told as steps of one way for" in page
    assert "more students were suspended in school than at the step before" in page
