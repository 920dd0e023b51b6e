"""A released audit to draw: Virginia's public schools in 2021-22, with what else a page must bear.

The counts by race, sex and disability are the state's own (Civil Rights Data Collection 2021-22,
public use). The years before, the grade points, the schools and the hidden cells are made up.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from eachchild.findings.model import Finding, finding_id
from eachchild.measures.comparisons import (
    mean_difference,
    risk_difference,
    risk_ratio,
)
from eachchild.measures.counts import Sums, counts
from eachchild.measures.parity import students_to_parity
from eachchild.measures.rates import mean, rate
from eachchild.measures.table import STATES, Coded, MeasureTable
from eachchild.release import Content, Released, release
from eachchild.release.types import (
    Break,
    CertifiedCheck,
    FactorCard,
    Funnel,
    OutcomeCard,
    PredictabilityCard,
    Quality,
)
from eachchild.report import write_html
from eachchild.report.compose import compose
from eachchild.tables import FileAccount, RuleHit, Unmapped
from eachchild.terms.catalogue import words
from eachchild.terms.outcomes import Direction
from eachchild.terms.said import sentence_case
from eachchild.terms.states import State

_LINE = "Out-of-school suspension: 3.3 times as often as White students"
YEARS = ("2019-20", "2020-21", "2021-22")
RACES = ("native", "asian", "black", "hispanic", "pacific", "white", "two_or_more")

# race, sex: students, of them with disabilities; suspended out of school at least once (without,
# with disabilities); school days lost.
VIRGINIA = """
hispanic male 113107 18660 4705 1611 39593
hispanic female 106614 9572 2237 490 15470
native male 1655 296 88 32 894
native female 1547 172 49 9 398
asian male 46615 4360 538 131 3632
asian female 44492 1894 182 27 1411
pacific male 1017 144 46 11 373
pacific female 985 77 22 5 212
black male 133260 27231 14606 5785 151186
black female 128329 13432 9672 2075 92875
white male 290539 50318 10150 4746 85366
white female 270050 25465 4759 1265 35159
two_or_more male 39786 6565 1939 835 19204
two_or_more female 38489 3328 1099 264 9681
"""
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Tally:
    """Students of one cell, and what happened to them."""

    n: int
    suspended: int
    days: float
    enrolled: int  # in an AP course
    points: float  # sum of grade points
    squares: float

    def plus(self, other: "Tally") -> "Tally":
        """Both cells as one."""
        return Tally(*(getattr(self, f) + getattr(other, f) for f in self.__dataclass_fields__))

    def minus(self, other: "Tally") -> "Tally":
        """Everybody else."""
        return Tally(*(getattr(self, f) - getattr(other, f) for f in self.__dataclass_fields__))


_AP = dict(zip(RACES, (0.12, 0.41, 0.1259, 0.15, 0.17, 0.2196, 0.22), strict=True))
_GPA = dict(zip(RACES, (2.71, 3.38, 2.62, 2.70, 2.83, 3.11, 2.95), strict=True))


def virginia() -> dict[Key, Tally]:
    """Race, sex and disability, each cell with its tally."""
    cells = {}
    for line in VIRGINIA.strip().splitlines():
        race, sex, *numbers = line.split()
        n, with_plan, out, out_with, days = map(int, numbers)
        for plan, size, events in (("no", n - with_plan, out), ("yes", with_plan, out_with)):
            share = _AP[race] * (0.3 if plan == "yes" else 1.1) * (1.15 if sex == "female" else 0.9)
            grade = _GPA[race] - (0.4 if plan == "yes" else 0) + (0.1 if sex == "female" else -0.1)
            cells[race, sex, plan] = Tally(
                size,
                events,
                days * size / n,
                round(size * share / 4),
                round(size * grade, 2),
                size * (grade**2 + 0.81),
            )
    return cells


@dataclass
class Rows:
    """Rows of the long table, gathered one by one."""

    lines: list[dict[str, object]] = field(default_factory=list)

    def add(self, outcome: str, group: str, measure: str, **values: object) -> None:
        """One row; what is not named is blank."""
        line = {"place": "all", "period": YEARS[-1], "reference": "", "interval": ""}
        self.lines.append(line | {"outcome": outcome, "group": group, "measure": measure} | values)

    def table(self) -> MeasureTable:
        """The rows as the released table."""

        def names(column: str) -> Coded:
            return Coded.of([str(line[column]) for line in self.lines])

        def numbers(column: str) -> tuple[np.ndarray, np.ndarray]:
            has = np.array([line.get(column) is not None for line in self.lines])
            found = np.array([float(line.get(column) or 0) for line in self.lines])
            return found, has

        estimate, has_estimate = numbers("estimate")
        (low, has_interval), (high, _) = numbers("low"), numbers("high")
        (events, has_events), (n, has_n) = numbers("events"), numbers("n")
        states = [STATES.index(line.get("state", State.REPORTED)) for line in self.lines]
        size = len(self.lines)
        return MeasureTable(
            names("place"), names("period"), names("outcome"), names("group"), names("reference"),
            names("measure"), estimate, has_estimate, low, high, has_interval, events, has_events,
            n.astype(np.int64), has_n, np.array(states, np.int8), np.zeros(size),
            np.zeros(size, np.int64), np.zeros(size, np.bool_), np.zeros(size),
            np.zeros(size, np.bool_), names("interval"),
        )  # fmt: skip


def one(found: object, name: str) -> dict[str, object]:
    """Estimate and interval of the first cell, blank where it is not known."""
    if not found.known[0]:
        return {"state": State.NOT_ENOUGH_DATA}
    return {
        "estimate": float(getattr(found, name)[0]),
        "low": float(found.low[0]),
        "high": float(found.high[0]),
        "interval": "student",
    }


def rate_rows(
    rows: Rows, outcome: str, group: str, tally: Tally, references: Mapping[str, Tally],
    *, events: Callable[[Tally], int], direction: Direction, period: str,
) -> None:  # fmt: skip
    """A rate and its comparisons."""
    ours = counts(events(tally), tally.n)
    of = {"n": tally.n, "events": events(tally), "period": period}
    rows.add(outcome, group, "rate", **of, **one(rate(ours), "rate"))
    for reference, others in references.items():
        theirs = counts(events(others), others.n)
        against = of | {"reference": reference}
        rows.add(outcome, group, "risk_ratio", **against, **one(risk_ratio(ours, theirs), "ratio"))
        gap = one(risk_difference(ours, theirs), "difference")
        rows.add(outcome, group, "risk_difference", **against, **gap)
        parity = students_to_parity(ours, theirs, direction=direction).students[0]
        rows.add(outcome, group, "students_to_parity", **against, estimate=float(parity))


def mean_rows(
    rows: Rows, group: str, tally: Tally, references: Mapping[str, Tally], *, period: str
) -> None:
    """Grade points and days lost with their comparisons."""

    def sums(of: Tally) -> Sums:
        return Sums(*(np.array([x]) for x in (of.n, of.points, of.squares)))

    of = {"n": tally.n, "period": period}
    rows.add("gpa", group, "mean", **of, events=tally.points, **one(mean(sums(tally)), "mean"))
    lost = of | {"events": round(tally.days, 1)}
    rows.add("days_lost", group, "mean", **lost, estimate=tally.days / tally.n)
    for reference, others in references.items():
        gap = one(mean_difference(sums(tally), sums(others)), "difference")
        rows.add("gpa", group, "mean_difference", **of, reference=reference, **gap)
        away = tally.days / tally.n - others.days / others.n
        rows.add("days_lost", group, "mean_difference", **lost, reference=reference, estimate=away)
        ratio = (tally.days / tally.n) / (others.days / others.n)
        rows.add("days_lost", group, "mean_ratio", **lost, reference=reference, estimate=ratio)


FACTORS = ("race", "sex", "idea")
REFERENCES = {"race": "white", "sex": "complement", "idea": "complement"}


def measured() -> MeasureTable:
    """Every row of the made audit."""
    rows = Rows()
    for year, scale in zip(YEARS, (0.93, 0.41, 1.0), strict=True):
        cells = {
            key: replace(t, suspended=round(t.suspended * scale), days=t.days * scale)
            for key, t in virginia().items()
        }
        for size in range(3):
            for factors in combinations(range(3), size):
                _breakdown(rows, cells, factors, year)
    _hidden(rows)
    _flags(rows)
    return rows.table()


def _breakdown(rows: Rows, cells: Mapping[Key, Tally], factors: tuple[int, ...], year: str) -> None:
    found: dict[str, Tally] = {}
    for key, tally in cells.items():
        group = ";".join(f"{FACTORS[i]}={key[i]}" for i in factors)
        found[group] = found[group].plus(tally) if group in found else tally
    everybody = cells[next(iter(cells))]
    for tally in list(cells.values())[1:]:
        everybody = everybody.plus(tally)
    for group, tally in sorted(found.items()):
        references = {"complement": everybody.minus(tally)} if group else {}
        if factors == (0,) and group != "race=white":
            references["race=white"] = found["race=white"]
        for outcome, events, direction in (
            ("oss_any", lambda t: t.suspended, "lower"),
            ("ap_enrolled", lambda t: t.enrolled, "higher"),
        ):
            rate_rows(
                rows, outcome, group, tally, references,
                events=events, direction=direction, period=year,
            )  # fmt: skip
        mean_rows(rows, group, tally, references, period=year)


def _flags(rows: Rows) -> None:
    """Rows of other frameworks, which stand on a page only where the plan asks."""
    for measure, value, flag in (("percentage_point_gap", 0.086, 1), ("index_80", 3.3, 1)):
        about = {"reference": "race=white", "n": 261_589}
        rows.add("oss_any", "race=black", measure, estimate=value, **about)
        rows.add("oss_any", "race=black", f"{measure}_flag", estimate=flag, **about)


def _hidden(rows: Rows) -> None:
    """Cells that a source hides, bounds, never collected, or that are too few."""
    rows.add("oss_any", "frl=yes", "rate", low=0.05, high=0.11, interval="student",
             state=State.COARSE)  # fmt: skip
    rows.add("oss_any", "frl=no", "rate", n=701_233, events=22_310, **one(
        rate(counts(22_310, 701_233)), "rate"))  # fmt: skip
    rows.add("oss_any", "frl=not_reported", "rate", state=State.SUPPRESSED)
    rows.add("oss_any", "homeless=yes", "rate", n=14, events=6, **one(rate(counts(6, 14)), "rate"))
    rows.add("oss_any", "homeless=no", "rate", state=State.NOT_COLLECTED)
    rows.add("oss_any", "homeless=not_reported", "rate", n=3, events=0,
             state=State.NOT_ENOUGH_DATA)  # fmt: skip
    rows.add("oss_any", "race=not_reported", "rate", n=58, events=61, state=State.INCONSISTENT)
    rows.add("oss_any", "race=white;sex=nonbinary", "rate", n=75, events=4, **one(
        rate(counts(4, 75)), "rate"))  # fmt: skip
    rows.add("oss_any", "frl=yes;homeless=yes", "rate", n=0, events=0,
             state=State.NOT_ENOUGH_DATA)  # fmt: skip
    rows.add("oss_any", "race=not_reported;sex=female", "rate", state=State.SUPPRESSED)
    rows.add("oss_any", "race=not_reported;sex=male", "rate", n=5, events=0,
             state=State.NOT_ENOUGH_DATA)  # fmt: skip


def funnel(outcome: str, group: str, *, schools: int = 40, center: float = 0.05) -> Funnel:
    """Schools whose gaps differ a little, and two that stand apart."""
    rng = np.random.default_rng(7)
    size = np.sort(rng.integers(40, 1_900, schools))
    rng.shuffle(size)
    spread, sd = 0.012, 0.42
    error = np.sqrt(spread**2 + sd**2 / size)
    gap = center + error * rng.standard_normal(schools)
    gap[:2] = center + np.array([4.4, -3.9]) * error[:2]
    grid = np.geomspace(size.min(), size.max(), 40)
    wide = np.sqrt(spread**2 + sd**2 / grid)
    return Funnel(
        outcome, group, "complement", YEARS[-1],
        tuple(f"school:{i:03d}" for i in range(schools)), gap, size.astype(np.int64), center,
        spread, grid, center - 1.96 * wide, center + 1.96 * wide, center - 3.09 * wide,
        center + 3.09 * wide, np.abs(gap - center) > 3.09 * error,
    )  # fmt: skip


_STREETS = ("Maple", "River", "Oak Hill", "King", "Lakeview", "Union", "Chestnut", "Harbor")
_KINDS = ("Elementary", "Middle", "High", "Academy", "Center")


def school_names(schools: int = 40) -> dict[str, str]:
    """Ids and names; the order of names is not that of ids."""
    pairs = list(product(_STREETS, _KINDS))
    return {
        f"school:{i:03d}": " ".join(pairs[i * 7 % len(pairs)]) + (f" {i}" if i >= 40 else "")
        for i in range(schools)
    }


def found(
    sentence: str, *, outcome: str, group: str, rank: int, verdict: str = "gap", **more: object
) -> Finding:
    """A finding with what a page prints of it."""
    named = {"kind": "gap", "measure": "risk_ratio", "reference": "complement", "place": "all"}
    about = named | {k: more.pop(k) for k in tuple(more) if k in named}
    return Finding(
        id=finding_id(outcome=outcome, group=group, **about), rank=rank, verdict=verdict,
        outcome=outcome, group=group, period=YEARS[-1], estimate=None, low=None, high=None,
        n=None, events=None, students_to_parity=None, sentence=sentence, **about, **more,
    )  # fmt: skip


def findings() -> Iterator[Finding]:
    """What such an audit finds, best first."""
    black = found(
        "Black students were suspended out of school 3.3 times as often as White students: "
        "12 of 100 against 3.7 of 100",
        outcome="oss_any", group="race=black", rank=1, reference="race=white", headline=True,
        evidence=(
            "Black students: 32,138 of 261,589 students (12 %). White students: 20,920 of 560,589 "
            "(3.7 %)",
            "Ratio 3.3 (95 % interval 3.2 to 3.4)",
            "Compared with all other students: 3.1 times",
            "Inside the same schools: 2.3 times",
            "At the rate of White students, 22,376 fewer Black students would have had this happen",
        ),
        caveats=(
            "Records cannot by themselves tell different behavior from different response",
            "3,631 suspended students with a 504 plan only stand in every denominator and in no "
            "race's numerator",
        ),
    )  # fmt: skip
    yield black
    yield found(
        "Students with disabilities (IDEA) were suspended out of school 2.3 times as often as "
        "students without an IDEA plan: 11 of 100 against 4.7 of 100",
        outcome="oss_any", group="idea=yes", rank=2, headline=True,
        evidence=("Ratio 2.3 (95 % interval 2.2 to 2.3)",),
    )  # fmt: skip
    yield found(
        "Black students were enrolled in an AP course less often than all other students: 3.2 of "
        "100 against 5.4 of 100",
        outcome="ap_enrolled", group="race=black", rank=3, measure="risk_difference", headline=True,
        evidence=("Difference −2.2 points (95 % interval −2.3 to −2.1)",),
        caveats=("This is who was enrolled, not who was ready or wished to be",),
    )  # fmt: skip
    yield found(
        "Hispanic students had a grade point average lower than White students: 2.7 against 3.1 "
        "points",
        outcome="gpa", group="race=hispanic", rank=4, measure="mean_difference", headline=True,
        evidence=("Difference −0.41 (95 % interval −0.42 to −0.40)",),
    )  # fmt: skip
    yield found(
        "Black students lost school days to suspension: 93 against 21 days for every 100 students "
        "for White students",
        outcome="days_lost", group="race=black", rank=5, measure="mean_ratio", headline=True,
        reference="race=white",
        evidence=("The source gives only the sum of days, so there is no interval",),
    )  # fmt: skip
    yield found(
        "Black boys with disabilities (IDEA) were suspended out of school more often than the two "
        "groups' own differences lead one to expect: 21 of 100",
        outcome="oss_any", group="race=black;sex=male", rank=6,
        evidence=("5,785 of 27,231 students",),
    )  # fmt: skip
    yield found(
        "Hispanic students were suspended out of school 1.1 times as often as White students: 4.1 "
        "of 100 against 3.7 of 100",
        outcome="oss_any", group="race=hispanic", rank=5, reference="race=white",
    )  # fmt: skip
    yield found(
        "Boys were suspended out of school 1.9 times as often as all other students: 7.2 of 100 "
        "against 3.8 of 100",
        outcome="oss_any", group="sex=male", rank=6, evidence=("Ratio 1.9",),
    )  # fmt: skip
    yield found(
        "Black girls were suspended out of school 3.5 times as often as all other girls",
        outcome="oss_any", group="race=black;sex=female", rank=7, parent=black.id,
        evidence=("The crossing is in line with the two groups' own differences",),
    )  # fmt: skip
    for rank, (place, name) in enumerate(list(school_names().items())[:3], 8):
        yield found(
            f"{name}: Black students were suspended out of school more often than others there",
            outcome="oss_any", group="race=black", rank=rank, place=place, parent=black.id,
        )  # fmt: skip
    yield found(
        "Too few students to tell for Pacific Islander students: 2,002 students",
        outcome="oss_any", group="race=pacific", rank=11, verdict="cannot_tell",
    )  # fmt: skip
    yield found(
        "Girls and boys differ little: 2.9 against 2.9 points",
        outcome="gpa", group="sex=female", rank=12, verdict="no_gap",
    )  # fmt: skip
    yield found(
        "Too little data to tell whether students without stable housing were suspended more often",
        outcome="oss_any", group="homeless=yes", rank=13, verdict="cannot_tell",
    )  # fmt: skip


def outcome_cards() -> tuple[OutcomeCard, ...]:
    """Two rates and two means."""
    crdc = "Civil Rights Data Collection 2021-22, public-use file"
    return (
        OutcomeCard("oss_any", "suspended out of school at least once", "Out-of-school suspension",
                    "lower", True, 1, "", "Students enrolled at any time in the year; suspended "
                    "out of school once or more", crdc, 14),
        OutcomeCard("ap_enrolled", "enrolled in an AP course", "Advanced Placement", "higher",
                    True, 1, "", "Students enrolled on the day of the count; in one AP course or "
                    "more", crdc, 11),
        OutcomeCard("gpa", "grade point average", "Grade point average", "higher", False, 1,
                    "points", "Mean over students with a mark in the year", "Made up", 4),
        OutcomeCard("days_lost", "school days lost to suspension",
                    "School days lost to suspension", "lower", False, 100,
                    "days for every 100 students", "Days missed to out-of-school suspension, "
                    "students with none included", crdc, 14),
    )  # fmt: skip


def factor_cards() -> tuple[FactorCard, ...]:
    """Five factors, labeled by the catalogue."""
    said = words("en")

    def card(factor: str, values: tuple[str, ...], reference: str) -> FactorCard:
        labels = {v: said.say(f"group.{factor}.{v}") for v in (*values, "not_reported")}
        label = said.say(f"factor.{factor}")
        return FactorCard(
            factor,
            label,
            label[:1].lower() + label[1:],
            labels,
            reference,
            "the largest group",
            overlap=False,
        )

    yes_no = ("yes", "no")
    return (
        card("race", RACES, "white"),
        card("sex", ("female", "male", "nonbinary"), "complement"),
        card("idea", yes_no, "complement"),
        card("frl", yes_no, "complement"),
        card("homeless", yes_no, "complement"),
    )


def predictability() -> tuple[PredictabilityCard, ...]:
    """One card an outcome, each of another kind."""
    factors = ("race", "sex", "idea")
    year = YEARS[-1]
    return (
        PredictabilityCard(
            "oss_any", year, factors, "reported", 44.0, 43.4, 44.9, 0.0, 1.6, "gap", 1_216_942,
            63_998, "Take one student who was suspended out of school and one who was not. Knowing "
            "only race, sex and disability, you would name the right one 72 times in 100; a coin "
            "gets 50", "Black students were suspended out of school 3.3 times as often as White "
            "students", 40.5, {"race": 0.61, "sex": 0.22, "idea": 0.17}),
        PredictabilityCard(
            "ap_enrolled", year, factors, "reported", 9.0, 0.0, 21.0, 0.0, 12.0, "cannot_tell",
            1_216_942, 61_000, "Too little data to tell how well race, sex and disability would "
            "tell who was enrolled", "Black students were enrolled less often: 3.2 of 100 against "
            "5.4 of 100"),
        PredictabilityCard(
            "days_lost", year, factors, "not_enough_data", None, None, None, None, None,
            "cannot_tell", 1_216_942, 0, "The source gives only sums of days: nothing can be told "
            "of single students", "Black students: 93 days for every 100 students", is_rate=False),
        PredictabilityCard(
            "gpa", year, factors, "reported", 11.0, 10.0, 12.0, 0.0, 0.4, "gap", 1_216_942, 0,
            "Race, sex and disability together go with 11 % of the differences in grade point "
            "average between students; by chance alone it would be near 0", "Hispanic students: "
            "2.7 against 3.1 points", is_rate=False),
    )  # fmt: skip


def quality() -> Quality:
    """Two files, rules of each severity, a code nobody mapped and a certified total."""
    return Quality(
        accounts=(
            FileAccount("va.csv.gz", "0" * 64, "utf-8", 1_900, 1_899, 0, 1),
            FileAccount("students.csv", "1" * 64, "cp1252", 60_412, 60_000, 400, 2,
                        {"total rows": 10}),
        ),
        hits=(
            RuleHit("V07", "note", "va.csv.gz", 114, (17, 203, 410), "SCH_DISCWODIS_SINGOOS_BL_M"),
            RuleHit("R04", "quarantine", "students.csv", 1, (88,)),
        ),
        sentences={
            "V07": ("114 schools above 300 students report no suspension at all.",
                    "Ask them whether none happened or none was reported."),
            "R04": ("A row has more columns than its header.", "Open the file at that row."),
        },
        unmapped=(Unmapped("race", "U7", 12, "students.csv"),),
        linkage=(("discipline", 8_112, 8_140),),
        certified=(CertifiedCheck("Fall membership", "enrolled on September 30", 60_100, 60_000,
                                  -100, "moved children are counted once here"),),
        turnover=("3,112 students changed school in the year, and 41 changed group.",),
    )  # fmt: skip


@pytest.fixture(scope="session")
def content() -> Content:
    """The made audit before anyone decides who may see it."""
    return Content(
        title="Virginia's public schools: who was suspended, who was enrolled",
        heading="Draft, prepared at the request of counsel",
        author="Data office, North District",
        language="en",
        periods=YEARS,
        places=40,
        place_level="school",
        place_names=school_names(),
        who_is_counted=(
            "each student once in the year, at the school with most days enrolled",
            "identity as of the first day enrolled",
        ),
        limits=(
            "3,631 suspended students with a 504 plan only are in every denominator and in no "
            "race's numerator; out of both, the ratio is 3.2",
            "114 schools above 300 students report no suspension at all",
        ),
        outcomes=outcome_cards(),
        factors=factor_cards(),
        measures=measured(),
        findings=tuple(findings()),
        predictability=predictability(),
        funnels=(funnel("oss_any", "race=black"), funnel("oss_any", "sex=male", center=0.02)),
        quality=quality(),
        group_lines=(
            *((sentence_case(label), _LINE) for label in factor_cards()[0].groups.values()),
            ("Nonbinary students", "too few students to tell in any outcome"),
        ),
        method=(
            ("Rates", "Wilson (1927), doi: https://doi.org/10.1080/01621459.1927.10502953"),
            ("Several tests at once", "Benjamini and Bogomolov (2014)"),
        ),
        breaks=(Break("2021-22", "Days are counted from the first full day.", "days_lost"),),
    )  # fmt: skip


@pytest.fixture(scope="session")
def released(content: Content) -> Released:
    """The made audit for insiders."""
    return release(content)


_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
)


@pytest.fixture(scope="session")
def report(released: Released, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made audit as an HTML file."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_html(compose(released), path)
    return path


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Callable[..., Page]]:
    """Opens the report at a width, offline, and notes what it asks for and complains of."""
    contexts = []

    def open_at(width: int, *, path: Path = report, **options: object) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, offline=True, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_at
    for context in contexts:
        context.close()
