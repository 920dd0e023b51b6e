"""What a released copy shows of what it hides: in words, in a browser, and on paper."""

import re
from dataclasses import replace

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from eachchild.release import Audience, Quality
from eachchild.release.bundle import claim
from eachchild.release.types import Hidden, Nearest, ShownOf
from eachchild.report import write_html
from eachchild.report.compose import compose
from eachchild.report.hidden import in_place
from eachchild.report.names import names_of
from eachchild.report.pdf import write_pdf
from eachchild.terms.years import ALL

YEARS = ("2019-20", "2020-21", "2021-22")
YEAR = YEARS[-1]
NEAREST = {
    ("oss_any", "frl=not_reported", YEAR): Nearest("band", (0, 14), (57, 57), "frl", YEAR),
    ("oss_any", "race=not_reported;sex=female", YEAR): Nearest(
        "wider", (90, 90), (900, 900), "race=not_reported", YEAR
    ),
}
LEFT_OUT = (("Expulsion, 2021-22, by race and ethnicity with sex", "shown by sex"),)
OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"


@pytest.fixture(scope="module")
def copy(released):
    """The made audit as it would be released, with two hidden numbers."""
    groups = (ShownOf("race", "black", 75, 100), ShownOf("race", "pacific", 20, 100),
              ShownOf("sex", "female", 60, 60))  # fmt: skip
    hidden = Hidden(155, 260, claim(5), groups, NEAREST, LEFT_OUT, approvals=2)
    quality = Quality((), (), {}, stays_inside=True, sources=("published counts",))
    return replace(released, hidden=hidden, audience=Audience.PUBLIC, quality=quality)


@pytest.fixture(scope="module")
def file(copy, tmp_path_factory):
    path = tmp_path_factory.mktemp("copy") / "report.html"
    write_html(compose(copy), path)
    return path


def test_what_is_hidden_is_told_by_group_and_factor(copy):
    part = compose(copy).hidden
    assert part.said[0] == "155 of 260 counts are shown, and 105 are hidden."
    assert claim(5) in part.claim
    told = {factor: [(r.label, r.percent) for r in rows] for factor, rows in part.groups}
    assert told == {
        "Race and ethnicity": [("Black students", 75), ("Pacific Islander students", 20)],
        "Sex": [("Girls", 100)],
    }


def test_a_copy_that_hides_nothing_says_so_and_the_internal_report_has_no_such_part(copy, released):
    nothing = replace(copy.hidden, shown=260, groups=(), nearest={})
    part = compose(replace(copy, hidden=nothing)).hidden
    assert "none is small enough to hide" in part.said[0]
    assert (part.claim, part.groups) == ("", ())
    assert compose(released).hidden is None


def test_every_table_left_out_is_named_with_what_stands_in_its_place(copy, file):
    assert compose(copy).hidden.left_out == LEFT_OUT
    page = re.sub(r"<[^>]+>", "", file.read_text("utf-8")).replace("\N{NO-BREAK SPACE}", " ")
    assert "Tables left out (1)" in page
    assert LEFT_OUT[0][0] in page
    assert LEFT_OUT[0][1] in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [(1, "Released with one approval, as its policy asks; two are usual."),
     (2, "Released with 2 approvals.")],
)  # fmt: skip
def test_the_page_says_how_many_people_approved(copy, asked, said):
    part = compose(replace(copy, hidden=replace(copy.hidden, approvals=asked))).hidden
    assert said in part.notes
    nothing = replace(copy.hidden, shown=260, groups=(), nearest={}, approvals=asked)
    assert said in compose(replace(copy, hidden=nothing)).hidden.said


