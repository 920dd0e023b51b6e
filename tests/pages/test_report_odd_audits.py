"""Audits that lack what most have: no denominators, no findings, no schools, one hidden total."""

from dataclasses import replace

import numpy as np
import pytest

from eachchild.measures.table import STATES
from eachchild.release import Released
from eachchild.report import write_html, write_pdf
from eachchild.report.compose import compose
from eachchild.report.data_quality import data_quality
from eachchild.report.names import names_of
from eachchild.terms.states import State
from eachchild.terms.years import ALL


def only(released, outcome, **changes):
    """The made audit with one of its outcomes."""
    kept = tuple(o for o in released.outcomes if o.name == outcome)
    return replace(released, outcomes=kept, **changes)


def renamed(table, **names):
    """The table with one name of a column in place of another: `period=("2021-22", "all")`."""
    changes = {}
    for column, (old, new) in names.items():
        coded = getattr(table, column)
        changes[column] = replace(
            coded, names=tuple(new if name == old else name for name in coded.names)
        )
    return replace(table, **changes)


def without(table, **names):
    return table.take(~table.find(**names))


@pytest.fixture(scope="module")
def bare(released) -> Released:
    """Nothing found, nothing predicted, no school, no quality."""
    quality = replace(
        released.quality, accounts=(), hits=(), unmapped=(), linkage=(), certified=(), turnover=()
    )
    return replace(
        released, findings=(), predictability=(), funnels=(), quality=quality, group_lines=(),
        places=0, heading="", author="", periods=(released.periods[-1],), breaks=(),
    )  # fmt: skip


def test_an_audit_without_findings_is_whole_and_says_so(bare, released, tmp_path):
    finding = released.findings[-1]
    page = compose(bare)
    assert page.answer.startswith("These data do not allow one number")
    assert page.headlines == ()
    assert page.about == "2021-22"
    section = page.sections[0]
    assert section.statements == ()
    assert section.figures[0].title == "Race and ethnicity: no finding"
    assert (
        section.crossings[0].title
        == "Race and ethnicity by sex: no crossing has a finding of its own"
    )
    assert section.years == ()
    write_html(compose(bare), tmp_path / "report.html")
    write_pdf(compose(bare), tmp_path / "report.pdf")
    assert page.no_headline.startswith("No groups could be compared.")
    quiet = replace(bare, findings=(replace(finding, headline=False),))
    assert compose(quiet).no_headline.startswith("No gap between groups stands out")


def test_counts_without_students_give_parts_of_all_and_no_rate(released):
    table = released.measures.take(released.measures.find(measure="rate", outcome="oss_any"))
    whole = table.group.is_("")
    parts = renamed(table.take(~whole), measure=("rate", "composition"))
    counted = renamed(table.take(whole), measure=("rate", "count"))
    from eachchild.measures.table import joined

    audit = only(released, "oss_any", measures=joined([parts, counted]), findings=())
    section = compose(audit).sections[0]
    assert section.level == (
        "67,378 counted in 2021-22. The source does not say of how many students, "
        "so there is no rate."
    )
    figure = section.figures[0]
    assert "says nothing of how likely it was" in figure.about
    assert figure.title.startswith("Race and ethnicity: each group's part of all")
    assert figure.table.columns[1:4] == ("All counted", "Counted in the group", "Part of all")
    assert section.crossings == ()
    assert section.years == ()


def test_an_outcome_nobody_counted_says_so(released):
    audit = only(released, "oss_any", measures=without(released.measures, outcome="oss_any"))
    section = compose(audit).sections[0]
    assert section.level == "The source gives no number for all students together in 2021-22."
    assert section.figures == ()


def test_a_hidden_total_is_a_state_and_shades_nothing(released):
    table = released.measures
    state = table.state.copy()
    has = table.has_estimate.copy()
    total = table.find(outcome="oss_any", group="", measure="rate", period="2021-22")
    state[total], has[total] = STATES.index(State.SUPPRESSED), False
    latest = table.period.is_("2021-22")
    hidden = replace(table, state=state, has_estimate=has).take(latest)
    section = compose(only(released, "oss_any", measures=hidden)).sections[0]
    assert section.level == "Hidden to protect students, 2021-22"
    heat = next(one.heat for one in section.statements if one.heat)
    assert {cell.step for _, cells in heat.rows for cell in cells} == {0}
    assert heat.note == "Not shaded: there is no number for all students together."


