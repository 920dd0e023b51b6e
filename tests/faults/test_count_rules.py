"""Each fault put into a clean published table makes exactly its rule fire, and no row is lost."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from eachchild.plan import Plan, plan_from
from eachchild.sources.counts.load import LoadedCounts, load_counts
from eachchild.tables import RuleHit

Table = list[dict[str, str]]
CODES = {"BL": "black", "WH": "white"}


def clean_table() -> Table:
    """Twelve schools of two divisions; students and suspensions of two groups, and a total."""
    return [
        {
            "school": f"s{i:02d}",
            "division": f"d{i % 2}",
            "N_BL": str(100 + i),
            "N_WH": str(200 + 2 * i),
            "S_BL": str(10 + i),
            "S_WH": str(12 + i),
            "TOT": str(300 + 3 * i),
        }
        for i in range(12)
    ]


def clean_source(**changes: object) -> dict[str, object]:
    source: dict[str, object] = {
        "path": "counts.csv",
        "shape": "counts",
        "period": "2021-22",
        "place": {"level": "school", "id": "school", "parent": "division"},
        "cells": [
            {"columns": "N_{race}", "quantity": "n"},
            {"columns": "S_{race}", "quantity": "oss_any"},
            {"columns": "TOT", "quantity": "n", "check": True},
        ],
    }
    return {**source, **changes}


def plan_of(folder: Path, *sources: dict[str, object], **changes: object) -> Plan:
    table: dict[str, object] = {
        "source": list(sources),
        "identity": [{"factor": "race", "reference": "white"}],
        "outcome": [{"name": "oss_any"}],
        "codes": {"race": CODES},
    }
    return plan_from({**table, **changes}, folder)


def write(folder: Path, rows: Table, name: str = "counts.csv") -> None:
    lines = [",".join(rows[0]), *(",".join(r.values()) for r in rows)]
    (folder / name).write_text("\n".join(lines) + "\n", "utf-8")


def load(folder: Path, rows: Table, **changes: object) -> LoadedCounts:
    write(folder, rows)
    return load_counts(plan_of(folder, clean_source(**changes)))


def fired(loaded: LoadedCounts) -> set[tuple[str, str]]:
    return {(h.id, h.severity) for h in loaded.hits}


def hit(loaded: LoadedCounts, rule: str) -> RuleHit:
    (found,) = [h for h in loaded.hits if h.id == rule]
    return found


def test_a_clean_table_is_quiet_and_every_row_is_loaded(tmp_path: Path) -> None:
    loaded = load(tmp_path, clean_table())
    assert fired(loaded) == set()
    assert (loaded.accounts[0].rows_read, loaded.accounts[0].loaded) == (12, 12)
    assert loaded.unmapped == ()


def more_events_than_students(rows: Table) -> None:
    rows[3]["S_BL"] = "500"


def a_total_that_disagrees(rows: Table) -> None:
    rows[3]["TOT"] = "999"


def a_school_that_reports_none(rows: Table) -> None:
    rows[3]["S_BL"] = rows[3]["S_WH"] = "0"


def a_row_twice(rows: Table) -> None:
    rows.append(dict(rows[3]))


def two_rows_of_one_school(rows: Table) -> None:
    rows[4]["school"] = rows[3]["school"]


def a_row_without_a_school(rows: Table) -> None:
    rows[3]["school"] = ""


def a_withheld_cell(rows: Table) -> None:
    rows[3]["S_BL"], rows[5]["S_BL"] = "<10", "1-3"


def a_spreadsheets_date(rows: Table) -> None:
    rows[3]["S_BL"] = "3-Jan"


def a_reserve_code(rows: Table) -> None:
    rows[3]["S_BL"] = "-9"


def a_text_for_a_count(rows: Table) -> None:
    rows[3]["S_BL"] = "several"


def a_column_of_percentages(rows: Table) -> None:
    for row in rows:
        row["S_BL"] += "%"


def a_mark_of_doubt(rows: Table) -> None:
    rows[3]["S_BL"] += "*"


def a_further_column(rows: Table) -> None:
    for row in rows:
        row["free lunch"] = "7"


def a_hidden_cell_that_the_total_tells(rows: Table) -> None:
    rows[3]["N_BL"] = "100-110"


@pytest.mark.parametrize(
    ("fault", "rules"),
    [
        (more_events_than_students, {("T03", "note")}),
        (a_total_that_disagrees, {("T01", "note")}),
        (a_school_that_reports_none, {("C02", "note")}),
        (a_row_twice, {("R03", "note")}),
        (two_rows_of_one_school, {("T06", "note")}),
        (a_row_without_a_school, {("R05", "quarantine")}),
        (a_withheld_cell, {("S01", "note")}),
        (a_spreadsheets_date, {("S01", "note"), ("T08", "note")}),
        (a_reserve_code, {("V10", "note")}),
        (a_text_for_a_count, {("V10", "quarantine")}),
        (a_column_of_percentages, {("V10", "stop")}),
        (a_mark_of_doubt, {("T09", "note")}),
        (a_further_column, {("T07", "note")}),
        (a_hidden_cell_that_the_total_tells, {("S01", "note"), ("S02", "note")}),
    ],
)
def test_a_fault_in_the_file(
    tmp_path: Path, fault: Callable[[Table], None], rules: set[tuple[str, str]]
) -> None:
    rows = clean_table()
    fault(rows)
    loaded = load(tmp_path, rows)
    assert fired(loaded) == rules
    account = loaded.accounts[0]
    assert account.rows_read == len(rows)
    assert account.merged == (fault is a_row_twice)


def test_more_events_than_students_where_no_group_is_told(tmp_path: Path) -> None:
    rows = [{"school": "a", "N": "4", "S": "9"}]
    cells = [{"columns": "N", "quantity": "n"}, {"columns": "S", "quantity": "oss_any"}]
    loaded = load(tmp_path, rows, cells=cells, place={"id": "school"})
    assert fired(loaded) == {("T03", "note")}
    assert hit(loaded, "T03").details["groups"] == {}


def test_schools_without_students_in_either_year_are_no_doubling(tmp_path: Path) -> None:
    zero = [
        {**r, "N_BL": "0", "N_WH": "0", "S_BL": "0", "S_WH": "0", "TOT": "0"} for r in clean_table()
    ]
    write(tmp_path, [{**r, "year": y} for y in ("2020-21", "2021-22") for r in zero])
    source = clean_source(period_column="year")
    del source["period"]
    assert fired(load_counts(plan_of(tmp_path, source))) == set()


def test_rows_are_named_as_a_person_sees_them(tmp_path: Path) -> None:
    rows = clean_table()
    a_text_for_a_count(rows)
    found = hit(load(tmp_path, rows), "V10")
    assert (found.rows, found.column, found.details["of"]) == ((5,), "S_BL", 12)


def test_no_text_of_a_refused_cell_is_told(tmp_path: Path) -> None:
    rows = clean_table()
    a_text_for_a_count(rows)
    assert "several" not in repr(load(tmp_path, rows).hits)


def test_a_text_that_nothing_bounds_stops_until_the_plan_says_what_it_is(tmp_path: Path) -> None:
    rows = clean_table()
    rows[3]["N_BL"] = "DS"
    cells = [{"columns": "N_{race}", "quantity": "n"}]
    stopped = load(tmp_path, rows, cells=cells, ignore_columns=["S_*", "TOT"])
    assert fired(stopped) == {("S01", "note"), ("S01", "stop")}
    source = clean_source(cells=cells, ignore_columns=["S_*", "TOT"])
    told = plan_of(tmp_path, source, codes={"race": CODES, "suppression": {"DS": "1-3"}})
    assert fired(load_counts(told)) == {("S01", "note")}


def test_a_group_without_a_column_of_the_outcome(tmp_path: Path) -> None:
    rows = [{**r, "N_AS": "5", "TOT": str(int(r["TOT"]) + 5)} for r in clean_table()]
    write(tmp_path, rows)
    codes = {"race": {**CODES, "AS": "asian"}}
    loaded = load_counts(plan_of(tmp_path, clean_source(), codes=codes))
    assert fired(loaded) == {("T11", "note")}
    assert hit(loaded, "T11").details == {"outcome": "oss_any", "group": "race=asian"}


def test_a_heading_without_rows(tmp_path: Path) -> None:
    write(tmp_path, clean_table(), "one.csv")
    heading = (tmp_path / "one.csv").read_text("utf-8").splitlines()[0]
    (tmp_path / "two.csv").write_text(heading + "\n", "utf-8")
    loaded = load_counts(plan_of(tmp_path, clean_source(path="*.csv")))
    assert fired(loaded) == {("F11", "note")}
    assert hit(loaded, "F11").file == "two.csv"
    alone = load_counts(plan_of(tmp_path, clean_source(path="two.csv")))
    assert fired(alone) == {("F11", "stop")}
    assert alone.facts == ()


def test_a_code_that_no_list_maps_is_shown(tmp_path: Path) -> None:
    rows = [{**r, "N_QQ": "5"} for r in clean_table()]
    loaded = load(tmp_path, rows)
    assert fired(loaded) == {("T07", "note")}
    assert [(u.codes, u.value) for u in loaded.unmapped] == [("race", "QQ")]


def test_a_pattern_without_a_column_stops(tmp_path: Path) -> None:
    cells = [
        {"columns": "N_{race}", "quantity": "n"},
        {"columns": "Z_{race}", "quantity": "oss_any"},
    ]
    loaded = load(tmp_path, clean_table(), cells=cells, ignore_columns=["S_*", "TOT"])
    assert fired(loaded) == {("F06", "stop")}


def test_a_pattern_that_keeps_no_row_stops(tmp_path: Path) -> None:
    cells = [{"columns": "N_{race}", "quantity": "n", "rows": {"division": "d9"}}]
    loaded = load(tmp_path, clean_table(), cells=cells, ignore_columns=["S_*", "TOT"])
    assert ("F06", "stop") in fired(loaded)
    assert hit(loaded, "F06").details["missing"] == "row"


def test_a_column_that_lacks_its_other_half(tmp_path: Path) -> None:
    rows = [{**r, "M_BL": "1"} for r in clean_table()]
    write(tmp_path, rows)
    cells = [
        {"columns": "N_{race}", "quantity": "n"},
        {"columns": "{S|M}_{race}", "quantity": "oss_any"},
    ]
    loaded = load_counts(plan_of(tmp_path, clean_source(cells=cells, ignore_columns=["TOT"])))
    assert {("F06", "blank"), ("T11", "note")} <= fired(loaded)
    assert hit(loaded, "F06").details["columns"] == ["M_WH"]


def test_a_column_counted_twice_stops(tmp_path: Path) -> None:
    cells = [{"columns": "N_{race}", "quantity": "n"}, {"columns": "{N_BL|N_WH}", "quantity": "n"}]
    cells.append({"columns": "{N_BL|N_WH}", "quantity": "n"})
    loaded = load(tmp_path, clean_table(), cells=cells, ignore_columns=["S_*", "TOT"])
    assert ("T10", "stop") in fired(loaded)


def test_a_part_larger_than_its_whole(tmp_path: Path) -> None:
    rows = [{**r, "D_BL": "20", "D_WH": "30"} for r in clean_table()]
    rows[3]["D_BL"] = "150"
    write(tmp_path, rows)
    cells = [
        {"columns": "N_{race}", "quantity": "n"},
        {"columns": "D_{race}", "quantity": "n", "where": {"idea": "yes"}, "remainder": "idea=no"},
    ]
    source = clean_source(cells=cells, ignore_columns=["S_*", "TOT"])
    loaded = load_counts(plan_of(tmp_path, source))
    assert fired(loaded) == {("T04", "note")}
    assert hit(loaded, "T04").details["sum"] == 103 - 150


def test_students_left_out_of_the_events(tmp_path: Path) -> None:
    rows = [{**r, "P_BL": "4", "P_WH": "6", "PS": "2"} for r in clean_table()]
    write(tmp_path, rows)
    uncovered = {"outcome": "oss_any", "events": "PS", "n": "P_{race}", "factor": "race"}
    source = clean_source(uncovered=[{**uncovered, "reason": "told apart by sex only"}])
    loaded = load_counts(plan_of(tmp_path, source))
    assert fired(loaded) == {("T05", "note")}
    (left_out,) = loaded.uncovered
    assert (left_out.events, left_out.n_by_value) == (24, {"black": 48, "white": 72})


def test_students_of_unknown_race(tmp_path: Path) -> None:
    rows = [{**r, "N_UN": "5", "S_UN": "1", "TOT": str(int(r["TOT"]) + 5)} for r in clean_table()]
    write(tmp_path, rows)
    codes = {"race": {**CODES, "UN": "not_reported"}}
    loaded = load_counts(plan_of(tmp_path, clean_source(), codes=codes))
    assert fired(loaded) == {("D03", "note")}
    assert (hit(loaded, "D03").count, hit(loaded, "D03").details["factor"]) == (60, "race")


def test_a_row_of_the_whole_is_checked_and_not_added(tmp_path: Path) -> None:
    rows = clean_table()
    names = ("N_BL", "N_WH", "S_BL", "S_WH", "TOT")
    whole = {n: str(sum(int(r[n]) for r in rows)) for n in names}
    right = load(
        tmp_path, [*rows, {"school": "All", "division": "", **whole}], total={"school": "All"}
    )
    assert fired(right) == {("F05", "note")}
    whole["N_BL"] = str(int(whole["N_BL"]) + 40)
    wrong = load(
        tmp_path, [*rows, {"school": "All", "division": "", **whole}], total={"school": "All"}
    )
    assert fired(wrong) == {("F05", "note"), ("T01", "note"), ("T02", "note")}
    assert hit(wrong, "T02").details["largest"] == 40


def two_years(tmp_path: Path, change: Callable[[str], str]) -> LoadedCounts:
    rows = [{**r, "year": "2020-21"} for r in clean_table()]
    later = [{**r, "year": "2021-22"} for r in clean_table()]
    for row in later:
        for name in ("N_BL", "N_WH", "TOT"):
            row[name] = change(row[name])
    write(tmp_path, [*rows, *later])
    source = clean_source(period_column="year")
    del source["period"]
    return load_counts(plan_of(tmp_path, source))


def test_enrollment_that_changes_much_between_years(tmp_path: Path) -> None:
    assert fired(two_years(tmp_path, lambda n: n)) == set()
    changed = two_years(tmp_path, lambda n: str(int(n) * 3))
    assert fired(changed) == {("E08", "note")}
    assert hit(changed, "E08").details["of"] == 12


def test_a_year_counted_twice_stops(tmp_path: Path) -> None:
    doubled = two_years(tmp_path, lambda n: str(int(n) * 2))
    assert fired(doubled) == {("F10", "stop")}


def test_a_row_whose_year_could_be_two(tmp_path: Path) -> None:
    rows = [{**r, "year": "2021-22"} for r in clean_table()]
    rows[3]["year"] = "2021"
    write(tmp_path, rows)
    source = clean_source(period_column="year")
    del source["period"]
    assert fired(load_counts(plan_of(tmp_path, source))) == {("V04", "quarantine")}


def test_no_year_at_all_stops_and_a_name_may_give_it(tmp_path: Path) -> None:
    source = clean_source()
    del source["period"]
    write(tmp_path, clean_table())
    assert fired(load_counts(plan_of(tmp_path, source))) == {("V04", "stop")}
    write(tmp_path, clean_table(), "counts_2021_22.csv")
    named = load_counts(plan_of(tmp_path, {**source, "path": "counts_2021_22.csv"}))
    assert fired(named) == {("V04", "note")}
    assert named.facts[0].periods == ("2021-22",)


def test_a_copy_of_a_file_under_another_year_stops(tmp_path: Path) -> None:
    write(tmp_path, clean_table())
    write(tmp_path, clean_table(), "again.csv")
    later = clean_source(path="again.csv", period="2022-23")
    assert fired(load_counts(plan_of(tmp_path, clean_source(), later))) == {("F10", "stop")}


def test_one_file_for_two_questions_is_no_copy(tmp_path: Path) -> None:
    write(tmp_path, clean_table())
    assert fired(load_counts(plan_of(tmp_path, clean_source(), clean_source()))) == set()


def test_two_files_that_say_the_same_of_the_same_places_stop(tmp_path: Path) -> None:
    write(tmp_path, clean_table(), "one.csv")
    rows = clean_table()
    rows[0]["N_BL"] = "90"
    write(tmp_path, rows, "two.csv")
    loaded = load_counts(plan_of(tmp_path, clean_source(path="*.csv")))
    assert ("F10", "stop") in fired(loaded)


def test_rows_put_aside_are_in_the_vault_as_they_were_read(tmp_path: Path) -> None:
    rows = clean_table()
    a_text_for_a_count(rows)
    a_row_without_a_school(rows[5:])
    write(tmp_path, rows)
    with (tmp_path / "counts.csv").open("a", encoding="utf-8") as file:
        file.write("s99,d1,5\n")
    vault = tmp_path / "vault"
    loaded = load_counts(plan_of(tmp_path, clean_source()), vault)
    assert loaded.accounts[0].quarantined == 3
    (kept,) = vault.glob("*.quarantine.csv")
    with kept.open(encoding="utf-8", newline="") as file:
        found = {r["reason"]: r for r in csv.DictReader(file)}
    assert set(found) == {"V10", "R05", "R01"}
    assert (found["V10"]["row"], found["V10"]["column: S_BL"]) == ("5", "several")
    assert found["R01"]["line as read"] == "s99,d1,5"
    assert vault.stat().st_mode & 0o777 == 0o700
