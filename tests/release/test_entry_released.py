"""Rules of entry in a released copy: made again by hand from its cells, and from nothing else."""

import csv
import html
import json
import re
from pathlib import Path

import pytest
from runs import PEOPLE, keep_in_plan

from eachchild.cli import main
from eachchild.cube import restore
from eachchild.plan import load_plan
from eachchild.release.audits import parts_of_audit
from eachchild.release.published import Publication, key_of
from eachchild.terms.catalogue import words
from eachchild.terms.numerals import count, tenths
from eachchild.terms.said import of_so_many

OUTCOME, PERIOD = "honors_enrolled", "2024-25"
CUTS = (50, 60, 70, 80, 90)
Counts = dict[tuple[str, str, str], int | None]  # race, score, side; None where it is hidden


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district in which one group is recommended less often at equal scores, as an audit."""

    folder = tmp_path_factory.mktemp("gated")
    data = folder / "data"
    asked = ("synthesize", "--world", "gate-recommended", "--students", "3000")
    assert main([*asked, "--out", str(data)]) == 0
    kept = ('factor = "race"', 'factor = "sex"', f'name = "{OUTCOME}"')
    keep_in_plan(data / "audit.toml", *kept)
    vault = ("--vault", str(folder / "vault"))
    out = ("--out", str(folder / "audit"))
    assert main(["audit", str(data / "audit.toml"), *out, *vault, "--no-pdf"]) == 0
    for name in ("one", "two"):
        assert released(folder, name, "public") == 0
    return folder


def released(folder: Path, name: str, audience: str, ledger: str = "") -> int:
    """A copy of the audit for some readers, with a ledger of its own or another's."""
    kept = ("--ledger", str(folder / f"{ledger or name}.jsonl"))
    out = ("--out", str(folder / name))
    who = ("--audience", audience)
    return main(["release", str(folder / "audit"), *who, *PEOPLE, *kept, *out, "--no-pdf"])


