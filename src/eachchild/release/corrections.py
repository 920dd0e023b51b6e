"""Corrected counts: which entry of the ledger they replace, and under which name they are known.

Nobody can unread what was published, so readers know the old and the new: these are different
unknowns, tied to each other in the proof.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from eachchild.release.decide import Subject
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import Key, joined
from eachchild.release.ledger import Entry, Ledger
from eachchild.release.types import Audience

_NAMED = 6  # changes a message names


def as_known(subject: Subject, before: Ledger, audience: Audience, corrects: int | None) -> Subject:
    """A folder of counts under the name by which its readers know these counts, or under a new one.

    Corrected counts have a name of their own (`snapshot`): readers then know both.

    Raises ReleaseRefusedError where the counts changed and nobody said that they are a correction,
    LedgerError where the entry that is named cannot be corrected.
    """
    if corrects is not None:
        before.corrected(corrects, audience)
    entries = before.released_with(audience)
    names = [(), *(new for each in entries.values() for new, _ in each.publication.corrects)]
    shared = {name: _within(subject, name) for name in dict.fromkeys(names)}
    common = {name: _compared(each.counts, entries) for name, each in shared.items()}
    known = tuple(name for name in shared if common[name])
    same = next((name for name in reversed(known) if all(common[name].values())), None)
    if same is None and known:
        numbers = sorted(n for name in known for n, agrees in common[name].items() if not agrees)
        refuse_unsaid(dict.fromkeys(numbers, ()), entries, corrects, audience)
        same = (("snapshot", str(len(before.entries) + 1)),)
    elif corrects is not None:
        raise ReleaseRefusedError(
            f"entry {corrects} tells none of these counts otherwise, so there is nothing to "
            "correct. Release them without --corrects."
        )
    name = same or ()
    others = tuple((name, other) for other in known if other != name)
    return replace(_within(subject, name), corrects=others)


def _compared(counts: Mapping[Key, int], entries: Mapping[int, Entry]) -> dict[int, bool]:
    """The entries that tell some of these counts, and whether they tell them as they are here."""
    told = {number: entry.publication.exact for number, entry in entries.items()}
    both = {number: counts.keys() & found.keys() for number, found in told.items()}
    return {
        number: all(counts[key] == told[number][key] for key in keys)
        for number, keys in both.items()
        if keys
    }


def _within(subject: Subject, of: Key) -> Subject:
    """The same counts under a name of their own."""
    return replace(
        subject,
        tables=tuple(replace(table, of=joined(table.of, of)) for table in subject.tables),
        counts={joined(key, of): number for key, number in subject.counts.items()},
        primary=frozenset(joined(key, of) for key in subject.primary),
        noughts=frozenset(joined(key, of) for key in subject.noughts),
    )


def refuse_unsaid(
    otherwise: Mapping[int, Sequence[str]], entries: Mapping[int, Entry], corrects: int | None,
    audience: Audience,
) -> None:  # fmt: skip
    """Refuse changed counts unless it was said which entry was wrong.

    `otherwise` has the entries that tell them otherwise, and what of them changed, in words.
    """
    own = [number for number in otherwise if entries[number].audience == audience.value]
    number = (own or list(otherwise))[-1]
    readers = entries[number].audience
    if corrects is None:
        to = "" if readers == audience.value else f" --audience {readers}"
        raise ReleaseRefusedError(
            f"counts changed since entry {number} of the ledger was released to {readers}"
            f"{_listed(otherwise[number])}, so nothing is released. Release them as they were or, "
            f"if they were wrong, correct them: --corrects {number}{to}."
        )
    if corrects not in otherwise:
        raise ReleaseRefusedError(
            f"entry {corrects} tells none of what changed{_listed(otherwise[number])}; entry "
            f"{number} does."
        )


def _listed(changed: Sequence[str]) -> str:
    if not changed:
        return ""
    more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
    return f" ({'; '.join(changed[:_NAMED])}{more})"
