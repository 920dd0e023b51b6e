"""The two tests of a gap on districts whose truth is known, beside simpler ones.

Days are heavy-tailed, schools are segregated and differ, one group goes to a tenth of the schools
and another is one student in 400. Every district is judged by the program itself; a source of sums
alone is the same district without its squares.
"""

from eachchild.bench.two_tests.study import Row, grid, read_rows, scenario_of, scenario_rows
from eachchild.bench.two_tests.world import Scenario

__all__ = ["Row", "Scenario", "grid", "read_rows", "scenario_of", "scenario_rows"]
