"""What readers see: numbers in words, the own school alone, two audits, and no formulas."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from eachchild.release.bundle import as_text, cells_csv
from eachchild.release.family import Table, Tree
from eachchild.release.published import Publication
from eachchild.web.audits.models import Run
from eachchild.web.audits.rules import safe_name
from eachchild.web.shelf import numbers, screens, values

Browsers = Callable[[Any, str], Client]
_OWN = "school:01001"


def _bundle(north, run: Run) -> Path:
    return north.shelf.bundle(str(run.pk), "internal")


def _shown(client: Client, north, run: Run, **chosen: str) -> str:
    address = reverse("explore", args=[north.slug, run.pk])
    answer = client.get(f"{address}?{urlencode(chosen)}" if chosen else address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_front_page_begins_with_a_finding_and_its_cause(north, finished, client_for) -> None:
    pages = screens(_bundle(north, finished))
    told = {one["screen"]: one["cause"] for one in pages["top"]}
    causes = [f["cause"] for o in pages["outcomes"] for f in o["findings"] if f["cause"]]
    page = client_for(north, "superintendent").get(reverse("audits", args=[north.slug]))
    first = pages["top"][0]
    assert (not causes) or first["cause"]
    assert list(map(bool, told.values())) == sorted(map(bool, told.values()), reverse=True)
    said = page.content.decode()
    assert reverse("finding", args=[north.slug, finished.pk, first["screen"]]) in said
    assert "README" not in said


def test_the_explorer_tells_numbers_in_words(north, finished, client_for: Browsers) -> None:
    client = client_for(north, "superintendent")
    folder = _bundle(north, finished)
    page = _shown(client, north, finished, outcome="oss_any", by="race", place="all",
                  period="2024-25", measure="rate")  # fmt: skip
    wanted = {"outcome": "oss_any", "group": "race=black", "place": "all", "period": "2024-25",
              "measure": "rate"}  # fmt: skip
    row = numbers(folder, None, wanted=wanted, intervals=("student", "")).rows[0]
    body = page[page.index("<tbody>") :]
    assert "Black students" in body
    assert f"{row['n']:,}" in body
    assert not re.search(r"race=|oss_any|not_enough_data|school:", _text(body))
    exact = _shown(client, north, finished, exact="on", **wanted)
    percent = f"{100 * row['estimate']:.6g}"
    assert percent[:6] in exact


def test_a_row_without_a_number_says_its_state(north, finished, client_for: Browsers) -> None:
    folder = _bundle(north, finished)
    few = numbers(folder, None, wanted={"state": "not_enough_data", "measure": "risk_ratio"}).rows[
        0
    ]
    chosen = {k: few[k] for k in ("outcome", "group", "place", "period", "measure")}
    page = _shown(client_for(north, "analyst"), north, finished, **chosen)
    assert "Too few students to tell" in page


def test_what_is_not_in_the_audit_says_so(north, finished, client_for: Browsers) -> None:
    client = client_for(north, "superintendent")
    crossing = _shown(client, north, finished, outcome="oss_any", by="race;sex", place=_OWN,
                      period="2024-25", measure="rate")  # fmt: skip
    assert "This is not in the audit" in crossing
    for chosen in ({"outcome": "made_up"}, {"outcome": "oss_any", "place": "school:none"}):
        assert "This is not in the audit" in _shown(client, north, finished, **chosen)


def test_every_page_of_a_long_table_is_reached(north, finished, client_for: Browsers) -> None:
    client = client_for(north, "analyst")
    count = numbers(_bundle(north, finished), None, wanted={"outcome": "oss_any"}).count
    page = _shown(client, north, finished, outcome="oss_any", exact="on", page="2")
    assert f"{count} rows" in page.replace(",", "")
    assert "page 2 of" in page


def test_a_principal_sees_the_own_school_and_the_whole_alone(
    north, finished, client_for: Browsers
) -> None:
    """No parameter, page or piece tells of another school, by id or by name."""
    folder, client = _bundle(north, finished), client_for(north, "principal")
    names = screens(folder)["labels"]["places"]
    others = {p for p in values(folder, "place") if p not in ("all", _OWN)}
    assert len(others) == 4
    told = {names[p] for p in others} | {p.partition(":")[2] for p in others}
    rx = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, sorted(told)))})(?![\w.])")
    asked = [{}, {"outcome": "oss_any"}, *({"outcome": "oss_any", "place": p} for p in others)]
    pages = [_shown(client, north, finished, **chosen) for chosen in asked]
    for place in others:
        page = _shown(client, north, finished, outcome="oss_any", place=place)
        assert "<tbody>" not in page
    assert "<tbody>" in _shown(client, north, finished, outcome="oss_any", place=_OWN)
    of = [north.slug, finished.pk]
    addresses = [reverse(name, args=of) for name in ("run", "method", "compare")]
    addresses.append(reverse("audits", args=[north.slug]))
    for outcome in screens(folder)["outcomes"]:
        addresses.append(reverse("outcome", args=[*of, outcome["id"]]))
        addresses += [reverse("finding", args=[*of, f["screen"]]) for f in outcome["findings"]]
    pages += [client.get(address).content.decode() for address in addresses]
    for page in pages:
        assert not rx.search(_text(page))
    assert client.get(reverse("file", args=[*of, "measures.csv"])).status_code == 403


def test_two_audits_stand_side_by_side(north, finished, finish_for, client_for) -> None:
    then = finish_for(north)
    address = reverse("compare", args=[north.slug, finished.pk])
    page = client_for(north, "superintendent").get(f"{address}?then={then.pk}&place=all")
    said = page.content.decode()
    assert "Black students" in said
    assert "Both audits tell of the same year" in said
    assert "do not count the same" not in said
    rates = [cell for cell in re.findall(r"<td>([^<]*%)</td>", said) if " to " not in cell]
    assert rates


def test_outcomes_that_count_something_else_are_not_compared(
    north, finished, finish_for, client_for
) -> None:
    then = finish_for(north)
    path = _bundle(north, then) / "screens.json"
    told = json.loads(path.read_text("utf-8"))
    for outcome in told["labels"]["outcomes"].values():
        assert re.fullmatch(r"[0-9a-f]{16}", outcome["hash"])
    told["labels"]["outcomes"]["oss_any"]["hash"] = "0" * 16
    told["periods"] = ["2022-23"]
    path.write_text(json.dumps(told), "utf-8")
    address = reverse("compare", args=[north.slug, finished.pk])
    said = client_for(north, "analyst").get(f"{address}?then={then.pk}").content.decode()
    assert said.count("do not count the same") == 1
    assert "not in this audit" in said


def test_an_audit_of_another_district_cannot_be_compared(
    north, south, finished, finish_for, client_for
) -> None:
    theirs = finish_for(south)
    address = reverse("compare", args=[north.slug, finished.pk])
    said = client_for(north, "analyst").get(f"{address}?then={theirs.pk}").content.decode()
    assert str(theirs.pk) not in said.partition("<main")[2]  # the frame repeats the address
    assert "<tbody>" not in said


@pytest.mark.parametrize("name", ["measures.csv", "cells.csv"])
def test_s21_no_cell_of_an_export_is_a_formula(small: Path, name: str) -> None:
    folder = small / "public"
    for row in csv.reader(io.StringIO((folder / name).read_text("utf-8"))):
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t")), cell
            assert not cell.startswith("-") or re.fullmatch(r"-[\d.e+-]+", cell), cell


def test_s21_a_name_that_would_be_a_formula_is_a_name() -> None:
    for evil in ("=HYPERLINK(1)", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"):
        assert as_text(evil) == f"'{evil}"


def test_s21_a_school_whose_id_is_a_formula_is_text_in_a_released_table() -> None:
    tree = Tree("school", {"__all__": ("=1+1", "02")})
    told = {(): (30, 30), (("school", "=1+1"),): (20, 20), (("school", "02"),): (10, 10)}
    text = cells_csv(Publication((Table("@students", (tree,)),), told))
    cells = {cell for row in csv.reader(io.StringIO(text)) for cell in row}
    assert {"'=1+1", "'@students", "02"} <= cells
    assert not {"=1+1", "@students"} & cells


def test_s21_a_file_keeps_no_formula_in_its_name() -> None:
    assert safe_name("=HYPERLINK(1).csv", []) == "hyperlink-1.csv"
    assert safe_name("@+=-.csv", []) == "file.csv"


def _text(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(style|script)\b.*?</\1>", " ", page))
