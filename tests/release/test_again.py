"""A release of counts that readers have already, alone or with a new year beside them."""

import json
from dataclasses import replace
from pathlib import Path
from shutil import copy, copytree

import pytest
from runs import PEOPLE
from test_years_together import POLICY, YEARS, part_of, three_years

from eachchild.cli import main
from eachchild.release.audits import Part, decide_audit
from eachchild.release.audits.again import as_released, left_out_before
from eachchild.release.decide import Standing, Subject
from eachchild.release.policy import Policy
from eachchild.release.published import Publication


def publication_in(bundle: Path) -> Publication:
    proof = json.loads((bundle / "proof.json").read_text("utf-8"))
    return Publication.from_json(proof["publication"])


def decided(parts: list[Part], *earlier: Publication) -> Publication:
    known = {"public": earlier}
    return decide_audit("t", parts, POLICY, known, lambda what, share: None).decision.publication


def asked(part: Part, policy: Policy = POLICY) -> Subject:
    """How many students of a part were suspended, by race."""
    told = part.students.keys()
    tables, counts = part.with_outcome("oss_any"), part.counts("oss_any")
    return Subject("t", "", tables, counts, part.small("oss_any", policy, told))


def test_an_audit_released_again_shows_and_hides_the_same(district: Path, tmp_path: Path) -> None:
    audit = copytree(district, tmp_path / "audit")
    copy(district.parent / "ledger.jsonl", tmp_path)
    again = tmp_path / "again"
    assert main(["release", str(audit), "--audience", "public", *PEOPLE, "--out", str(again)]) == 0
    first = district / "released" / "public"
    assert publication_in(again) == publication_in(first)
    for name in ("cells.csv", "measures.csv", "findings.json"):
        assert (again / name).read_bytes() == (first / name).read_bytes()
    assert main(["verify", str(again)]) == 0


def test_years_that_were_released_stand_as_they_were_beside_a_new_one() -> None:
    *first, last = three_years()
    before = decided(first)
    after = decided([*first, last], before)
    for table in (t for t in before.tables if t.name in {u.name for u in after.tables}):
        for key in table.cells():
            assert after.told.get(key) == before.told.get(key)
            assert after.hidden.get(key) == before.hidden.get(key)
    assert {year for year in YEARS if any((("period", year)) in t.of for t in after.tables)} == {
        *YEARS
    }


@pytest.mark.parametrize("changed", ["count", "policy", "width"])
def test_what_is_no_longer_the_same_is_decided_again(changed: str) -> None:
    first = three_years()[0]
    before = {"public": (decided([first]),)}
    assert as_released(asked(first), POLICY, before, Standing()) is not None
    part, policy = first, POLICY
    if changed == "count":
        part = part_of(YEARS[0], {"black": (140, 30), "pacific": (21, 4), "white": (300, 22),
                                  "native": (40, 6)})  # fmt: skip
    if changed == "policy":
        policy = replace(POLICY, minimum_events=40)
    if changed == "width":
        policy = replace(POLICY, width=POLICY.width + 1)
    assert as_released(asked(part, policy), policy, before, Standing()) is None


def test_a_table_is_left_out_again_where_it_was_known_and_tried() -> None:
    first, second, _ = three_years()
    published = decided([first, second])
    without = [t for t in published.tables if t.name != asked(first).tables[0].name]
    known = {"public": (replace(published, tables=tuple(without)),)}
    assert left_out_before(asked(first), known)
    assert not left_out_before(asked(second), known)  # it is there
    assert not left_out_before(asked(first), {"public": ()})
    new = part_of(YEARS[0], {"black": (140, 31)}, outcome="expelled")
    other = Subject("t", "", new.with_outcome("expelled"), new.counts("expelled"), frozenset())
    assert not left_out_before(other, known)
