"""An audit whose counts changed since readers were told of them."""

from collections.abc import Collection, Mapping, Sequence

from eachchild.release.audits.part import Part, split
from eachchild.release.family import Key
from eachchild.release.proof import before_of
from eachchild.release.published import Publication

STUDENTS = "students"  # what changed, where it is no outcome


def changed_since(
    parts: Sequence[Part], entries: Mapping[int, Publication]
) -> dict[int, list[tuple[str, str]]]:
    """For each entry that tells counts of an audit otherwise: which outcome, of which period.

    Parts whose corrected counts readers have already are no news.
    """
    names = {table.of for each in entries.values() for table in each.tables}
    found: dict[int, list[tuple[str, str]]] = {}
    for part in (part for part in parts if part.others and part.of not in names):
        for number, publication in entries.items():
            what = _changed(part, publication)
            if what:
                found.setdefault(number, []).extend((name, part.period) for name in what)
    return found


def _changed(part: Part, publication: Publication) -> list[str]:
    told = publication.exact
    counts = {STUDENTS: part.students} | {
        outcome: {split(key, outcome, "yes"): n for key, n in events.items()}
        for outcome, events in part.events.items()
    }
    return [name for name, own in counts.items() if _differ(own, told, part.corrects)]


def _differ(
    own: Mapping[Key, int], told: Mapping[Key, int], corrects: Sequence[tuple[Key, Key]]
) -> bool:
    return any(
        told.get(before_of(key, new, old), number) != number
        for new, old in corrects
        for key, number in own.items()
    )


def told_of_all(part: Part, outcome: str, earlier: Collection[Publication]) -> bool:
    """Whether a correction tells that all who were added, or taken away, were with the outcome."""
    told = {key: number for each in earlier for key, number in each.exact.items()}
    for new, old in part.corrects:
        for key, number in part.students.items():
            all_, yes = (before_of(k, new, old) for k in (key, split(key, outcome, "yes")))
            if all_ in told and yes in told:
                students = number - told[all_]
                events = part.events[outcome][key] - told[yes]
                if students and students == events:
                    return True
    return False
