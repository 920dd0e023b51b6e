"""Virginia's `measures.csv` computed again from the raw file, by formulas written out here.

Nothing of the program is used but the audit itself: columns are added up with numpy, and each
figure follows the paper named beside it.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from math import asin, exp, sqrt
from pathlib import Path

import numpy as np
import pytest

from eachchild import story

RAW = Path(__file__).resolve().parents[2] / "examples/virginia/data/va_crdc_2021_22.csv.gz"
Z = 1.959963984540054
RACES = {"BL": "black", "WH": "white", "HI": "hispanic", "AS": "asian", "AM": "native"}
ALL_RACES = (*RACES, "HP", "TR")
Key = tuple[str, ...]


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The audit's folder."""
    folder = tmp_path_factory.mktemp("virginia")
    story.audit(RAW.parents[1], vault=folder / "vault").report(folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def ours(audit: Path) -> dict[Key, dict[str, str]]:
    """Each row by what it is about."""
    about = ("place", "outcome", "group", "reference", "measure", "interval")
    with (audit / "measures.csv").open(encoding="utf-8", newline="") as lines:
        return {tuple(r[c] for c in about): r for r in csv.DictReader(lines)}


class Raw:
    """The columns of the raw file as numbers; reserve codes are no counts."""

    def __init__(self) -> None:
        with gzip.open(RAW, "rt", encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        self.rows = rows
        self.school = [r["COMBOKEY"] for r in rows]
        self.district = np.array([r["LEAID.x"] if "LEAID.x" in r else r["LEAID"] for r in rows])

    def add(self, *columns: str) -> np.ndarray:
        """The sum of some columns, school by school."""
        found = np.zeros(len(self.rows), np.int64)
        for column in columns:
            found += [max(int(r[column]), 0) for r in self.rows]
        return found

    def students(self, *races: str, sexes: str = "FMX") -> np.ndarray:
        return self.add(*(f"SCH_ENR_{r}_{s}" for r in races for s in sexes))

    def suspended(self, *races: str, sexes: str = "FM") -> np.ndarray:
        return self.add(
            *(
                f"SCH_{kind.format(times)}_{r}_{s}"
                for kind in ("DISCWODIS_{}", "DISCWDIS_{}_IDEA")
                for times in ("SINGOOS", "MULTOOS")
                for r in races
                for s in sexes
            )
        )

    def days(self, *races: str) -> np.ndarray:
        return self.add(*(f"SCH_DAYSMISSED_{r}_{s}" for r in races for s in "FM"))


@pytest.fixture(scope="module")
def raw() -> Raw:
    return Raw()


def wilson(k: float, n: float) -> tuple[float, float]:
    """Wilson (1927), J. Am. Stat. Assoc. 22: 209-212."""
    center, half = k + Z * Z / 2, Z * sqrt(k * (n - k) / n + Z * Z / 4)
    return (center - half) / (n + Z * Z), (center + half) / (n + Z * Z)


def two_rates(a: int, n1: int, c: int, n0: int) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Plain comparisons of two rates, with their intervals."""
    p, q = a / n1, c / n0
    (l1, u1), (l0, u0) = wilson(a, n1), wilson(c, n0)
    # Newcombe (1998), Stat. Med. 17: 873-890, method 10.
    low = p - q - sqrt((p - l1) ** 2 + (u0 - q) ** 2)
    yield "risk_difference", (p - q, low, p - q + sqrt((u1 - p) ** 2 + (q - l0) ** 2))
    error = Z * sqrt(1 / a - 1 / n1 + 1 / c - 1 / n0)  # Katz et al. (1978), Biometrics 34
    yield "risk_ratio", (p / q, p / q * exp(-error), p / q * exp(error))
    odds = a * (n0 - c) / (c * (n1 - a))
    error = Z * sqrt(1 / a + 1 / (n1 - a) + 1 / c + 1 / (n0 - c))  # Woolf (1955)
    yield "odds_ratio", (odds, odds * exp(-error), odds * exp(error))
    h = 2 * asin(sqrt(p)) - 2 * asin(sqrt(q))  # Cohen (1988), chapter 6
    yield "cohens_h", (h, h - Z * sqrt(1 / n1 + 1 / n0), h + Z * sqrt(1 / n1 + 1 / n0))
    yield "index_80", (p / q,)
    yield "percentage_point_gap", (p - q,)


def inside(
    a: np.ndarray, n1: np.ndarray, c: np.ndarray, n0: np.ndarray
) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """Greenland and Robins (1985), Biometrics 41: 55-68; the difference's interval is Sato's."""
    # A school where a group has more suspended students than students tells no rate.
    kept = (n1 > 0) & (n0 > 0) & (a <= n1) & (c <= n0)
    a, n1, c, n0 = (x[kept].astype(float) for x in (a, n1, c, n0))
    N = n1 + n0
    R, S = (a * n0 / N).sum(), (c * n1 / N).sum()
    error = Z * sqrt(((n1 * n0 * (a + c) - a * c * N) / N**2).sum() / (R * S))
    yield "risk_ratio", (R / S, R / S * exp(-error), R / S * exp(error))
    W = (n1 * n0 / N).sum()
    gap = ((a * n0 - c * n1) / N).sum() / W
    P = ((n1**2 * c - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / N**2).sum()
    Q = ((a * (n0 - c) + c * (n1 - a)) / (2 * N)).sum()
    error = Z * sqrt((gap * P + Q) / W**2)
    yield "risk_difference", (gap, gap - error, gap + error)


def same(row: dict[str, str], *values: float) -> None:
    """The row's estimate, and its low and high end where they are given."""
    for name, value in zip(("estimate", "low", "high"), values, strict=False):
        assert float(row[name]) == pytest.approx(value, rel=1e-9, abs=1e-12), (name, row)


def test_rates_of_every_race(raw: Raw, ours: dict[Key, dict[str, str]]) -> None:
    for code, race in RACES.items():
        k, n = int(raw.suspended(code).sum()), int(raw.students(code).sum())
        row = ours["all", "oss_any", f"race={race}", "", "rate", "student"]
        assert (int(row["events"]), int(row["n"])) == (k, n)
        same(row, k / n, *wilson(k, n))


def test_plain_comparisons(raw: Raw, ours: dict[Key, dict[str, str]]) -> None:
    a, n1 = int(raw.suspended("BL").sum()), int(raw.students("BL").sum())
    others = [r for r in ALL_RACES if r != "BL"]
    for reference, races in (("race=white", ["WH"]), ("complement", others)):
        c, n0 = int(raw.suspended(*races).sum()), int(raw.students(*races).sum())
        for measure, values in two_rates(a, n1, c, n0):
            interval = "" if measure == "index_80" else "student"
            same(ours["all", "oss_any", "race=black", reference, measure, interval], *values)
        row = ours["all", "oss_any", "race=black", reference, "students_to_parity", ""]
        # The fewest students without whom the group's rate is not above the reference's.
        needed = int(row["estimate"])
        assert (a - needed) * n0 <= c * n1 < (a - needed + 1) * n0


def test_the_part_of_those_suspended(raw: Raw, ours: dict[Key, dict[str, str]]) -> None:
    a, n1 = int(raw.suspended("BL").sum()), int(raw.students("BL").sum())
    every, n = int(raw.suspended(*ALL_RACES).sum()), int(raw.students(*ALL_RACES).sum())
    row = ours["all", "oss_any", "race=black", "overall", "proportionality_index", ""]
    same(row, (a / every) / (n1 / n))


@pytest.mark.parametrize("level", ["within_schools", "within_districts"])
def test_inside_schools_and_districts(
    raw: Raw, ours: dict[Key, dict[str, str]], level: str
) -> None:
    parts = [raw.suspended("BL"), raw.students("BL"), raw.suspended("WH"), raw.students("WH")]
    if level == "within_districts":
        place = np.unique(raw.district, return_inverse=True)[1]
        parts = [np.bincount(place, x).astype(np.int64) for x in parts]
    for measure, values in inside(*parts):
        same(ours["all", "oss_any", "race=black", "race=white", measure, level], *values)


def test_days_lost_of_which_only_sums_are_told(raw: Raw, ours: dict[Key, dict[str, str]]) -> None:
    days, n = (x.astype(float) for x in (raw.days("BL"), raw.students("BL")))
    white, m = (x.astype(float) for x in (raw.days("WH"), raw.students("WH")))
    plain = days.sum() / n.sum(), white.sum() / m.sum()
    row = ours["all", "days_lost", "race=black", "race=white", "mean_ratio", ""]
    same(row, plain[0] / plain[1])
    assert row["low"] == row["high"] == ""
    same(ours["all", "days_lost", "race=black", "", "mean", ""], plain[0])
    both = (n > 0) & (m > 0)
    weight = n[both] * m[both] / (n + m)[both]
    gap = (weight * (days[both] / n[both] - white[both] / m[both])).sum() / weight.sum()
    row = ours["all", "days_lost", "race=black", "race=white", "mean_difference", "within_schools"]
    same(row, gap)
    assert row["low"] == row["high"] == ""
    assert gap < 0.75 * (plain[0] - plain[1])  # what lies between schools is not inside them
    ratio = (days * m / np.maximum(n + m, 1)).sum() / (white * n / np.maximum(n + m, 1)).sum()
    same(
        ours["all", "days_lost", "race=black", "race=white", "mean_ratio", "within_schools"], ratio
    )


def test_single_schools_and_a_district(raw: Raw, ours: dict[Key, dict[str, str]]) -> None:
    a, n1 = raw.suspended("BL"), raw.students("BL")
    c, n0 = (f(*(r for r in ALL_RACES if r != "BL")) for f in (raw.suspended, raw.students))
    largest = np.argsort(-n1)[:5]
    for i in largest.tolist():
        place = f"school:{raw.school[i]}"
        same(ours[place, "oss_any", "race=black", "", "rate", "student"], a[i] / n1[i])
        gap = dict(two_rates(*(int(x[i]) for x in (a, n1, c, n0))))["risk_difference"]
        same(ours[place, "oss_any", "race=black", "complement", "risk_difference", "student"], *gap)
    one = raw.district == raw.district[largest[0]]
    place = f"district:{raw.district[largest[0]]}"
    ratio = dict(two_rates(*(int(x[one].sum()) for x in (a, n1, c, n0))))["risk_ratio"]
    same(ours[place, "oss_any", "race=black", "complement", "risk_ratio", "student"], *ratio)


def test_what_is_said_of_days_lost_is_what_was_counted(
    audit: Path, ours: dict[Key, dict[str, str]]
) -> None:
    """No plain number stands where one of schools is told, and a ratio is never a difference."""
    findings = json.loads((audit / "findings.json").read_text("utf-8"))["findings"]
    told = [f for f in findings if f["outcome"] == "days_lost" and f["estimate"] is not None]
    gaps = [f for f in told if f["kind"] == "gap" and f["place"] == "all"]
    assert len(gaps) > 20
    for f in gaps:
        row = ours["all", "days_lost", f["group"], f["reference"], "mean_ratio", "within_schools"]
        (said,) = [e for e in f["evidence"] if e.startswith("Inside the same schools")]
        assert said.endswith(" times as much")
        shown = float(said.split()[4])
        assert shown == pytest.approx(float(row["estimate"]), rel=0.05)
        (drawn,) = [e for e in f["evidence"] if e.startswith("If schools like these")]
        assert "a ratio of" in drawn
