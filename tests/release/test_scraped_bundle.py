"""Every number of a public bundle, taken out of its files and held against what was released."""

import csv
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

import pytest
from pypdf import PdfReader

from eachchild.cube import restore
from eachchild.findings import Phrases, phrases_of
from eachchild.plan import Plan, load_plan
from eachchild.release.audits import bounds_of, parts_of_audit
from eachchild.release.audits.pooled import pools_of, years_in
from eachchild.release.family import Key
from eachchild.release.published import Publication
from eachchild.terms.said import sentence_case

AUDITS = pytest.mark.parametrize("name", ["virginia", "district"])
HIDDEN = "hidden"
TOGETHER = "all years together"
ALL = "all"  # the whole place, or years added up
NO_NUMBER = {HIDDEN, "hidden to protect students", "not collected", "no students", ""}
Cell = tuple[str, str, str, str]  # outcome, period, place, group
Counts = tuple[int, int]  # students, those with the outcome


@dataclass(frozen=True)
class Bundle:
    """A public bundle beside the audit it was made of."""

    folder: Path
    internal: Path
    plan: Plan
    told: Mapping[Cell, Counts]
    hidden: Mapping[Cell, Counts]  # the true ones
    spans: Mapping[Cell, tuple[Counts, Counts]]  # of hidden ones: the least and the most of both

    def texts(self) -> dict[str, str]:
        """Each file as somebody reads it who looks at everything."""
        return {file.name: text_of(file) for file in sorted(self.folder.iterdir())}

    def compared(self, row: Mapping[str, str]) -> Counts | None:
        """The counts of whom a row compares with; None where they are not released."""
        cell = cell_of(row)
        whole = self.told.get((*cell[:3], ""))
        mine = self.told.get(cell)
        if row["reference"] == "overall":
            return whole
        if row["reference"] == "complement":
            return whole and mine and (whole[0] - mine[0], whole[1] - mine[1])
        return self.told.get((*cell[:3], row["reference"]))


@pytest.fixture
def bundle(name: str, request: pytest.FixtureRequest) -> Bundle:
    audit: Path = request.getfixturevalue(name)
    folder = audit / "released" / "public"
    plan, cube = load_plan(audit / "cube"), restore(audit / "cube")
    shown = Publication.from_json(json.loads((folder / "proof.json").read_text())["publication"])
    order = [i.factor.id for i in plan.identity]
    told: dict[Cell, Counts] = {}
    hidden: dict[Cell, Counts] = {}
    spans: dict[Cell, tuple[Counts, Counts]] = {}
    exact = shown.exact  # a band of a hidden count is none
    bounds = bounds_of(shown)  # what adding and taking away leaves, as any reader can do it
    parts = parts_of_audit(plan, cube)
    names = sorted({name for part in parts for name in part.outcomes})
    latest = {name: [part for part in parts if name in part.outcomes] for name in names}
    for part in (*parts, *pools_of(latest, 3)[0]):
        for outcome in part.outcomes:
            for key, students in part.students.items():
                yes = tuple(sorted((*key, (outcome, "yes"))))
                cell = named(outcome, key, order, cube.places.level)
                true = students, part.events[outcome][key]
                if {key, yes} <= exact.keys():
                    told[cell] = exact[key], exact[yes]
                    assert told[cell] == true
                elif key in shown.hidden or yes in shown.hidden:
                    hidden[cell] = true
                    if yes in bounds:
                        spans[cell] = bounds[key], bounds[yes]
    return Bundle(folder, audit, plan, told, hidden, spans)


def named(outcome: str, key: Key, order: list[str], level: str) -> Cell:
    """A cell as the files name it."""
    values = dict(key)
    period = ALL if len(years_in(values["period"])) > 1 else values["period"]
    place = f"{level}:{values[level]}" if level in values else "all"
    group = ";".join(f"{factor}={values[factor]}" for factor in order if factor in values)
    return outcome, period, place, group


