"""Roll-ups asked for many times, added up once."""

from dataclasses import dataclass, field
from threading import RLock

from eachchild.cube.cells import Block, Cube
from eachchild.cube.margins import ALL_PLACES, Margin, margin

_KEPT_FACTORS = 2  # crossings an audit asks for at every school anyway; fewer are made from them
_Asked = tuple[int, tuple[str, ...], str, bool]


@dataclass(slots=True)
class Rollups:
    """The margins of one cube, kept once made. A coarse one is made from the next finer one."""

    cube: Cube
    _made: dict[_Asked, Margin] = field(default_factory=dict)
    _one_at_a_time: RLock = field(default_factory=RLock)  # two threads ask, one makes

    def cells(
        self, outcome: str, factors: tuple[str, ...], *, level: str, pooled: bool = False
    ) -> Margin | None:
        """An outcome's cells for some factors at one level; None where the source has no such."""
        block = self.cube.block_for(factors, outcome)
        return None if block is None else self._margin(block, factors, level, pooled)

    def totals(
        self, outcome: str, factors: tuple[str, ...], *, level: str, pooled: bool = False
    ) -> Margin:
        """All students of the block that answers for these factors: the whole the groups part."""
        block = self.cube.block_for(factors, outcome)
        if block is None:
            raise KeyError(f"no cells of '{outcome}' tell {factors} apart")
        return self._margin(block, (), level, pooled)

    def of_block(self, block: Block, factors: tuple[str, ...], *, level: str) -> Margin:
        """The cells of one breakdown for some of its factors, whatever another would answer."""
        return self._margin(block, factors, level, pooled=False)

    def _margin(self, block: Block, factors: tuple[str, ...], level: str, pooled: bool) -> Margin:
        asked = (id(block), factors, level, pooled)  # the cube keeps its blocks alive
        with self._one_at_a_time:
            if asked not in self._made:
                self._made[asked] = self._make(block, factors, level, pooled)
            return self._made[asked]

    def _make(self, block: Block, factors: tuple[str, ...], level: str, pooled: bool) -> Margin:
        finer = self._finer(block, factors, level, pooled)
        return margin(self.cube, finer, factors, level=level, pooled=pooled)

    def _finer(self, block: Block, factors: tuple[str, ...], level: str, pooled: bool) -> Block:
        """The fewest cells that can be added up to this margin: those a finer one has."""
        rest = [f for f in block.factors if f not in factors]
        if level == ALL_PLACES:
            if not (rest or pooled):
                return block
            return _as_block(self._margin(block, block.factors, ALL_PLACES, pooled=False))
        finest = self.cube.places.level
        if pooled or level != finest:
            return _as_block(self._margin(block, factors, finest, pooled=False))
        if not rest or len(factors) >= _KEPT_FACTORS:
            return block
        fewest = min(rest, key=lambda f: len(self.cube.values[f]))
        more = tuple(f for f in block.factors if f in factors or f == fewest)
        return _as_block(self._margin(block, more, level, pooled=False))


def _as_block(cells: Margin) -> Block:
    """Cells already added up, to be added up further."""
    return Block(
        cells.factors, cells.place, cells.period, cells.value, cells.students, cells.tallies
    )
