"""Other parties' published tables as entries of the ledger: facts that every reader has."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from eachchild.release.family import Key, joined
from eachchild.release.ledger import IMPORT, Entry, Ledger
from eachchild.release.proof import ContradictionError, Proof, apart, prove
from eachchild.release.published import Publication, key_of
from eachchild.release.reading import PublishedError, read_published
from eachchild.release.types import Audience


@dataclass(frozen=True, slots=True)
class Imported:
    """A table as an entry, and the hidden cells of our own releases that it tells."""

    entry: Entry
    told: tuple[Key, ...]


def imported(path: Path, before: Ledger, *, title: str, of: Mapping[str, str]) -> Imported:
    """Read a table that is already out; what it tells of hidden cells can be promised no more.

    `of` says whom all of it counts, where our cells say so too: a period, say. The table's own
    hidden counts are promised as far as it and the entries before keep them.

    Raises PublishedError where it cannot be true together with the entries before.
    """
    publication = _of(read_published(path), key_of(of))
    lost: dict[Key, int] = {}
    for reader in Audience.PUBLIC.readers:
        earlier = before.known_to(reader)
        own = publication if reader is Audience.PUBLIC else replace(publication, hidden={})
        proof = _proved(path, own, earlier)
        left = apart(proof.facts, proof.tables)
        lost.update({key: left.get(key, 0) for key in proof.unproved})
    entry = Entry(
        IMPORT, Audience.PUBLIC.value, title or path.name, publication,
        lost=tuple(sorted(lost.items())),
    )  # fmt: skip
    return Imported(entry, tuple(key for key in sorted(lost) if key not in publication.hidden))


def _of(publication: Publication, of: Key) -> Publication:
    """The same publication about some students only."""

    def within(key: Key) -> Key:
        return joined(key, of)

    return Publication(
        tuple(replace(table, of=within(table.of)) for table in publication.tables),
        {within(key): span for key, span in publication.told.items()},
        {within(key): width for key, width in publication.hidden.items()},
        frozenset(map(within, publication.above_nought)),
    )


def _proved(path: Path, own: Publication, earlier: tuple[Publication, ...]) -> Proof:
    try:
        return prove([own, *earlier])
    except ContradictionError as error:
        raise PublishedError(
            f"{path.name} and the entries before it cannot both be true: {str(error).rstrip('.')}. "
            "If it counts other students, or another day, say so: --where snapshot=state. If it "
            "leaves groups out, add a row for each with a blank count."
        ) from None
