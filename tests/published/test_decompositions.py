"""Gaps parted in two and three, against R (oaxaca, DasGuptR) and statsmodels."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from eachchild.causes.kitagawa import kitagawa
from eachchild.causes.oaxaca import Products, products, threefold, twofold
from eachchild.measures.counts import Counts

Case = Mapping[str, Any]
CHICAGO = ("age", "female", "LTHS", "some.college", "college", "advanced.degree")
REFERENCES = {-1: "pooled", -2: "pooled_with_group"}
# Admitted and applied by department, women and men: Berkeley 1973 (Bickel, Hammel and O'Connell
# 1975, Science 187: 398-404), as R ships it.
WOMEN = ((89, 108), (17, 25), (202, 593), (131, 375), (94, 393), (24, 341))
MEN = ((512, 825), (353, 560), (120, 325), (138, 417), (53, 191), (22, 373))


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, Case]:
    found = json.loads((shared / "oracles" / "decomposition.json").read_text("utf-8"))["cases"]
    return {case["id"]: case for case in found}


def counts_of(rows: Sequence[tuple[int, int]]) -> Counts:
    events, n = np.array(rows, dtype=np.int64).T
    return Counts(events, n)


def chicago(shared: Path) -> tuple[Products, Products]:
    with (shared / "oracles" / "data" / "chicago.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if all(row.values())]
    return tuple(
        products(
            CHICAGO,
            np.array([[float(row[name]) for name in CHICAGO] for row in rows if own(row, side)]),
            np.array([float(row["ln.real.wage"]) for row in rows if own(row, side)]),
        )
        for side in "01"
    )


def own(row: Mapping[str, str], side: str) -> bool:
    return row["foreign.born"] == side


def star(shared: Path) -> tuple[Products, Products]:
    table = pq.read_table(shared / "oracles" / "data" / "star.parquet").to_pylist()
    asked = ("mathk", "lunchk", "stark", "gender", "experiencek", "schoolk")
    rows = [row for row in table if row["ethnicity"] in {"cauc", "afam"}
            and all(row[name] is not None for name in asked)]  # fmt: skip
    names = ("free", "small", "aide", "female", "exper", "rural", "inner")

    def columns(row: Mapping[str, Any]) -> list[float]:
        return [row["lunchk"] == "free", row["stark"] == "small",
                row["stark"] == "regular+aide", row["gender"] == "female", row["experiencek"],
                row["schoolk"] == "rural", row["schoolk"] == "inner-city"]  # fmt: skip

    sides = ([row for row in rows if row["ethnicity"] == side] for side in ("cauc", "afam"))
    return tuple(
        products(
            names,
            np.array([columns(row) for row in side], dtype=float),
            np.array([row["mathk"] for row in side], dtype=float),
        )
        for side in sides
    )


@pytest.mark.parametrize("name", ["oaxaca_chicago", "oaxaca_star_mathk"])
def test_differences_of_means_are_parted_as_r_parts_them(
    name: str, cases: dict[str, Case], shared: Path
) -> None:
    expect = cases[name]["expect"]
    ours, theirs = chicago(shared) if name == "oaxaca_chicago" else star(shared)
    assert (ours.n, theirs.n) == (expect["n"]["n.A"], expect["n"]["n.B"])
    assert ours.mean - theirs.mean == pytest.approx(expect["y"]["y.diff"], abs=1e-9)
    three = threefold(ours, theirs)
    for part in ("endowments", "coefficients", "interaction"):
        got = getattr(three, part)
        assert got.sum() == pytest.approx(expect["threefold_overall"][part], abs=1e-8)
        wanted = [row[part] for row in expect["threefold_variables"]]
        assert got == pytest.approx(wanted, abs=1e-8)
    for whole in expect["twofold_overall"]:
        weight = whole["group.weight"]
        two = twofold(ours, theirs, REFERENCES.get(weight, weight))
        assert two.explained.sum() == pytest.approx(whole["explained"], abs=1e-8)
        assert two.unexplained.sum() == pytest.approx(whole["unexplained"], abs=1e-8)
        assert two.unexplained_first.sum() == pytest.approx(whole["unexplained A"], abs=1e-8)
        rows = [
            r for own in expect["twofold_variables"] for r in own if r["group.weight"] == weight
        ]
        assert two.explained == pytest.approx([r["explained"] for r in rows], abs=1e-8)
        assert two.unexplained == pytest.approx([r["unexplained"] for r in rows], abs=1e-8)


def test_statsmodels_parts_them_alike(cases: dict[str, Case], shared: Path) -> None:
    expect = cases["statsmodels_oaxaca_chicago"]["expect"]
    ours, theirs = chicago(shared)
    three = threefold(ours, theirs)
    got = [three.endowments.sum(), three.coefficients.sum(), three.interaction.sum()]
    assert got == pytest.approx(expect["three_fold(endow,coef,interaction,gap)"][:3], abs=1e-9)
    weights = {"pooled": "pooled_with_group", "nuemark": "pooled", "reimers": 0.5,
               "cotton": ours.n / (ours.n + theirs.n)}  # fmt: skip
    for name, reference in weights.items():
        unexplained, explained, gap = expect[f"two_fold_{name}(unexplained,explained,gap)"]
        two = twofold(ours, theirs, reference)
        assert two.explained.sum() == pytest.approx(explained, abs=1e-9), name
        assert two.unexplained.sum() == pytest.approx(unexplained, abs=1e-9), name
        assert two.explained.sum() + two.unexplained.sum() == pytest.approx(gap, abs=1e-12)


def transfers(shared: Path, group: str, strata: Sequence[str]) -> dict[str, tuple[int, int]]:
    table = pq.read_table(shared / "oracles" / "data" / "student_equity.parquet")
    own_rows = table.filter(pc.equal(table["Ethnicity"], group)).to_pylist()
    found: dict[str, tuple[int, int]] = {}
    for row in own_rows:
        key = "|".join(str(row[name]) for name in strata)
        events, n = found.get(key, (0, 0))
        found[key] = events + int(row["Transfer"]), n + 1
    return found


@pytest.mark.parametrize(
    ("name", "sides", "strata"),
    [
        ("kitagawa_transfer_hispanic_white_by_edgoal", ("White", "Hispanic"), ("Ed_Goal",)),
        ("kitagawa_transfer_black_asian_by_goal_status_cohort", ("Black", "Asian"),
         ("Ed_Goal", "College_Status", "Cohort")),
    ],
)  # fmt: skip
def test_rates_are_parted_as_das_gupta_parts_them(
    name: str, sides: tuple[str, str], strata: tuple[str, ...], cases: dict[str, Case], shared: Path
) -> None:
    expect = cases[name]["expect"]["kitagawa"]
    one, two = (transfers(shared, side, strata) for side in sides)
    keys = [row["stratum"] for row in expect["by_stratum"]]
    assert sorted(keys) == sorted(one) == sorted(two)
    found = kitagawa(counts_of([one[k] for k in keys]), counts_of([two[k] for k in keys]))
    assert found.difference == pytest.approx(expect["crude_B"] - expect["crude_A"], abs=1e-12)
    assert found.mix == pytest.approx([r["composition"] for r in expect["by_stratum"]], abs=1e-10)
    assert found.rates == pytest.approx([r["rate"] for r in expect["by_stratum"]], abs=1e-10)


def test_berkeley_turns_inside_its_departments(cases: dict[str, Case]) -> None:
    found = kitagawa(counts_of(WOMEN), counts_of(MEN))
    expect = cases["kitagawa_ucb"]["expect"]["kitagawa"]
    assert found.mix == pytest.approx([r["composition"] for r in expect["by_stratum"]], abs=1e-10)
    assert found.rates == pytest.approx([r["rate"] for r in expect["by_stratum"]], abs=1e-10)


def test_berkeley_adds_up_by_hand() -> None:
    found = kitagawa(counts_of(WOMEN), counts_of(MEN))
    assert found.difference == pytest.approx(-0.1416, abs=1e-4)
    assert found.mix.sum() + found.rates.sum() == pytest.approx(found.difference, abs=1e-15)
    assert found.rates.sum() > 0 > found.difference
    assert found.mix_share == pytest.approx(1.2544, abs=1e-4)
