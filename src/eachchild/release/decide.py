"""What may be shown of tables, decided and proved: hide, audit, mend, audit again.

The search chooses; the auditor, which knows nothing of how, looks for proof from the published
facts alone; what it cannot prove comes back as one more thing to hide. Without proof, no release.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eachchild.release.changes import Changes, changes_of
from eachchild.release.door import ReleaseRefusedError, handed, refuse_unproved
from eachchild.release.family import Key, Table, circle, family
from eachchild.release.hide import Choice, UnprotectableError, choose
from eachchild.release.insiders import Insider, alone, told_to_insiders
from eachchild.release.policy import Policy
from eachchild.release.proof import (
    ContradictionError,
    Proof,
    before_of,
    crossed_otherwise,
    facts_of,
    implied_small,
    named,
    prove,
    small_changes,
)
from eachchild.release.published import Publication, Range
from eachchild.release.types import Audience, Content, Released

Known = Sequence[Publication]
Union = tuple[Key, ...]  # hidden cells whose sum is told
_ROUNDS = 10
_NAMED = 5  # cells a message names


@dataclass(frozen=True, slots=True)
class Subject:
    """Tables to be released, with every true count and the cells that are too small to show."""

    title: str
    author: str
    tables: tuple[Table, ...]
    counts: Mapping[Key, int]
    primary: frozenset[Key]
    shown: frozenset[Key] = frozenset()  # what is published already and cannot be hidden any more
    noughts: frozenset[Key] = frozenset()  # cells that the rule hides as noughts too
    outcomes: frozenset[str] = frozenset()  # dimensions that count those with an outcome
    corrects: tuple[tuple[Key, Key], ...] = ()  # whom tables count now, and whom they counted then

    def few(self, keys: Sequence[Key], policy: Policy) -> int:
        """The least that a sum of some cells must be to be shown."""
        of_outcome = any(dict(key).keys() & self.outcomes for key in keys)
        return policy.minimum_events if of_outcome else policy.minimum_n


@dataclass(frozen=True, slots=True)
class Standing:
    """What is decided already of the same release: its tables and their true counts.

    `asks`: who is alone in a cell is asked with all of it, not left for later.
    """

    publication: Publication = field(default_factory=lambda: Publication((), {}))
    counts: Mapping[Key, int] = field(default_factory=dict)
    asks: bool = True

    def insiders(self, policy: Policy) -> tuple[Insider, ...]:
        """Students who are alone in a cell of it and know of a hidden count, if they count."""
        if not policy.insiders:
            return ()
        shown = self.publication
        everyone = alone(shown.tables, self.counts, shown.exact)
        return tuple(known for known in everyone if shown.hidden.keys() & set(known))


@dataclass(frozen=True, slots=True)
class Decision:
    """A publication with a proof for each kind of reader, and what it cost."""

    publication: Publication  # with what stood before
    own: Publication  # what it adds
    proofs: Mapping[str, Proof]  # by reader: audience -> proof with all that reader then knows
    choice: Choice
    insiders: int = 0  # students who are alone in a cell, each checked


_NOTHING = Standing()


@dataclass
class _Asked:
    """What the auditor's findings add to the search."""

    unions: list[Union] = field(default_factory=list)
    wider: dict[Key, int] = field(default_factory=dict)

    def mend(
        self, failures: Sequence[Key], unions: Sequence[Union], hidden: frozenset[Key]
    ) -> bool:
        """Ask for more; False where nothing more can be asked."""
        narrow = [key for key in failures if key in hidden]
        for key in narrow:
            self.wider[key] = self.wider.get(key, 0) + 1
        new = [union for union in unions if union not in self.unions and hidden.issuperset(union)]
        self.unions += new
        return bool(narrow or new)


def decide(
    subject: Subject, policy: Policy, known: Mapping[str, Known], standing: Standing = _NOTHING
) -> Decision:
    """Choose what to hide and prove it, for each kind of reader with what that reader knows.

    The first reader is the audience of this release; those after it are inside it and have more.
    What the first reader has been told of these tables stays told, what was hidden stays hidden.
    What is `standing` of the same release is proved with it, and is part of what is decided.

    Raises ReleaseRefusedError, with the reason, where no proof was found, and ValueError for
    tables that hang together in a circle: what is known of all of them together would be more than
    their sums say.
    """
    before = next(iter(known.values()), ())
    _refuse_circle(subject, before)
    changes = changes_of(subject.counts, subject.corrects, before, policy.minimum_n)
    asked = _as_before(subject, (*before, standing.publication), changes)
    try:
        return _decided(asked, policy, known, standing, changes.spans)
    except ReleaseRefusedError as error:
        if not changes.near:
            raise
        near = [before_of(key, *_pair(key, subject.corrects)) for key in sorted(changes.near)]
        raise ReleaseRefusedError(
            f"the old and the new numbers of {_some(near, '')} are fewer than {policy.minimum_n} "
            f"apart, and whoever has both would know how few students were corrected: {error}"
        ) from None


