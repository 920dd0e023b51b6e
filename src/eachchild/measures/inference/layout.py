"""Everything about a block's comparisons that holds for every outcome, made once."""

from collections.abc import Sequence
from dataclasses import dataclass

from eachchild.cube import ALL_PLACES, Cube, Rollups
from eachchild.measures.inference.crossed_cells import Crossing, crossings
from eachchild.measures.inference.frame import (
    Cells,
    Comparisons,
    Frame,
    Layer,
    cells_at,
    comparisons,
    frame,
)
from eachchild.measures.inference.make_up import Line, line_up
from eachchild.plan import Plan


@dataclass(frozen=True, slots=True)
class Layout:
    """The comparisons, the schools in line for the test between them, and the crossings' tables.

    `lines` has one entry a layer; its schools are `schools_pooled` where the layer's years are.
    `crossed` are the cells the crossings are laid out from: those of schools, or of the whole
    place where no school is known.
    """

    levels: tuple[str, ...]
    frame: Frame
    schools_pooled: Cells
    pooled_comparisons: Comparisons
    lines: tuple[Line, ...]
    crossings: tuple[Crossing, ...]
    crossed: Cells

    def at(self, layer: Layer) -> int:
        """The place of a layer's level among all levels."""
        return self.levels.index(layer.cells.level)


def level_names(cube: Cube) -> tuple[str, ...]:
    """The levels of place that comparisons are numbered by, from the whole down."""
    return (ALL_PLACES, cube.places.parent_level, cube.places.level)


def lay_out(
    plan: Plan, rollups: Rollups, breakdowns: Sequence[tuple[str, ...]], outcome: str
) -> Layout:
    """Lay out the breakdowns that one block answers; `outcome` is one that it answers for."""
    whole = frame(plan, rollups, breakdowns, outcome)
    cube, pooled, beside = rollups.cube, whole.schools, whole.in_schools
    if len(cube.periods) > 1:
        pooled = cells_at(rollups, whole.groups, outcome, (cube.places.level, True))
        beside = comparisons(whole.groups, pooled)
    lines = tuple(
        line_up(rollups, whole.groups, pooled if layer.cells.pooled else whole.schools, layer)
        for layer in whole.layers
    )
    crossed = whole.schools if whole.schools.place.size else whole.layers[0].cells
    return Layout(
        level_names(cube),
        whole,
        pooled,
        beside,
        lines,
        crossings(whole.groups, crossed),
        crossed,
    )
