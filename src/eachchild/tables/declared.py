"""The tables a district's records are brought into. The generated reference prints them."""

from collections.abc import Mapping
from types import MappingProxyType

from eachchild.tables.schema import Column, Kind, Table
from eachchild.terms.factors import ANY_RACES, FACTORS, YES, any_race

_STUDENT = Column("student_id", Kind.ID, "One student, the same in every file", required=True)
_SCHOOL = Column("school_id", Kind.ID, "The school, as the district numbers it")
_SCHOOL_REQUIRED = Column("school_id", Kind.ID, "The school", required=True)
_PERIOD = Column("period", Kind.PERIOD, "School year, as 2021-22", required=True)
_IDENTITY = tuple(
    Column(
        f.id,
        Kind.FLAG if f.values[0] == YES else Kind.CODE,
        f"Identity factor {f.id}: {', '.join(f.values)}",
        codes=f.id,
    )
    for f in FACTORS.values()
)
_RACE_IN_COMBINATION = tuple(
    Column(any_race(r).id, Kind.FLAG, f"The record names {r}, alone or in combination")
    for r in ANY_RACES
)
# Recorded only where a plan asks, for the district as a whole; never immigration status.
_BIRTH_COUNTRY = Column("birth_country", Kind.TEXT, "Country of birth, where the plan asks for it")