def test_pooled_years_are_drawn_where_the_finding_pools_them(released):
    pooled = renamed(released.measures, period=("2019-20", ALL))
    findings = tuple(
        replace(f, period=ALL) if f.group == "race=black" and f.place == "all" else f
        for f in released.findings
    )
    section = compose(replace(released, measures=pooled, findings=findings)).sections[0]
    assert section.statements[0].figure.about.endswith("Race and ethnicity · all years together")
    assert section.statements[1].figure.about.endswith("Disability (IDEA) · 2021-22")


def test_an_index_known_only_within_bounds_is_drawn_as_bounds(released):
    first = replace(
        released.predictability[0], state="coarse", index=None, low=10.0, high=30.0, last_index=None
    )
    row = compose(replace(released, predictability=(first,))).predicted[0]
    assert "The interval reaches from 55 to 65." in row.alt
    assert "Index" not in row.about
    alone = replace(released.predictability[0], low=None, high=None)
    row = compose(replace(released, predictability=(alone,))).predicted[0]
    assert row.about.startswith("Index 44 · ")


def test_the_latest_year_answers_and_pooled_years_only_without_one(released):
    first = released.predictability[0]
    both = (replace(first, period=ALL, verdict="no_gap"), replace(first, period="2020-21"))
    assert compose(replace(released, predictability=both)).answer == "For 1 of 1 outcomes, yes."
    pooled = compose(replace(released, predictability=both[:1])).answer
    assert pooled == "For 1, no pattern was found, which is not the same as equity."


def test_an_interval_far_beyond_the_rest_cuts_the_scale_and_says_so(released):
    table = released.measures
    high = table.high.copy()
    high[table.find(outcome="oss_any", group="race=native", measure="rate")] = 0.9
    section = compose(replace(released, measures=replace(table, high=high))).sections[0]
    assert any("The scale is cut at" in note for note in section.statements[0].figure.notes)


def test_a_grid_of_more_columns_than_rows_is_turned(released):
    factors = (released.factors[1], released.factors[0])
    turned = replace(released, factors=factors, predictability=(), funnels=())
    table = released.measures
    names = tuple(
        ";".join(reversed(name.split(";"))) if name.startswith("race") else name
        for name in table.group.names
    )
    heat = compose(
        replace(turned, measures=replace(table, group=replace(table.group, names=names)))
    )
    first = heat.sections[1].crossings[0]
    assert first.columns == ("Girls", "Boys")
    assert len(first.rows) == 7


def test_where_all_crossings_are_alike_nothing_is_shaded(released):
    table = released.measures
    estimate = np.full(len(table), 0.05)
    section = compose(replace(released, measures=replace(table, estimate=estimate))).sections[1]
    assert {c.step for _, cells in section.crossings[0].rows for c in cells} == {0}


def test_clean_files_leave_out_what_is_empty(released):
    one = replace(
        released.quality, accounts=released.quality.accounts[:1], unmapped=(), linkage=(),
        certified=(),
    )  # fmt: skip
    made = data_quality(names_of(released), one)
    assert made.accounts.total == ()
    assert (made.unmapped, made.linkage, made.certified) == (None, None, None)


def test_a_total_we_did_not_count_has_no_difference(released):
    check = replace(released.quality.certified[0], ours=None, difference=None)
    made = data_quality(names_of(released), replace(released.quality, certified=(check,)))
    assert made.certified.rows[0][3:5] == ("not counted", "not counted")


def test_of_many_schools_a_few_far_out_do_not_flatten_the_others(released):
    few = released.funnels[0]
    gap = np.tile(few.gap, 10)
    gap[7] = 9.0
    many = replace(
        few, gap=gap, precision_n=np.tile(few.precision_n, 10), outside=np.tile(few.outside, 10),
        places=tuple(f"school:{i:04d}" for i in range(len(gap))),
    )  # fmt: skip
    figure = compose(replace(released, funnels=(many,))).sections[0].schools[0]
    assert "drawn at its edge (1)" in figure.notes[1]
    assert [row[0] for row in figure.table.rows[:2]] == ["0000", "0001"]  # no names: their ids
