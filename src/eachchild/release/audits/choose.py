"""What may be shown of an audit: first how many students there are, then how many with what.

The counts of students are decided once for all outcomes, for they are the same students; each
outcome then decides about its own counts. Within each, the whole place comes first and the finer
tables after it, each with what stands already. A table that cannot be proved is left out, by name.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import permutations

from eachchild.release.audits.bands import bands_kept, bands_of_hidden, with_bands
from eachchild.release.audits.corrected import told_of_all
from eachchild.release.audits.few import hidden_as_few, innermost
from eachchild.release.audits.pooled import Pool, pools_of
from eachchild.release.audits.tables import Part
from eachchild.release.decide import (
    Decision,
    Known,
    Standing,
    Subject,
    decide,
    open_to_insiders,
    prove_to_readers,
)
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import Key
from eachchild.release.hide import Choice
from eachchild.release.policy import Policy
from eachchild.release.proof import Proof
from eachchild.release.published import Publication, Range

_ALIKE_ROUNDS = 4
ALL = "all students"  # a part as a whole, where it is left out
_NEARLY = "others who were asked nearly tell how many of these there are."
TOGETHER = "with the others, and what readers have already, it could be told."
_NOTHING = (
    "of every table something hidden could be told from this and earlier releases together, so "
    "nothing is released. Release the tables as they were, or to a smaller audience."
)
_ALONE = "somebody who is alone in a count could tell another from the years added up."
ALL_ALIKE = "the correction would tell that all who were added, or taken away, were with it."
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class AuditDecision:
    """What is released of an audit, under which names, and what is not and why."""

    decision: Decision
    released: Mapping[str, Mapping[str, str]]  # outcome -> period -> name of its students
    left_out: tuple[tuple[str, str], ...]  # the table, the reason


@dataclass(frozen=True, slots=True)
class _Shown:
    """What stands so far, and the decisions that led to it."""

    standing: Standing = field(default_factory=Standing)
    decisions: tuple[Decision, ...] = ()

    @property
    def told(self) -> Mapping[Key, Range]:
        """What is told of the counts."""
        return self.standing.publication.told

    @property
    def hidden(self) -> Mapping[Key, int]:
        """The counts that are hidden."""
        return self.standing.publication.hidden

    def plus(self, subject: Subject, decision: Decision) -> "_Shown":
        """With what was decided of one table more."""
        counts = {**self.standing.counts, **subject.counts}
        now = replace(self.standing, publication=decision.publication, counts=counts)
        return _Shown(now, (*self.decisions, decision))

    def asking(self, asks: bool) -> "_Shown":
        """From now on whoever is alone in a cell is asked with all that stands, or is not."""
        return replace(self, standing=replace(self.standing, asks=asks))


@dataclass(frozen=True, slots=True)
class _Year:
    """One outcome in one year: of whom it is asked, and what stands of them and of it."""

    part: Part
    students: _Shown
    split: _Shown


_Step = Callable[[_Shown], Subject]


def decide_audit(
    title: str, parts: Sequence[Part], policy: Policy, known: Mapping[str, Known], told: Progress
) -> AuditDecision:
    """Decide part by part, then prove all together for each kind of reader.

    Earlier periods are shown by the first factor alone. Raises ReleaseRefusedError where nothing
    can be proved.
    """
    first = dict(list(known.items())[:1])  # those inside it have what it has, and more
    shown: list[_Shown] = []
    stands: dict[str, list[_Year]] = {}
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
                stands.setdefault(outcome, []).append(_Year(asked, students, split))
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
    more = list(_more(title, stands, policy, first, left_out))
    told("proving all of it together, with what readers have already", 0.85)
    decision = _together(shown, more, policy, known, left_out)
    return AuditDecision(decision, _still(released, decision.publication), tuple(left_out))


def _of_one_depth(shown: Sequence[_Shown], outcomes: Collection[str]) -> list[_Shown]:
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
) -> list[tuple[Part, _Shown]]:  # fmt: skip
    """The counts of students of every part, hidden alike where parts count nearly the same.

    Where all but a few of a group are asked, one count of it tells the other to within a few. A
    part that cannot be hidden alike is left out, the later one.
    """
    also: list[set[Key]] = [set() for _ in parts]
    found: list[_Shown] = [_Shown() for _ in parts]
    notes: list[list[tuple[str, str]]] = [[] for _ in parts]
    todo = set(range(len(parts)))
    for _ in range(_ALIKE_ROUNDS):
        for at in todo:
            notes[at] = []
            found[at] = _students(title, parts[at], policy, known, notes[at], also[at])
        unlike = list(_unlike(parts, found, policy))
        todo = {at for at, _, _ in unlike}
        if not unlike:
            break
        for at, _, key in unlike:
            also[at].add(key)
    left_out += [note for own in notes for note in own]
    out = {max(at, other) for at, other, _ in unlike}
    left_out += [(f"{ALL}, {parts[at].period}", _NEARLY) for at in out]
    return [pair for at, pair in enumerate(zip(parts, found, strict=True)) if at not in out]


def _unlike(
    parts: Sequence[Part], found: Sequence[_Shown], policy: Policy
) -> Iterator[tuple[int, int, Key]]:
    """Counts told in one part (the first) and hidden in another that counts nearly the same."""
    for (at, part), (other_at, other) in permutations(enumerate(parts), 2):
        if other.period != part.period:
            continue
        for key in filter(other.students.__contains__, found[other_at].hidden):
            own = _of_students(key, part)
            # A nought cannot be hidden, and says of the others only that they were not asked.
            told = own in found[at].told and part.students.get(own, 0) > 0
            if told and abs(part.students[own] - other.students[key]) < policy.minimum_n:
                yield at, other_at, own


def _of_students(key: Key, part: Part) -> Key:
    """The same group among the students of another part."""
    return tuple(sorted({**dict(key), **dict(part.of)}.items()))


def _students(
    title: str, part: Part, policy: Policy, known: Mapping[str, Known],
    left_out: list[tuple[str, str]], also: Collection[Key],
) -> _Shown:  # fmt: skip
    few = part.few_students(policy).union(also)

    def subject(piece: Part, shown: _Shown) -> Subject:
        counts = piece.students
        small, noughts = hidden_as_few(
            piece.groups, counts, few & counts.keys(), told=shown.told, width=policy.width
        )
        return Subject(title, "", piece.groups, counts, small, noughts=noughts,
                       corrects=part.corrects)  # fmt: skip

    steps = [[partial(subject, each) for each in (piece, piece.alone() or piece.everybody())]
             for piece in part.pieces()]  # fmt: skip
    return _stepwise(_Shown(), steps, policy, known, left_out)


def _beside(decisions: Iterable[Decision]) -> Publication:
    """All that was decided as one publication."""
    whole = Publication((), {})
    for decision in decisions:
        whole = decision.own.beside(whole)
    return whole


def _outcome(
    title: str, part: Part, outcome: str, policy: Policy, known: Mapping[str, Known],
    students: _Shown, left_out: list[tuple[str, str]],
) -> _Shown | None:  # fmt: skip
    """One outcome's counts beside those of students; None where none of them can be shown.

    A crossing that cannot be proved gives way to its sides: all of its own counts are hidden. Its
    sides alone would not do, for beside students by both they tell more than either table does.
    """
    if policy.minimum_events and told_of_all(part, outcome, next(iter(known.values()), ())):
        left_out.append((f"{outcome}, {part.period}", ALL_ALIKE))
        return None

    def subject(piece: Part, sides: bool, shown: _Shown) -> Subject:
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
    shown = _stepwise(students, steps, policy, known, left_out)
    return shown if len(shown.decisions) > len(students.decisions) else None


def _stepwise(
    shown: _Shown, steps: Sequence[Sequence[_Step]], policy: Policy, known: Mapping[str, Known],
    left_out: list[tuple[str, str]],
) -> _Shown:  # fmt: skip
    """Decide table after table, each with what stands; leave out what cannot be proved.

    The first step is the whole place by the first factor: where that gives way, nothing finer is
    tried. Who is alone in a cell is asked with all tables at the end. If one could tell a count,
    all is decided again with everybody asked at every table.
    """
    before = next(iter(known.values()), ())
    for asks in (False, True):
        notes: list[tuple[str, str]] = []
        now = shown.asking(asks)
        for number, tried in enumerate(steps):
            failed = len(notes)
            now = _first(now, tried, policy, known, notes) or now
            if not number and len(notes) > failed:
                break
        if asks or not open_to_insiders(now.standing, policy, before):
            break
    left_out += notes
    return now


def _more(
    title: str, stands: Mapping[str, Sequence[_Year]], policy: Policy,
    known: Mapping[str, Known], left_out: list[tuple[str, str]],
) -> Iterator[Decision]:  # fmt: skip
    """What is shown beside the years themselves: years added up, then bands of what is hidden."""
    earlier = next(iter(known.values()), ())
    sums = dict(_added_up(title, stands, policy, known, left_out))
    banded = []
    for outcome, years in stands.items():
        alone = _merged([year.split for year in years])
        all_of = _merged([alone, sums[outcome]]) if outcome in sums else alone
        tied = any(outcome in tie.others for year in years for tie in year.part.tied)
        shown, bands = _with_bands("" if tied else outcome, [all_of, alone], policy, earlier)
        if shown is alone and all_of is not alone:
            left_out.append((sums[outcome].decisions[-1].own.tables[0].name, _ALONE))
        years_own = set(map(id, alone.decisions))
        yield from (d for d in shown.decisions if id(d) not in years_own)
        banded.append(_told_as(bands))
    yield from banded


def _with_bands(
    outcome: str, ways: Sequence[_Shown], policy: Policy, earlier: Known
) -> tuple[_Shown, Mapping[Key, Range]]:
    """The first way of showing an outcome of which nobody who is alone in a cell tells a count.

    With bands if that can be, else without, as the last of them stands already. No outcome is
    named where another follows from it: of that one a band would tell.
    """
    for shown in {id(way): way for way in ways}.values():
        now = shown.standing
        bands = bands_of_hidden(outcome, now, policy, earlier)
        told = replace(now, publication=with_bands(now.publication, bands))
        if not open_to_insiders(told, policy, earlier):
            return shown, bands
    for shown in ways:
        if shown is ways[-1] or not open_to_insiders(shown.standing, policy, earlier):
            break
    return shown, bands_kept(shown.standing, earlier)


def _told_as(bands: Mapping[Key, Range]) -> Decision:
    """Bands as something decided: it gives way first where all together is not proved."""
    own = Publication((), bands)
    return Decision(own, own, {}, Choice(frozenset(), frozenset(), 0.0, 0.0))


def _added_up(
    title: str, stands: Mapping[str, Sequence[_Year]], policy: Policy,
    known: Mapping[str, Known], left_out: list[tuple[str, str]],
) -> Iterator[tuple[str, _Shown]]:  # fmt: skip
    """The latest years together, outcome by outcome: what a year tells and hides stays so."""
    asked = {outcome: [year.part for year in years] for outcome, years in stands.items()}
    pools, unlike = pools_of(asked, policy.years_together)
    left_out += unlike
    found = []
    for pool in pools:
        own = _of_pool(pool, [year for o in pool.outcomes for year in stands[o]], "")
        few = Subject(title, "", pool.groups, pool.students, pool.few_students(policy))
        more = _with(own, few, policy, known)
        if isinstance(more, str):
            left_out.append((pool.groups[0].name, more))
        else:
            found.append((pool, more))
    near = _unlike([pool for pool, _ in found], [students for _, students in found], policy)
    out = {max(at, other) for at, other, _ in near}
    left_out += [(f"{ALL}, {found[at][0].period} 0", _NEARLY) for at in out]
    for pool, students in (pair for at, pair in enumerate(found) if at not in out):
        for outcome in pool.outcomes:
            own = _merged([_of_pool(pool, stands[outcome], outcome), students])
            more = _with(own, _sums(title, pool, outcome, own, policy), policy, known)
            if isinstance(more, str):
                left_out.append((pool.with_outcome(outcome)[0].name, more))
            else:
                yield outcome, more


def _sums(title: str, pool: Pool, outcome: str, shown: _Shown, policy: Policy) -> Subject:
    tables, counts = pool.with_outcome(outcome), pool.counts(outcome)
    noughts = pool.noughts_of(counts, shown.hidden)
    small = pool.small(outcome, policy, shown.told) | noughts
    small, few = hidden_as_few(tables, counts, small, told=shown.told, width=policy.width)
    few |= pool.noughts(outcome, shown.told, policy) | noughts
    return Subject(title, "", tables, counts, small | noughts, noughts=few,
                   outcomes=frozenset({outcome}))  # fmt: skip


def _of_pool(pool: Pool, years: Sequence[_Year], outcome: str) -> _Shown:
    """What stands of the years that are added up, by the first factor alone."""
    own = [year for year in years if pool.is_of(year.part)]
    wholes = [year.part.whole() for year in own]
    tables = [table for part in wholes for table in part.groups]
    if outcome:
        tables += [table for part in wholes for table in part.with_outcome(outcome)]
    shown = _merged([year.split if outcome else year.students for year in own])
    return replace(shown, standing=replace(
        shown.standing, publication=shown.standing.publication.only([t.name for t in tables])
    ))  # fmt: skip


def _merged(all_of: Sequence[_Shown]) -> _Shown:
    """What stands in several together."""
    whole = Standing()
    for now in (each.standing for each in all_of):
        whole = Standing(now.publication.beside(whole.publication), {**whole.counts, **now.counts})
    return _Shown(whole, tuple({id(d): d for each in all_of for d in each.decisions}.values()))


def _first(
    shown: _Shown, tried: Iterable[_Step], policy: Policy,
    known: Mapping[str, Known], left_out: list[tuple[str, str]],
) -> _Shown | None:  # fmt: skip
    """What is shown with the first of some subjects that can be proved with what stands.

    The reason why the first of all cannot is kept.
    """
    for number, asked in enumerate(tried):
        subject = asked(shown)
        more = _with(shown, subject, policy, known)
        if isinstance(more, _Shown):
            return more
        if not number:
            left_out.append((subject.tables[0].name, more))
    return None


def _with(
    shown: _Shown, subject: Subject, policy: Policy, known: Mapping[str, Known]
) -> _Shown | str:
    """What is shown with one table more; or why it cannot be."""
    try:
        return shown.plus(subject, decide(subject, policy, known, shown.standing))
    except ReleaseRefusedError as error:
        return str(error)


def _together(
    found: Sequence[_Shown], more: Sequence[Decision], policy: Policy,
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
