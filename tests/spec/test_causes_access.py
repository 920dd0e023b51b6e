"""Advanced Placement: what goes with schools that offer none, for nation, states and a district."""

import csv
import gzip
import json
from collections import Counter
from math import log
from pathlib import Path

import pytest

from eachchild.cli import main

PLAN = Path(__file__).parents[2] / "examples" / "access"
DATA = PLAN / "data" / "school_ap_enrollment_by_race.csv.gz"
GROUPS = {
    "black": "Black",
    "pacific": "Native Hawaiian/Pacific Islander",
    "native": "American Indian/Alaska Native",
}


def offer_cause(plan: Path, out: Path) -> dict[str, dict]:
    assert main(["audit", str(plan), "--out", str(out), "--no-pdf"]) == 0
    findings = json.loads((out / "findings.json").read_text("utf-8"))["findings"]
    return {f["group"]: f for f in findings if f["cause"] == "not_offered"}


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    return offer_cause(PLAN / "offered.toml", tmp_path_factory.mktemp("access") / "audit")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with gzip.open(DATA, "rt", encoding="cp1252") as file:
        return list(csv.DictReader(file))


def share_by_hand(rows: list[dict[str, str]], race: str) -> float:
    """Of the logarithm of the ratio of those enrolled the part that is the ratio of the offer."""
    of: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for side in (GROUPS[race], "White"):
            number = 0 if row[side] == "NA" else int(row[side])
            if row["type"] == "total":
                of[side, "all"] += number
                of[side, "offered"] += number * (row["ap"] == "Yes")
            elif row["ap"] == "Yes":
                of[side, "enrolled"] += number

    def ratio(step: str) -> float:
        mine, theirs = (of[side, step] / of[side, "all"] for side in (GROUPS[race], "White"))
        return mine / theirs

    return log(ratio("offered")) / log(ratio("enrolled"))


@pytest.mark.parametrize("race", GROUPS)
def test_the_nation(nation: dict[str, dict], rows: list[dict[str, str]], race: str) -> None:
    cause = nation[f"race={race}"]
    assert cause["share_of_gap"] == pytest.approx(share_by_hand(rows, race), abs=1e-12)
    assert sum(step["share"] for step in cause["steps"]) == pytest.approx(1, abs=1e-12)


def test_what_is_told_of_it(nation: dict[str, dict]) -> None:
    told = {group: (cause["verdict"], round(cause["share_of_gap"], 3))
            for group, cause in nation.items()}  # fmt: skip
    assert told["race=black"] == ("refuted", 0.009)
    assert told["race=native"] == ("supported", 0.382)


def test_every_state(nation: dict[str, dict], rows: list[dict[str, str]]) -> None:
    states = {one["place"]: one["steps"] for one in nation["race=black"]["in_places"]}
    assert states.keys() == {row["state"] for row in rows}
    for state, steps in states.items():
        mine = share_by_hand([row for row in rows if row["state"] == state], "black")
        assert steps[0]["share"] == pytest.approx(mine, abs=1e-9), state


def test_one_district(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    plan = (PLAN / "offered.toml").read_text("utf-8").replace("data/", f"{PLAN}/data/")
    plan = plan.replace('level = "district", id = ["state", "district"], name = "district", '
                        'parent = "state", parent_name = "state", parent_level = "state"',
                        'level = "school", id = "school"')  # fmt: skip
    only = 'state = "ILLINOIS", district = "City of Chicago SD 299"'
    plan = plan.replace("rows = { type", f"rows = {{ {only}, type")
    plan = plan.replace('"school", "total"]', '"total"]')
    (tmp_path / "audit.toml").write_text(plan, "utf-8")
    cause = offer_cause(tmp_path, tmp_path / "audit")["race=black"]
    mine = [row for row in rows if row["district"] == "City of Chicago SD 299"]
    assert cause["share_of_gap"] == pytest.approx(share_by_hand(mine, "black"), abs=1e-9)