def cell_of(row: Mapping[str, str]) -> Cell:
    return row["outcome"], row["period"], row["place"], row["group"]


def text_of(file: Path) -> str:
    """All text of a file, attributes of pages and of their drawings too."""
    if file.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in PdfReader(file).pages)
    if file.suffix not in {".html", ".json", ".csv", ".toml", ".txt", ".md", ".svg"}:
        pytest.fail(f"{file.name}: nobody here knows how to read the numbers in it")
    text = file.read_text("utf-8")
    if file.suffix in {".html", ".svg"}:
        said = re.findall(r'="([^"]*)"', text)
        text = "\n".join((plain(text), *map(html.unescape, said)))
    return text.replace("\N{NO-BREAK SPACE}", " ")


def plain(markup: str) -> str:
    """The text of some markup, parts of drawings on lines of their own."""
    text = html.unescape(re.sub(r"<[^>]+>", "\n", markup)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def hides_groups(bundle: Bundle) -> bool:
    """Whether a count of one group alone is hidden, not only of groups crossed."""
    return any(group.count("=") == 1 for *_, group in bundle.hidden)


@AUDITS
def test_every_count_and_rate_of_the_measures_is_made_of_released_cells(bundle: Bundle) -> None:
    seen = 0
    for row in rows_of(bundle.folder / "measures.csv"):
        if row["measure"] == "predictability" or row["period"] == "all":
            continue  # sums over cells and over years: held against those below
        cell = cell_of(row)
        mine = bundle.told.get(cell)
        if row["n"]:
            whole = int(row["n"]), int(float(row["events"]))
            assert whole == (mine or (0, 0)), row  # (0, 0): a place that has no such students
            seen += 1
        if row["reference_n"]:
            other = int(row["reference_n"]), int(float(row["reference_events"]))
            assert other == (bundle.compared(row) or (0, 0)), row
        if row["estimate"]:
            assert mine is not None, row
            assert row["reference"] in {"", "chance"} or bundle.compared(row) is not None, row
        if row["estimate"] and row["measure"] == "rate":
            assert float(row["estimate"]) == pytest.approx(mine[1] / mine[0]), row
        if cell in bundle.hidden:
            assert row["estimate"] == row["n"] == row["events"] == "", row
            assert row["state"] in {"suppressed", "coarse", "not_enough_data", "not_collected"}, row
    assert seen > 100


@AUDITS
def test_sums_over_years_and_over_cells_are_made_of_released_cells(bundle: Bundle) -> None:
    periods = sorted({cell[1] for cell in bundle.told if cell[1] != ALL})
    for row in rows_of(bundle.folder / "measures.csv"):
        if row["period"] == "all" and row["n"] and row["n"] != "0":
            outcome, _, place, group = cell_of(row)
            parts = [bundle.told.get((outcome, p, place, group)) for p in periods]
            whole = tuple(sum(part[at] for part in parts if part) for at in (0, 1))
            summed = int(row["n"]), int(float(row["events"]))
            assert summed == bundle.told.get(cell_of(row), whole), row
        if row["measure"] == "predictability" and row["n"]:
            cells = [
                cell
                for cell in bundle.told
                if cell[:3] == cell_of(row)[:3]
                and ";".join(p.partition("=")[0] for p in cell[3].split(";")) == row["group"]
            ]
            assert int(row["n"]) == sum(bundle.told[cell][0] for cell in cells), row
            assert int(float(row["events"])) == sum(bundle.told[cell][1] for cell in cells), row


@AUDITS
def test_no_finding_has_a_number_of_a_hidden_cell(bundle: Bundle) -> None:
    found = json.loads((bundle.folder / "findings.json").read_text("utf-8"))["findings"]
    gaps = [each for each in found if each["kind"] == "gap" and each["period"] != "all"]
    assert gaps
    for gap in gaps:
        cells = [
            (gap["outcome"], gap["period"], gap["place"], g)
            for g in (gap["group"], gap["reference"])
        ]
        if cells[0] in bundle.told and gap["n"]:
            assert (gap["n"], gap["events"]) == bundle.told[cells[0]], gap
        if any(cell in bundle.hidden for cell in cells):
            assert gap["estimate"] is None, gap
            assert gap["verdict"] == "cannot_tell", gap
            assert not re.search(r"\d", gap["sentence"]), gap
        if cells[0] in bundle.hidden:
            assert not gap["n"], gap
            assert not gap["events"], gap


@AUDITS
def test_every_cause_is_made_of_released_cells(bundle: Bundle) -> None:
    found = json.loads((bundle.folder / "findings.json").read_text("utf-8"))["findings"]
    causes = [each for each in found if each["kind"] == "cause"]
    assert {each["cause"] for each in causes} <= {"step", "between_schools", "not_offered"}
    assert bool(causes) is bool(bundle.plan.chains)
    for cause in causes:
        sides = (cause["group"], cause["reference"])
        cells = [(cause["outcome"], cause["period"], ALL, group) for group in sides]
        assert all(cell in bundle.told for cell in cells), cause
        for step in cause["steps"]:
            own = [bundle.told[step["name"], cause["period"], ALL, group] for group in sides]
            assert step["went"] == [events for _, events in own], cause
        if cause["steps"]:
            start = cause["steps"][0]
            assert start["came"] == [bundle.told[cell][0] for cell in cells], cause
            (mine, theirs) = (bundle.told[cell] for cell in cells)
            ratio = (mine[1] / mine[0]) / (theirs[1] / theirs[0])
            assert prod(step["ratio"] for step in cause["steps"]) == pytest.approx(ratio)
        if cause["cause"] == "between_schools":
            at = [cell for cell in bundle.hidden if cell[2] != ALL and cell[3] in sides]
            assert not [c for c in at if c[:2] == (cause["outcome"], cause["period"])], cause


@AUDITS
def test_no_text_has_the_counts_of_a_hidden_cell_as_the_internal_report_says_them(
    bundle: Bundle,
) -> None:
    phrases = phrases_of(bundle.plan)

    def say(cell: Cell, counts: Counts) -> set[str]:
        students, events = counts
        label = sentence_case(phrases.group(cell[3])) if cell[3] else ""
        return {f"{label}: {events:,} of {students:,} "} if label else set()

    told = {text for cell, counts in bundle.told.items() for text in say(cell, counts)}
    hidden = {text for cell, counts in bundle.hidden.items() for text in say(cell, counts)} - told
    for name, text in bundle.texts().items():
        assert not [secret for secret in hidden if secret in text], name
    inside = text_of(bundle.internal / "findings.json")
    if bundle.hidden:  # the internal copy does say them, so they are looked for as they are said
        assert sum(secret in inside for secret in hidden) >= min(20, len(hidden) // 3) > 0


@AUDITS
def test_no_sentence_of_the_internal_report_about_a_hidden_cell_is_in_the_bundle(
    bundle: Bundle,
) -> None:
    inside = json.loads((bundle.internal / "findings.json").read_text("utf-8"))["findings"]
    secrets = set()
    for gap in inside:
        groups = (gap["group"], gap["reference"])
        cells = [(gap["outcome"], gap["period"], gap["place"], group) for group in groups]
        if any(cell in bundle.hidden for cell in cells) and re.search(r"\d", gap["sentence"]):
            secrets.add(gap["sentence"])
    assert bool(secrets) is bool(bundle.hidden)
    for name, text in bundle.texts().items():
        assert not [secret for secret in secrets if secret in text], name


@AUDITS
def test_every_table_of_the_report_shows_released_cells_and_hides_the_others(
    bundle: Bundle,
) -> None:
    page = (bundle.folder / "report.html").read_text("utf-8")
    phrases = phrases_of(bundle.plan)
    latest = {cell[0]: cell[1] for cell in sorted(bundle.told) if cell[1] != ALL}
    seen = hidden = 0
    for outcome, factor, together, rows in group_tables(page):
        for label, cells in rows.items():
            group = group_named(bundle.plan, phrases, factor, label)
            if group is None:
                continue
            cell = outcome, ALL if together else latest[outcome], ALL, group
            if cell in bundle.told:
                n, events = bundle.told[cell]
                if n:
                    assert cells[:2] == [f"{n:,}", f"{events:,}"], (cell, cells)
                    shown = float(cells[2].rstrip(" %"))
                    assert shown == pytest.approx(100 * events / n, rel=2e-3), (cell, cells)
                    seen += 1
            else:
                assert cells[2] in NO_NUMBER or cells[2].startswith("hidden; "), (cell, cells)
                for said, span in zip(
                    cells, bundle.spans.get(cell, ((0, 0), (0, 0))), strict=False
                ):
                    assert said in {"", f"{span[0]:,}", "{:,} to {:,}".format(*span)}, cell
                assert not re.search(r"\d", "".join(cells[4:])), (cell, cells)
                hidden += 1
    assert seen > 10
    assert bool(hidden) or not hides_groups(bundle)


@AUDITS
def test_every_picture_says_of_a_hidden_group_that_it_is_hidden(bundle: Bundle) -> None:
    page = (bundle.folder / "report.html").read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ")
    phrases = phrases_of(bundle.plan)
    latest = max(cell[1] for cell in bundle.told if cell[1] != ALL)
    looked = 0
    for outcome, factor, together, figure in figures(page):
        values = factor_values(bundle.plan, factor)
        for value in values:
            group = f"{factor}={value}"
            if (outcome, ALL if together else latest, ALL, group) not in bundle.hidden:
                continue
            label = sentence_case(phrases.group(group))
            said = [html.unescape(text) for text in re.findall(r'aria-label="([^"]*)"', figure)]
            drawn = [plain(svg) for svg in re.findall(r"<svg.*?</svg>", figure, re.S)]
            assert any(f"{label}: {HIDDEN}" in text for text in said)
            others = [sentence_case(phrases.group(f"{factor}={v}")) for v in values if v != value]
            longer = [other for other in others if label in other]
            for text in (*said, *drawn):
                alone = re.sub("|".join(map(broken, longer)), "-", text) if longer else text
                assert not re.search(rf"{broken(label)}(:| |\n)\s*\d", alone), text
            assert any(re.search(rf"{broken(label)}\n{HIDDEN}", text) for text in drawn)
            looked += 1
    assert bool(looked) is hides_groups(bundle)


def broken(label: str) -> str:
    """A label as a pattern: a long one is drawn on several lines."""
    return r"\s".join(map(re.escape, label.split()))


def group_tables(page: str) -> Iterator[tuple[str, str, bool, dict[str, list[str]]]]:
    """Each table of groups: outcome, factor, whether of years together, cells by their row."""
    for outcome, factor, table in re.findall(
        r'<table id="t-g-([a-z_0-9]+)-([a-z_0-9]+)">(.*?)</table>', page, re.S
    ):
        rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table, re.S)
        yield outcome, factor, TOGETHER in table, {
            plain(label): [plain(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", cells, re.S)]
            for label, cells in rows
        }  # fmt: skip


def figures(page: str) -> Iterator[tuple[str, str, bool, str]]:
    """Each picture of groups: outcome, factor, whether of years together, and what is in it."""
    for figure in re.findall(r"<figure.*?</figure>", page, re.S):
        if found := re.search(r'id="t-g-([a-z_0-9]+)-([a-z_0-9]+)"', figure):
            yield found[1], found[2], TOGETHER in figure, figure


def group_named(plan: Plan, phrases: Phrases, factor: str, label: str) -> str | None:
    for value in factor_values(plan, factor):
        group = f"{factor}={value}"
        if sentence_case(phrases.group(group)) == label:
            return group
    return None


def factor_values(plan: Plan, factor: str) -> tuple[str, ...]:
    return next(i.factor.all_values for i in plan.identity if i.factor.id == factor)