def _pair(key: Key, corrects: Sequence[tuple[Key, Key]]) -> tuple[Key, Key]:
    return next(pair for pair in corrects if set(pair[0]) <= set(key))


def _decided(
    subject: Subject, policy: Policy, known: Mapping[str, Known], standing: Standing,
    spans: Mapping[Key, Range],
) -> Decision:  # fmt: skip
    before = next(iter(known.values()), ())
    above_nought = _above_nought(subject, policy)
    counts = {**standing.counts, **subject.counts}
    insiders = _insiders(subject, policy, standing, counts)
    stood = standing.counts.keys() - subject.counts.keys()
    asked = _Asked()
    failures: tuple[Key, ...] = ()
    for _ in range(_ROUNDS):
        choice = _choose(subject, policy, asked, above_nought, insiders, spans)
        own = publication_of(subject, choice, policy, above_nought)
        publication = own.beside(standing.publication)
        proofs = prove_to_readers(publication, known)
        failures = tuple({key: None for p in proofs.values() for key in p.unproved})
        unions = _unions(subject, stood, proofs, policy, known)
        unions += _small_changes(publication, proofs, known, policy)
        if not failures and not unions:
            whole = Standing(publication, counts)
            inside = whole.insiders(policy) if standing.asks else ()
            if inside and _is_news(own, before):
                failures = _told_inside(whole, inside, before)
            if not failures:
                return Decision(publication, own, proofs, choice, len(inside))
        if not asked.mend(failures, unions, choice.hidden):
            break
    raise ReleaseRefusedError(
        f"no proof that {_some(failures)} cannot be told from this and earlier releases, so "
        "nothing is released. Show fewer tables or coarser groups, or pool years."
    )


def open_to_insiders(standing: Standing, policy: Policy, earlier: Known) -> tuple[Key, ...]:
    """Hidden cells that somebody who is alone in a cell tells from what stands and from earlier.

    None where nothing is told that was not told before.
    """
    if not _is_news(standing.publication, earlier):
        return ()
    return _told_inside(standing, standing.insiders(policy), earlier)


def _told_inside(standing: Standing, inside: Sequence[Insider], earlier: Known) -> tuple[Key, ...]:
    published = [standing.publication, *earlier]
    return told_to_insiders(prove(published), published, standing.counts, inside)


def _refuse_circle(subject: Subject, earlier: Known) -> None:
    """Refuse tables in a circle, and tables of counts that close one with earlier ones.

    Outcomes of an audit crossed by several factors are such a circle, of which students can be
    looked for; what closes another one is refused.
    """
    said = "are crossed two by two in a circle; release the whole cross"
    if names := circle(subject.tables):
        raise ValueError(f"{', '.join(names)} {said}")
    before = [table for each in earlier for table in each.tables]
    tables = _as_one([*before, *subject.tables], [*earlier, subject])
    closed = _closed if any(table.of for table in tables[len(before) :]) else circle
    if closed(tables[: len(before)]):
        return
    if names := closed(tables):
        raise ReleaseRefusedError(
            f"with what was released before, {', '.join(names)} {said}. Pairs tell more together "
            "than each alone."
        )


def _closed(tables: Sequence[Table]) -> list[str]:
    return crossed_otherwise([Publication(tuple(tables), {})])


def _as_one(tables: Sequence[Table], told: Sequence[Publication | Subject]) -> list[Table]:
    """Tables of corrected counts and of those they replace as tables of the same students."""
    snapshots = {pair for each in told for new, _ in each.corrects for pair in new
                 if pair[0] == "snapshot"}  # fmt: skip
    return [replace(t, of=tuple(p for p in t.of if p not in snapshots)) for t in tables]


def _is_news(publication: Publication, earlier: Known) -> bool:
    """Whether anything is told that this reader was not told before."""
    before = {told for each in earlier for told in each.told.items()}
    return not publication.told.items() <= before


def _told(earlier: Known) -> set[Key]:
    return {key for each in earlier for key in each.exact}


def _as_before(subject: Subject, earlier: Known, changes: Changes) -> Subject:
    """The subject with what its reader has been told, and not been told, of its cells already."""
    own = subject.counts.keys()
    hidden = {key for each in earlier for key in each.hidden.keys() & own}
    shown = subject.shown | (_told(earlier) & own)
    noughts = {key for each in earlier for key in each.hidden.keys() - each.above_nought}
    # What was hidden stays so where nobody is left: any hidden before may be a nought now.
    hidden |= changes.hidden | changes.near
    noughts |= changes.hidden
    shown |= changes.same - subject.primary
    return replace(
        subject, shown=shown, primary=frozenset(subject.primary | hidden) - shown,
        noughts=subject.noughts | noughts,
    )  # fmt: skip


