"""What may be shown of an audit: first how many students there are, then how many with what.

The counts of students are decided once for all outcomes, for they are the same students; each
outcome then decides about its own counts. Within each, the whole place comes first and the finer
tables after it, each with what stands already. A table that cannot be proved is left out, by name.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from eachchild.release.audits.corrected import told_of_all
from eachchild.release.audits.entry import rules_of_entry
from eachchild.release.audits.few import hidden_as_few, innermost
from eachchild.release.audits.part import Part
from eachchild.release.audits.stepwise import ALL, NEARLY, Shown, stepwise, unlike
from eachchild.release.audits.years import Year, beside_years
from eachchild.release.decide import Decision, Known, Subject, prove_to_readers
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import Key
from eachchild.release.hide import Choice
from eachchild.release.policy import Policy
from eachchild.release.proof import Proof
from eachchild.release.published import Publication

_ALIKE_ROUNDS = 4
TOGETHER = "with the others, and what readers have already, it could be told."
_NOTHING = (
    "of every table something hidden could be told from this and earlier releases together, so "
    "nothing is released. Release the tables as they were, or to a smaller audience."
)
ALL_ALIKE = "the correction would tell that all who were added, or taken away, were with it."
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class AuditDecision:
    """What is released of an audit, under which names, and what is not and why."""

    decision: Decision
    released: Mapping[str, Mapping[str, str]]  # outcome -> period -> name of its students
    left_out: tuple[tuple[str, str], ...]  # the table, the reason


def decide_audit(
    title: str, parts: Sequence[Part], policy: Policy, known: Mapping[str, Known], told: Progress
) -> AuditDecision:
    """Decide part by part, then prove all together for each kind of reader.

    Earlier periods are shown by the first factor alone. Raises ReleaseRefusedError where nothing
    can be proved.
    """
    first = dict(list(known.items())[:1])  # those inside it have what it has, and more
    shown: list[Shown] = []
    stands: dict[str, list[Year]] = {}
    released: dict[str, dict[str, str]] = {}
    left_out: list[tuple[str, str]] = []
    latest = max((part.period for part in parts), default="")
    parts = [_asked(part, latest, left_out) for part in parts]
    told("deciding which students may be counted", 0.05)
    counted = _all_students(title, parts, policy, first, left_out)
    for number, (asked, students) in enumerate(counted):
        told(f"deciding what may be shown of {asked.period}", 0.1 + 0.65 * number / len(counted))
        for outcome in asked.outcomes:
            split = _outcome(title, asked, outcome, policy, first, students, left_out)
            if split is not None:
                shown.append(split)
                stands.setdefault(outcome, []).append(Year(asked, students, split))
                released.setdefault(outcome, {})[asked.period] = dict(asked.of)["students"]
    if not released:
        why = left_out[0][1] if left_out else "Its counts are known in part only, or do not add up."
        raise ReleaseRefusedError(f"nothing of this audit can be released. {why}")
    told("adding up years, and looking for bands of what is hidden", 0.75)
    shown = _of_one_depth(shown, released)
    kept = {id(decision) for each in shown for decision in each.decisions}
    stands = {
        outcome: [y for y in years if all(id(d) in kept for d in y.split.decisions)]
        for outcome, years in stands.items()
    }
    more, all_of = beside_years(title, stands, policy, first, left_out)
    told("deciding which rules of entry may be shown", 0.8)
    scored = {
        outcome: (years[-1].part, all_of[outcome]) for outcome, years in stands.items()
        if years and years[-1].part.period == latest
    }  # fmt: skip
    more += rules_of_entry(title, scored, policy, known, left_out)
    told("proving all of it together, with what readers have already", 0.85)
    decision = _together(shown, more, policy, known, left_out)
    return AuditDecision(decision, _still(released, decision.publication), tuple(left_out))


def _of_one_depth(shown: Sequence[Shown], outcomes: Collection[str]) -> list[Shown]:
    """The same without the years of an outcome that tell no groups apart, where others do.

    Years are added up: they would be groups of some years among students of all.
    """
    tables = [table for each in shown for d in each.decisions for table in d.own.tables]
    deep = {tree.name for table in tables for tree in table.trees if len(table.trees) > 1}

    def alone(decision: Decision) -> set[str]:
        return {table.trees[0].name for table in decision.own.tables if len(table.trees) == 1}

    return [
        replace(each, decisions=tuple(
            d for d in each.decisions if not alone(d) & deep & set(outcomes)
        ))
        for each in shown
    ]  # fmt: skip


def _still(
    released: Mapping[str, Mapping[str, str]], shown: Publication
) -> dict[str, dict[str, str]]:
    """What is released of each outcome once some tables gave way; refused where it is nothing."""
    tables = {(tree.name, table.of) for table in shown.tables for tree in table.trees}
    found: dict[str, dict[str, str]] = {}
    for outcome, periods in released.items():
        for period, name in periods.items():
            if (outcome, (("period", period), ("students", name))) in tables:
                found.setdefault(outcome, {})[period] = name
    if not found:
        raise ReleaseRefusedError(_NOTHING)
    return found


def _asked(part: Part, latest: str, left_out: list[tuple[str, str]]) -> Part:
    """What is asked of a part: all of it in the latest year, else the first factor alone."""
    kept = (part if part.period == latest else part.whole()).without_tied()
    for tied in kept.tied:
        why = f"it follows from {' and '.join(tied.others) or 'how many students there are'}."
        left_out.append((f"{tied.outcome}, {part.period}", why))
    return kept


def _all_students(
    title: str, parts: Sequence[Part], policy: Policy, known: Mapping[str, Known],
    left_out: list[tuple[str, str]],
) -> list[tuple[Part, Shown]]:  # fmt: skip
    """The counts of students of every part, hidden alike where parts count nearly the same.

    Where all but a few of a group are asked, one count of it tells the other to within a few. A
    part that cannot be hidden alike is left out, the later one.
    """
    also: list[set[Key]] = [set() for _ in parts]
    found: list[Shown] = [Shown() for _ in parts]
    notes: list[list[tuple[str, str]]] = [[] for _ in parts]
    todo = set(range(len(parts)))
    for _ in range(_ALIKE_ROUNDS):
        for at in todo:
            notes[at] = []
            found[at] = _students(title, parts[at], policy, known, notes[at], also[at])
        differ = list(unlike(parts, found, policy))
        todo = {at for at, _, _ in differ}
        if not differ:
            break
        for at, _, key in differ:
            also[at].add(key)
    left_out += [note for own in notes for note in own]
    out = {max(at, other) for at, other, _ in differ}
    left_out += [(f"{ALL}, {parts[at].period}", NEARLY) for at in out]
    return [pair for at, pair in enumerate(zip(parts, found, strict=True)) if at not in out]


def _students(
    title: str, part: Part, policy: Policy, known: Mapping[str, Known],
    left_out: list[tuple[str, str]], also: Collection[Key],
) -> Shown:  # fmt: skip
    few = part.few_students(policy).union(also)

    def subject(piece: Part, shown: Shown) -> Subject:
        counts = piece.students
        small, noughts = hidden_as_few(
            piece.groups, counts, few & counts.keys(), told=shown.told, width=policy.width
        )
        return Subject(title, "", piece.groups, counts, small, noughts=noughts,
                       corrects=part.corrects)  # fmt: skip

    steps = [[partial(subject, each) for each in (piece, piece.alone() or piece.everybody())]
             for piece in part.pieces()]  # fmt: skip
    return stepwise(Shown(), steps, policy, known, left_out)


def _beside(decisions: Iterable[Decision]) -> Publication:
    """All that was decided as one publication; bands are of what is hidden in one of its tables."""
    whole = Publication((), {})
    for decision in decisions:
        whole = decision.own.beside(whole)
    return replace(whole, told={
        key: span for key, span in whole.told.items()
        if span[0] == span[1] or key in whole.hidden
    })  # fmt: skip


def _outcome(
    title: str, part: Part, outcome: str, policy: Policy, known: Mapping[str, Known],
    students: Shown, left_out: list[tuple[str, str]],
) -> Shown | None:  # fmt: skip
    """One outcome's counts beside those of students; None where none of them can be shown.

    A crossing that cannot be proved gives way to its sides: all of its own counts are hidden. Its
    sides alone would not do, for beside students by both they tell more than either table does.
    """
    if policy.minimum_events and told_of_all(part, outcome, next(iter(known.values()), ())):
        left_out.append((f"{outcome}, {part.period}", ALL_ALIKE))
        return None

    def subject(piece: Part, sides: bool, shown: Shown) -> Subject:
        tables, counts = piece.with_outcome(outcome), piece.counts(outcome)
        inner = innermost(tables, outcome) if sides else frozenset()
        small, few = hidden_as_few(
            tables, counts, piece.small(outcome, policy, students.told) | inner,
            told=shown.told, width=policy.width,
        )  # fmt: skip
        noughts = piece.noughts(outcome, students.told, policy) | few | inner
        return Subject(title, "", tables, counts, small, noughts=noughts,
                       outcomes=frozenset({outcome}), corrects=part.corrects)  # fmt: skip

    counted = students.told.keys() | students.hidden.keys()
    pieces = [piece for piece in part.pieces() if piece.students.keys() <= counted]
    first, *crossed = pieces or [part.everybody()]
    steps = [
        [partial(subject, piece, False) for piece in (first, part.everybody())],
        *([partial(subject, piece, sides) for sides in (False, True)] for piece in crossed),
    ]
    shown = stepwise(students, steps, policy, known, left_out)
    return shown if len(shown.decisions) > len(students.decisions) else None


def _together(
    found: Sequence[Shown], more: Sequence[Decision], policy: Policy,
    known: Mapping[str, Known], left_out: list[tuple[str, str]],
) -> Decision:  # fmt: skip
    """All outcomes with their students at once; where they cannot be proved, the last give way."""
    own = [d for each in found for d in each.decisions]
    decisions = list({id(d): d for d in (*own, *more)}.values())
    insiders = {one for each in found for one in each.standing.insiders(policy)}
    while decisions:
        whole = _beside(decisions)
        proofs = prove_to_readers(whole, known)
        open_ = {key for proof in proofs.values() for key in proof.unproved}
        if not open_:
            return _decision(decisions, whole, proofs, len(insiders))
        decisions, out = _without(decisions, open_)
        left_out += [(table.name, TOGETHER) for decision in out for table in decision.own.tables]
    raise ReleaseRefusedError(_NOTHING)


def _without(
    decisions: Sequence[Decision], open_: Collection[Key]
) -> tuple[list[Decision], list[Decision]]:
    """Decisions that stand, and those that give way: for each open cell the last to show it.

    A cell that none shows is from before: then the last that is about the same students gives way,
    or the last of all.
    """
    out: set[int] = set()
    for key in open_:
        shown_in = [n for n, d in enumerate(decisions)
                    if key in d.own.told or key in d.own.hidden]  # fmt: skip
        same = [n for n, d in enumerate(decisions)
                if any(set(table.of) <= set(key) for table in d.own.tables)]  # fmt: skip
        out.add((shown_in or same or range(len(decisions)))[-1])
    kept = [d for n, d in enumerate(decisions) if n not in out]
    return kept, [decisions[n] for n in sorted(out)]


def _decision(
    decisions: Sequence[Decision], whole: Publication, proofs: Mapping[str, Proof], insiders: int
) -> Decision:
    choices = [d.choice for d in decisions]
    primary = frozenset(key for c in choices for key in c.primary)
    secondary = frozenset(key for c in choices for key in c.secondary) - primary
    cost, bound = sum(c.cost for c in choices), sum(c.bound for c in choices)
    return Decision(whole, whole, proofs, Choice(primary, secondary, cost, bound), insiders)
