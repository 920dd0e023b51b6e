"""What may be shown of an audit: first how many students there are, then how many with what.

The counts of students are decided once for all outcomes, for they are the same students; each
outcome then decides about its own counts. An outcome that cannot be proved is left out, by name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eachchild.release.audits.tables import Part
from eachchild.release.decide import Decision, Known, Subject, decide
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import Key, Table
from eachchild.release.hide import Choice
from eachchild.release.policy import Policy
from eachchild.release.proof import prove
from eachchild.release.published import Publication

_ALONE: Mapping[str, Known] = {"public": ()}
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class AuditDecision:
    """What is released of an audit, under which names, and what is not and why."""

    decision: Decision
    released: Mapping[str, Mapping[str, str]]  # outcome -> period -> name of its students
    left_out: tuple[tuple[str, str, str], ...]  # outcome, period, reason


def decide_audit(
    title: str, parts: Sequence[Part], policy: Policy, known: Mapping[str, Known], told: Progress
) -> AuditDecision:
    """Decide part by part, then prove all together for each kind of reader.

    Raises ReleaseRefusedError where nothing can be proved.
    """
    found: list[Publication] = []
    choices: list[Choice] = []
    released: dict[str, dict[str, str]] = {}
    left_out: list[tuple[str, str, str]] = []
    insiders = 0
    for number, part in enumerate(parts):
        told(f"deciding what may be shown of {part.period}", 0.1 + 0.6 * number / len(parts))
        students = _students(title, part, policy)
        found.append(students.publication)
        for outcome in part.outcomes:
            split = _finest(title, part, outcome, policy, students)
            if isinstance(split, str):
                left_out.append((outcome, part.period, split))
                continue
            found.append(split.publication)
            choices.append(split.choice)
            insiders += split.insiders
            released.setdefault(outcome, {})[part.period] = dict(part.groups[0].of)["students"]
    if not released:
        raise ReleaseRefusedError(
            "no outcome of this audit could be proved safe. " + (left_out[0][2] if left_out else "")
        )
    told("proving all of it together, with what readers have already", 0.75)
    return AuditDecision(_together(found, choices, insiders, known), released, tuple(left_out))


def _finest(
    title: str, part: Part, outcome: str, policy: Policy, students: Decision
) -> Decision | str:
    """An outcome in the finest tables that can be proved; else why not even the coarsest can."""
    reason = ""
    for coarser in part.coarser():
        try:
            return decide(_subject(title, coarser, outcome, policy, students), policy, _ALONE)
        except ReleaseRefusedError as error:
            reason = str(error)
    return reason


def _students(title: str, part: Part, policy: Policy) -> Decision:
    few = frozenset(k for k, n in part.students.items() if 0 < n < policy.minimum_n)
    return decide(Subject(title, "", part.groups, part.students, few), policy, _ALONE)


def _subject(title: str, part: Part, outcome: str, policy: Policy, students: Decision) -> Subject:
    hidden = students.choice.hidden & frozenset(part.students)
    primary = set(part.small(outcome, policy)) | hidden
    shown = frozenset(key for key in part.students if key not in hidden)
    return Subject(
        title,
        "",
        part.with_outcome(outcome),
        part.counts(outcome),
        frozenset(primary - shown),
        shown,
    )


def _together(
    publications: Sequence[Publication], choices: Sequence[Choice], insiders: int,
    known: Mapping[str, Known],
) -> Decision:  # fmt: skip
    told: dict[Key, tuple[int, int | None]] = {}
    hidden: dict[Key, int] = {}
    tables: dict[str, Table] = {}
    for each in publications:
        told.update(each.told)
        hidden.update(each.hidden)
        tables.update({table.name: table for table in each.tables})
    whole = Publication(tuple(tables.values()), told, dict(sorted(hidden.items())))
    proofs = {reader: prove([whole, *earlier]) for reader, earlier in known.items()}
    open_ = [key for proof in proofs.values() for key in proof.unproved]
    if open_:
        raise ReleaseRefusedError(
            f"{len(open_)} hidden counts could be told from this and earlier releases together, so "
            "nothing is released. Release the tables as they were, or to a smaller audience."
        )
    primary = frozenset().union(*(c.primary for c in choices))
    secondary = frozenset().union(*(c.secondary for c in choices))
    cost, bound = sum(c.cost for c in choices), sum(c.bound for c in choices)
    return Decision(whole, proofs, Choice(primary, secondary, cost, bound), insiders)