@pytest.mark.parametrize(
    ("nearest", "phrase"),
    [
        (
            Nearest("band", (0, 14), (57, 57), "sex=female", YEAR),
            "between 0 and 14 of 57 students (0 to 25 %)",
        ),
        (
            Nearest("years", (20, 40), (171, 171), "sex=female", ALL, years=3),
            "3 years together: 20 to 40 of 171 (12 to 23 %)",
        ),
        (
            Nearest("band", (20, 40), (171, 171), "sex=female", ALL, years=3),
            "3 years together: 20 to 40 of 171 (12 to 23 %)",
        ),
        (Nearest("year", (5, 5), (50, 50), "sex=female", "2020-21"), "2020-21: 5 of 50 (10 %)"),
        (
            Nearest("students", (0, 0), (0, 18), "sex=female", YEAR),
            "from what is shown, 0 to 18 students",
        ),
        (Nearest("wider", (9, 9), (90, 90), "race=black", YEAR), "Black students: 9 of 90 (10 %)"),
        (Nearest("nothing"), ""),
    ],
)
def test_the_nearest_number_is_said_in_one_short_phrase(copy, nearest, phrase):
    assert in_place(names_of(copy), nearest).phrase == phrase


def test_a_hidden_number_is_told_by_its_nearest_in_pictures_tables_and_crossings(file):
    html = file.read_text("utf-8").replace("\u00a0", " ")
    assert "hidden; between 0 and 14 of 57 students (0 to 25 %)" in html
    assert re.search(r"<td>57</td><td>0 to 14</td><td>hidden; 0 to 25 %</td>", html)
    assert '<small class="nearest">Students whose race is not reported: 90 of 900 (10 %)' in html


def test_a_crossing_of_which_some_is_hidden_says_how_many_are_shown(copy):
    maps = compose(replace(copy, findings=())).sections[0].crossings
    assert re.fullmatch(r"Race and ethnicity by sex: \d+ of \d+ crossings are shown", maps[0].title)
    assert maps[0].note.endswith("or the nearest number that is shown.")


def test_a_year_without_anybody_of_a_group_says_so(released):
    table = released.measures
    rows = table.find(outcome="oss_any", group="race=pacific", measure="rate", period=YEARS[0])
    assert rows.any()
    nobody = replace(table, n=np.where(rows, 0, table.n), has_estimate=table.has_estimate & ~rows)
    figure = compose(replace(released, measures=nobody)).sections[0].years[0]
    told = dict(zip(figure.table.columns, *(r for r in figure.table.rows if "Pacific" in r[0]),
                    strict=True))  # fmt: skip
    assert told[YEARS[0]] == "no students"


def test_outcomes_without_an_index_are_named_once(copy):
    page = compose(copy)
    assert page.unpredicted.endswith("School days lost to suspension.")
    assert "School days lost to suspension" not in [r.title for r in page.predicted_means]


def test_the_answer_says_that_groups_differ_where_the_index_cannot_be_told(copy):
    unsure = tuple(replace(c, verdict="cannot_tell") for c in copy.predictability)
    answer = compose(replace(copy, predictability=unsure)).answer
    assert answer.startswith("In 4 of 4 outcomes groups differ")
    assert "In 2 of those where we cannot tell, some groups clearly differ" in compose(copy).answer


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_no_accessibility_rule_is_broken(opened, file, width, scheme):
    page = opened(width, path=file, color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_only_tables_scroll_sideways(opened, file, width):
    page = opened(width, path=file)
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.said == []


def test_the_bar_of_each_group_is_as_long_as_its_share(opened, file):
    page = opened(1280, path=file)
    shares = page.evaluate("""[...document.querySelectorAll('.shares .bar')].map(
        bar => Math.round(100 * bar.firstElementChild.getBoundingClientRect().width
                          / bar.clientWidth))""")
    assert shares == [75, 20, 100]


def test_the_paper_says_what_is_hidden_too(copy, tmp_path):
    path = tmp_path / "report.pdf"
    write_pdf(compose(copy), path)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())
    assert "What is hidden here" in text
    assert claim(5) in text
    assert "20 of 100" in text
