"""What became of each row: loaded, merged, quarantined or ignored; the first reason stands."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Fate(IntEnum):
    """The four states; every row ends in exactly one."""

    LOADED = 0
    MERGED = 1
    QUARANTINED = 2
    IGNORED = 3


@dataclass(frozen=True, slots=True)
class Fates:
    """One entry a row: its fate, and which of `reasons` it is for."""

    fate: NDArray[np.int8]
    reason: NDArray[np.int16]
    reasons: tuple[str, ...] = ("",)

    @property
    def loaded(self) -> NDArray[np.bool_]:
        """Rows that no rule has taken out so far."""
        return np.asarray(self.fate == Fate.LOADED)

    def put(self, rows: NDArray[np.bool_], fate: Fate, reason: str) -> "Fates":
        """Decide rows that are still loaded; others keep the reason they have."""
        rows = rows & self.loaded
        if not rows.any():
            return self
        reasons = self.reasons if reason in self.reasons else (*self.reasons, reason)
        return replace(
            self,
            fate=np.where(rows, np.int8(fate), self.fate),
            reason=np.where(rows, np.int16(reasons.index(reason)), self.reason),
            reasons=reasons,
        )

    def count(self, fate: Fate) -> int:
        """How many rows ended so."""
        return int((self.fate == fate).sum())

    def ignored(self) -> Mapping[str, int]:
        """Ignored rows by the rule that names them."""
        counts = Counter(self.reason[self.fate == Fate.IGNORED].tolist())
        return {self.reasons[r]: n for r, n in sorted(counts.items())}

    def part(self, begin: int, end: int) -> "Fates":
        """The fates of some rows in a row."""
        return replace(self, fate=self.fate[begin:end], reason=self.reason[begin:end])


def all_loaded(rows: int) -> Fates:
    """Before any rule has looked."""
    return Fates(np.zeros(rows, dtype=np.int8), np.zeros(rows, dtype=np.int16))


def joined(parts: list[Fates]) -> Fates:
    """The fates of several files one below the other."""
    reasons = tuple(dict.fromkeys(r for part in parts for r in part.reasons))
    mapped = [
        np.array([reasons.index(r) for r in part.reasons], dtype=np.int16)[part.reason]
        for part in parts
    ]
    return Fates(np.concatenate([p.fate for p in parts]), np.concatenate(mapped), reasons)
