"""What the reference says of keys and measures is what the code reads and writes."""

from dataclasses import fields

import pytest

from eachchild.measures.definitions import DEFINITIONS
from eachchild.plan import declared
from eachchild.plan.model import Adults, CellPattern, Certified, Layout, Margin, Place, Uncovered
from eachchild.terms.outcomes import Outcome


@pytest.mark.parametrize(
    ("section", "model"),
    [
        (declared.CERTIFIED, Certified), (declared.MARGIN, Margin), (declared.PLACE, Place),
        (declared.LAYOUT, Layout), (declared.CELLS, CellPattern), (declared.UNCOVERED, Uncovered),
        (declared.OUTCOME, Outcome), (declared.ADULTS, Adults),
    ],
)  # fmt: skip
def test_the_declared_keys_are_those_a_plan_holds(
    section: declared.Section, model: type[object]
) -> None:
    made = {"event_text", "population_text"}  # an outcome keeps the text beside what it parsed
    assert set(section.keys) == {f.name for f in fields(model)} - made  # type: ignore[arg-type]


def test_every_measure_is_defined_once() -> None:
    names = [d.name for d in DEFINITIONS]
    assert len(names) == len(set(names))
    assert all(d.meaning for d in DEFINITIONS)
