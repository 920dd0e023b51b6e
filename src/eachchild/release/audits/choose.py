"""What may be shown of an audit: first how many students there are, then how many with what.

The counts of students are decided once for all outcomes, for they are the same students; each
outcome then decides about its own counts. Within each, the whole place comes first and the finer
tables after it, each with what stands already. A table that cannot be proved is left out, by name.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

from eachchild.release.audits.tables import Part
from eachchild.release.decide import Decision, Known, Subject, decide, prove_to_readers
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import Key, Table
from eachchild.release.hide import Choice
from eachchild.release.policy import Policy
from eachchild.release.proof import prove
from eachchild.release.published import Publication, Range

_ALIKE_ROUNDS = 4
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class AuditDecision:
    """What is released of an audit, under which names, and what is not and why."""

    decision: Decision
    released: Mapping[str, Mapping[str, str]]  # outcome -> period -> name of its students
    left_out: tuple[tuple[str, str], ...]  # the table, the reason


@dataclass
class _Shown:
    """What stands so far: tables with what they tell and hide, and what deciding it cost."""

    tables: dict[str, Table] = field(default_factory=dict)
    told: dict[Key, Range] = field(default_factory=dict)
    hidden: dict[Key, int] = field(default_factory=dict)
    above_nought: set[Key] = field(default_factory=set)
    decisions: list[Decision] = field(default_factory=list)

    def take(self, decision: Decision) -> None:
        """Add what was decided."""
        found = decision.publication
        self.tables.update({table.name: table for table in found.tables})
        self.told.update(found.told)
        self.hidden.update(found.hidden)
        self.above_nought |= found.above_nought
        self.decisions.append(decision)

    def publication(self) -> Publication:
        """All of it as one publication."""
        return Publication(
            tuple(self.tables.values()), self.told, dict(sorted(self.hidden.items())),
            frozenset(self.above_nought),
        )  # fmt: skip

    def copy(self) -> "_Shown":
        """As it is now, to be tried with more."""
        return _Shown(dict(self.tables), dict(self.told), dict(self.hidden), set(self.above_nought),
                      list(self.decisions))  # fmt: skip


def decide_audit(
    title: str, parts: Sequence[Part], policy: Policy, known: Mapping[str, Known], told: Progress
) -> AuditDecision:
    """Decide part by part, then prove all together for each kind of reader.

    Earlier periods are shown by the first factor alone. Raises ReleaseRefusedError where nothing
    can be proved.
    """
    first = dict(list(known.items())[:1])  # those inside it have what it has, and more
    shown = _Shown()
    released: dict[str, dict[str, str]] = {}
    left_out: list[tuple[str, str]] = []
    latest = max((part.period for part in parts), default="")
    parts = [_asked(part, latest, left_out) for part in parts]
    told("deciding which students may be counted", 0.05)
    counted = _all_students(title, parts, policy, first, left_out)
    for number, (asked, students) in enumerate(counted):
        told(f"deciding what may be shown of {asked.period}", 0.1 + 0.65 * number / len(counted))
        news = 0  # the students' own decisions come with the first outcome that is shown
        for outcome in asked.outcomes:
            split = _outcome(title, asked, outcome, policy, first, students, left_out)
            if split is not None:
                for decision in split.decisions[news:]:
                    shown.take(decision)
                news = len(students.decisions)
                released.setdefault(outcome, {})[asked.period] = dict(asked.of)["students"]
    if not released:
        why = left_out[0][1] if left_out else "Its counts are known in part only, or do not add up."
        raise ReleaseRefusedError(f"nothing of this audit can be released. {why}")
    told("proving all of it together, with what readers have already", 0.8)
    return AuditDecision(_together(shown, known), released, tuple(left_out))


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
) -> list[tuple[Part, _Shown]]:  # fmt: skip
    """The counts of students of every part, hidden alike where parts count nearly the same.

    Where all but a few of a group are asked, one count of it tells the other to within a few. A
    part that cannot be hidden alike is left out, the later one.
    """
    also: list[set[Key]] = [set() for _ in parts]
    for _ in range(_ALIKE_ROUNDS):
        notes: list[tuple[str, str]] = []
        found = [_students(title, part, policy, known, notes, more)
                 for part, more in zip(parts, also, strict=True)]  # fmt: skip
        unlike = list(_unlike(parts, found, policy))
        if not unlike:
            break
        for at, _, key in unlike:
            also[at].add(key)
    left_out += notes
    out = {max(at, other) for at, other, _ in unlike}
    left_out += [(f"all, {parts[at].groups[0].name}", "others nearly tell it.") for at in out]
    return [pair for at, pair in enumerate(zip(parts, found, strict=True)) if at not in out]


def _unlike(
    parts: Sequence[Part], found: Sequence[_Shown], policy: Policy
) -> Iterator[tuple[int, int, Key]]:
    """Counts told in one part (the first) and hidden in another that counts nearly the same."""
    for (at, part), (other_at, other) in permutations(enumerate(parts), 2):
        if other.period != part.period:
            continue
        for key in found[other_at].hidden:
            own = _of_students(key, part)
            # A nought cannot be hidden, and says of the others only that they were not asked.
            told = own in found[at].told and part.students[own] > 0
            if told and abs(part.students[own] - other.students[key]) < policy.minimum_n:
                yield at, other_at, own


def _of_students(key: Key, part: Part) -> Key:
    """The same group among the students of another part."""
    return tuple(sorted({**dict(key), **dict(part.of)}.items()))


def _students(
    title: str, part: Part, policy: Policy, known: Mapping[str, Known],
    left_out: list[tuple[str, str]], also: Collection[Key],
) -> _Shown:  # fmt: skip
    few = frozenset(key for key, number in part.students.items()
                    if 0 < number < policy.minimum_n or key in also)  # fmt: skip

    def subject(piece: Part) -> Subject:
        return Subject(title, "", piece.groups, piece.students, few & piece.students.keys())

    return _stepwise(_Shown(), part.pieces(), subject, policy, known, left_out, or_alone=True)


def _outcome(
    title: str, part: Part, outcome: str, policy: Policy, known: Mapping[str, Known],
    students: _Shown, left_out: list[tuple[str, str]],
) -> _Shown | None:  # fmt: skip
    def subject(piece: Part) -> Subject:
        return Subject(
            title, "", piece.with_outcome(outcome), piece.counts(outcome),
            piece.small(outcome, policy), noughts=piece.noughts(outcome, students.told),
        )  # fmt: skip

    pieces = (
        p
        for p in part.pieces()
        if p.students.keys() <= students.told.keys() | students.hidden.keys()
    )
    found = _stepwise(students.copy(), pieces, subject, policy, known, left_out, or_alone=False)
    return found if len(found.decisions) > len(students.decisions) else None


def _stepwise(
    shown: _Shown, pieces: Iterable[Part], subject: Callable[[Part], Subject], policy: Policy,
    known: Mapping[str, Known], left_out: list[tuple[str, str]], *, or_alone: bool,
) -> _Shown:  # fmt: skip
    """Decide table after table, each with what stands; leave out what cannot be proved.

    A crossing of students that cannot be proved gives way to its other side alone, all groups
    together (`or_alone`). One of an outcome does not: an outcome by each of two factors, beside
    students by both, tells more than either table does.
    """
    for piece in pieces:
        asked = subject(piece)
        more = _with(shown, asked, policy, known)
        if isinstance(more, str):
            left_out.append((asked.tables[0].name, more))
            alone = piece.alone()
            if alone is None:
                return shown  # not even the whole place: nothing finer then
            if or_alone:
                more = _with(shown, subject(alone), policy, known)
        if isinstance(more, _Shown):
            shown = more
    return shown


def _with(
    shown: _Shown, subject: Subject, policy: Policy, known: Mapping[str, Known]
) -> _Shown | str:
    """What is shown with one table more; or why it cannot be."""
    mine = subject.counts.keys()
    stands = replace(
        subject,
        primary=frozenset(subject.primary | (mine & shown.hidden.keys())) - shown.told.keys(),
        shown=frozenset(mine & shown.told.keys()),
    )
    try:
        decision = decide(stands, policy, known)
    except ReleaseRefusedError as error:
        return str(error)
    tried = shown.copy()
    tried.take(decision)
    earlier = next(iter(known.values()), ())
    if prove([tried.publication(), *earlier]).unproved:
        return "it is not proved together with the tables before it."
    return tried


def _together(shown: _Shown, known: Mapping[str, Known]) -> Decision:
    whole = shown.publication()
    proofs = prove_to_readers(whole, known)
    open_ = [key for proof in proofs.values() for key in proof.unproved]
    if open_:
        raise ReleaseRefusedError(
            f"{len(open_)} hidden counts could be told from this and earlier releases together, so "
            "nothing is released. Release the tables as they were, or to a smaller audience."
        )
    choices = [d.choice for d in shown.decisions]
    primary = frozenset(key for c in choices for key in c.primary)
    secondary = frozenset(key for c in choices for key in c.secondary) - primary
    cost, bound = sum(c.cost for c in choices), sum(c.bound for c in choices)
    insiders = sum(d.insiders for d in shown.decisions)
    return Decision(whole, proofs, Choice(primary, secondary, cost, bound), insiders)
