"""A released bundle as files: what anybody may see, with its proof, and how to check it again."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eachchild.release.approval import person
from eachchild.release.decide import Decision
from eachchild.release.door import ReleaseInputError
from eachchild.release.family import TOTAL, Key, Table
from eachchild.release.policy import Policy, load_policy, policy_of
from eachchild.release.proof import (
    ContradictionError,
    Proof,
    hidden_of,
    implied_small,
    named,
    prove,
    read_facts,
    read_tables,
    small_changes,
)
from eachchild.release.proof import unproved as still_open
from eachchild.release.published import SCORE, Publication
from eachchild.release.types import SEAL
from eachchild.terms.catalogue import ENGLISH, words

CELLS, POLICY, PROOF = "cells.csv", "policy.toml", "proof.json"
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take a formula to begin with
# What reading a file somebody changed can end in.
_UNREADABLE = (
    KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip


class BundleError(ReleaseInputError):
    """A folder that is no bundle; the message says what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking a bundle found: nothing, or each thing that is wrong."""

    faults: tuple[str, ...]
    hidden: int
    claim: str
    approvals: str


def bundle_files(
    decision: Decision,
    policy: Policy,
    *,
    title: str,
    audience: str,
    approved_by: Sequence[str],
    known: Mapping[str, Sequence[Publication]],
    after: str = "",
    pages: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Every file of a bundle. Nothing in them depends on a hidden count but which are hidden.

    `pages` are files made of the released cells, sealed with them. `after` is the hash of the
    ledger's last entry when this was proved.
    """
    files = {
        **(pages or {}),
        CELLS: cells_csv(decision.publication).encode(),
        POLICY: policy.to_toml().encode(),
    }
    proof = {
        "schema": 1,
        "title": title,
        "audience": audience,
        "claim": claim(policy.width),
        "policy": {"name": policy.name, "version": policy.version},
        "approved_by": list(approved_by),
        "approvals_asked": policy.approvals,
        "after": after,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "publication": decision.publication.to_json(),
        "readers": [
            {
                "audience": reader,
                "earlier": [each.to_json() for each in known[reader]],
                "witnesses": found.to_json(),
            }
            for reader, found in decision.proofs.items()
        ],
        "checked": _checked(policy, decision.publication),
        "not_checked": _not_checked(policy, decision.publication),
    }
    files[PROOF] = (json.dumps(proof, separators=(",", ":"), sort_keys=True) + "\n").encode()
    files[SEAL] = (hashlib.sha256(files[PROOF]).hexdigest() + "\n").encode()
    return files


def claim(width: int) -> str:
    """What the proof shows, and no more.

    >>> claim(5)[:44]
    'From this and our earlier releases the least'
    """
    return words(ENGLISH).say("hidden.claim", width=width)


def cells_csv(publication: Publication) -> str:
    """Every cell of every table, shown or suppressed: one look, whatever the reason."""
    out = io.StringIO()
    dimensions = sorted(
        {tree.name for table in publication.tables for tree in table.trees}
        | {name for table in publication.tables for name, _ in table.of}
    )
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["table", *dimensions, "quantity", "count", "low", "high", "rate", "state"])
    for table in publication.tables:
        for key in sorted(table.cells()):
            writer.writerow(_row(table, key, dimensions, publication))
    return out.getvalue()


def verify_bundle(folder: Path) -> Verdict:
    """Check a bundle again from its files alone, by arithmetic: no solver, no hidden value.

    BundleError where the folder is no bundle at all.
    """
    files = _read(folder)
    try:
        proof = json.loads(files[PROOF])
        policy = policy_of(files[POLICY])
        own = Publication.from_json(proof["publication"])
        faults = [
            *_tampered(files, proof, own), *_open(proof, own, policy.minimum_n),
            *_claimed(proof, own, policy),
            *_approved(proof, policy),
        ]  # fmt: skip
    except _UNREADABLE as error:
        return Verdict(
            (f"the bundle cannot be read ({type(error).__name__}): it was changed.",), 0, "", ""
        )
    return Verdict(tuple(faults), len(own.hidden), claim(policy.width), _approvals(policy))


def verify_tables(publications: Sequence[Publication]) -> tuple[tuple[str, ...], int]:
    """What can be told of published tables taken together, and how many counts they hide."""
    try:
        proof = prove(publications)
    except ContradictionError as error:
        return (f"the tables cannot all be true: {error}",), 0
    faults = [_how_told(key, proof) for key in proof.unproved]
    few = load_policy("federal").minimum_n
    for union in implied_small(proof.facts, few):
        faults.append(
            f"the sum of {' and of '.join(named(key) for key in union)} is told, and small."
        )
    for cells in small_changes(proof.facts, proof.tables, publications, few):
        faults.append(f"{_changed(cells)}.")
    return tuple(faults), len(proof.hidden)


def _changed(cells: Sequence[Key]) -> str:
    return f"a correction tells how few students it touched of {' and of '.join(map(named, cells))}"


def _how_told(key: Key, proof: Proof) -> str:
    if key in proof.facts.told:
        return f"the hidden count of {named(key)} can be told exactly."
    return f"the hidden count of {named(key)} can be told to within fewer than {proof.hidden[key]}."


