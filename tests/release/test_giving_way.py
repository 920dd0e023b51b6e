"""Where a whole audit cannot be released, the next coarser that is proved stands in its place."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from test_corrected_audits import WRONG, audited, part_of, released

from eachchild.cli import main
from eachchild.release import load_policy
from eachchild.release.audits import AuditDecision, decide_audit
from eachchild.release.audits.choose import TOGETHER
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import TOTAL, Table, Tree
from eachchild.release.policy import Policy
from eachchild.release.published import Publication, key_of

FEDERAL = load_policy("federal")
YEARS = ("2023-24", "2024-25")
STUDENTS = {"black": 200, "white": 300}
Known = Mapping[str, tuple[Publication, ...]]


def decided(known: Known, policy: Policy = FEDERAL) -> AuditDecision:
    """Two years of the same counts."""
    parts = [part_of(STUDENTS, {"black": 40, "white": 30}, "1", year) for year in YEARS]
    return decide_audit("t", parts, policy, known, lambda what, share: None)


def staff_only(year: str) -> Publication:
    """What the board may not know: of Black students by grade, how many of grade 10 had it."""
    of = key_of({"period": year, "students": "1"})
    race = Tree("race", {TOTAL: ("black", "white"), "black": ("b9", "b10")})
    table = Table("race", (race, Tree("oss_any", {TOTAL: ("yes", "no")})), of)
    nine, ten = (key_of({**dict(of), "race": g, "oss_any": "yes"}) for g in ("b9", "b10"))
    return Publication((table,), {nine: (32, 32)}, {ten: 5})


def with_outcome(found: AuditDecision) -> set[str]:
    """The years of which an outcome is told."""
    tables = found.decision.publication.tables
    return {dict(t.of)["period"] for t in tables if any(tree.name == "oss_any" for tree in t.trees)}


def test_a_table_that_tells_the_board_what_it_may_not_know_gives_way() -> None:
    # With 40 suspended of both grades told to the public, the board could take the 32 away.
    found = decided({"public": (), "board": (staff_only("2024-25"),)})
    both = "2023-24 + 2024-25 1"  # the years added up give way before a year does
    assert found.left_out == (
        (f"oss_any by race, {both}", TOGETHER), (f"race, {both}", TOGETHER),
        ("oss_any by race, 2024-25 1", TOGETHER),
    )  # fmt: skip
    assert found.released == {"oss_any": {"2023-24": "1"}}
    assert with_outcome(found) == {"2023-24"}
    assert key_of({"period": "2024-25", "students": "1", "race": "black"}) in (
        found.decision.publication.told
    )
    assert all(proof.holds for proof in found.decision.proofs.values())


def test_where_every_table_gives_way_nothing_is_released() -> None:
    with pytest.raises(ReleaseRefusedError, match="of every table something hidden could be told"):
        decided({"public": (), "board": tuple(map(staff_only, YEARS))})


def test_an_outcome_that_cannot_be_shown_by_the_first_factor_is_shown_for_all() -> None:
    # Two of 20 were suspended, which is to be hidden among 31 values: there are 21.
    part = part_of({"black": 20, "white": 300}, {"black": 2, "white": 40}, "1")
    wide = replace(FEDERAL, width=30)
    found = decide_audit("t", [part], wide, {"public": ()}, lambda what, share: None)
    ((left, _),) = found.left_out
    assert left == "oss_any by race, 2024-25 1"
    told = found.decision.publication.told
    assert told[key_of({"period": "2024-25", "students": "1", "oss_any": "yes"})] == (42, 42)


def test_a_year_without_groups_is_not_added_to_one_with_them() -> None:
    # Of 20 students no part can be 31 values; of 60 each can.
    wide = replace(FEDERAL, width=30)
    parts = [part_of({"black": number, "white": 300}, {"black": few, "white": 40}, "1", year)
             for year, number, few in zip(YEARS, (60, 20), (25, 2), strict=True)]  # fmt: skip
    found = decide_audit("t", parts, wide, {"public": ()}, lambda what, share: None)
    assert with_outcome(found) == {"2023-24"}
    assert found.released == {"oss_any": {"2023-24": "1"}}


def test_a_wider_policy_than_before_shows_what_it_can_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = audited(tmp_path, {**WRONG, "S1B": 2, "S2W": 1, "S0B": 5})
    ledger = tmp_path / "ledger.jsonl"
    assert released(audit, ledger) == 0
    wide = tmp_path / "wide.toml"
    wide.write_text(FEDERAL.to_toml().replace("width = 5", "width = 60"), "utf-8")
    capsys.readouterr()
    out = ("--out", str(tmp_path / "wide"))
    assert released(audit, ledger, "--policy", str(wide), *out) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Left out, for no choice could be proved" in said
    assert "Out-of-school suspension, 2023-24, by race and ethnicity" in said
    assert main(["verify", str(tmp_path / "wide")]) == 0
