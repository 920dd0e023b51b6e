"""What may be shown of tables, decided and proved: hide, audit, mend, audit again.

The search chooses; the auditor, which knows nothing of how, looks for proof from the published
facts alone; what it cannot prove comes back as one more thing to hide. Without proof, no release.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from eachchild.release.door import ReleaseRefusedError, handed, refuse_unproved
from eachchild.release.family import Key, Table, family
from eachchild.release.hide import Choice, UnprotectableError, choose
from eachchild.release.policy import Policy
from eachchild.release.proof import ContradictionError, Proof, implied_small, named, prove
from eachchild.release.published import Publication
from eachchild.release.types import Audience, Content, Released

Known = Sequence[Publication]
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


@dataclass(frozen=True, slots=True)
class Decision:
    """A publication with a proof for each kind of reader, and what it cost."""

    publication: Publication
    proofs: Mapping[str, Proof]  # by reader: audience -> proof with all that reader then knows
    choice: Choice
    insiders: int  # students who are alone in a cell, each checked; 0 where none were asked for


@dataclass
class _Asked:
    """What the auditor's findings add to the search."""

    primary: set[Key]
    unions: list[tuple[Key, ...]] = field(default_factory=list)
    wider: dict[Key, int] = field(default_factory=dict)

    def mend(self, failures: Sequence[Key], hidden: frozenset[Key], own: frozenset[Key]) -> bool:
        """Ask for more; False where nothing more can be asked."""
        news = False
        for key in failures:
            if key in hidden:
                self.wider[key] = self.wider.get(key, 0) + 1
                news = True
            elif key in own:  # hidden in an earlier release, so hidden here
                self.primary.add(key)
                news = True
        return news


def decide(subject: Subject, policy: Policy, known: Mapping[str, Known]) -> Decision:
    """Choose what to hide and prove it, for each kind of reader with what that reader knows.

    The first reader is the audience of this release; those after it are inside it and have more.

    Raises ReleaseRefusedError, with the reason, where no proof was found.
    """
    own = frozenset(family(subject.tables).keys)
    asked = _Asked(set(subject.primary))
    failures: tuple[Key, ...] = ()
    for _ in range(_ROUNDS):
        choice = _choose(subject, policy, asked)
        publication = _publication(subject, choice, policy)
        proofs = prove_to_readers(publication, known)
        failures = tuple({key: None for p in proofs.values() for key in p.unproved})
        unions = _unions(proofs, policy, asked)
        if not failures and not unions:
            inside = _insiders(subject, choice, policy)
            failures = _told_to_insiders(publication, subject.counts, inside)
            if not failures:
                return Decision(publication, proofs, choice, len(inside))
        asked.unions += unions
        if not asked.mend(failures, choice.hidden, own) and not unions:
            break
    raise ReleaseRefusedError(
        f"no proof that {_some(failures)} cannot be told from this and earlier releases, so "
        "nothing is released. Show fewer tables or coarser groups, or pool years."
    )


def release_proved(content: Content, audience: Audience, decision: Decision) -> Released:
    """Hand over what was made of released cells alone; ReleaseRefusedError without a proof."""
    if not decision.proofs or not all(proof.holds for proof in decision.proofs.values()):
        refuse_unproved(audience)
    return handed(content, audience)


def _choose(subject: Subject, policy: Policy, asked: _Asked) -> Choice:
    try:
        return choose(
            subject.tables, subject.counts, asked.primary,
            width=policy.width, insiders=policy.insiders, unions=asked.unions, wider=asked.wider,
            shown=subject.shown,
        )  # fmt: skip
    except UnprotectableError as error:
        keys = family(subject.tables).keys
        narrow = [keys[cell] for cell in error.cells if cell < len(keys)]
        raise ReleaseRefusedError(
            f"{_some(narrow)} could be told however much else is hidden, so nothing is released. "
            "Show fewer tables or coarser groups, or pool years."
        ) from None


def _publication(subject: Subject, choice: Choice, policy: Policy) -> Publication:
    told = {k: (n, n) for k, n in subject.counts.items() if k not in choice.hidden}
    return Publication(subject.tables, told, dict.fromkeys(sorted(choice.hidden), policy.width))


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
            f"{str(error).rstrip('.')}. Find the earlier table with `eachchild ledger show`, and "
            "release the counts as they were."
        ) from None


def _unions(proofs: Mapping[str, Proof], policy: Policy, asked: _Asked) -> list[tuple[Key, ...]]:
    if not policy.implied_sums:
        return []
    found: dict[tuple[Key, ...], None] = {}
    for proof in proofs.values():
        for union in implied_small(proof.facts, policy.minimum_n):
            found.setdefault(union)
    return [union for union in found if union not in asked.unions]


def _insiders(subject: Subject, choice: Choice, policy: Policy) -> list[tuple[Key, ...]]:
    if not policy.insiders:
        return []
    return [keys for keys in choice.insiders if any(key in choice.hidden for key in keys)]


def _told_to_insiders(
    publication: Publication, counts: Mapping[Key, int], insiders: Sequence[tuple[Key, ...]]
) -> tuple[Key, ...]:
    """Hidden cells that the only student of a cell could tell. Uses hidden values: vault only."""
    failures: dict[Key, None] = {}
    for known in insiders:
        told = {**publication.told, **{key: (counts[key], counts[key]) for key in known}}
        hidden = {key: w for key, w in publication.hidden.items() if key not in known}
        seen = Publication(publication.tables, told, hidden)
        failures.update(dict.fromkeys(prove([seen]).unproved))
    return tuple(failures)


def _some(keys: Sequence[Key]) -> str:
    """A few cells by name, and how many more."""
    if not keys:
        return "some sums of hidden cells"
    first = "; ".join(named(key) for key in keys[:_NAMED])
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return f"the counts of {first}{more}"