def _read(folder: Path) -> dict[str, bytes]:
    missing = [n for n in (CELLS, POLICY, PROOF, SEAL) if not (folder / n).is_file()]
    if missing:
        raise BundleError(
            f"{folder} is no released bundle; it lacks {', '.join(missing)}. "
            "`eachchild release` writes one."
        )
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _tampered(files: Mapping[str, bytes], proof: Mapping[str, dict], own: Publication) -> list[str]:  # type: ignore[type-arg]
    faults = []
    if files[SEAL].decode(errors="replace") != hashlib.sha256(files[PROOF]).hexdigest() + "\n":
        faults.append(f"{PROOF} is not the file that was sealed.")
    for name, digest in proof["files"].items():
        if name not in files or digest != hashlib.sha256(files[name]).hexdigest():
            faults.append(f"{name} is not the file that was proved.")
    for name in sorted(files.keys() - proof["files"].keys() - {PROOF, SEAL}):
        faults.append(f"{name} was added after the bundle was proved.")
    if files[CELLS].decode(errors="replace") != cells_csv(own):
        faults.append(f"{CELLS} shows other cells than the proof is about.")
    return faults


def _open(
    proof: Mapping[str, list],  # type: ignore[type-arg]
    own: Publication,
    few: int,
) -> list[str]:
    faults = []
    for reader in proof["readers"]:
        earlier = [Publication.from_json(each) for each in reader["earlier"]]
        mine = own if reader["audience"] == proof["audience"] else replace(own, hidden={})
        try:
            facts = read_facts(reader["witnesses"], [mine, *earlier])
        except ContradictionError as error:
            faults.append(f"for audience {reader['audience']}: {error}")
            continue
        tables = read_tables(reader["witnesses"], len(facts.unknowns))
        for cells in small_changes(facts, tables, [mine, *earlier], few):
            faults.append(f"{_changed(cells)} (audience {reader['audience']}).")
        for key in still_open(facts, hidden_of([mine, *earlier]), tables):
            faults.append(f"no proof for {named(key)} (audience {reader['audience']}).")
    if proof["audience"] not in [reader["audience"] for reader in proof["readers"]]:
        faults.append("the proof is not for the readers it was released to.")
    return faults


def _claimed(proof: Mapping[str, object], own: Publication, policy: Policy) -> list[str]:
    """What a bundle says of itself beside what its policy makes of it."""
    said = {
        "claim": claim(policy.width),
        "policy": {"name": policy.name, "version": policy.version},
        "approvals_asked": policy.approvals,
        "checked": _checked(policy, own),
        "not_checked": _not_checked(policy, own),
    }
    faults = [
        f"'{name}' does not follow from {POLICY}." for name in said if proof[name] != said[name]
    ]
    narrow = [key for key, width in own.hidden.items() if width < policy.width]
    faults += [f"{named(key)} is promised less than {POLICY} asks." for key in narrow]
    if not policy.allows(str(proof["audience"])):
        faults.append(f"{POLICY} is not for audience {proof['audience']}.")
    return faults


def _approved(proof: Mapping[str, object], policy: Policy) -> list[str]:
    names = proof["approved_by"]
    people = {person(str(name)) for name in names} - {""} if isinstance(names, list) else set()
    few = len(people) < policy.approvals
    return [f"it asks for {policy.approvals} approvals and has {names}."] if few else []


def _approvals(policy: Policy) -> str:
    return "one approval" if policy.approvals == 1 else f"{policy.approvals} approvals"


def as_text(value: str) -> str:
    """A name as a spreadsheet takes it for a name: one that would be a formula gets a quote first.

    >>> as_text("=HYPERLINK(1)"), as_text("black")
    ("'=HYPERLINK(1)", 'black')
    """
    return f"'{value}" if value.startswith(FORMULAS) else value


def _row(table: Table, key: Key, dimensions: list[str], publication: Publication) -> list[object]:
    values = dict(key)
    within = {tree.name for tree in table.trees} | {name for name, _ in table.of}
    where = [as_text(values.get(d, TOTAL)) if d in within else "" for d in dimensions]
    low, high = publication.told.get(key, (0, 0))
    if low == high and key in publication.hidden:
        return [as_text(table.name), *where, "count", "", "", "", "", "suppressed"]
    if low == high:
        return [as_text(table.name), *where, "count", low, low, low, "", "reported"]
    return [
        as_text(table.name),
        *where,
        "count",
        "",
        low,
        "" if high is None else high,
        "",
        "coarse",
    ]


def _checked(policy: Policy, own: Publication) -> list[str]:
    checks = [
        "plain subtraction over every sum of the tables",
        "whole-number, non-negative tables (two witnesses for every hidden cell)",
        "students who are counted like each witness, by every factor and with every two outcomes "
        "(with all of two or three)",
        "earlier releases and imported tables together with this one, for each kind of reader",
    ]
    if policy.implied_sums:
        checks.append("sums of hidden cells that follow from one published total")
    if policy.insiders:
        checks.append(
            "the only student of a cell, with all tables of an outcome and earlier releases (in "
            "the vault, with hidden counts)"
        )
    if own.corrects:
        checks.append(
            "what was published before it was corrected, to readers who take it that as few "
            "students were touched as can be"
        )
    return checks


def _not_checked(policy: Policy, own: Publication) -> list[str]:
    left = [
        "what a reader knows of single children from outside",
        "which cells were chosen to be hidden",
        "what outcomes that are asked of different students tell of each other, or more than three "
        "of the same",
    ]
    if policy.insiders:
        left.append("what the only student of a cell learns from several outcomes taken together")
        left.append("whether the only students of a cell in two years are one and the same")
        left.append("`verify` does not repeat the check for insiders: it needs hidden counts")
    else:
        left.append("the only student of a cell")
    if not policy.implied_sums:
        left.append("sums of hidden cells")
    if any(tree.name == SCORE for table in own.tables for tree in table.trees):
        left.append("what students by score tell of other outcomes that follow from the same score")
    if own.corrects:
        left.append("what a reader knows from outside of the students whom a correction touched")
        left.append(
            "`verify` does not compute again how few students a correction can have touched"
        )
    return left
