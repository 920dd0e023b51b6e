"""From real files to `measures.csv`: the figures their publishers or earlier readers give."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from eachchild import story
from eachchild.measures.definitions import DEFINITIONS
from eachchild.report.bundle import write_measures

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
Key = tuple[str, str, str, str, str, str]  # place, period, outcome, group, reference, measure
Rows = dict[tuple[Key, str], dict[str, str]]


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], story.Audit]:
    """An example's audit, run once in the session."""
    vault = tmp_path_factory.mktemp("vault")
    done: dict[str, story.Audit] = {}

    def run(name: str) -> story.Audit:
        if name not in done:
            done[name] = story.audit(EXAMPLES / name, vault=vault)
        return done[name]

    return run


@pytest.fixture(scope="session")
def rows_of(
    audited: Callable[[str], story.Audit], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Rows]:
    """The rows of an example's `measures.csv`, read back from the file, by what they are about."""
    read: dict[str, Rows] = {}

    def rows(name: str) -> Rows:
        if name not in read:
            path = tmp_path_factory.mktemp(name) / "measures.csv"
            write_measures(audited(name).measures, path)
            with path.open(encoding="utf-8", newline="") as file:
                read[name] = {
                    (tuple(r[c] for c in list(r)[:6]), r["interval"]): r  # type: ignore[misc]
                    for r in csv.DictReader(file)
                    if not r["place"].startswith(("school:", "district:"))
                }
        return read[name]

    return rows


def _row(
    rows: Rows, outcome: str, group: str, measure: str = "rate", **more: str
) -> dict[str, str]:
    period, reference = more.get("period", "2021-22"), more.get("reference", "")
    key: Key = (more.get("place", "all"), period, outcome, group, reference, measure)
    return rows[key, more.get("interval", "student")]


@pytest.mark.parametrize(
    ("group", "events", "n"),
    [
        ("race=black", 32_138, 261_644),
        ("race=white", 20_920, 560_920),
        ("race=hispanic", 9_043, 219_802),
        ("race=black;sex=male", None, None),
    ],
)
def test_virginia_suspensions(
    rows_of: Callable[[str], Rows], group: str, events: int | None, n: int | None
) -> None:
    row = _row(rows_of("virginia"), "oss_any", group)
    assert row["state"] == "reported"
    if events is not None and n is not None:
        assert (float(row["events"]), int(row["n"])) == (events, n)
        assert float(row["estimate"]) == events / n


def test_virginia_three_way_cells(audited: Callable[[str], story.Audit]) -> None:
    """Black boys and White girls by disability: deeper than the file goes, so from the cube."""
    cube = audited("virginia").cube
    block = cube.block_for(("race", "sex", "idea"), "oss_any")
    assert block is not None
    values = [cube.values[f] for f in block.factors]
    tally = block.tallies["oss_any"]
    for wanted, events, n in (
        (("black", "male", "yes"), 5_785, 27_231),
        (("white", "female", "no"), 4_759, 244_585),
    ):
        at = [names.index(w) for names, w in zip(values, wanted, strict=True)]
        cells = (block.value == at).all(axis=1)
        assert (int(tally.events[cells].sum()), int(tally.n[cells].sum())) == (events, n)


@pytest.mark.parametrize(
    ("interval", "ratio"),
    [("student", 3.293), ("within_districts", 2.71), ("within_schools", 2.26)],
)
def test_virginia_the_same_ratio_three_ways(
    rows_of: Callable[[str], Rows], interval: str, ratio: float
) -> None:
    row = _row(
        rows_of("virginia"),
        "oss_any",
        "race=black",
        "risk_ratio",
        reference="race=white",
        interval=interval,
    )
    assert float(row["estimate"]) == pytest.approx(ratio, abs=0.005)


def test_virginia_small_people_against_both(rows_of: Callable[[str], Rows]) -> None:
    rows = rows_of("virginia")
    for reference, ratio in (("race=white", 1.49), ("complement", 1.00)):
        row = _row(rows, "oss_any", "race=native", "risk_ratio", reference=reference)
        assert float(row["estimate"]) == pytest.approx(ratio, abs=0.005)


def test_virginia_says_unasked_what_it_cannot_carry(
    audited: Callable[[str], story.Audit],
) -> None:
    said = "\n".join(audited("virginia").content.limits)
    for part in ("3,631 students", "3.226 times, not 3.293", "114 schools", "one day", "onbinary"):
        assert part in said


def test_virginia_nonbinary_students_are_in_denominators_only(
    rows_of: Callable[[str], Rows],
) -> None:
    rows = rows_of("virginia")
    assert _row(rows, "oss_any", "sex=nonbinary")["state"] == "not_collected"
    assert int(_row(rows, "oss_any", "")["n"]) == 1_216_996


def test_virginia_headlines(audited: Callable[[str], story.Audit]) -> None:
    heads = [f for f in audited("virginia").findings if f.headline]
    assert 1 <= len(heads) <= 5
    assert all(f.verdict == "gap" and f.parent is None for f in heads)
    told = audited("virginia").findings
    black = next(f for f in told if (f.group, f.outcome) == ("race=black", "oss_any"))
    assert black.sentence.startswith(
        "Black students were suspended out of school 3.3 times as often as White students"
    )
    inside = [e for e in black.evidence if e.startswith("Inside the same")]
    assert len(inside) == 2


