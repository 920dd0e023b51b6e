"""Where a gap comes from, told again in a released copy: of released counts and nothing else."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eachchild.causes import Asked, Origins, OriginsOfCopy
from eachchild.cube import EVERYWHERE, Block, Cube, Places, Rollups, Tally
from eachchild.findings import Finding, Known, phrases_of, tell
from eachchild.handover import pages_of, told_again
from eachchild.measures import measure
from eachchild.plan import Plan, plan_from
from eachchild.release import Audience, Content, load_policy
from eachchild.release.audits import (
    AuditDecision,
    ReleasedRollups,
    bounds_of,
    decide_audit,
    parts_of_audit,
    released_cube,
)
from eachchild.release.decide import release_proved
from eachchild.release.family import Key
from eachchild.terms.factors import FACTORS

POLICY = load_policy("federal")
YEARS = ("2023-24", "2024-25")
STEPS = ("chronic_absence", "severe_absence")
SCHOOLS = 8
RACES, SEXES = ("black", "white"), ("female", "male")
BLACK = Asked(STEPS[0], "race=black", "race=white", YEARS[-1])


def silent(what: str, share: float) -> None:
    """Say nothing."""


PLAN: Plan = plan_from(
    {
        "source": [{"path": "none", "table": "student_year"}],
        "identity": [
            {"factor": "race", "reference": "white"},
            {"factor": "sex", "reference": "female"},
        ],
        "outcome": [
            {"name": "chronic_absence"},
            {"name": "severe_absence", "label": "missed every fifth day", "unit": "student",
             "event": "absence_share >= 0.2", "population": "days_enrolled >= 10",
             "direction": "lower"},
        ],
        "chain": [{"steps": list(STEPS)}],
    },
    Path(),
)  # fmt: skip


def district(*, few_at: int | None = None, years: tuple[str, ...] = YEARS[-1:]) -> Cube:
    """Eight schools; the more Black students a school has, the more of all are often absent there.

    `few_at` is a school at which next to no White student is.
    """
    shape = (len(years), SCHOOLS, len(RACES), len(SEXES))
    period, place, race, sex = (x.ravel() for x in np.indices(shape))
    black = race == RACES.index("black")
    n = np.where(black, 200 + 60 * place, 700 - 60 * place) + 20 * sex + 30 * period
    rate = 0.06 + 0.02 * place + 0.01 * (place % 3) + 0.01 * black
    absent = np.round(n * rate).astype(np.int64)
    if few_at is not None:
        absent[(place == few_at) & ~black] = 1
    severely = np.where(absent > 1, np.round(absent * (0.5 + 0.02 * black)), 0).astype(np.int64)
    values = {factor: FACTORS[factor].all_values for factor in ("race", "sex")}
    at = np.column_stack(
        [np.array([values["race"].index(r) for r in RACES])[race],
         np.array([values["sex"].index(s) for s in SEXES])[sex]]
    )  # fmt: skip
    tallies = {
        name: Tally.exact(n, events, missing=n // 7)
        for name, events in zip(STEPS, (absent, severely), strict=True)
    }
    places = Places("school", tuple(f"{k:03d}" for k in range(SCHOOLS)))
    block = Block(("race", "sex"), place, period, at, n, tallies)
    return Cube(places, years, values, (block,))


def with_none_at(cube: Cube, schools: tuple[int, ...]) -> Cube:
    """The same district with some schools at which nobody has either outcome."""
    (block,) = cube.blocks
    there = ~np.isin(block.place, schools)
    tallies = {
        name: Tally.exact(tally.n, tally.events * there, missing=tally.missing)
        for name, tally in block.tallies.items()
    }
    return replace(cube, blocks=(replace(block, tallies=tallies),))


def with_small_groups(cube: Cube) -> Cube:
    """The same district with two groups of which a school has few students."""
    (block,) = cube.blocks
    small = np.array([cube.values["race"].index(race) for race in ("native", "pacific")])
    place, group, sex = (x.ravel() for x in np.indices((SCHOOLS, small.size, len(SEXES))))
    at = np.column_stack([small[group], np.unique(block.value[:, 1])[sex]])
    n = 14 + (3 * place + 5 * group + 2 * sex) % 7
    events = 2 + sex  # five of a school: too few to show, and two such groups hide each other
    added = {
        name: Tally.exact(
            *(np.concatenate(pair) for pair in ((tally.n, n), (tally.events, events))),
            missing=np.concatenate([tally.missing, 0 * n]),
        )
        for name, tally in block.tallies.items()
    }
    columns = (
        np.concatenate(pair)
        for pair in ((block.place, place), (block.period, 0 * place), (block.value, at),
                     (block.students, n))
    )  # fmt: skip
    return replace(cube, blocks=(Block(block.factors, *columns, added),))


def decided(cube: Cube) -> AuditDecision:
    return decide_audit("t", parts_of_audit(PLAN, cube), POLICY, {"public": ()}, silent)


def copy_of(cube: Cube, found: AuditDecision) -> Cube:
    shown = found.decision.publication
    return released_cube(cube, PLAN, shown, found.released, bounds_of(shown))


def told_inside(cube: Cube) -> dict[str, Finding]:
    rollups = Rollups(cube)
    known = Known(cube.periods, has_places=True, hits=(), uncovered=())
    said = tell(PLAN, phrases_of(PLAN), measure(PLAN, rollups, silent), known, Origins(rollups))
    return causes(said.findings)


def causes(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    """By what identifies it, each cause."""
    return {one.id: one for one in findings if one.kind == "cause"}


def of(found: Mapping[str, Finding], cause: str, outcome: str) -> list[Finding]:
    return [
        one for one in found.values()
        if (one.cause, one.outcome, one.group) == (cause, outcome, "race=black")
    ]  # fmt: skip


def pages(cube: Cube, found: AuditDecision) -> tuple[Content, Mapping[str, bytes]]:
    told = told_again(PLAN, cube, found, POLICY)
    released = release_proved(told, Audience.PUBLIC, found.decision)
    return told, pages_of(released, pdf=False, progress=silent)


def test_where_every_count_is_told_a_copy_tells_what_the_audit_tells() -> None:
    cube = district()
    found = decided(cube)
    assert not found.decision.publication.hidden
    inside, copied = told_inside(cube), causes(told_again(PLAN, cube, found, POLICY).findings)
    for cause, outcome in (("between_schools", STEPS[0]), ("step", STEPS[1])):
        (mine,), (theirs,) = of(copied, cause, outcome), of(inside, cause, outcome)
        assert mine.verdict == theirs.verdict == "supported"
        assert mine.share_of_gap == pytest.approx(theirs.share_of_gap, rel=1e-12)
        assert (mine.parts, mine.steps) == (theirs.parts, theirs.steps)
        assert mine.id == theirs.id
    assert of(copied, "between_schools", STEPS[0])[0].share_of_gap > 0.5  # as it was made


def test_a_cause_stands_on_the_first_page_with_what_else_it_could_be() -> None:
    cube = district()
    told, files = pages(cube, decided(cube))
    page = files["report.html"].decode("utf-8")
    first = page.split('id="begin"')[1].split("</section>")[0]
    (cause,) = of(causes(told.findings), "between_schools", STEPS[0])
    assert "goes with which schools students are in, grades not told apart" in first
    assert cause.hypothesis is not None
    against = " ".join(cause.hypothesis.against)
    for said in ("Who they are besides", "Where they are", "How few it rests on", "E-value"):
        assert said in against
    assert "this copy crosses with it" in against
    assert 'id="origin-' in page  # the picture of its parts
    assert told.limits.count(phrases_of(PLAN).words.say("limits.causes")) == 1


def test_a_copy_says_nothing_of_unknown_answers_for_it_has_none() -> None:
    cube = district()
    inside = told_inside(cube)
    told, files = pages(cube, decided(cube))
    said = "the answer is not known of"
    (cause,) = of(inside, "between_schools", STEPS[0])
    assert cause.hypothesis is not None
    assert any(said in line for line in cause.hypothesis.against)
    assert said not in "".join(text.decode("utf-8") for text in files.values())
    copied = OriginsOfCopy(Rollups(copy_of(cube, decided(cube))))
    assert copied.unknown(BLACK) is None
    assert copied.compared(BLACK) is None
    assert causes(told.findings)


def test_one_hidden_school_and_no_split_by_schools_is_told() -> None:
    cube = district(few_at=2)
    found = decided(cube)
    assert any(dict(key).get("school") for key in found.decision.publication.hidden)
    inside, copied = told_inside(cube), causes(told_again(PLAN, cube, found, POLICY).findings)
    assert of(inside, "between_schools", STEPS[0])
    assert not of(copied, "between_schools", STEPS[0])
    (mine,), (theirs,) = of(copied, "step", STEPS[1]), of(inside, "step", STEPS[1])
    assert mine.share_of_gap == pytest.approx(theirs.share_of_gap, rel=1e-12)
    assert mine.verdict == "doubtful"  # of the whole alone nothing tells how sure it is
    assert math.isnan(mine.steps[0].share_low)
    assert "this copy tells too few schools apart" in mine.sentence
    assert [step.came for step in mine.steps] == [step.came for step in theirs.steps]


def test_other_hidden_counts_leave_every_page_with_its_causes_as_it_was() -> None:
    cube = district(few_at=2)
    found = decided(cube)
    told, before = pages(cube, found)
    assert causes(told.findings)
    hidden = found.decision.publication.hidden
    proof = found.decision.proofs["public"]
    students: dict[Key, int] = {}
    for part in parts_of_audit(PLAN, cube):
        students |= part.students
        for outcome in part.outcomes:
            students |= part.counts(outcome)
    tried = 0
    for table in proof.tables:
        other = dict(zip(proof.facts.unknowns, table.tolist(), strict=True))
        if not any(other[key] != students[key] for key in hidden):
            continue
        tried += 1
        _, again = pages(_with(cube, other), found)
        assert again == before
    assert tried


def _with(cube: Cube, other: Mapping[Key, int]) -> Cube:
    """The same district, had the hidden schools other counts that a reader could believe.

    Of each school and race the difference is put on the first sex.
    """
    (block,) = cube.blocks
    tallies = {}
    for name, tally in block.tallies.items():
        events = tally.events.copy()
        for key, number in other.items():
            of_cell = dict(key)
            if of_cell.get(name) != "yes" or not {"race", "school"} <= of_cell.keys():
                continue
            race = cube.values["race"].index(of_cell["race"])
            mine = block.place == cube.places.ids.index(of_cell["school"])
            rows = np.flatnonzero(mine & (block.value[:, 0] == race))
            events[rows[0]] += number - int(tally.events[rows].sum())
        tallies[name] = Tally.exact(tally.n, events, missing=tally.missing)
    assert any((tallies[n].events != block.tallies[n].events).any() for n in tallies)
    return replace(cube, blocks=(replace(block, tallies=tallies),))


def test_where_small_groups_are_hidden_everybody_is_told_all_the_same() -> None:
    cube = with_small_groups(district())
    found = decided(cube)
    hidden = {dict(key).get("race") for key in found.decision.publication.hidden}
    assert hidden == {"native", "pacific"}
    rollups = [ReleasedRollups(copy_of(cube, found)), Rollups(cube)]
    for level in ("all", "school"):
        mine, theirs = (one.totals(STEPS[0], ("race",), level=level) for one in rollups)
        told, true = (one.tallies[STEPS[0]] for one in (mine, theirs))
        assert told.is_exact.all()
        assert (told.n.tolist(), told.events.tolist()) == (true.n.tolist(), true.events.tolist())
    inside, copied = told_inside(cube), causes(told_again(PLAN, cube, found, POLICY).findings)
    (one,), (other,) = (of(every, "between_schools", STEPS[0]) for every in (copied, inside))
    assert one.verdict == other.verdict == "supported"
    assert one.parts == other.parts
    others = replace(BLACK, reference="complement")
    mine, theirs = (
        origins.by_places(others)["risk_difference"]
        for origins in (OriginsOfCopy(rollups[0]), Origins(rollups[1]))
    )
    assert mine == theirs


def test_a_bound_of_everybody_is_no_total() -> None:
    shown = copy_of(district(), decided(district()))
    hidden = _bounded(_bounded(shown, "black"), "")
    for cube, exact in ((shown, True), (hidden, False)):
        tally = ReleasedRollups(cube).totals(STEPS[0], ("race",), level="school").tallies[STEPS[0]]
        assert bool(tally.is_exact.all()) is exact


def test_years_in_which_a_group_is_not_told_are_not_in_what_it_is_compared_with() -> None:
    cube = district(years=YEARS)
    rollups = ReleasedRollups(copy_of(cube, decided(cube)))
    of_race, of_sex = (
        rollups.totals(STEPS[0], (factor,), level="all", pooled=True).tallies[STEPS[0]]
        for factor in ("race", "sex")
    )
    (block,) = cube.blocks
    assert of_race.n.tolist() == [block.students.sum()]
    assert of_sex.n.tolist() == [block.students[block.period == 1].sum()]  # shown in the latest


def test_a_bound_is_never_taken_for_a_number() -> None:
    shown = copy_of(district(), decided(district()))
    whole = OriginsOfCopy(Rollups(shown))
    assert whole.by_places(BLACK)
    for row_of in ("black", "white"):
        copied = OriginsOfCopy(Rollups(_bounded(shown, row_of)))
        assert not copied.by_places(BLACK)
        assert copied.by_offer(BLACK) is None
        # Everybody else of a group is told, where the group is, by what is told of everybody.
        others = replace(BLACK, reference="complement")
        assert bool(copied.by_places(others)) is (row_of == "white")


def _bounded(cube: Cube, race: str) -> Cube:
    """The same copy with one group of one school, or all of it, known only within bounds."""
    blocks = []
    for block in cube.blocks:
        if block.factors == (("race",) if race else ()):
            row = np.flatnonzero(block.place == 3)
            if race:
                row = row[block.value[row, 0] == cube.values["race"].index(race)]
            tallies = {}
            for name, tally in block.tallies.items():
                high, hidden = tally.events.copy(), np.zeros(tally.n.size, np.bool_)
                high[row] += 9
                hidden[row] = True
                tallies[name] = replace(tally, events_high=high, suppressed=hidden)
            block = replace(block, tallies=tallies)  # noqa: PLW2901
        blocks.append(block)
    return replace(cube, blocks=tuple(blocks))


def test_what_schools_offer_is_told_by_the_same_chain() -> None:
    cube = with_none_at(district(), (1, 2, 6))
    copied = OriginsOfCopy(ReleasedRollups(copy_of(cube, decided(cube))))
    mine, theirs = (one.by_offer(BLACK) for one in (copied, Origins(Rollups(cube))))
    assert mine is not None
    assert mine == theirs
    assert 0 < mine.steps[0].went[0] < mine.steps[0].came[0]  # some are where nobody has it


def test_years_without_schools_are_added_up_for_steps_and_not_by_school() -> None:
    cube = district(years=YEARS)
    copied = OriginsOfCopy(Rollups(copy_of(cube, decided(cube))))
    together = replace(BLACK, period="all")
    assert [copied.when(period) for period in (*YEARS, "all")] == [*YEARS, "all"]
    assert copied.by_places(BLACK)
    assert not copied.by_places(together)  # of one year it would be called that of all
    inside = Origins(Rollups(cube))
    mine, theirs = (
        one.by_steps(replace(together, outcome=STEPS[1]), STEPS) for one in (copied, inside)
    )
    assert mine is not None
    assert theirs is not None
    assert [step.went for step in mine.steps] == [step.went for step in theirs.steps]
    assert mine.ratio == theirs.ratio
    whole = [one.whole(together, "risk_ratio") for one in (copied, inside)]
    assert whole[0] == pytest.approx(whole[1], rel=1e-12)


def test_a_step_that_is_not_told_is_silent_and_not_called_other_students() -> None:
    shown = copy_of(district(), decided(district()))
    blocks = []
    for block in shown.blocks:  # one outcome is told of the whole place alone
        kept = block.place == EVERYWHERE
        blocks += [
            replace(block, tallies={STEPS[0]: block.tallies[STEPS[0]]}),
            Block(block.factors, block.place[kept], block.period[kept], block.value[kept],
                  block.students[kept], {STEPS[1]: block.tallies[STEPS[1]].take(kept)}),
        ]  # fmt: skip
    copied = OriginsOfCopy(Rollups(replace(shown, blocks=tuple(blocks))))
    again = replace(BLACK, outcome=STEPS[1])
    found = copied.by_steps(again, STEPS)
    assert found is not None
    assert math.isnan(found.steps[0].share_low)  # one pool: nothing is told apart
    assert copied.by_steps(again, ("referred", *STEPS)) is None


def test_another_factor_is_told_of_the_whole_place_and_never_as_sure() -> None:
    cube = district()
    copied = OriginsOfCopy(Rollups(copy_of(cube, decided(cube))))
    split = copied.by_factor(BLACK, "sex")
    assert split is not None
    assert not split.is_known
    (block,) = cube.blocks
    n, e = (_by_race_and_sex(block, x) for x in (block.students, block.tallies[STEPS[0]].events))
    weight = n.prod(axis=0) / n.sum(axis=0)
    inside = (weight * (e[0] / n[0] - e[1] / n[1])).sum() / weight.sum()
    whole = e[0].sum() / n[0].sum() - e[1].sum() / n[1].sum()
    assert split.parts[1].share == pytest.approx(1 - inside / whole, rel=1e-12)
    assert split.parts[0].value == 0.0


def _by_race_and_sex(block: Block, of_cells: np.ndarray) -> np.ndarray:
    places = np.unique(block.value, axis=0, return_inverse=True)[1].ravel()
    return np.bincount(places, weights=of_cells).reshape(len(RACES), len(SEXES))
