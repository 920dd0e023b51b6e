"""Whether a change worked: `eachchild progress`, from an audit's folder to offers and verdicts."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from runs import PEOPLE, suspensions

from eachchild.cli import main
from eachchild.terms.catalogue import languages
from eachchild.worlds import synthesize
from eachchild.worlds.demonstration import only

YEARS = ("2021-22", "2022-23", "2023-24", "2024-25")
SCHOOLS = 8
Shares = tuple[float, float, float, float]
ASKED = ("race", "sex", "oss_any", "iss_any", "days_lost", "course_failure", "absence_rate")
STEADY: Shares = (0.2, 0.2, 0.2, 0.2)
GOAL = {
    "id": "fewer", "outcome": "oss_any", "group": "race=black", "reference": "race=white",
    "place": "all", "chosen_on": ["2023-24"], "begins": "2024-08", "target": 0.1,
    "balancing": [], "schools": [],
}  # fmt: skip


def students(black: Shares, white: Shares, size: int = 800) -> Iterator[tuple[object, ...]]:
    """As many of each group, of each year and school, as the shares say; nothing is by chance."""
    for year, ours, theirs in zip(YEARS, black, white, strict=True):
        for group, share, first in (("B", ours, 0), ("W", theirs, size)):
            for i in range(size):
                was = int((i // SCHOOLS + 1) * share) > int((i // SCHOOLS) * share)
                yield f"{first + i:05d}", f"S{i % SCHOOLS}", year, group, int(was)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Shares, Shares], Path]:
    """The folder of an audit of such students, made once."""
    made: dict[tuple[Shares, Shares], Path] = {}

    def audit(black: Shares, white: Shares) -> Path:
        if (black, white) not in made:
            folder = tmp_path_factory.mktemp("district")
            plan = suspensions(folder / "plan", students(black, white))
            out = folder / "out"
            assert main(["audit", str(plan), "--out", str(out), "--no-pdf", "--screens"]) == 0
            made[black, white] = out
        return made[black, white]

    return audit


def progress(folder: Path, out: Path, *goals: dict[str, Any], language: str = "") -> dict[str, Any]:
    """What the command writes of an audit and some goals."""
    words = ["progress", str(folder), "--out", str(out)]
    if goals:
        file = out.with_suffix(".goals.json")
        file.write_text(json.dumps({"goals": goals}), "utf-8")
        words += ["--goals", str(file)]
    assert main([*words, *(["--language", language] if language else [])]) == 0
    found: dict[str, Any] = json.loads(out.read_text("utf-8").replace("\u00a0", " "))
    return found


def test_a_group_whose_own_rate_fell_is_improving(
    audited: Callable[[Shares, Shares], Path], tmp_path: Path
) -> None:
    folder = audited((0.2, 0.21, 0.2, 0.08), (0.05, 0.05, 0.05, 0.05))
    (verdict,) = progress(folder, tmp_path / "p.json", GOAL)["verdicts"]
    assert (verdict["goal"], verdict["verdict"], verdict["reason"]) == (
        "fewer",
        "improving",
        "moved",
    )
    assert re.match(
        r"Improving: schools suspended 8\.\d % of Black students out of school in 2024-25, after "
        r"20 % before; for White students the rate stayed near [45]\.\d %",
        verdict["sentence"],
    )
    assert verdict["whose"] == (
        "The rate of Black students moved; that of White students did not move beyond chance"
    )
    assert "adopt it in further schools" in verdict["next"]
    assert verdict["picture"].count("<svg") == 2
    assert 'role="img" aria-label="Improving: ' in verdict["picture"]
    assert "change begins, August 2024" in verdict["picture"]
    assert verdict["table"].count("<tr>") == len(YEARS) + 1


def test_others_who_do_worse_make_no_improvement(
    audited: Callable[[Shares, Shares], Path], tmp_path: Path
) -> None:
    """The gap is half of what it was, and nobody of the group is better off."""
    folder = audited((0.2, 0.2, 0.2, 0.2), (0.05, 0.05, 0.05, 0.13))
    (verdict,) = progress(folder, tmp_path / "p.json", GOAL)["verdicts"]
    assert verdict["reason"] == "others_did_worse"
    assert verdict["verdict"] in ("no_change", "cannot_tell")
    assert "for White students the rate rose from" in verdict["sentence"]
    assert verdict["whose"].startswith("The rate of White students moved; that of Black students")


def test_a_group_whose_rate_rose_is_worse_off(
    audited: Callable[[Shares, Shares], Path], tmp_path: Path
) -> None:
    folder = audited((0.1, 0.1, 0.1, 0.25), (0.05, 0.05, 0.05, 0.05))
    goal = {**GOAL, "target": 0.05}
    (verdict,) = progress(folder, tmp_path / "p.json", goal)["verdicts"]
    assert verdict["verdict"] == "worse"
    assert verdict["sentence"].startswith("Worse: schools suspended 2")


def test_what_has_only_begun_cannot_be_told_yet(
    audited: Callable[[Shares, Shares], Path], tmp_path: Path
) -> None:
    folder = audited((0.2, 0.21, 0.2, 0.08), (0.05, 0.05, 0.05, 0.05))
    goal = {**GOAL, "begins": "2025-08", "chosen_on": ["2024-25"], "target": 0.01}
    (verdict,) = progress(folder, tmp_path / "p.json", goal)["verdicts"]
    assert (verdict["verdict"], verdict["reason"]) == ("cannot_tell", "too_early")
    assert verdict["sentence"].startswith("Cannot tell yet: nothing is counted yet, and a change")


def test_a_gap_offers_targets_up_to_the_reference_and_says_when_each_could_be_seen(
    audited: Callable[[Shares, Shares], Path], tmp_path: Path
) -> None:
    folder = audited(STEADY, (0.05, 0.05, 0.05, 0.05))
    found = progress(folder, tmp_path / "p.json")
    assert (found["schema"], found["audience"], found["language"]) == (1, "internal", "en")
    assert found["periods"] == list(YEARS)
    offer = next(o for o in found["offers"] if o["group"] == "race=black")
    assert offer["why_not"] == ""
    assert offer["screen"].startswith("s-")
    base = offer["baseline"]
    assert (base["events"], base["n"]) == (640, 3200)
    assert base["sentence"].startswith(
        "Schools suspended 20 % of Black students out of school: 640 of 3,200 students"
    )
    shares = [t["share"] for t in offer["targets"]]
    rates = [t["rate"] for t in offer["targets"]]
    assert shares == [0.25, 0.5, 0.75, 1.0]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(offer["reference_rate"])
    assert rates[1] == pytest.approx((base["rate"] + offer["reference_rate"]) / 2)
    assert [t["students"] for t in offer["targets"]] == sorted(
        t["students"] for t in offer["targets"]
    )
    feasible = [t for t in offer["targets"] if t["feasible"]]
    assert len(feasible) <= 1
    assert all(t["seen_by"] for t in feasible)
    for target in offer["targets"]:
        assert target["seen"].startswith("A change this size ")
        assert "Black students" not in target["sentence"]  # no target allots by group


def test_the_same_counts_give_the_same_bytes(
    audited: Callable[[Shares, Shares], Path], tmp_path: Path
) -> None:
    folder = audited(STEADY, (0.05, 0.05, 0.05, 0.05))
    progress(folder, tmp_path / "one.json", GOAL)
    progress(folder, tmp_path / "two.json", GOAL)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_a_change_at_some_schools_is_held_beside_the_others(
    audited: Callable[[Shares, Shares], Path], tmp_path: Path
) -> None:
    folder = audited(STEADY, (0.05, 0.05, 0.05, 0.05))
    goal = {**GOAL, "schools": ["school:S0", "school:S1"]}
    (verdict,) = progress(folder, tmp_path / "p.json", goal)["verdicts"]
    assert any(line.startswith("Beside 6 schools") or "too few to compare" in line
               for line in verdict["evidence"])  # fmt: skip
    assert "(60 of 600" not in verdict["sentence"]
    assert any("of 600 students" in line for line in verdict["evidence"])


@pytest.mark.parametrize("language", languages())
def test_every_language_tells_it(
    audited: Callable[[Shares, Shares], Path], tmp_path: Path, language: str
) -> None:
    folder = audited((0.2, 0.21, 0.2, 0.08), (0.05, 0.05, 0.05, 0.05))
    found = progress(folder, tmp_path / "p.json", GOAL, language=language)
    assert found["language"] == language
    (verdict,) = found["verdicts"]
    said = json.dumps([verdict["sentence"], verdict["evidence"], found["offers"]])
    assert ("schools suspended" in said.lower()) == (language == "en")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outcome": "oss"}, "goal 'fewer', key 'outcome': 'oss' is not among oss_any"),
        ({"group": "race=blak"}, "goal 'fewer', key 'group': 'blak' is not among"),
        ({"group": "complement"}, "goal 'fewer', key 'group': must be a group"),
        ({"reference": "sex=male"}, "goal 'fewer', key 'reference': 'sex' is not among race"),
        ({"reference": "others"}, "goal 'fewer', key 'reference': must be a group"),
        ({"place": "school:X"}, "goal 'fewer', key 'place': 'school:X' is not among all"),
        ({"schools": ["X"]}, "goal 'fewer', key 'schools': 'X' is not among school:S0"),
        ({"schools": "X"}, "goal 'fewer', key 'schools': must be a list of texts"),
        ({"chosen_on": ["2020-21"]}, "goal 'fewer', key 'chosen_on': '2020-21' is not among"),
        ({"chosen_on": []}, "goal 'fewer', key 'chosen_on': must name the school years"),
        ({"begins": "2024"}, "goal 'fewer', key 'begins': must be a month"),
        ({"target": "low"}, "goal 'fewer', key 'target': must be a rate"),
        ({"target": -0.1}, "goal 'fewer', key 'target': must be a rate"),
        (
            {"share": 0.5},
            "goal 'fewer', key 'target': give the rate that is aimed at, or the 'share'",
        ),
        ({"balancing": ["x"]}, "goal 'fewer', key 'balancing': 'x' is not among referrals"),
        ({"id": ""}, "goal 1, key 'id': must be a text"),
        ({"color": "red"}, "goal 'fewer', key 'color': is not known"),
    ],
)
def test_a_wrong_goal_is_named_with_its_key(
    audited: Callable[[Shares, Shares], Path], tmp_path: Path,
    capsys: pytest.CaptureFixture[str], change: dict[str, Any], said: str,
) -> None:  # fmt: skip
    folder = audited(STEADY, (0.05, 0.05, 0.05, 0.05))
    capsys.readouterr()  # of the audit, where this is the first to ask for it
    goals = tmp_path / "goals.json"
    goals.write_text(json.dumps({"goals": [{**GOAL, **change}]}), "utf-8")
    out = tmp_path / "p.json"
    assert main(["progress", str(folder), "--goals", str(goals), "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"eachchild: {said}")
    assert error.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "a list of goals"),
        ('{"goals": {}}', "a list of goals"),
        ('{"goals": [1]}', "goal 1: must be an object"),
        (json.dumps({"goals": [GOAL, GOAL]}), "goal 'fewer': two goals have this id"),
    ],
)
def test_a_file_that_holds_no_goals_is_refused(
    audited: Callable[[Shares, Shares], Path], tmp_path: Path,
    capsys: pytest.CaptureFixture[str], text: str, said: str,
) -> None:  # fmt: skip
    goals = tmp_path / "goals.json"
    goals.write_text(text, "utf-8")
    words = ["progress", str(audited(STEADY, (0.05, 0.05, 0.05, 0.05)))]
    assert main([*words, "--goals", str(goals), "--out", str(tmp_path / "p.json")]) == 2
    assert said in capsys.readouterr().err


def test_a_folder_without_an_audit_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["progress", str(tmp_path), "--out", str(tmp_path / "p.json")]) == 2
    assert "holds neither an audit nor a released copy" in capsys.readouterr().err


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small district with dates, audited, and released to the public."""
    folder = tmp_path_factory.mktemp("synthetic")
    synthesize(folder / "plan", seed=5, students=1_500, schools=3, years=3)
    plan = folder / "plan" / "audit.toml"
    plan.write_text(only(plan.read_text("utf-8"), (f'"{name}"' for name in ASKED)), "utf-8")
    out = folder / "out"
    assert main(["audit", str(folder / "plan"), "--out", str(out), "--no-pdf"]) == 0
    assert main(["release", str(out), "--audience", "public", *PEOPLE, "--no-pdf"]) == 0
    return out


