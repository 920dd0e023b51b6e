"""What a file of records is: which table, which of its columns are ours, and which rows count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from eachchild.sources.init.seen import SeenColumn, SeenFile
from eachchild.sources.init.words import LETTER_GRADES, words
from eachchild.tables import TABLES, Kind
from eachchild.terms.factors import FACTORS

_EVENTS = ("absence", "discipline")  # who has no row had none
_HAPPENED = (
    "days_absent", "absence_percent", "referrals", "iss_count", "oss_count", "oss_days", "expelled",
    "police_referral", "ap_enrolled", "honors_enrolled", "gifted", "proficient", "score", "gpa",
    "courses_failed", "graduated", "retained",
)  # fmt: skip
# Where a heading for a count holds yes and no: the outcome it tells, and a name for the column.
_YES_OR_NO = {"oss_count": ("oss_any", "oss"), "iss_count": ("iss_any", "iss")}
ANSWERS = frozenset(("y", "n", "yes", "no", "true", "false"))
_MOST_CODES = 100
_YEAR_END = frozenset(("retained", "cohort", "graduated"))


@dataclass(frozen=True, slots=True)
class RecordGuess:
    """A guess at one file of records; `why` is for the person who reads the plan."""

    file: SeenFile
    table: str
    columns: Mapping[str, str]  # ours = theirs
    why: str
    keep: tuple[tuple[str, str], ...] = ()
    constant: tuple[tuple[str, str], ...] = ()
    complete: bool = False
    period: str | None = None
    flags: tuple[tuple[str, str], ...] = ()  # outcome and the yes-or-no column that tells it
    remarks: tuple[str, ...] = ()


def guess_records(files: Sequence[SeenFile]) -> tuple[RecordGuess, ...]:
    """Guess every file that holds records; those it cannot place are left out."""
    found = [g for file in files if (g := _guess(file)) is not None]
    # Where enrollment has a table of its own, a list of students without years is a list of people.
    if any(g.table == "enrollment" for g in found):
        found = [_as_people(g) if g.table == "student_year" else g for g in found]
    return tuple(found)


def find_column(file: SeenFile, name: str) -> SeenColumn | None:
    """The column that is called by a name of ours, or has it as a part, and looks the part."""
    known = words()
    called = known.headings.get(name, (name.replace("_", ""),))
    able = [c for c in file.columns if _looks_like(c, name)]
    for heading in (name.replace("_", ""), *called):
        if exact := [c for c in able if c.plain == heading]:
            return exact[0]
    for part in known.parts.get(name, ()):
        others = known.others
        if near := [c for c in able if part in c.plain and not any(o in c.plain for o in others)]:
            return near[0]
    return None


def _looks_like(column: SeenColumn, name: str) -> bool:
    """Whether the content can be what the name says."""
    if not column.filled:
        return False
    kinds = {c.kind for t in TABLES.values() for c in t.columns if c.name == name}
    if kinds & {Kind.CODE, Kind.FLAG} and column.distinct > _MOST_CODES:
        return False  # names or remarks, which belong in no list of codes
    if kinds & {Kind.DATE}:
        return column.is_date
    if kinds & {Kind.PERIOD}:
        return column.is_period
    if kinds & {Kind.NUMBER, Kind.WHOLE} and name != "level":
        return column.is_count
    if name == "grade":
        return not set(column.texts) <= LETTER_GRADES
    return True


def _guess(file: SeenFile) -> RecordGuess | None:
    names = named_columns(file)
    table, why = _table_of(file, names)
    if not table:
        return None
    ours = [c.name for c in TABLES[table].columns if c.name in names]
    columns = {name: names[name].name for name in ours}
    if table == "course" and (marks := _letter_marks(file)) is not None:
        columns["failed"] = marks
    columns = _each_heading_once(columns)
    guess = RecordGuess(file, table, columns, why, complete=table in _EVENTS)
    return _with_rows(guess, names)


def named_columns(file: SeenFile) -> dict[str, SeenColumn]:
    """For each name of ours, the column that could be it."""
    return {n: c for n in _all_names() if (c := find_column(file, n)) is not None}


def called(column: SeenColumn, name: str) -> str:
    """Why a column was taken for a name of ours: name, usual_name, part_of_name or content."""
    known = words()
    if column.plain == name.replace("_", ""):
        return "name"
    if column.plain in known.headings.get(name, ()):
        return "usual_name"
    near = any(part in column.plain for part in known.parts.get(name, ()))
    return "part_of_name" if near else "content"


def _all_names() -> tuple[str, ...]:
    declared = [c.name for t in TABLES.values() for c in t.columns]
    return tuple(dict.fromkeys((*declared, *words().headings)))


def _table_of(file: SeenFile, names: Mapping[str, SeenColumn]) -> tuple[str, str]:
    """The table, and the columns that gave it away."""
    has = set(names)
    if "student_id" not in has:
        if {"school_id", "school_name"} <= has and names["school_id"].is_nearly_key:
            return "school", "a row a school, with its name"
        if {"date", "in_session"} <= has:
            return "calendar", "a row a day, with whether school was in session"
        return "", ""
    for table, needed, why in _SIGNS:
        if needed <= has:
            return table, why
    named = file.path.casefold()
    if "date" in has and (
        {"fraction", "excused", "presence"} & has or "att" in named or "abs" in named
    ):
        return "absence", "a row a student and day"
    if "period" in has and _YEAR_END & has and not set(FACTORS) & has:
        return "completion", "a row a student and year, with how the year ended"
    if "race" in has and not names["student_id"].is_nearly_key and len(file.columns) <= 3:
        return "student_race", "a row a student and race"
    if (set(FACTORS) | set(_HAPPENED)) & has:
        return "student_year", "a row a student, with who they are or what happened"
    return "", ""


_SIGNS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("discipline", frozenset(("date", "action")), "a row a student, date and action"),
    ("identity", frozenset(("factor", "begin_date")), "a row a student, program and first day"),
    (
        "enrollment",
        frozenset(("school_id", "entry_date", "exit_date")),
        "a row a spell at a school",
    ),
    ("course", frozenset(("course_id", "level", "period")), "a row a student and course"),
    ("score", frozenset(("subject", "score", "period")), "a row a student and test"),
)


def _letter_marks(file: SeenFile) -> str | None:
    """The column of final marks in letters, of which F fails."""
    found = (c for c in file.columns if c.filled and set(c.texts) <= LETTER_GRADES)
    return next((c.name for c in found if "F" in c.texts), None)


def _each_heading_once(columns: Mapping[str, str]) -> dict[str, str]:
    """A heading answers for the first of our columns that asks for it."""
    taken: dict[str, str] = {}
    for ours, theirs in columns.items():
        taken.setdefault(theirs, ours)
    return {ours: theirs for theirs, ours in taken.items()}


def _as_people(guess: RecordGuess) -> RecordGuess:
    if (
        "period" in guess.columns
        or not guess.file.column(guess.columns["student_id"]).is_nearly_key
    ):
        return guess
    ours = {c.name for c in TABLES["student"].columns}
    columns = {k: v for k, v in guess.columns.items() if k in ours}
    return replace(guess, table="student", columns=columns, why="a row a student, without years")


def _with_rows(guess: RecordGuess, names: Mapping[str, SeenColumn]) -> RecordGuess:
    """Which rows count: absences of attendance, discipline of log entries, days in session."""
    match guess.table:
        case "absence":
            return replace(guess, keep=_kept(names.get("presence"), "absent"))
        case "calendar":
            return replace(guess, keep=_kept(names["in_session"], "1", "y", "yes", "true"))
        case "discipline":
            return replace(guess, keep=_rows_with(guess, names.get("log_type"), names["action"]))
        case "score":
            return replace(guess, keep=_one_subject(names["subject"]))
        case "identity":
            if "value" not in guess.columns:
                constant = (("value", "yes"),)
                return replace(guess, constant=constant, complete=True)
        case "student_year":
            return _with_period(_with_flags(guess))
    return guess


def _with_flags(guess: RecordGuess) -> RecordGuess:
    """Columns named as a count that hold yes and no: they tell an outcome as they are."""
    columns, flags = dict(guess.columns), []
    for ours, (outcome, name) in _YES_OR_NO.items():
        for column in guess.file.columns if ours not in columns else ():
            answers = {t.casefold() for t in column.texts}
            if column.plain in words().headings[ours] and answers and answers <= ANSWERS:
                columns[name] = column.name
                flags.append((outcome, name))
    return replace(guess, columns=columns, flags=tuple(flags))


def _kept(column: SeenColumn | None, *texts: str) -> tuple[tuple[str, str], ...]:
    if column is None or column.distinct < 2:
        return ()
    return tuple((column.name, t) for t in column.texts if t.casefold() in texts)[:1]


def _rows_with(
    guess: RecordGuess, kind: SeenColumn | None, action: SeenColumn
) -> tuple[tuple[str, str], ...]:
    """The one text of a column of entry types under which an action always stands, if there is."""
    if kind is None or kind.distinct < 2:
        return ()
    data = guess.file.data
    filled = pc.not_equal(data.column(action.name), "")
    with_action = pc.unique(data.column(kind.name).filter(filled)).to_pylist()
    without = pc.unique(data.column(kind.name).filter(pc.invert(filled))).to_pylist()
    if len(with_action) == 1 and with_action[0] not in without:
        return ((kind.name, with_action[0]),)
    return ()


def _one_subject(subject: SeenColumn) -> tuple[tuple[str, str], ...]:
    math = [t for t in subject.texts if t.casefold().startswith("math")]
    return ((subject.name, math[0]),) if subject.distinct > 1 and math else ()


def _with_period(guess: RecordGuess) -> RecordGuess:
    """A year for a file without one, from the dates in it; None: only a person can say."""
    if "period" in guess.columns:
        return guess
    for column in guess.file.columns:
        months = [(t, n) for t, n in column.top if len(t) >= 7 and t[4] == "-" and t[5:7].isdigit()]
        if sum(n for _, n in months) > 0.9 * max(column.filled, 1) and column.filled:
            rows: dict[int, int] = {}
            for text, count in months:
                start = int(text[:4]) - (int(text[5:7]) < 7)
                rows[start] = rows.get(start, 0) + count
            year = max(sorted(rows), key=lambda y: rows[y])
            remark = f"the year is that of most dates in '{column.name}'"
            period = f"{year}-{(year + 1) % 100:02d}"
            return replace(guess, period=period, remarks=(*guess.remarks, remark))
    return guess


def share_matched(one: SeenFile, column: str, roster: pa.Array) -> float:
    """The share of a file's rows whose student stands in the roster."""
    ids = one.data.column(column)
    filled = ids.filter(pc.not_equal(ids, ""))
    if not len(filled):
        return 0.0
    return float(pc.sum(pc.is_in(filled, value_set=roster)).as_py() or 0) / len(filled)
