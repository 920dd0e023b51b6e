"""What the report says and in what order, read from its HTML."""

import re
from dataclasses import replace
from html import unescape

import pytest

from eachchild.report import quality_page, write_html
from eachchild.report.compose import compose
from eachchild.report.data_quality import data_quality
from eachchild.report.names import names_of
from eachchild.terms.states import State


@pytest.fixture(scope="module")
def html(report):
    return report.read_text("utf-8")


@pytest.fixture(scope="module")
def page(released):
    return compose(released)


def words_of(html):
    """What a reader sees, without the style sheet and script."""
    body = re.sub(r"(?s)<(style|script).*?</\1>", " ", html)
    body = re.sub(r'<span class="y">(.*?)</span>', r"\1", body)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def test_the_first_line_says_what_may_be_done_with_it(html):
    body = html[html.index("<body>") :]
    assert body.index("Internal: small groups visible. To share, release it: see README.txt.") < (
        body.index("<main")
    )


def test_the_answer_stands_on_the_first_page(html):
    body = re.sub(r'(?s)<details class="outline-small">.*?</details>', "", html)
    said = words_of(body[body.index('<section id="answer">') :])
    places = [
        said.index(part)
        for part in (
            "Does identity still predict how our students do?",
            "For 2 of 4 outcomes, yes. For 2, we cannot tell.",
            "Black students were suspended out of school 3.3 times",
            "How well identity alone tells each outcome",
            "Every identity group, and its largest gap",
            "What these numbers cannot carry",
            "All students together: 5.5 %. That is 67,378 of 1,216,485 students",
        )
    ]
    assert places == sorted(places)


def test_at_most_five_findings_head_the_report(released):
    many = tuple(replace(f, headline=True) for f in released.findings)
    assert len(compose(replace(released, findings=many)).headlines) == 5


def test_every_headline_leads_to_its_evidence(html, page):
    for target, one in page.headlines:
        assert html.count(f'id="{target}"') == 1
        assert f'href="#{one.id}"' in html


def test_no_id_is_used_twice(html):
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_a_gap_titles_its_picture(page):
    told = page.sections[0].statements
    assert told[0].figure.id == "g-oss_any-race"
    assert told[0].sentence == told[0].figure.title
    assert [one.heat.id for one in told if one.heat] == ["x-oss_any-race-sex"]


def test_groups_go_by_size_of_gap_and_hidden_ones_stand_last(page):
    alt = page.sections[0].statements[0].figure.alt
    order = alt[alt.index("In order:") :]
    names = re.findall(r"(\w[\w ]+?) [\d.]+ %", order)
    assert names[0] == "Black students"
    assert names[-2:] == ["Asian students", "All students"]
    assert alt.endswith("reported: the source has more events than students.")


def test_for_what_is_good_the_lowest_comes_first(page):
    figure = page.sections[1].statements[0].figure
    assert "In order: American Indian students 3.0 %; Black students 3.2 %" in figure.alt


def test_hidden_is_a_state_and_never_a_number(released, page):
    further = {figure.id: figure for figure in page.sections[0].further}
    hidden = next(r for r in further["g-oss_any-frl"].table.rows if "not reported" in r[0])
    assert hidden[1:4] == ("", "", "hidden to protect students")
    bounded = next(r for r in further["g-oss_any-frl"].table.rows if "low-income" in r[0])
    assert bounded[3:5] == ("known only within bounds", "5.000 to 11.00 %")


def test_moving_a_hidden_group_moves_nothing(released):
    """Where a hidden group stands tells nothing: its place is the plan's, whatever it hides."""
    table = released.measures
    at = (table.group.is_("frl=not_reported")).nonzero()[0][0]
    estimate = table.estimate.copy()
    estimate[at] = 0.9
    other = replace(released, measures=replace(table, estimate=estimate))
    assert compose(other) == compose(released)


def test_schools_stand_by_name_and_never_by_gap(released, page):
    table = page.sections[0].schools[0].table
    names = [row[0] for row in table.rows]
    assert names == sorted(names)
    assert len(names) == released.places
    assert sum(row[3] == "outside the limits" for row in table.rows) == 2


def test_schools_under_a_finding_stand_by_name(page):
    folded = page.sections[0].statements[0].folded
    schools = [one.sentence for one in folded if one.place != "all"]
    assert schools == sorted(schools)
    assert len(schools) == 3


def test_cannot_tell_is_drawn_open_and_said(page):
    figure = page.sections[0].statements[0].figure
    assert any("Open and grey" in note for note in figure.notes)