STUDENT_YEAR = Table(
    "student_year",
    "A ready row a student and school year: identity, place and what happened in the year",
    (
        _STUDENT,
        _PERIOD,
        _SCHOOL,
        Column("district_id", Kind.ID, "The district of the school, where a file has several"),
        Column("grade", Kind.TEXT, "Grade, as the district writes it"),
        *_IDENTITY,
        *_RACE_IN_COMBINATION,
        _BIRTH_COUNTRY,
        Column("weight", Kind.NUMBER, "Sampling weight, where the source is a survey"),
        Column("days_enrolled", Kind.NUMBER, "School days enrolled in the year", "days"),
        Column("days_absent", Kind.NUMBER, "School days absent, all reasons", "days"),
        Column("absence_share", Kind.NUMBER, "Days absent over days enrolled", "share"),
        Column("absence_percent", Kind.NUMBER, "Days absent of every 100 enrolled", "percent"),
        Column("referrals", Kind.WHOLE, "Office referrals in the year", "referrals"),
        Column("iss_count", Kind.WHOLE, "In-school suspensions in the year", "suspensions"),
        Column("oss_count", Kind.WHOLE, "Out-of-school suspensions in the year", "suspensions"),
        Column("oss_days", Kind.NUMBER, "School days missed to suspension", "days"),
        Column("expelled", Kind.FLAG, "Expelled, with or without services"),
        Column("police_referral", Kind.FLAG, "Referred to law enforcement"),
        Column("ap_enrolled", Kind.FLAG, "In at least one Advanced Placement course"),
        Column("honors_enrolled", Kind.FLAG, "In at least one honors course or above"),
        Column("gifted", Kind.FLAG, "In a gifted and talented program"),
        Column("tested", Kind.FLAG, "Took the state assessment"),
        Column("proficient", Kind.FLAG, "Proficient or above on the state assessment"),
        Column("score", Kind.NUMBER, "State assessment scale score", "points"),
        Column("gpa", Kind.NUMBER, "Grade point average of the year", "points"),
        Column("courses_taken", Kind.WHOLE, "Courses with a final mark", "courses"),
        Column("courses_failed", Kind.WHOLE, "Courses failed", "courses"),
        Column("cohort", Kind.FLAG, "In the adjusted graduation cohort that ends this year"),
        Column("graduated", Kind.FLAG, "Graduated with a regular diploma on time"),
        Column("retained", Kind.FLAG, "Kept in the same grade for the next year"),
        Column("schools_attended", Kind.WHOLE, "Schools attended in the year", "schools"),
        Column(
            "identity_changes", Kind.WHOLE, "Factors whose value changed in the year", "factors"
        ),
    ),
    key=("student_id", "period"),
)
SCHOOL = Table(
    "school",
    "A row a school",
    (
        _SCHOOL_REQUIRED,
        Column("school_name", Kind.TEXT, "Name"),
        Column("district_id", Kind.ID, "The district it belongs to"),
        Column("level", Kind.TEXT, "elementary, middle, high or other"),
        Column("meals_for_all", Kind.FLAG, "Serves free meals to every student (CEP)"),
    ),
    key=("school_id",),
)
STUDENT = Table(
    "student",
    "A row a student: identity that the district keeps without dates",
    (_STUDENT, *_IDENTITY, *_RACE_IN_COMBINATION, _BIRTH_COUNTRY),
    key=("student_id",),
)
STUDENT_RACE = Table(
    "student_race",
    "A row a student and race named on the record; race in the federal categories follows from it",
    (_STUDENT, Column("race", Kind.CODE, "One race the record names", codes="race", required=True)),
    key=("student_id", "race"),
)
IDENTITY = Table(
    "identity",
    "A row a student, factor and span of time: identity that changes",
    (
        _STUDENT,
        Column("factor", Kind.TEXT, "The identity factor", required=True),
        Column("value", Kind.TEXT, "Its value", required=True),
        Column("begin_date", Kind.DATE, "First day it holds; blank: from the start"),
        Column("end_date", Kind.DATE, "Last day it holds; blank: still"),
    ),
    key=("student_id", "factor", "value", "begin_date"),
)
ENROLLMENT = Table(
    "enrollment",
    "A row a spell of a student at a school; re-entries are further rows",
    (
        _STUDENT,
        _SCHOOL_REQUIRED,
        Column("entry_date", Kind.DATE, "First day enrolled", required=True),
        Column("exit_date", Kind.DATE, "Last day enrolled; blank: still enrolled"),
        Column("grade", Kind.TEXT, "Grade at entry"),
        Column("exit_type", Kind.TEXT, "How the spell ended; no_show and invalid are no spells"),
    ),
    key=("student_id", "school_id", "entry_date"),
)
CALENDAR = Table(
    "calendar",
    "A row an instructional day; school_id blank: for every school",
    (_SCHOOL, Column("date", Kind.DATE, "An instructional day", required=True)),
    key=("school_id", "date"),
)
ABSENCE = Table(
    "absence",
    "A row a student and day with an absence; a day without a row was attended",
    (
        _STUDENT,
        _SCHOOL,
        Column("date", Kind.DATE, "The day", required=True),
        Column("fraction", Kind.NUMBER, "Share of the day missed; blank: the whole day", "days"),
        Column("excused", Kind.FLAG, "Excused, as recorded"),
        Column(
            "reason",
            Kind.CODE,
            "Why the student was away: illness, family, transport, skipping, disciplinary or "
            "other; blank: not recorded",
            codes="absence_reason",
        ),
    ),
    key=("student_id", "date"),
)
DISCIPLINE = Table(
    "discipline",
    "A row a disciplinary action for one student; an incident may have several",
    (
        _STUDENT,
        _SCHOOL,
        Column("date", Kind.DATE, "Date of the incident", required=True),
        Column("incident_id", Kind.ID, "The incident"),
        Column("behavior", Kind.TEXT, "Behavior recorded, as the district codes it"),
        Column("location", Kind.TEXT, "Where"),
        Column("time", Kind.TEXT, "Local time, as 14:05"),
        Column("staff_id", Kind.ID, "Who referred"),
        Column(
            "action",
            Kind.CODE,
            "What was done; blank or unmapped: not known",
            codes="action",
            required=True,
            keeps_blanks=True,
        ),
        Column("days", Kind.NUMBER, "School days assigned", "days"),
        Column(
            "narrative",
            Kind.TEXT,
            "What the writer noted; read only with keep_text = true, and only words are counted",
            free_text=True,
        ),
    ),
)
COURSE = Table(
    "course",
    "A row a student and course of a school year",
    (
        _STUDENT,
        _SCHOOL,
        _PERIOD,
        Column("course_id", Kind.ID, "The course", required=True),
        Column("level", Kind.CODE, "ap, honors, gifted or general", codes="course_level"),
        Column("points", Kind.NUMBER, "Final mark in grade points", "points"),
        Column("failed", Kind.FLAG, "The final mark is a failing one"),
        Column("staff_id", Kind.ID, "Who teaches it; read only under [adults], as exposure"),
    ),
    key=("student_id", "period", "course_id"),
)
SCORE = Table(
    "score",
    "A row a student and state assessment of a school year",
    (
        _STUDENT,
        _PERIOD,
        Column("subject", Kind.TEXT, "Subject", required=True),
        Column("score", Kind.NUMBER, "Scale score", "points"),
        Column("proficient", Kind.FLAG, "Proficient or above; blank: not tested"),
    ),
    key=("student_id", "period", "subject"),
)
COMPLETION = Table(
    "completion",
    "A row a student and school year: on to the next grade, and graduation of a cohort",
    (
        _STUDENT,
        _PERIOD,
        Column("retained", Kind.FLAG, "Kept in the same grade"),
        Column("cohort", Kind.FLAG, "In the adjusted cohort that ends this year"),
        Column("graduated", Kind.FLAG, "Regular diploma on time"),
        Column("gifted", Kind.FLAG, "In a gifted and talented program this year"),
    ),
    key=("student_id", "period"),
)
STAFF = Table(
    "staff",
    "A row a member of staff; read by later parts, never for evaluation",
    (
        Column("staff_id", Kind.ID, "The person", required=True),
        _SCHOOL,
        Column("role", Kind.TEXT, "teacher, administrator or other"),
        Column("years", Kind.WHOLE, "Years of experience", "years"),
    ),
    key=("staff_id",),
)
SUPPORT = Table(
    "support",
    "A row a support given to a student",
    (
        _STUDENT,
        _SCHOOL,
        Column("support", Kind.TEXT, "Which support", required=True),
        Column("tier", Kind.WHOLE, "Tier 1, 2 or 3"),
        Column("begin_date", Kind.DATE, "First day", required=True),
        Column("end_date", Kind.DATE, "Last day; blank: still"),
    ),
    key=("student_id", "support", "begin_date"),
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        t.name: t
        for t in (
            STUDENT_YEAR, SCHOOL, STUDENT, STUDENT_RACE, IDENTITY, ENROLLMENT, CALENDAR,
            ABSENCE, DISCIPLINE, COURSE, SCORE, COMPLETION, STAFF, SUPPORT,
        )
    }
)  # fmt: skip

# Columns of any table in which a person wrote freely.
FREE_TEXT = frozenset(c.name for t in TABLES.values() for c in t.columns if c.free_text)

ACTIONS = (
    "none",
    "conference",
    "detention",
    "iss",
    "oss",
    "expulsion",
    "police",
    "restorative",
    "other",
)
# The answers to an act that stand one above another, the mildest first. Expulsion and police are
# branches of the decision chain; restorative and other answers are milder or harder than none of
# these for certain. None of the four is a rung.
LADDER = ("none", "conference", "detention", "iss", "oss")
# The Common Education Data Standards (C000599) part absences further; what says why an adult could
# act on it is kept apart, and "situation unknown" is a blank.
ABSENCE_REASONS = ("illness", "family", "transport", "skipping", "disciplinary", "other")
COURSE_LEVELS = ("general", "honors", "ap", "gifted", "remedial")