@pytest.mark.parametrize(
    ("group", "events", "n"),
    [
        ("race=black", 263_619, 2_093_935),
        ("race=white", 1_526_066, 6_949_753),
        ("race=hispanic", 596_134, 3_332_254),
        ("race=asian", 298_212, 744_754),
    ],
)
def test_access_in_schools_that_offer_it(
    rows_of: Callable[[str], Rows], group: str, events: int, n: int
) -> None:
    row = _row(rows_of("access"), "ap_enrolled", group, period="2015-16")
    assert (float(row["events"]), int(row["n"])) == (events, n)


@pytest.mark.parametrize(
    ("group", "events", "n", "everybody", "published"),
    [("race=white", 5_742, 11_854, 12_082, 0.4753), ("race=black", 576, 2_218, 2_450, 0.2351)],
)
def test_hsls_top_two_math_quintiles(
    rows_of: Callable[[str], Rows],
    *,
    group: str,
    events: int,
    n: int,
    everybody: int,
    published: float,
) -> None:
    """The published share counts a missing score as "not in the top"; blank is not zero here."""
    row = _row(rows_of("hsls"), "math_top", group, period="2009-10")
    assert (float(row["events"]), int(row["n"])) == (events, n)
    assert float(row["estimate"]) == events / n
    assert events / everybody == pytest.approx(published, abs=5e-5)


def test_messy_whole_is_never_added_to_its_parts(rows_of: Callable[[str], Rows]) -> None:
    row = _row(rows_of("messy"), "absent_15_days", "", "count", period="2013-14")
    assert float(row["estimate"]) == 6_731_214


def test_messy_no_hidden_cell_is_read_as_zero(rows_of: Callable[[str], Rows]) -> None:
    hidden = [r for r in rows_of("messy").values() if r["state"] in ("suppressed", "coarse")]
    assert hidden
    assert all(r["estimate"] == "" for r in hidden)
    assert all(float(r["high"]) > 0 for r in hidden if r["measure"] == "count")


def test_idea_composition(rows_of: Callable[[str], Rows]) -> None:
    rows = rows_of("idea618")
    row = _row(rows, "idea_removed_over_10", "race=black", "composition", period="2013-14")
    assert (float(row["events"]), int(row["n"])) == (24_827, 52_648)


@pytest.mark.parametrize("name", ["virginia", "access", "hsls", "messy", "idea618"])
def test_every_row_is_accounted_for(audited: Callable[[str], story.Audit], name: str) -> None:
    for a in audited(name).content.quality.accounts:
        assert a.rows_read == a.loaded + a.merged + a.quarantined + sum(a.ignored.values())
        assert a.rows_read > 0


def test_every_group_has_one_line_about_the_whole_place(
    audited: Callable[[str], story.Audit],
) -> None:
    lines = dict(audited("virginia").content.group_lines)
    assert lines["Hispanic students"].startswith(
        "no gap larger than the plan calls small in More than one out-of-school suspension, Out-of"
    )
    assert lines["White students"] == (
        "the group that the others are compared with. More than one out-of-school suspension: "
        "1.3 of 100"
    )
    assert lines["Nonbinary students"] == "the source tells none of these outcomes for them"
    assert {"Pacific Islander students", "American Indian students", "Girls"} <= set(lines)
    places = audited("virginia").content.place_names.values()
    assert not [name for name in places if any(name in line for line in lines.values())]


def test_beside_predictability_stands_the_largest_gap_however_few_its_students(
    audited: Callable[[str], story.Audit],
) -> None:
    cards = {c.outcome: c for c in audited("virginia").content.predictability}
    # Boys would change more students' results, but Black students' gap is the larger one.
    assert cards["oss_any"].largest_gap.startswith("Largest gap: Black students")


def test_what_a_source_of_sums_cannot_tell_is_not_told(
    audited: Callable[[str], story.Audit],
) -> None:
    findings = audited("virginia").findings
    lost = next(f for f in findings if (f.outcome, f.group) == ("days_lost", "race=black"))
    assert lost.evidence[0] == (
        "Black students: 93.3 days for every 100 students (261,644 students). "
        "White students: 21.5 (560,920)"
    )
    assert lost.evidence[1] == "4.3 times as much"
    # The figure inside schools is one of its own: the plain one must not stand in for it.
    assert "Inside the same schools: 2.8 times as much" in lost.evidence


@pytest.mark.parametrize("name", ["virginia", "access", "hsls", "messy", "idea618"])
def test_every_measure_has_its_definition(audited: Callable[[str], story.Audit], name: str) -> None:
    written = set(audited(name).to_arrow()["measure"].to_pylist())
    assert written <= {d.name for d in DEFINITIONS}


def test_a_district_with_few_others_is_set_beside_the_state(
    audited: Callable[[str], story.Audit],
) -> None:
    table = audited("virginia").to_arrow().to_pylist()
    asked = [
        r for r in table
        if (r["outcome"], r["group"], r["reference"]) == ("oss_any", "idea=yes", "complement")
    ]  # fmt: skip
    whole = {(r["place"], r["measure"], r["interval"]): r for r in asked}
    state = whole["all", "risk_ratio", "student"]
    own = {r["place"]: r for r in asked if r["measure"] == "risk_difference"}
    alternate = [r for r in asked if r["measure"] == "alternate_risk_ratio"]
    assert alternate
    for row in alternate:
        assert (row["reference_events"], row["reference_n"]) == (
            state["reference_events"], state["reference_n"]
        )  # fmt: skip
        few = own[row["place"]]
        assert few["reference_n"] < 30 or few["reference_events"] < 10
    known = [r for r in alternate if r["estimate"] is not None]
    assert known
    for row in known:
        theirs = row["reference_events"] / row["reference_n"]
        assert row["estimate"] == pytest.approx(row["events"] / row["n"] / theirs, rel=1e-12)
