"""The page of the study of verdicts."""

from collections.abc import Iterator
from pathlib import Path

from tabular import table

from eachchild.bench.progress import Row, full_rows, is_null, scenario_of


def progress_page(path: Path) -> Iterator[str]:
    """The study of verdicts: false alarms and coverage, then what a change is seen by."""
    rows = full_rows(path)
    quiet = [r for r in rows if is_null(scenario_of(r))]
    works = [r for r in rows if not is_null(scenario_of(r))]
    yield "# Verdicts on goals, simulated with known truth\n"
    yield "A goal is the worst of `groups` by three years of counts; it is judged at three reviews:"
    yield "of a monthly series after 3, 6 and 10 months, of a yearly one after 1, 2 and 3 years."
    yield "Months have seasons, are of uneven length and share what they bring with the next;"
    yield "events come in clumps. `years differ`: by how much of the rate, half of it in all groups"
    yield "alike; `groups differ`: true rates by a quarter. All numbers are percent of districts.\n"
    yield "## Where nothing changed for the group\n"
    yield "`improving` and `worse`: said at any of the three reviews, so both are false alarms."
    yield "`covered`: the 95 % interval of the change held 0, all reviews together. `alone`: the"
    yield "verdict knew no other group, and took the goal for the worst of 60.\n"
    yield from table(
        ("series", "groups", "students", "groups differ", "years differ", "besides", "districts",
         "improving", "worse", "covered"),
        (
            (*_watched(r), "yes" if r.differ else "no", f"{100 * r.years_differ:g} %",
             "others did half worse" if r.others > 1 else "alone" if r.alone else "",
             r.districts, f"{r.improving:g}", f"{r.worse:g}", f"{r.covered:g}")
            for r in quiet if not r.review
        ),
    )  # fmt: skip
    yield "\n## Where a change worked\n"
    yield "`expected` is the chance told beforehand that a review says `improving`; the target was"
    yield "half the usual rate, which is more than half off the worst group's own where true rates"
    yield "differ, as they do here by a quarter; `no change` says that this much did not happen.\n"
    yield from table(
        ("series", "groups", "students", "years differ", "rate fell by", "review", "districts",
         "improving", "expected", "no change", "cannot tell", "covered"),
        (
            (*_watched(r), f"{100 * r.years_differ:g} %", f"{100 * (1 - r.change):.0f} %",
             r.review, r.districts,
             *(f"{x:.0f}" for x in (r.improving, r.expected, r.no_change, r.cannot_tell)),
             f"{r.covered:g}")
            for r in works if r.review
        ),
    )  # fmt: skip


def _watched(row: Row) -> tuple[str, int, int]:
    return ("months" if row.monthly else "years"), row.groups, row.size
