"""Everything that happens in one school year, drawn from the chances of its students."""

from dataclasses import dataclass

from eachchild.worlds.attendance import Absences, draw_absences
from eachchild.worlds.chances import chance
from eachchild.worlds.district import District
from eachchild.worlds.enrollment import SchoolYear
from eachchild.worlds.happening import Expectations
from eachchild.worlds.incidents import OUTCOMES, Incidents, draw_incidents
from eachchild.worlds.learning import (
    Completion,
    Courses,
    Scores,
    Supports,
    draw_completion,
    draw_courses,
    draw_scores,
    draw_supports,
)
from eachchild.worlds.model import Numbers
from eachchild.worlds.staff import Staff


@dataclass(frozen=True, slots=True)
class Year:
    """One year's rows in arrays, and what each student could expect."""

    spells: SchoolYear
    absences: Absences
    incidents: Incidents
    courses: Courses
    scores: Scores
    completion: Completion
    supports: Supports
    expected: Expectations


def draw_everything(district: District, staff: Staff, year: int) -> Year:
    """Draw a year; each part has random numbers of its own."""
    spells, seed = district.years[year], district.seed

    def p(name: str) -> Numbers:
        return chance(
            district.world, name, schools=district.schools, people=district.people, spells=spells
        )

    absences, absent = draw_absences(seed, spells, p("chronic_absence"))
    incidents, disciplined = draw_incidents(
        seed, spells, staff, chances={name: p(name) for name in OUTCOMES}, away=absences
    )
    courses, marked = draw_courses(
        seed, spells, honors=p("honors"), ap=p("ap"), marks=p("marks"), failure=p("course_failure")
    )
    scores, tested = draw_scores(seed, spells, p("proficient"))
    completion, completed = draw_completion(
        seed,
        spells,
        retained=district.retained[year],
        kept=p("retained"),
        graduated=p("graduated"),
        gifted=p("gifted"),
    )
    return Year(
        spells,
        absences,
        incidents,
        courses,
        scores,
        completion,
        draw_supports(seed, spells, p("support")),
        {**absent, **disciplined, **marked, **tested, **completed},
    )