def test_months_are_watched_where_the_audit_counts_them(district: Path, tmp_path: Path) -> None:
    goal = {
        **GOAL, "chosen_on": ["2022-23"], "begins": "2024-09", "target": 0.05,
        "balancing": ["referrals", "iss_any", "absent_days"],
    }  # fmt: skip
    days = {**goal, "id": "days", "outcome": "days_lost", "reference": "complement"}
    absent = {**goal, "id": "absent", "outcome": "absence_rate", "balancing": ["oss_any"]}
    found = progress(district, tmp_path / "p.json", goal, days, absent)["verdicts"]
    assert [one["goal"] for one in found] == ["fewer", "days", "absent"]
    first, second, third = found
    assert "in an average month since September 2024" in json.dumps(first)
    assert "Referrals written: no sign that it got worse" in first["evidence"]
    assert "days per 100 students" in second["sentence"] or second["verdict"] == "cannot_tell"
    assert any("Days of one suspension come together" in line for line in second["caveats"])
    assert "Sep" in first["picture"]
    assert "September 2024" in third["table"]
    assert third["table"].count("<tr>") == 1 + 30


def test_a_released_copy_speaks_of_its_years_and_hides_what_it_hides(
    district: Path, tmp_path: Path
) -> None:
    copy = district / "released" / "public"
    own = {
        **GOAL, "outcome": "iss_any", "chosen_on": ["2023-24"], "begins": "2024-09",
        "balancing": ["course_failure"],
    }  # fmt: skip
    hidden = {**own, "id": "hidden", "outcome": "days_lost"}
    crossing = {**own, "id": "crossing", "group": "race=native;sex=male"}
    unknown = {**own, "id": "unknown", "outcome": "our_own"}
    found = progress(copy, tmp_path / "p.json", own, hidden, crossing, unknown)
    assert found["audience"] == "public"
    first, *rest = found["verdicts"]
    assert first["reason"] != "hidden"
    assert "month" not in first["sentence"]
    assert any("released to these readers" in line for line in first["caveats"])
    for one in rest:
        assert (one["verdict"], one["reason"]) == ("cannot_tell", "hidden")
        assert one["picture"] == one["table"] == ""
    told = json.loads((copy / "findings.json").read_text("utf-8"))["findings"]
    assert {o["finding"] for o in found["offers"]} <= {f["id"] for f in told}


def test_a_copy_of_counts_alone_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "findings.json").write_text('{"audience": "public", "findings": []}', "utf-8")
    assert main(["progress", str(tmp_path), "--out", str(tmp_path / "p.json")]) == 2
    assert "lacks measures.csv" in capsys.readouterr().err


def test_a_share_of_the_gap_is_worked_out_from_what_is_told(
    audited: Callable[[Shares, Shares], Path], tmp_path: Path
) -> None:
    folder = audited((0.2, 0.21, 0.2, 0.08), (0.05, 0.05, 0.05, 0.05))
    offers = progress(folder, tmp_path / "offers.json")["offers"]
    offer = next(o for o in offers if (o["group"], o["outcome"]) == ("race=black", "oss_any"))
    rate = {t["share"]: t["rate"] for t in offer["targets"]}[0.5]
    by_rate = {**GOAL, "chosen_on": offer["chosen_on"], "target": rate}
    by_share = {**by_rate, "share": 0.5}
    by_share.pop("target")
    one = progress(folder, tmp_path / "rate.json", by_rate)["verdicts"]
    assert progress(folder, tmp_path / "share.json", by_share)["verdicts"] == one