def test_every_picture_has_words_and_numbers(page):
    for section in page.sections:
        drawn = [s.figure for s in section.statements if s.figure]
        drawn += [*section.figures, *section.further, *section.schools, *section.years]
        assert drawn
        for figure in drawn:
            assert figure.alt.startswith(figure.title)
            assert figure.table.rows
            assert {figure.wide.width, figure.phone.width} == {720, 340}


def test_years_before_a_break_are_not_compared(page):
    lost = next(s for s in page.sections if s.id == "o-days_lost")
    figure = lost.years[0]
    assert (
        figure.title == "School days lost to suspension: too few years on one definition to compare"
    )
    assert "a new definition begins with 2021-22" in figure.notes[0]
    suspended = page.sections[0].years[0]
    assert suspended.title == (
        "Black students: 11 % in 2019-20, 12 % in 2021-22. "
        "All students: 5.2 % in 2019-20, 5.5 % in 2021-22"
    )


def test_a_mean_keeps_its_unit_and_its_scale(page):
    lost = next(s for s in page.sections if s.id == "o-days_lost")
    assert lost.level.startswith("All students together: 37 days for every 100 students, over")
    grades = next(s for s in page.sections if s.id == "o-gpa")
    assert any("The scale starts at" in n for n in grades.statements[0].figure.notes)


def test_the_index_has_no_percent_sign_and_pairs_no_index(page):
    row = page.predicted[0]
    assert row.about.startswith("Index 44 (95 % interval 43 to 45) · 63,998 of 1,216,942")
    assert "72 times in 100" in row.sentence
    assert page.predicted_means[0].title == "Grade point average"


def test_flags_of_other_frameworks_stand_only_where_the_plan_asks(released):
    def heads(flags):
        section = compose(replace(released, flags=flags)).sections[0]
        return " ".join(section.statements[0].figure.table.columns)

    assert "flag" not in heads(False)
    assert "Point gap flag, against White students" in heads(True)


def test_what_a_person_wrote_is_never_read_as_markup(released, tmp_path):
    evil = replace(released, title='<script>alert("x")</script>', author="{{ 7 * 7 }} & Sons")
    write_html(compose(evil), tmp_path / "report.html")
    html = (tmp_path / "report.html").read_text("utf-8")
    assert "&lt;script&gt;alert(" in html
    assert "{{ 7 * 7 }} &amp; Sons" in html


def test_same_input_same_bytes(released, report, tmp_path):
    write_html(compose(released), tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == report.read_bytes()


def test_nothing_outside_is_named_but_sources_to_follow(html):
    wanted = re.findall(r'(?:src|href)="(?!#|data:)([^"]+)"', html)
    assert wanted == ["https://doi.org/10.1080/01621459.1927.10502953"]
    assert "@import" not in html


def test_without_the_typeface_the_page_still_opens(released, tmp_path, monkeypatch):
    from eachchild.report import html as module

    monkeypatch.setattr("eachchild.report.fonts.FOLDER", tmp_path)
    module._look.cache_clear()
    try:
        write_html(compose(released), tmp_path / "report.html")
    finally:
        module._look.cache_clear()
    assert "@font-face" not in (tmp_path / "report.html").read_text("utf-8")


def test_the_check_page_has_the_same_design(released, tmp_path, opened):
    path = tmp_path / "check.html"
    path.write_text(quality_page(released.quality, title="North District"), "utf-8")
    page = opened(390, path=path)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator("h1").inner_text() == "Data quality"
    said = words_of(path.read_text("utf-8"))
    assert "Internal: small groups visible." in said
    assert "students.csv 60,412 60,000 400 2 10" in said
    assert "All files 62,312 61,899 400 3 10" in said
    assert "students.csv: 10 rows ignored by the rule “total rows”" in said


def test_worst_rules_come_first_and_clean_data_say_so(released):
    names = names_of(released)
    rules = data_quality(names, released.quality).rules
    assert [rule.severity for rule in rules] == ["quarantine", "note"]
    clean = replace(released.quality, hits=())
    assert data_quality(names, clean).verdict == "No data-quality rule fired."
    stop = replace(released.quality.hits[0], severity="stop")
    stopped = data_quality(names, replace(released.quality, hits=(stop,)))
    assert "must be put right" in stopped.verdict


def test_every_state_has_its_words(released):
    names = names_of(released)
    assert len({names.state(state) for state in State}) == len(State)
