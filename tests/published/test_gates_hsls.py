"""Students of the High School Longitudinal Study of 2009, one by one, against the counts of them.

The public-use file of the National Center for Education Statistics, unweighted: figures are of
these students and not of the nation. Readiness is the fifth of the mathematics test in grade 9;
enrollment is that in a college three years after high school.
"""

import csv
import gzip
from collections import defaultdict

import numpy as np
import pytest

from eachchild.causes.gate import Scores, inside_scores, ready_but_missed, simulate
from eachchild.causes.screen import Listed, calibration, error_parity

GROUPS = ("Black/African-American", "Hispanic", "White")
RACE, FIFTH, COLLEGE, GRADES = (
    "student_race_eth_survey1", "math_quintile_survey1", "postsecondary_edu_survey4",
    "gpa_12th_survey3",
)  # fmt: skip
IN_COLLEGE = "Enrolled in postsecondary education"


@pytest.fixture(scope="module")
def students(shared):
    """Of each student: race, fifth of the test, in college, grade point average of grade 12."""
    path = shared / "data" / "hsls09-students" / "hsls09_students.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [
            (r[RACE], int(r[FIFTH]), r[COLLEGE], r[GRADES])
            for r in csv.DictReader(file)
            if r[RACE] in GROUPS and r[FIFTH]
        ]


@pytest.fixture(scope="module")
def grid(students):
    n, enrolled = np.zeros((2, 3, 1, 5), np.int64)
    for race, fifth, college, _ in students:
        if college:
            n[GROUPS.index(race), 0, fifth - 1] += 1
            enrolled[GROUPS.index(race), 0, fifth - 1] += college == IN_COLLEGE
    return Scores(np.arange(1.0, 6), n, enrolled)


def test_the_students_are_those_of_the_files_own_figures(students):
    """Its shares are of all students of a race, those without a test too: 2,450 and 12,082."""
    for race, n, everybody, top in (
        ("Black/African-American", 2_218, 2_450, 0.2351),
        ("White", 11_854, 12_082, 0.4753),
    ):
        fifths = [s[1] for s in students if s[0] == race]
        assert len(fifths) == n
        assert sum(f >= 4 for f in fifths) / everybody == pytest.approx(top, abs=5e-5)


def test_the_gap_at_the_same_score_student_by_student(students, grid):
    met = defaultdict(list)
    for race, fifth, college, _ in students:
        if college:
            met[race, fifth].append(college == IN_COLLEGE)
    for at, race in enumerate(GROUPS[:2]):
        found = inside_scores(grid, at, 2)
        mine = [(f, x) for f in range(1, 6) for x in met[race, f]]
        white = {f: sum(met["White", f]) / len(met["White", f]) for f in range(1, 6)}
        expect = sum(x - white[f] for f, x in mine) / len(mine)
        assert found.standardized.difference[0] == pytest.approx(expect, abs=1e-12)
        weights = {f: 1 / (1 / len(met[race, f]) + 1 / len(met["White", f])) for f in range(1, 6)}
        pooled = sum(w * (np.mean(met[race, f]) - white[f]) for f, w in weights.items())
        assert found.pooled.difference[0] == pytest.approx(pooled / sum(weights.values()))
        # Most of the plain gap goes with the test of grade 9.
        assert found.crude.high[0] < 0
        assert found.crude.difference[0] < found.standardized.difference[0]


def test_the_ready_and_a_cut_student_by_student(students, grid):
    missed = ready_but_missed(grid, 2)
    for at, race in enumerate(GROUPS):
        ready = [c for r, f, c, _ in students if r == race and c and f >= missed.cut]
        assert missed.ready[at] == len(ready)
        assert missed.missed[at] == sum(c != IN_COLLEGE for c in ready)
    found = simulate(grid, 2, cuts=[4.0])
    for at, race in enumerate(GROUPS):
        tested = [(f, c == IN_COLLEGE) for r, f, c, _ in students if r == race and c]
        assert found.rate[1, at] == pytest.approx(np.mean([f >= 4 for f, _ in tested]))
        assert found.rate[2, at] == pytest.approx(np.mean([f >= 4 or c for f, c in tested]))


def test_a_list_of_low_scores_student_by_student(students):
    """The lowest two fifths as a list of whom grades below 2 in grade 12 will come to."""
    table, by_fifth = np.zeros((3, 2, 2), np.int64), np.zeros((2, 3, 5), np.int64)
    for race, fifth, _, grades in students:
        if grades:
            low = float(grades) < 2
            table[GROUPS.index(race), int(fifth <= 2), int(low)] += 1
            by_fifth[:, GROUPS.index(race), fifth - 1] += [1, low]
    listed = Listed(table[:, 1, 1], table[:, 1, 0], table[:, 0, 1], table[:, 0, 0])
    found = error_parity(listed, reference=2)
    for at, race in enumerate(GROUPS):
        mine = [(f <= 2, float(g) < 2) for r, f, _, g in students if r == race and g]
        alarms = np.mean([flag for flag, low in mine if not low])
        misses = np.mean([not flag for flag, low in mine if low])
        assert found.false_alarms.rate.rate[at] == pytest.approx(alarms)
        assert found.missed.rate.rate[at] == pytest.approx(misses)
    # Black students without such grades are on the list far oftener than White students without.
    assert found.false_alarms.gap.low[0] > 0.1
    assert found.missed.gap.high[0] < 0
    assert calibration(*by_fifth, reference=2).pooled.low[0] > 0
