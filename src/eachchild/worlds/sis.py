"""The same district as a student information system exports it: its own names, codes and faults.

File and column names follow the style of PowerSchool exports: `Students.Student_Number`,
`StudentRace.RaceCD`, `Log.Discipline_ActionTaken`, `Attendance.Att_Code`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from eachchild.worlds.district import District
from eachchild.worlds.enrollment import STAYED
from eachchild.worlds.mess import with_faults
from eachchild.worlds.model import SENIOR, Index
from eachchild.worlds.people import MISSING
from eachchild.worlds.rows import COURSE_IDS, course_number, enrollment_rows, student_ids
from eachchild.worlds.sis_codes import (
    ANSWERS,
    BOM,
    CLOCK,
    CODES,
    COURSES,
    DISCIPLINE,
    ETHNICITIES,
    EXITS,
    GENDERS,
    GRADES,
    HALF_DAY,
    INCIDENTS,
    KEY,
    LANGUAGES,
    LAST_ABSENT,
    LEVELS,
    MEANINGS,
    NOTE,
    NOTES_EACH_YEAR,
    PLACES,
    PRESENT,
    PROGRAMS,
    RACES,
    TARDIES,
    TARDY,
    long_year,
    us_dates,
    with_closed_days,
)
from eachchild.worlds.spans import spans_of
from eachchild.worlds.staff import Staff
from eachchild.worlds.streams import stream
from eachchild.worlds.writing import Columns, Folder, numbers, words
from eachchild.worlds.year import Year


class StudentInformationSystem:
    """Writes a district into a folder of exports, file by file and year by year."""

    def __init__(self, folder: Folder, district: District, staff: Staff) -> None:
        self._folder, self._district, self._staff = folder, district, staff
        self._ids = student_ids(district)
        self._mess: dict[str, dict[str, int | str]] = {}

    def mess(self) -> Mapping[str, Mapping[str, int | str]]:
        """What is wrong with each file, and how often."""
        return dict(sorted(self._mess.items()))

    def write_lists(self) -> None:
        """Students as they are now, the races on their records, programs, schools and terms."""
        self._write_students()
        self._write_races()
        self._write_programs()
        self._write_schools()
        self._write_terms()
        codes = {
            "Att_Code": pa.array(CODES),
            "Description": pa.array(MEANINGS),
            "Presence_Status_CD": words(PRESENT, np.arange(len(CODES)) > LAST_ABSENT),
        }
        self._folder.write("Attendance_Code.csv", codes)

    def write_year(self, year: Year) -> None:
        """What happened in one year."""
        self._write_enrollment(year)
        self._write_attendance(year)
        self._write_log(year)
        self._write_grades(year)
        self._write_tests(year)
        self._write_year_end(year)

    def _write_students(self) -> None:
        """One row a student with what holds now: earlier values are overwritten in such systems."""
        people, last = self._district.people, _last_state(self._district)
        frl = people.status["frl"][np.arange(people.size), last.year]
        reduced = np.arange(people.size) % 4 == 0
        lunch = np.where(frl == 0, np.where(reduced, 1, 0), 2)
        columns: Columns = {
            KEY: pa.array(self._ids),
            "SchoolID": words(self._district.schools.ids, last.school),
            "Grade_Level": numbers(last.grade),
            "Enroll_Status": numbers(last.status),
            "Gender": words(GENDERS, people.fixed["sex"], people.fixed["sex"] < len(GENDERS)),
            "Ethnicity": words(ETHNICITIES, people.fixed["race"], people.fixed["race"] < 7),
            "HomeLanguage": words(LANGUAGES, people.fixed["language"]),
            "LunchStatus": words(("F", "R", "P"), lunch, frl != MISSING),
        }
        faulty, counts = with_faults(columns, KEY, orphans=False)
        self._folder.write("Students.csv", faulty, start=BOM)
        self._mess["Students.csv"] = {"encoding": "utf-8-sig", **counts}

    def _write_races(self) -> None:
        named = self._district.people.named
        student, race = np.nonzero((named[:, None] >> np.arange(len(RACES))) & 1)
        columns = {KEY: words(self._ids, student), "RaceCD": words(RACES, race)}
        self._write_faulty("StudentRace.csv", columns, first=True)

    def _write_programs(self) -> None:
        arrived = np.array([f"8/1/{p[:4]}" for p in self._district.calendar.periods])
        entered = arrived[self._district.people.entered]
        for i, (factor, program) in enumerate(PROGRAMS.items()):
            spans = spans_of(self._district, factor)
            yes = spans.value == 0
            begin = np.where(spans.has_begin, us_dates(spans.begin), entered[spans.student])[yes]
            columns = {
                KEY: words(self._ids, spans.student[yes]),
                "ProgramCode": words((program,), np.zeros(int(yes.sum()), np.int64)),
                "Enter_Date": pa.array(begin.tolist(), pa.string()),
                "Exit_Date": pa.array(us_dates(spans.end)[yes].tolist(), mask=~spans.has_end[yes]),
            }
            self._write_faulty("SpecialPrograms.csv", columns, first=i == 0)

    def _write_schools(self) -> None:
        """Written in the code page of old Windows systems, which a name with ñ shows."""
        schools = self._district.schools
        lines = ["School_Number,Name,School_Level,CEP"]
        for k, name in enumerate(schools.names):
            free = "Y" if schools.meals_for_all[k] else "N"
            lines.append(f"{schools.ids[k]},{name},{LEVELS[schools.labels[k]]},{free}")
        text = "\r\n".join(lines) + "\r\n"
        self._folder.write_text("Schools.csv", text, encoding="cp1252", rows=len(schools.ids))
        self._mess["Schools.csv"] = {"encoding": "cp1252"}

    def _write_terms(self) -> None:
        calendar, schools = self._district.calendar, self._district.schools
        self._folder.write(
            "Terms.csv",
            {
                "YearID": pa.array([int(p[:4]) - 1990 for p in calendar.periods]),
                "Name": pa.array([long_year(p) for p in calendar.periods]),
                "FirstDay": pa.array([us_dates(d[:1])[0] for d in calendar.days]),
                "LastDay": pa.array([us_dates(d[-1:])[0] for d in calendar.days]),
            },
        )
        every_day = np.concatenate([with_closed_days(d) for d in calendar.days])
        in_session = np.isin(every_day, np.concatenate(calendar.days))
        for school in range(len(schools.ids)):
            self._folder.write(
                "CalendarDay.csv",
                {
                    "SchoolID": words(schools.ids, np.full(every_day.size, school)),
                    "Date_Value": pa.array(us_dates(every_day).tolist()),
                    "InSession": numbers(in_session.astype(np.int64)),
                },
            )

    def _write_enrollment(self, year: Year) -> None:
        rows, days = enrollment_rows(self._district, year), self._days(year)
        columns = {
            KEY: words(self._ids, rows.student),
            "SchoolID": words(self._district.schools.ids, rows.school),
            "EntryDate": words(days, rows.first),
            "ExitDate": words(days, rows.last, ~rows.open),
            "Grade_Level": numbers(rows.grade, rows.grade >= 0),
            "ExitCode": words(EXITS, rows.exit, ~rows.open),
        }
        self._write_faulty("SchoolEnrollment.csv", columns, first=_is_first(year))

    def _write_attendance(self, year: Year) -> None:
        """Absences, then entries that say a student was late or elsewhere, yet present."""
        a, rng = year.absences, stream(self._district.seed, "present codes", year.spells.year)
        extra = int(a.row.size * TARDIES)
        late, late_day = _days_present(rng, year, extra)
        extra = late.size
        row, day = np.r_[a.row, late], np.r_[a.day, late_day]
        present = TARDY + np.minimum(rng.geometric(0.8, extra) - 1, 2)
        code = np.r_[np.where(a.half, HALF_DAY, a.excused), present]
        missed = np.array([1, 1, 1, 0.5, 0, 0, 0])[code]
        columns = self._who_where(year, row, day) | {
            "Att_Date": words(self._days(year), day),
            "Att_Mode_Code": words(("ATT_ModeDaily",), np.zeros(row.size, np.int64)),
            "Att_Code": words(CODES, code),
            "Presence_Status_CD": words(PRESENT, code > LAST_ABSENT),
            "Days_Missed": numbers(missed),
        }
        self._write_faulty("Attendance.csv", columns, first=_is_first(year), present_type=extra)

    def _write_log(self, year: Year) -> None:
        """Discipline, and other entries that stand in the same file under another LogTypeID."""
        acts, actions = year.incidents.acts, year.incidents.actions
        rng = stream(self._district.seed, "notes", year.spells.year)
        note_row = np.flatnonzero(rng.random(year.spells.student.size) < NOTES_EACH_YEAR)
        n, notes = actions.act.size, note_row.size
        row = np.r_[acts.row[actions.act], note_row]
        day = np.r_[acts.day[actions.act], year.spells.final_day[note_row]]
        discipline = np.arange(n + notes) < n
        act = np.r_[actions.act, np.zeros(notes, np.int64)]
        numbered = [f"{year.spells.year + 1}{k:06d}" for k in range(acts.row.size)]
        columns = self._who_where(year, row, day) | {
            "LogTypeID": words((NOTE, DISCIPLINE), discipline),
            "Entry_Date": words(self._days(year), day),
            "Entry_Time": words(CLOCK, acts.time[act], discipline),
            "Entry_Author": words(self._staff.ids, acts.staff[act], discipline),
            "Discipline_IncidentID": words(numbered, act, discipline),
            "Discipline_IncidentType": words(INCIDENTS, acts.behavior[act], discipline),
            "Discipline_IncidentLocation": words(PLACES, acts.location[act], discipline),
            "Discipline_ActionTaken": words(
                ANSWERS, np.r_[actions.action, np.zeros(notes, np.int64)], discipline
            ),
            "Discipline_DurationAssigned": numbers(
                np.r_[actions.days, np.zeros(notes)], np.r_[actions.days > 0, np.zeros(notes, bool)]
            ),
        }
        self._write_faulty("Log.csv", columns, first=_is_first(year), not_discipline=notes)

    def _write_grades(self, year: Year) -> None:
        """Stored at the end of the year, so only for who is there."""
        c, kept = year.courses, year.courses.marked
        row = c.row[kept]
        columns = {
            KEY: words(self._ids, year.spells.student[row]),
            "SchoolID": words(self._district.schools.ids, year.spells.final_school[row]),
            "SchoolYear": self._year_name(year, row.size),
            "StoreCode": words(("Y1",), np.zeros(row.size, np.int64)),
            "Course_Number": words(COURSE_IDS, course_number(year)[kept]),
            "Course_Level": words(COURSES, c.level[kept]),
            "Grade": words(GRADES, c.points[kept]),
            "GPA_Points": numbers(c.points[kept]),
        }
        self._write_faulty("StoredGrades.csv", columns, first=_is_first(year))

    def _write_tests(self, year: Year) -> None:
        s, taken = year.scores, year.scores.taken
        row = s.row[taken]
        columns = {
            KEY: words(self._ids, year.spells.student[row]),
            "SchoolYear": self._year_name(year, row.size),
            "Subject": words(("Math", "ELA"), s.subject[taken]),
            "Scale_Score": numbers(s.score[taken]),
            "Proficient": words(("N", "Y"), s.proficient[taken]),
        }
        self._write_faulty("TestScores.csv", columns, first=_is_first(year))

    def _write_year_end(self, year: Year) -> None:
        c = year.completion
        columns = {
            KEY: words(self._ids, year.spells.student),
            "SchoolYear": self._year_name(year, c.cohort.size),
            "Retained": words(("N", "Y"), c.retained),
            "Grad_Cohort": words(("N", "Y"), c.cohort),
            "Diploma": words(("N", "Y"), c.graduated, c.cohort),
            "Gifted": words(("N", "Y"), c.gifted),
        }
        self._write_faulty("YearEndStatus.csv", columns, first=_is_first(year))

    def _write_faulty(self, name: str, columns: Columns, *, first: bool, **more: int) -> None:
        """Write rows, with faults in the first piece of a file; `more` counts rows to leave out."""
        found = self._mess.setdefault(name, {})
        if first:
            columns, counts = with_faults(columns, KEY)
            found.update(counts)
        for what, count in more.items():
            found[what] = int(found.get(what, 0)) + count
        self._folder.write(name, columns)

    def _who_where(self, year: Year, row: Index, day: Index) -> dict[str, pa.Array]:
        return {
            KEY: words(self._ids, year.spells.student[row]),
            "SchoolID": words(self._district.schools.ids, year.spells.school_on(row, day)),
        }

    def _days(self, year: Year) -> list[str]:
        return list(us_dates(self._district.calendar.days[year.spells.year]))

    def _year_name(self, year: Year, size: int) -> pa.Array:
        names = [long_year(p) for p in self._district.calendar.periods]
        return words(names, np.full(size, year.spells.year))


@dataclass(frozen=True, slots=True)
class _Now:
    """Where each student is, or was at the end of the last year here."""

    year: Index
    school: Index
    grade: Index
    status: Index  # 0 active, 2 left, 3 graduated


def _last_state(district: District) -> _Now:
    size = district.people.size
    year, school, grade, status = (np.zeros(size, np.int64) for _ in range(4))
    final = len(district.years) - 1
    for spells in district.years:
        who = spells.student
        year[who], school[who], grade[who] = spells.year, spells.final_school, spells.grade
        here = (spells.leaving == STAYED) & (spells.year == final) & (spells.grade < SENIOR)
        done = (spells.leaving == STAYED) & (spells.grade == SENIOR)
        status[who] = np.where(done, 3, np.where(here, 0, 2))
    return _Now(year, school, grade, status)


def _days_present(rng: np.random.Generator, year: Year, wanted: int) -> tuple[Index, Index]:
    """Students and days that are no absence, each pair once; a few fewer than wanted."""
    row = rng.integers(0, year.spells.student.size, wanted)
    nth = (rng.random(wanted) * year.spells.days[row]).astype(np.int64)
    day = year.spells.day_of(row, nth)
    _, once = np.unique(row * 512 + day, return_index=True)
    row, day = row[once], day[once]
    there = ~year.absences.include(row, day)
    return row[there], day[there]


def _is_first(year: Year) -> bool:
    return year.spells.year == 0
