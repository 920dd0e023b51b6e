"""Releasing plain tables: a folder with counts and hierarchies, to one audience."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eachchild.release.approval import approved
from eachchild.release.bundle import bundle_files, claim
from eachchild.release.decide import Decision, Subject, decide
from eachchild.release.policy import Policy
from eachchild.release.problems import read_problem
from eachchild.release.published import Publication
from eachchild.release.types import Audience

_READERS: Mapping[Audience, tuple[Audience, ...]] = {
    Audience.PUBLIC: (Audience.PUBLIC, Audience.BOARD, Audience.STAFF),
    Audience.BOARD: (Audience.BOARD, Audience.STAFF),
    Audience.STAFF: (Audience.STAFF,),
    Audience.INTERNAL: (),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What protecting cost, for the person who releases; never part of a bundle."""

    cells: int
    primary: int
    secondary: int
    secondary_sum: float
    gap: float  # the part of it that might be saved at most
    insiders: int
    claim: str


def readers_of(audience: Audience) -> tuple[Audience, ...]:
    """Everybody who will know what is released to an audience: it and those inside it.

    >>> readers_of(Audience.BOARD)
    (<Audience.BOARD: 'board'>, <Audience.STAFF: 'staff'>)
    """
    return _READERS[audience]


def subject_of(folder: Path) -> Subject:
    """A folder of counts as something to be released; ProblemError where it is none."""
    problem = read_problem(folder)
    return Subject(problem.name, "", (problem.table,), problem.counts, problem.primary)


def release_tables(
    subject: Subject,
    policy: Policy,
    audience: Audience,
    *,
    approved_by: Sequence[str],
    known: Mapping[str, Sequence[Publication]],
) -> tuple[dict[str, bytes], Cost]:
    """The files of a bundle and what it cost; ReleaseRefusedError where it may not leave."""
    names = approved(approved_by, author=subject.author, policy=policy)
    decision = decide(subject, policy, known)
    files = bundle_files(
        decision,
        policy,
        title=subject.title,
        audience=audience.value,
        approved_by=names,
        known=known,
    )
    return files, _cost(decision, policy)


def _cost(decision: Decision, policy: Policy) -> Cost:
    choice = decision.choice
    cells = len(decision.publication.told) + len(decision.publication.hidden)
    return Cost(
        cells, len(choice.primary), len(choice.secondary), choice.cost, choice.gap,
        decision.insiders, claim(policy.width),
    )  # fmt: skip