def _small_changes(
    publication: Publication, proofs: Mapping[str, Proof], known: Mapping[str, Known],
    policy: Policy,
) -> list[Union]:  # fmt: skip
    """Cells, or hidden ones together, of which it is told that few students were corrected."""
    if not publication.corrects:
        return []
    return list(dict.fromkeys(
        cells for reader, proof in proofs.items()
        for cells in small_changes(
            proof.facts, proof.tables, [publication, *known[reader]], policy.minimum_n
        )
    ))  # fmt: skip


def release_proved(content: Content, audience: Audience, decision: Decision) -> Released:
    """Hand over what was made of released cells alone; ReleaseRefusedError without a proof."""
    if not decision.proofs or not all(proof.holds for proof in decision.proofs.values()):
        refuse_unproved(audience)
    return handed(content, audience)


def _choose(
    subject: Subject, policy: Policy, asked: _Asked, above_nought: frozenset[Key],
    insiders: Sequence[Insider], spans: Mapping[Key, Range],
) -> Choice:  # fmt: skip
    try:
        return choose(
            subject.tables, subject.counts, subject.primary,
            width=policy.width, insiders=insiders, unions=asked.unions, wider=asked.wider,
            shown=subject.shown, above_nought=above_nought, spans=spans,
        )  # fmt: skip
    except UnprotectableError as error:
        keys = family(subject.tables).keys
        narrow = [keys[cell] for cell in error.cells if cell < len(keys)]
        raise ReleaseRefusedError(
            f"{_some(narrow)} could be told however much else is hidden, so nothing is released. "
            "Show fewer tables or coarser groups, or pool years."
        ) from None


def publication_of(
    subject: Subject, choice: Choice, policy: Policy, above_nought: frozenset[Key]
) -> Publication:
    """The tables of a subject as they are published once it is chosen what to hide."""
    told = {k: (n, n) for k, n in subject.counts.items() if k not in choice.hidden}
    hidden = dict.fromkeys(sorted(choice.hidden), policy.width)
    above = choice.hidden & above_nought
    return Publication(subject.tables, told, hidden, above, subject.corrects)


def _above_nought(subject: Subject, policy: Policy) -> frozenset[Key]:
    """Cells that are no noughts where they are hidden, as whoever knows the rules can tell."""
    return frozenset(subject.counts) - subject.noughts if policy.above_nought else frozenset()


def prove_to_readers(publication: Publication, known: Mapping[str, Known]) -> dict[str, Proof]:
    """A proof for each kind of reader; what is hidden here is hidden from the first of them."""
    inside = replace(publication, hidden={})
    return {
        reader: _prove(publication if number == 0 else inside, earlier)
        for number, (reader, earlier) in enumerate(known.items())
    }


def _prove(publication: Publication, earlier: Known) -> Proof:
    try:
        return prove([publication, *earlier])
    except ContradictionError as error:
        raise ReleaseRefusedError(
            f"this release and what was published before cannot both be true: "
            f"{str(error).rstrip('.')}. Find the earlier table with `eachchild ledger show`. "
            "Release the counts as they were. A table of others that counts other students is to "
            "be imported under a name of its own: --where snapshot=state."
        ) from None


def _unions(
    subject: Subject, stood: Collection[Key], proofs: Mapping[str, Proof], policy: Policy,
    known: Mapping[str, Known],
) -> list[Union]:  # fmt: skip
    """Sums of what is hidden from a reader that are small and told, and were not told before."""
    if not policy.implied_sums:
        return []
    found: dict[Union, None] = {}
    for reader, proof in proofs.items():
        small = [
            union
            for union, together in implied_small(proof.facts, policy.minimum_n).items()
            if proof.hidden.keys() >= set(union)
            and not set(union) <= set(stood)  # what stands was asked before
            and together < subject.few(union, policy)
        ]
        if small and known[reader]:
            before = implied_small(facts_of(known[reader]), policy.minimum_n)
            old = set(map(frozenset, before))
            small = [union for union in small if frozenset(union) not in old]
        found.update(dict.fromkeys(small))
    return list(found)


def _insiders(
    subject: Subject, policy: Policy, standing: Standing, counts: Mapping[Key, int]
) -> tuple[Insider, ...]:
    """Who is alone in a cell of these tables or of those that stand, and what each then knows."""
    if not policy.insiders:
        return ()
    tables = (*standing.publication.tables, *subject.tables)
    return alone(tables, counts, {*standing.publication.exact, *subject.shown})


def _some(keys: Sequence[Key], what: str = "the counts of ") -> str:
    """A few cells by name, and how many more."""
    if not keys:
        return "some sums of hidden cells"
    first = "; ".join(named(key) for key in keys[:_NAMED])
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return f"{what}{first}{more}"
