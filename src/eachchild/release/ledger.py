"""The ledger: what was ever published, so that nothing hidden then is given away now.

One append-only file of JSON lines. Each entry carries its own hash and that of the entry before
it, so a line that was changed or taken out shows; that the last ones are still there, a bundle
says, whose proof names the entry before it. It holds what readers already have, and no hidden
value.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from eachchild.release.door import ReleaseInputError
from eachchild.release.family import Key
from eachchild.release.proof import named
from eachchild.release.published import Publication, key_of
from eachchild.release.types import Audience

_FIRST = "0" * 64
RELEASE, IMPORT, CORRECTION = "release", "import", "correction"
_KINDS = (RELEASE, IMPORT, CORRECTION)


class LedgerError(ReleaseInputError):
    """A ledger that cannot be trusted or written; the message says which line and what next."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One release, or one table that somebody else published."""

    kind: str  # release, import, correction
    audience: str
    title: str
    publication: Publication
    policy: Mapping[str, str] = field(default_factory=dict)  # name and version
    approved_by: tuple[str, ...] = ()
    bundle: str = ""  # sha256 of the bundle's proof
    replaces: int | None = None  # the number of the entry that a correction corrects
    lost: tuple[tuple[Key, int], ...] = ()  # hidden cells it tells, and the width each has left


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every entry in order, and the hash of the last line."""

    entries: tuple[Entry, ...] = ()
    last: str = _FIRST

    def known_to(self, audience: Audience) -> tuple[Publication, ...]:
        """What a reader of one audience has already: its releases, wider ones, and all imports.

        What was corrected stays known: nobody can unread it. What a wider audience may not know,
        this one may be told: only what was hidden from this very audience stays hidden.
        """
        seen = {a.value for a in audience.hears}
        lost = {key: width for e in self.entries for key, width in e.lost}
        return tuple(
            replace(e.publication, hidden=_left(e.publication.hidden, lost)
                    if e.audience == audience.value else {})
            for e in self.entries
            if e.kind == IMPORT or e.audience in seen
        )  # fmt: skip

    def released_with(self, audience: Audience) -> dict[int, Entry]:
        """Our own entries that any reader of a release to an audience has, by number."""
        heard = {each.value for reader in audience.readers for each in reader.hears}
        return {
            number: entry
            for number, entry in enumerate(self.entries, start=1)
            if entry.kind != IMPORT and entry.audience in heard
        }

    def corrected(self, number: int, audience: Audience) -> Entry:
        """The entry that is to be corrected; LedgerError where it cannot be."""
        if not 1 <= number <= len(self.entries):
            raise LedgerError(
                f"there is no entry {number}. `eachchild ledger show` lists them by number."
            )
        entry = self.entries[number - 1]
        if entry.kind == IMPORT:
            raise LedgerError(f"entry {number} is a table of others, which is for them to correct.")
        if entry.audience != audience.value:
            raise LedgerError(
                f"entry {number} was released to {entry.audience}. Correct it for the same "
                f"readers: --audience {entry.audience}."
            )
        return entry

    def readers(self, audience: Audience) -> dict[str, tuple[Publication, ...]]:
        """What everybody has already who will learn of a release to an audience, that one first."""
        return {reader.value: self.known_to(reader) for reader in audience.readers}


def _left(hidden: Mapping[Key, int], lost: Mapping[Key, int]) -> dict[Key, int]:
    """What can still be promised of hidden cells, of which others have told some."""
    left = {key: min(width, lost.get(key, width)) for key, width in hidden.items()}
    return {key: width for key, width in left.items() if width}


def load_ledger(path: Path) -> Ledger:
    """Read a ledger, an absent file as an empty one; LedgerError where the chain is broken."""
    if not path.exists():
        return Ledger()
    return _chained(path, path.read_bytes())


def append(path: Path, entry: Entry, *, after: Ledger) -> str:
    """Add an entry, whole or not at all, and return its hash.

    LedgerError where another entry came between: what was proved is then no longer proved.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        now = _chained(path, file.read())
        if now.last != after.last:
            raise LedgerError(
                f"{path.name} has {len(now.entries) - len(after.entries)} new entries since the "
                "proof was made. Release again: the proof must cover them."
            )
        line, own = _line(entry, len(now.entries) + 1, now.last)
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return own


def conflicts(ledger: Ledger) -> tuple[str, ...]:
    """Cells that one entry hides and another tells, and cells told as two counts, in words."""
    found: list[str] = []
    for later, entry in enumerate(ledger.entries):
        for earlier, before in enumerate(ledger.entries[:later]):
            if entry.audience != before.audience:
                continue  # the inner audience may be told more; what it tells together is proved
            found += _between((earlier + 1, before.publication), (later + 1, entry.publication))
    return tuple(found)


def _between(one: tuple[int, Publication], other: tuple[int, Publication]) -> list[str]:
    (first, before), (second, after) = one, other
    found = [
        f"{named(key)}: hidden in entry {hides}, told in entry {tells}."
        for hides, hidden, tells, told in (
            (first, before, second, after),
            (second, after, first, before),
        )
        for key in hidden.hidden
        if key in told.told and told.told[key][0] == told.told[key][1]
    ]
    for key in sorted(before.told.keys() & after.told.keys()):
        apart = _apart(before.told[key], after.told[key])
        if apart:
            found.append(
                f"{named(key)}: entries {first} and {second} tell counts {apart} apart. The "
                "difference is itself a count of students."
            )
    return found


def _apart(one: tuple[int, int | None], other: tuple[int, int | None]) -> int:
    """How far apart two ranges of one count lie; 0 where both can be true."""
    low = max(one[0], other[0])
    highs = [high for high in (one[1], other[1]) if high is not None]
    return max(0, low - min(highs)) if highs else 0


def _line(entry: Entry, number: int, previous: str) -> tuple[bytes, str]:
    """An entry as it is written, and the hash that it carries."""
    data = asdict(entry) | {
        "publication": entry.publication.to_json(),
        "lost": [[dict(key), width] for key, width in entry.lost],
        "number": number,
        "previous": previous,
    }
    own = hashlib.sha256(_written(data)).hexdigest()
    return _written(data | {"hash": own}) + b"\n", own


def _written(data: Mapping[str, object]) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()


def _chained(path: Path, data: bytes) -> Ledger:
    entries: list[Entry] = []
    last = _FIRST
    for number, line in enumerate(data.splitlines(keepends=True), start=1):
        entry, last = _entry(path, number, line, last)
        entries.append(entry)
    return Ledger(tuple(entries), last)


def _entry(path: Path, number: int, line: bytes, previous: str) -> tuple[Entry, str]:
    try:
        data = json.loads(line)
        for name in ("number", "previous", "hash"):
            data.pop(name)
        data["publication"] = Publication.from_json(data["publication"])
        data["approved_by"] = tuple(data["approved_by"])
        data["lost"] = tuple((key_of(cell), width) for cell, width in data["lost"])
        entry = Entry(**data)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _broken(path, number) from None
    written, own = _line(entry, number, previous)
    if entry.kind not in _KINDS or written != line:
        raise _broken(path, number)
    return entry, own


def _broken(path: Path, number: int) -> LedgerError:
    return LedgerError(
        f"{path.name}, line {number}: the chain is broken; this line or one before it was changed, "
        "taken out or cut off. Put back the last good copy; do not release until it is whole."
    )