def counts_of(bundle: Path) -> Counts:
    """Students by score as cells.csv tells them, to be read by anybody."""
    found: Counts = {}
    with (bundle / "cells.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["table"].startswith(f"{OUTCOME} by race by score"):
                assert row["state"] in {"reported", "suppressed", "coarse"}
                told = int(row["count"]) if row["state"] == "reported" else None
                found[row["race"], row["score"], row[OUTCOME]] = told
    return found


def causes_of(bundle: Path) -> list[dict[str, object]]:
    found = json.loads((bundle / "findings.json").read_text("utf-8"))["findings"]
    return [one for one in found if one["kind"] == "cause" and one["cause"] == "gate"]


def test_every_setting_is_a_cell_that_is_told_or_hidden(audit: Path) -> None:
    counts = counts_of(audit / "one")
    nodes = {score for _, score, _ in counts}
    assert {f"{cut} and above" for cut in CUTS} | {"below 50", "__all__"} <= nodes
    assert None in counts.values()
    publication = publication_in(audit / "one")
    plan, cube = load_plan(audit / "audit" / "cube"), restore(audit / "audit" / "cube")
    (part,) = (p for p in parts_of_audit(plan, cube) if p.period == PERIOD)
    true = part.scores[OUTCOME]
    for race in ("black", "white", "native"):
        for cut in CUTS:
            key = key_of({**dict(part.of), "race": race, "score": f"{cut} and above"})
            number = sum(n for (r, _, at), n in true.students.items()
                         if r == race and at * 100 >= cut * true.bins)  # fmt: skip
            assert (key in publication.hidden) != (publication.exact.get(key) == number)


def publication_in(bundle: Path) -> Publication:
    proof = json.loads((bundle / "proof.json").read_text("utf-8"))
    return Publication.from_json(proof["publication"])


def test_rules_on_the_page_are_those_made_by_hand_from_the_cells(audit: Path) -> None:
    counts = counts_of(audit / "one")
    (cause,) = (one for one in causes_of(audit / "one") if one["group"] == "race=black")
    assert (cause["verdict"], cause["reference"], cause["period"]) == (
        "doubtful", "race=white", PERIOD,
    )  # fmt: skip
    page = (audit / "one" / "report.html").read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ")
    rows = re.findall(r'<tr><th scope="row">([^<]*)</th>(.*?)</tr>', page, re.S)
    said = [
        re.findall(r"<td[^>]*>([^<]*)</td>", cells) for label, cells in rows
        if "grade's scores" in label.replace("&#39;", "'").replace("&#x27;", "'")
    ]  # fmt: skip

    def told(race: str, score: str, side: str) -> int:
        number = counts[race, score, side]
        assert number is not None
        return number

    sizes = [told(race, "__all__", "__all__") for race in ("black", "white")]
    now, made = told("__all__", "__all__", "yes"), []
    for automatic in (False, True):
        for score in (f"{cut} and above" for cut in CUTS):
            takes = []
            for race in ("black", "white", "__all__"):
                n, yes = told(race, score, "__all__"), told(race, score, "yes")
                takes.append(told(race, "__all__", "yes") - yes + n if automatic else n)
            lost = 0 if automatic else now - told("__all__", score, "yes")
            rates = [n / size for n, size in zip(takes, sizes, strict=False)]
            made.append([
                *of_so_many(words("en"), *rates), tenths(rates[0] - rates[1]), count(takes[2]),
                count(takes[2] - now), count(lost),
            ])  # fmt: skip
    assert said == made
    first = told("black", "__all__", "yes") / sizes[0] - told("white", "__all__", "yes") / sizes[1]
    assert cause["estimate"] == pytest.approx(first)


def test_nothing_is_told_of_rules_that_need_a_hidden_count(audit: Path) -> None:
    counts = counts_of(audit / "one")
    told = {str(one["group"]) for one in causes_of(audit / "one")}
    for race in ("native", "pacific"):
        assert counts[race, "50 and above", "yes"] is None
        assert f"race={race}" not in told
    for one in causes_of(audit / "one"):
        assert one["verdict"] == "doubtful"
        assert one["share_of_gap"] is None


def test_a_copy_is_the_same_bytes_again_and_holds(audit: Path) -> None:
    one, two = audit / "one", audit / "two"
    for file in sorted(one.iterdir()):
        assert file.read_bytes() == (two / file.name).read_bytes(), file.name
    assert main(["verify", str(one)]) == 0


def test_a_copy_beside_its_ledger_and_one_for_the_board_show_the_same(audit: Path) -> None:
    assert released(audit, "again", "public", ledger="two") == 0
    assert released(audit, "board", "board", ledger="two") == 0
    for name in ("again", "board"):
        assert counts_of(audit / name) == counts_of(audit / "one")
        assert main(["verify", str(audit / name)]) == 0
    assert causes_of(audit / "again") == causes_of(audit / "one")


def test_the_copy_says_of_a_rule_what_the_internal_report_says_and_nothing_else_of_it(
    audit: Path,
) -> None:
    inside = json.loads((audit / "audit" / "findings.json").read_text("utf-8"))["findings"]
    told = {line for one in causes_of(audit / "one") for line in one["evidence"]}
    inside_gates = [one for one in inside if one["kind"] == "cause" and one["cause"] == "gate"]
    internal = {
        line for one in inside_gates for line in (one["sentence"], *one["evidence"])
    }  # fmt: skip
    rules, same = (
        {(one["group"], *map(str, rule.values())) for one in told_of for rule in one["rules"]}
        for told_of in (inside_gates, causes_of(audit / "one"))
    )
    assert len(rules & same) >= 2 * (len(CUTS) - 1)  # its cuts are drawn around today's seats
    secret = internal - told
    assert len(secret) > 3  # what needs scores school by school, or bin by bin
    for name in ("findings.json", "report.html", "measures.csv", "cells.csv"):
        text = html.unescape((audit / "one" / name).read_text("utf-8"))
        assert not [line for line in secret if line in text]
