"""A district as the canonical tables: one CSV file each, named and headed as declared."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from eachchild.terms.factors import ANY_RACES, FACTORS
from eachchild.worlds.district import District
from eachchild.worlds.incidents import ACTIONS, BEHAVIORS, LOCATIONS, TIMES_OF_DAY
from eachchild.worlds.learning import COURSE_LEVELS, SUPPORTS, TESTED, TIERS
from eachchild.worlds.model import GRADES, Codes, Index
from eachchild.worlds.rows import COURSE_IDS, EXITS, course_number, enrollment_rows, student_ids
from eachchild.worlds.spans import spans_of
from eachchild.worlds.staff import ROLES, Staff
from eachchild.worlds.writing import Folder, dates, flags, numbers, words
from eachchild.worlds.year import Year

_DISTRICT_ID = "0700120"


class CanonicalTables:
    """Writes a district into a folder, table by table and year by year."""

    def __init__(self, folder: Folder, district: District, staff: Staff) -> None:
        self._folder, self._district, self._staff = folder, district, staff
        self._ids = student_ids(district)

    def mess(self) -> Mapping[str, Mapping[str, int | str]]:
        """Nothing is wrong with these files."""
        return {}

    def write_lists(self) -> None:
        """What is written once: students, schools, staff, identity and the calendar."""
        self._write_students()
        for factor in self._district.people.status:
            self._write_identity(factor)
        schools, staff, days = self._district.schools, self._staff, self._district.calendar.days
        self._folder.write(
            "school.csv",
            {
                "school_id": pa.array(schools.ids),
                "school_name": pa.array(schools.names),
                "district_id": pa.array([_DISTRICT_ID] * len(schools.ids)),
                "level": pa.array(schools.labels),
                "meals_for_all": flags(schools.meals_for_all),
            },
        )
        self._folder.write(
            "staff.csv",
            {
                "staff_id": pa.array(staff.ids),
                "school_id": words(schools.ids, staff.school),
                "role": words(ROLES, staff.role),
                "years": numbers(staff.years),
            },
        )
        every_day = np.concatenate(days)
        nowhere = pa.nulls(every_day.size, pa.string())  # a day of every school
        self._folder.write("calendar.csv", {"school_id": nowhere, "date": pa.array(every_day)})

    def write_year(self, year: Year) -> None:
        """What happened in one year."""
        self._write_enrollment(year)
        self._write_absences(year)
        self._write_discipline(year)
        self._write_courses(year)
        self._write_scores(year)
        self._write_completion(year)
        self._write_supports(year)

    def _write_students(self) -> None:
        people = self._district.people
        self._folder.write(
            "student.csv",
            {"student_id": pa.array(self._ids)}
            | {f: _reported(f, people.fixed[f]) for f in ("race", "sex", "language")},
        )
        student, race = np.nonzero((people.named[:, None] >> np.arange(len(ANY_RACES))) & 1)
        self._folder.write(
            "student_race.csv",
            {"student_id": words(self._ids, student), "race": words(ANY_RACES, race)},
        )

    def _write_identity(self, factor: str) -> None:
        spans = spans_of(self._district, factor)
        self._folder.write(
            "identity.csv",
            {
                "student_id": words(self._ids, spans.student),
                "factor": words((factor,), np.zeros(spans.student.size, np.int64)),
                "value": words(FACTORS[factor].values, spans.value),
                "begin_date": pa.array(spans.begin, mask=~spans.has_begin),
                "end_date": pa.array(spans.end, mask=~spans.has_end),
            },
        )

    def _write_enrollment(self, year: Year) -> None:
        rows, days = enrollment_rows(self._district, year), self._days(year)
        self._folder.write(
            "enrollment.csv",
            {
                "student_id": words(self._ids, rows.student),
                "school_id": words(self._district.schools.ids, rows.school),
                "entry_date": dates(days, rows.first),
                "exit_date": dates(days, rows.last, ~rows.open),
                "grade": words(GRADES, rows.grade, rows.grade >= 0),
                "exit_type": words(EXITS, rows.exit, ~rows.open),
            },
        )

    def _write_absences(self, year: Year) -> None:
        a = year.absences
        self._folder.write(
            "absence.csv",
            self._who_where(year, a.row, a.day)
            | {
                "date": dates(self._days(year), a.day),
                "fraction": words(("0.5",), np.zeros(a.row.size, np.int64), a.half),
                "excused": words(("yes", "no"), a.excused, a.excused < 2),
            },
        )

    def _write_discipline(self, year: Year) -> None:
        acts, actions = year.incidents.acts, year.incidents.actions
        act = actions.act
        row, day = acts.row[act], acts.day[act]
        self._folder.write(
            "discipline.csv",
            self._who_where(year, row, day)
            | {
                "date": dates(self._days(year), day),
                "incident_id": incident_ids(year, act),
                "behavior": words(BEHAVIORS, acts.behavior[act]),
                "location": words(LOCATIONS, acts.location[act]),
                "time": words(TIMES_OF_DAY, acts.time[act]),
                "staff_id": words(self._staff.ids, acts.staff[act]),
                "action": words(ACTIONS, actions.action),
                "days": numbers(actions.days, actions.days > 0),
            },
        )

    def _write_courses(self, year: Year) -> None:
        c = year.courses
        school = year.spells.final_school[c.row]
        self._folder.write(
            "course.csv",
            {
                "student_id": words(self._ids, year.spells.student[c.row]),
                "school_id": words(self._district.schools.ids, school),
                "period": self._period(year, c.row.size),
                "course_id": words(COURSE_IDS, course_number(year)),
                "level": words(COURSE_LEVELS, c.level),
                "points": numbers(c.points, c.marked),
                "failed": flags(c.failed, c.marked),
            },
        )

    def _write_scores(self, year: Year) -> None:
        s = year.scores
        self._folder.write(
            "score.csv",
            {
                "student_id": words(self._ids, year.spells.student[s.row]),
                "period": self._period(year, s.row.size),
                "subject": words(TESTED, s.subject),
                "score": numbers(s.score, s.taken),
                "proficient": flags(s.proficient, s.taken),
            },
        )

    def _write_completion(self, year: Year) -> None:
        c = year.completion
        self._folder.write(
            "completion.csv",
            {
                "student_id": words(self._ids, year.spells.student),
                "period": self._period(year, c.cohort.size),
                "retained": flags(c.retained),
                "cohort": flags(c.cohort),
                "graduated": flags(c.graduated, c.cohort),
                "gifted": flags(c.gifted),
            },
        )

    def _write_supports(self, year: Year) -> None:
        s, days = year.supports, self._days(year)
        self._folder.write(
            "support.csv",
            self._who_where(year, s.row, s.begin)
            | {
                "support": words(SUPPORTS, s.support),
                "tier": numbers(np.array(TIERS)[s.support]),
                "begin_date": dates(days, s.begin),
                "end_date": dates(days, s.end, s.end >= 0),
            },
        )

    def _who_where(self, year: Year, row: Index, day: Index) -> dict[str, pa.Array]:
        return {
            "student_id": words(self._ids, year.spells.student[row]),
            "school_id": words(self._district.schools.ids, year.spells.school_on(row, day)),
        }

    def _days(self, year: Year) -> "np.ndarray[tuple[int], np.dtype[np.datetime64]]":
        return self._district.calendar.days[year.spells.year]

    def _period(self, year: Year, size: int) -> pa.Array:
        return words(self._district.calendar.periods, np.full(size, year.spells.year))


def incident_ids(year: Year, act: Index) -> pa.Array:
    """Ids of incidents: the year and a number."""
    names = [f"I{year.spells.year}{k:06d}" for k in range(year.incidents.acts.row.size)]
    return words(names, act)


def _reported(factor: str, codes: Codes) -> pa.Array:
    values = FACTORS[factor].values
    return words(values, codes, codes < len(values))
