"""Releasing plain tables: a folder with counts and hierarchies, to one audience."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eachchild.release.approval import approved
from eachchild.release.bundle import PROOF, bundle_files, claim, verify_tables
from eachchild.release.coarser import next_coarser
from eachchild.release.corrections import as_known
from eachchild.release.decide import Decision, Subject, decide
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.ledger import CORRECTION, RELEASE, Entry, Ledger
from eachchild.release.policy import Policy
from eachchild.release.problems import read_problem
from eachchild.release.published import Publication
from eachchild.release.types import Audience


@dataclass(frozen=True, slots=True)
class Cost:
    """What protecting cost, for the person who releases; never part of a bundle."""

    cells: int
    primary: int
    secondary: int
    secondary_sum: float
    gap: float | None  # the part of it that might be saved at most; None: not known
    insiders: int
    claim: str
    by_group: tuple[tuple[str, int, int], ...]  # of the first dimension: value, hidden, counts
    left_out: tuple[tuple[str, str], ...] = ()  # tables, and what is in their place


def subject_of(folder: Path, policy: Policy) -> Subject:
    """A folder of counts as something to be released; ProblemError where it is none.

    Small is what its own rule says, and every count below the policy's minimum.
    """
    problem = read_problem(folder)
    few = {key for key, number in problem.counts.items() if 0 < number < policy.minimum_n}
    small = problem.primary | few
    return Subject(
        problem.name, "", (problem.table,), problem.counts, small, noughts=problem.noughts
    )


def release_tables(
    subject: Subject,
    policy: Policy,
    audience: Audience,
    *,
    approved_by: Sequence[str],
    before: Ledger,
    corrects: int | None = None,
) -> tuple[dict[str, bytes], Cost]:
    """The files of a bundle and what it cost; ReleaseRefusedError where it may not leave."""
    names = approved(approved_by, author=subject.author, policy=policy, audience=audience)
    known = before.readers(audience)
    subject = as_known(subject, before, audience, corrects)
    decision = _decided(subject, policy, known)
    files = bundle_files(
        decision,
        policy,
        title=subject.title,
        audience=audience.value,
        approved_by=names,
        known=known,
        after=before.last,
    )
    return files, cost_of(decision, policy, subject.tables[0].trees[0].name)


def _decided(
    subject: Subject, policy: Policy, known: Mapping[str, Sequence[Publication]]
) -> Decision:
    """What may be shown; a refusal says what may be shown in its place."""
    try:
        return decide(subject, policy, known)
    except ReleaseRefusedError as error:
        offer = next_coarser(subject, policy, known)
        if offer is None:
            raise
        taken, less = offer
        asked = " ".join(f"--coarser {name}" for name in taken)
        told, cells = (
            len(less.publication.shown),
            len(less.publication.shown) + len(less.publication.hidden),
        )
        raise ReleaseRefusedError(
            f"{error} What can be proved is the same with {asked}: {told} of {cells} counts shown."
        ) from None


def cost_of(decision: Decision, policy: Policy, dimension: str) -> Cost:
    """What a decision hides, in all and of each value of a dimension."""
    choice = decision.choice
    cells = len(decision.publication.shown) + len(decision.publication.hidden)
    return Cost(
        cells, len(choice.primary), len(choice.secondary), choice.cost, choice.gap,
        decision.insiders, claim(policy.width), hidden_by_group(decision.publication, dimension),
    )  # fmt: skip


def hidden_by_group(publication: Publication, dimension: str) -> tuple[tuple[str, int, int], ...]:
    """How many counts of each group of a dimension are hidden: what privacy costs whom."""
    trees = (tree for table in publication.tables for tree in table.trees)
    values = dict.fromkeys(v for t in trees if t.name == dimension for v in t.nodes[1:])
    hidden = Counter(dict(key).get(dimension, "") for key in publication.hidden)
    shown = Counter(dict(key).get(dimension, "") for key in publication.shown)
    return tuple((v, hidden[v], hidden[v] + shown[v]) for v in values)


def entry_of(
    files: Mapping[str, bytes], audience: Audience, *, replaces: int | None = None
) -> Entry:
    """The ledger's entry of a bundle: what its readers now know, and no more."""
    proof = json.loads(files[PROOF])
    return Entry(
        RELEASE if replaces is None else CORRECTION,
        audience.value,
        proof["title"],
        Publication.from_json(proof["publication"]),
        policy=proof["policy"],
        approved_by=tuple(proof["approved_by"]),
        bundle=hashlib.sha256(files[PROOF]).hexdigest(),
        replaces=replaces,
    )


def told_to_readers(ledger: Ledger) -> tuple[str, ...]:
    """What each kind of reader can tell of hidden cells from all entries together, in words."""
    found: dict[str, None] = {}
    promised = replace(ledger, entries=tuple(replace(e, lost=()) for e in ledger.entries))
    for reader, known in promised.readers(Audience.PUBLIC).items():
        faults, _ = verify_tables(known)
        found.update(dict.fromkeys(f"to {reader} readers, {fault}" for fault in faults))
    return tuple(found)


def not_entered(ledger: Ledger, bundle: Path) -> tuple[str, ...]:
    """What of a bundle does not agree with the ledger it should stand in, in words.

    Nothing, where its entry is there and its proof covers all that was entered before it.
    """
    data = (bundle / PROOF).read_bytes()
    own = hashlib.sha256(data).hexdigest()
    at = next((i for i, entry in enumerate(ledger.entries) if entry.bundle == own), None)
    if at is None:
        return (f"{bundle.name} has no entry; the last lines of the ledger may have been cut off.",)
    proof = json.loads(data)
    known = Ledger(ledger.entries[:at]).readers(Audience(proof["audience"]))
    covered = {reader["audience"]: reader["earlier"] for reader in proof["readers"]}
    asked = {reader: [each.to_json() for each in earlier] for reader, earlier in known.items()}
    return (
        () if covered == asked else (f"{bundle.name} was not proved with the entries before it.",)
    )
