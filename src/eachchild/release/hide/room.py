"""Which hidden cells have room enough, known from moves that were seen already."""

import numpy as np

from eachchild.release.hide.problem import EXACT, Marks, Real, Whole

_KEPT = 600  # moves remembered at least; the oldest give way
_ROOM = 4_000_000  # numbers kept, for tables small enough to remember more moves


class Moves:
    """Moves of tables, each leaving all that is published as it is.

    One move serves every cell it moves, and stays valid for every pattern that hides the cells
    it touches. Remembering them spares most of the attacker's programs.
    """

    def __init__(self, cells: int) -> None:
        """Begin with none."""
        kept = max(_KEPT, min(_ROOM // max(cells, 1), 10 * _KEPT))
        self._seen = np.zeros((kept, cells), dtype=np.float32)
        self._touched = np.zeros((kept, cells), dtype=bool)
        self._next = 0

    def add(self, move: Real) -> None:
        """Remember one."""
        at = self._next % len(self._seen)
        self._seen[at] = move
        self._touched[at] = np.abs(move) > EXACT
        self._next += 1

    def span(self, hidden: Marks, held: Whole | None = None) -> Real:
        """How far apart the moves take each cell, when only hidden cells move and none held."""
        still = ~hidden
        if held is not None:
            still[held] = True
        valid = ~self._touched[:, still].any(axis=1)
        moves = self._seen[valid]
        if not moves.size:
            return np.zeros(hidden.size)
        ends = np.maximum(moves.max(axis=0), 0) - np.minimum(moves.min(axis=0), 0)
        return np.asarray(ends, dtype=float) + EXACT
