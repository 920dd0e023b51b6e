"""Deciding step by step: what stands, and one table more, or why it cannot be."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

from eachchild.release.audits.again import as_released, left_out_before
from eachchild.release.audits.part import Part
from eachchild.release.decide import Decision, Known, Standing, Subject, decide, open_to_insiders
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import Key
from eachchild.release.policy import Policy
from eachchild.release.published import Range

ALL = "all students"  # a part as a whole, where it is left out
LEFT_OUT = "an earlier release of the same counts left it out."
NEARLY = "others who were asked nearly tell how many of these there are."


@dataclass(frozen=True, slots=True)
class Shown:
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

    def plus(self, subject: Subject, decision: Decision) -> "Shown":
        """With what was decided of one table more."""
        counts = {**self.standing.counts, **subject.counts}
        now = replace(self.standing, publication=decision.publication, counts=counts)
        return Shown(now, (*self.decisions, decision))

    def asking(self, asks: bool) -> "Shown":
        """From now on whoever is alone in a cell is asked with all that stands, or is not."""
        return replace(self, standing=replace(self.standing, asks=asks))


Step = Callable[[Shown], Subject]


def stepwise(
    shown: Shown, steps: Sequence[Sequence[Step]], policy: Policy, known: Mapping[str, Known],
    left_out: list[tuple[str, str]],
) -> Shown:  # fmt: skip
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


def _first(
    shown: Shown, tried: Iterable[Step], policy: Policy,
    known: Mapping[str, Known], left_out: list[tuple[str, str]],
) -> Shown | None:  # fmt: skip
    """What is shown with the first of some subjects that can be proved with what stands.

    The reason why the first of all cannot is kept.
    """
    for number, asked in enumerate(tried):
        subject = asked(shown)
        more = with_one_more(shown, subject, policy, known)
        if isinstance(more, Shown):
            return more
        if not number:
            left_out.append((subject.tables[0].name, more))
    return None


def with_one_more(
    shown: Shown, subject: Subject, policy: Policy, known: Mapping[str, Known]
) -> Shown | str:
    """What is shown with one table more; or why it cannot be."""
    if again := as_released(subject, policy, known, shown.standing):
        return shown.plus(subject, again)
    if left_out_before(subject, known):
        return LEFT_OUT
    try:
        return shown.plus(subject, decide(subject, policy, known, shown.standing))
    except ReleaseRefusedError as error:
        return str(error)


def unlike(
    parts: Sequence[Part], found: Sequence[Shown], policy: Policy
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
