"""Writes the generated part of the docs from the code, or checks that it is current.

python tools/reference.py           write docs/reference/*.md
python tools/reference.py --check   exit 1 and name the file that is out of date
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from library import strategies_page
from pictures import power_picture
from standards import standards_page
from tabular import table
from verdicts import progress_page

from eachchild.bench.causes import (
    BY_SIZE,
    Found,
    Judged,
    by_gap,
    by_size,
    by_world,
    read_judged,
    summary,
)
from eachchild.bench.causes.study import MANY, STUDENTS
from eachchild.bench.null import NullDistrict
from eachchild.bench.two_tests import Row, read_rows, scenario_of
from eachchild.cli.commands import parser
from eachchild.findings.phrases import sentence_case
from eachchild.measures.definitions import DEFINITIONS
from eachchild.plan.declared import SECTIONS
from eachchild.report.packet_plan import KEYS
from eachchild.tables import TABLES
from eachchild.terms.catalogue import words
from eachchild.terms.factors import FACTORS
from eachchild.terms.outcomes import built_in
from eachchild.web.keeping.inventory import Column, classes, columns, kept_files
from eachchild.web.project.environment import SETTINGS

ROOT = Path(__file__).resolve().parents[1]
DOCS, DATA = ROOT / "docs" / "reference", ROOT / "docs" / "data"
PICTURES = ROOT / "docs" / "pictures"


def tables_page() -> Iterator[str]:
    """The canonical tables."""
    yield "# Canonical tables\n"
    yield "What a row means, table by table. `eachchild synthesize` writes them as CSV."
    for one in TABLES.values():
        key = ", ".join(one.key) or "none: rows may repeat"
        yield f"\n## {one.name}\n\n{one.meaning}. Key: {key}.\n"
        yield from table(
            ("column", "kind", "unit", "required", "meaning"),
            ((c.name, c.kind, c.unit, "yes" if c.required else "", c.meaning) for c in one.columns),
        )


def outcomes_page() -> Iterator[str]:
    """The built-in outcomes and identity factors."""
    yield "# Outcomes and identity factors\n"
    yield "A plan needs only an outcome's name. Any key may be changed, or a new one declared.\n"
    yield from table(
        ("name", "counts", "among", "direction", "NASEM indicator", "source"),
        (
            (
                o.name,
                f"`{o.event_text}`" + ("" if o.is_rate else " (mean)"),
                f"`{o.population_text}`" if o.population_text else "all enrolled",
                o.direction,
                o.indicator or "",
                o.source,
            )
            for o in built_in().values()
        ),
    )
    yield "\n## Identity factors\n"
    yield from table(
        ("factor", "values", "source"),
        ((f.id, ", ".join(f.all_values), f.source) for f in FACTORS.values()),
    )


def measures_page() -> Iterator[str]:
    """Every measure of measures.csv."""
    yield "# Measures\n"
    yield "Each name that the column `measure` of `measures.csv` may hold. Every row can be"
    yield "recomputed by hand from its own `events`, `n`, `reference_events` and `reference_n`,"
    yield "but for intervals between and within schools. `state` says how a number may be taken;"
    yield "blank is no value, never 0.\n"
    yield from table(
        ("measure", "what it is", "interval, 95 %", "source"),
        ((f"`{d.name}`", d.meaning, d.interval or "none", d.source) for d in DEFINITIONS),
    )


def plan_page() -> Iterator[str]:
    """Every key of a plan."""
    yield "# The plan, key by key\n"
    yield "An audit is described by one `audit.toml`. A key that is not listed here is refused,"
    yield "with the nearest one that is. Paths are relative to the plan.\n"
    for section in SECTIONS:
        yield f"\n## `{section.heading}`\n\n{section.meaning}\n"
        yield from table(
            ("key", "what it says", "left out", "for example"),
            (
                (f"`{k}`", key.meaning, key.default, f"`{key.example}`" if key.example else "")
                for k, key in section.keys.items()
            ),
        )


def packet_page() -> Iterator[str]:
    """Every key of the plan that a board packet prints."""
    yield "# The plan of a board packet\n"
    yield "`eachchild packet BUNDLE --plan plan.json` prints six pages. A plan is one JSON object;"
    yield "every key may be left out, and the page then says that there is none yet. A key that is"
    yield "not listed here is refused. The platform writes the same file of a district's plan."
    for kind, keys in KEYS.items():
        yield f"\n## {kind.capitalize()}\n"
        yield from table(("key", "what it says"), ((f"`{k}`", said) for k, said in keys.items()))


def command_line_page() -> Iterator[str]:
    """Every command with its options, as the command line itself explains them."""
    yield "# The command line\n"
    yield "Exit codes: 0 done; 2 the plan or the input is wrong; 3 not enough data; 4 release"
    yield "refused. The reason and the next step are one line on standard error.\n"
    (commands,) = (a for a in parser()._actions if isinstance(a.choices, dict))  # no public way
    for name, command in commands.choices.items():
        yield f"\n## eachchild {name}\n\n{sentence_case(command.description)}.\n"
        asked = (a for a in command._actions if a.dest != "help")
        yield from table(("argument", "meaning"), ((_named(a), _explained(a)) for a in asked))


def _named(action: argparse.Action) -> str:
    value = action.metavar or ("" if action.nargs == 0 else action.dest.upper())
    return " ".join(f"`{word}`" for word in (*action.option_strings, value) if word)


def _explained(action: argparse.Action) -> str:
    options = f"One of {', '.join(map(str, action.choices))}. " if action.choices else ""
    needed = "Must be given. " if action.required and action.option_strings else ""
    return options + needed + sentence_case((action.help or "") % vars(action))


def rules_page() -> Iterator[str]:
    """The data-quality rules."""
    said = words("en")
    ids = [
        k.split(".")[1] for k in said.sentences if k.startswith("rule.") and k.endswith(".meaning")
    ]
    yield "# Data-quality rules\n"
    yield "`eachchild check` lists each rule that fired, with files and rows, before any result.\n"
    yield from table(
        ("rule", "what it means", "what to do"),
        ((i, said.text(f"rule.{i}.meaning"), said.text(f"rule.{i}.todo")) for i in sorted(ids)),
    )


def null_page() -> Iterator[str]:
    """The false-alarm study, added up."""
    with (DATA / "null.csv").open(encoding="utf-8", newline="") as lines:
        rows = [NullDistrict(**{k: int(v) for k, v in r.items()}) for r in csv.DictReader(lines)]
    bands = (("all", 0, 10**6), ("3 to 7", 3, 7), ("8 to 19", 8, 19), ("20 to 39", 20, 39))
    yield "# False alarms\n"
    yield "Districts in which identity changes nothing inside a school, audited whole: all"
    yield "outcomes, groups, crossings, schools and years together. A quarter have like schools;"
    yield "the others are segregated, with school effects that ignore identity. Seed 1.\n"
    yield from table(
        (
            "schools",
            "districts",
            "raised anything",
            "the plain two-rate test would have",
            "school-cluster intervals would have",
        ),
        (
            (
                name,
                len(mine),
                sum(d.flagged for d in mine),
                sum(d.plain > 0 for d in mine),
                sum(d.cluster > 0 for d in mine),
            )
            for name, low, high in (*bands, ("40 to 80", 40, 80))
            if (mine := [d for d in rows if low <= d.schools <= high])
        ),
    )


def two_tests_page() -> Iterator[str]:
    """The study of the two tests: false alarms where nothing is, then power, full runs only."""
    full: dict[tuple[object, ...], Row] = {}
    for row in read_rows(DATA / "two-tests.csv"):  # the full run stands after the first draws
        full[scenario_of(row), row.asked, row.outcome, row.test] = row
    rows = list(full.values())
    heads = ("schools", "what goes on", "of", "outcome", "test", "districts")
    shown = ("can tell", "at 0.05", "at 0.01", "at 0.001")
    yield "# The two tests of a gap, simulated with known truth\n"
    yield "How often each test rejects at three levels, in percent of all districts. `sums` are"
    yield "days of which a source gives only each group's sum; the tests of surpluses are simpler"
    yield "ones, which the program does not use. `docs/decisions/two-tests.md` says why.\n"
    yield from table(
        (*heads, *shown),
        (
            (
                *(r.schools, _goes_on(r), r.asked, r.outcome, r.test, r.districts),
                *(f"{x:g}" for x in (r.told, r.at_5, r.at_1, r.at_01)),
            )
            for r in rows
        ),
    )


def _goes_on(row: Row) -> str:
    if row.group:
        return f"odds {row.odds:g} in every school"
    if row.alone:
        return "nothing; one small group told apart"
    return "nothing; schools' rates go with make-up" if row.together else "nothing"


def causes_page() -> Iterator[str]:
    """What is told of districts with a known cause, world by world and by size."""
    rows = read_judged(DATA / "causes.csv")
    found = summary(rows)
    usual, many = (sum(r.students == size for r in rows) for size in (STUDENTS, MANY))
    yield "# Known causes, found or not\n"
    yield f"{found['worlds']} made-up districts of two years, audited as any other: {usual:,} of"
    yield f"{STUDENTS:,} students, {many} of {MANY:,}. Sizes of groups and schools, strengths and"
    yield "noise are drawn anew in each. `first`: of those with one cause that the data can tell"
    yield "and that makes a quarter of the gap or more, how often it was the first supported one;"
    yield f"of all {_percent(found['top1'])}. `wrong`: how often a cause was supported that holds"
    yield f"nowhere in the district; of all {_percent(found['wrong'])}. `told`: how often any was."
    yield "In worlds named `quiet` and in `null-schools` identity changes nothing inside a school;"
    yield "`unrecorded` ones have a cause that no table holds.\n"
    yield from table(
        ("world", "planted", "districts", "first", "wrong", "told"),
        (
            (name, one["planted"] or "nothing", one["districts"], _percent(one["top1"]),
             _percent(one["wrong"]), _percent(one["told"]))
            for name, one in by_world(rows).items()
        ),
    )  # fmt: skip
    yield "\n## By the width of the gap, and by students\n"
    yield "![How often the planted cause was told first, and none](../pictures/causes-power.svg)\n"
    yield "Bars are 95 % intervals (Wilson). By width: all worlds whose outcome is a rate. By"
    yield f"students: {', '.join(BY_SIZE)}, made in each size.\n"
    gaps, sizes = _power(rows)
    yield from _power_table("planted gap, points", gaps)
    yield ""
    yield from _power_table("students", sizes)


def _power(rows: Sequence[Judged]) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    return by_gap(rows), by_size((*rows, *read_judged(DATA / "causes-by-size.csv")))


def _power_table(head: str, found: Iterable[Found]) -> Iterator[str]:
    yield from table(
        (head, "districts", "first", "95 % interval", "nothing told", "95 % interval"),
        (
            (one.label, one.districts, _percent(one.first), _ends(one.low, one.high),
             _percent(one.untold), _ends(one.untold_low, one.untold_high))
            for one in found
        ),
    )  # fmt: skip


def _ends(low: float, high: float) -> str:
    return f"{100 * low:.0f} to {100 * high:.0f} %"


def _percent(share: object) -> str:
    if not isinstance(share, float):
        return "–"
    return f"{100 * share:.{1 if 0 < share < 0.01 else 0}f} %"  # one of many is not none


def predictability_page() -> Iterator[str]:
    """The coverage and false-alarm study of predictability, its full runs."""
    with (DATA / "predictability.csv").open(encoding="utf-8", newline="") as lines:
        rows = [r for r in csv.DictReader(lines) if int(r["draws"]) >= 100]
    heads = ("students", "schools", "rate", "index", "spread", "sorting", "measured")
    shown = ("truth", "bias", "error", "coverage", "width", "flagged", "coverage_alike")
    yield "# Predictability, simulated with known truth\n"
    yield "Each row is a kind of district, drawn `measured` times. `coverage` is how often the"
    yield "95 % interval held the truth, `flagged` how often the verdict was a gap, in percent;"
    yield "`bias`, `error` and `width` are on the index's scale. An index of 0: a null district.\n"
    yield from table(
        (*heads, *shown),
        ([r[h] for h in heads] + [_short(r[h]) for h in shown] for r in rows),
    )


def _short(text: str) -> str:
    return f"{float(text):.1f}" if text else ""


def settings_page() -> Iterator[str]:
    """Every name of the environment that the platform reads."""
    yield "# Settings of the platform\n"
    yield "The platform is told everything by its environment. In production it does not start"
    yield "where something that keeps it safe is missing, and says what to set.\n"
    yield from table(
        ("name", "what it says", "left out"),
        ((f"`{one.name}`", one.meaning, one.left_out) for one in SETTINGS),
    )


def inventory_page() -> Iterator[str]:
    """Everything that is held, in the manner of Exhibit B of a data privacy agreement."""
    yield "# What the platform holds\n"
    yield "A schedule of data for an agreement (as Exhibit B of the Student Data Privacy"
    yield "Consortium's), made of the inventory that the tests hold against the database. Rows of"
    yield "students are in files of the district's own folder; only the worker opens them, on the"
    yield "district's machine. Nothing is sold, shown to advertisers or sent elsewhere.\n"
    yield "## Data of students, in files\n"
    yield from table(
        ("data", "where", "purpose", "ground", "kept", "PPRA area"),
        ((o.name, o.where, o.purpose, o.basis, o.retention, o.ppra) for o in kept_files()),
    )
    yield "\n## Data of staff and of work, in the database\n"
    yield from table(
        ("table", "columns", "purpose", "ground", "kept"),
        (
            (f"`{name}`", _columns(mine), mine[0].purpose, mine[0].basis, mine[0].retention)
            for name in dict.fromkeys(one.where for one in columns())
            if (mine := [one for one in columns() if one.where == name])
        ),
    )
    yield "\n## Classes\n"
    yield from table(("class", "what it is"), classes().items())


def _columns(mine: Sequence[Column]) -> str:
    kinds = dict.fromkeys(one.data_class for one in mine)
    return "; ".join(
        f"{kind}: " + ", ".join(f"`{one.name}`" for one in mine if one.data_class == kind)
        for kind in kinds
    )


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated page and picture with its text."""
    for name, lines in (
        ("tables", tables_page()),
        ("outcomes", outcomes_page()),
        ("packet", packet_page()),
        ("plan", plan_page()),
        ("measures", measures_page()),
        ("command-line", command_line_page()),
        ("rules", rules_page()),
        ("strategies", strategies_page()),
        ("settings", settings_page()),
        ("inventory", inventory_page()),
        ("standards", standards_page()),
        ("study-null", null_page()),
        ("study-two-tests", two_tests_page()),
        ("study-predictability", predictability_page()),
        ("study-causes", causes_page()),
        ("study-progress", progress_page(DATA / "progress.csv")),
    ):
        yield DOCS / f"{name}.md", "\n".join(lines) + "\n"
    yield PICTURES / "causes-power.svg", power_picture(*_power(read_judged(DATA / "causes.csv")))


def main() -> int:
    """Write the pages, or say which is out of date."""
    check = "--check" in sys.argv
    DOCS.mkdir(parents=True, exist_ok=True)
    stale = [p for p, text in pages() if not p.exists() or p.read_text("utf-8") != text]
    for path, text in pages():
        if not check:
            path.write_text(text, "utf-8")
    if check and stale:
        names = ", ".join(p.name for p in stale)
        print(f"out of date: {names}. Run `python tools/reference.py`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
