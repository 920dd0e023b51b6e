"""What pages call tables, columns, values and reasons: words for people who export no tables."""

from collections.abc import Mapping
from importlib.resources import files

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eachchild.tables import TABLES
from eachchild.terms.catalogue import Words, languages, words
from eachchild.terms.factors import FACTORS
from eachchild.terms.said import bare
from eachchild.web.foundation.language import spoken_here

TABLE_NAMES: Mapping[str, object] = {
    "student": gettext_lazy("Students"),
    "student_year": gettext_lazy("Students, a row a school year"),
    "student_race": gettext_lazy("Races of students, a row a race"),
    "identity": gettext_lazy("Programs and status, with their dates"),
    "enrollment": gettext_lazy("Enrollment"),
    "school": gettext_lazy("Schools"),
    "calendar": gettext_lazy("School days"),
    "absence": gettext_lazy("Absences"),
    "discipline": gettext_lazy("Discipline"),
    "course": gettext_lazy("Courses and marks"),
    "score": gettext_lazy("Test scores"),
    "completion": gettext_lazy("How the school year ended"),
    "staff": gettext_lazy("Staff"),
    "support": gettext_lazy("Supports"),
}
REFUSALS: Mapping[str, object] = {
    "empty": gettext_lazy("It is empty. Export it again."),
    "pdf": gettext_lazy("It is a PDF, whatever it is called. Export the table itself, as CSV."),
    "picture": gettext_lazy("It is a picture. Export the table itself, as CSV."),
    "program": gettext_lazy("It is a program, not a table. It was destroyed here."),
    "letter": gettext_lazy("It is a document, not a table. Export the table as CSV or .xlsx."),
    "page": gettext_lazy("It is a web page under the name of a table, as some systems export. "
                         "Open it in a spreadsheet and save it as CSV or .xlsx."),
    "json": gettext_lazy("It is JSON. Export it as CSV."),
    "database": gettext_lazy("It is a database. Export its tables as CSV."),
    "archive": gettext_lazy("It is an archive of a kind that is not opened here. Use .zip."),
    "binary": gettext_lazy("It is neither text nor a workbook. Export it as CSV."),
    "polyglot": gettext_lazy("It is two kinds of file in one, as no export is. Export it again."),
    "bomb": gettext_lazy("It unpacks to far more than a table is. It was not opened."),
    "nested": gettext_lazy("It is an archive in an archive. Unpack it and send what is in it."),
    "many": gettext_lazy("It holds more than 200 files. Send those that the audit needs."),
    "link": gettext_lazy("It holds something that is no file. Send the files by themselves."),
    "locked": gettext_lazy("It is locked with a password. Save it without one."),
    "macros": gettext_lazy("It is a workbook with macros. Save it as .xlsx."),
    "room": gettext_lazy("It is larger than one file may be here, or there is no more room."),
    "damaged": gettext_lazy("It is damaged or cut off. Export it again."),
    "too_much": gettext_lazy("It takes more than the limits here allow. Export less at once."),
}  # fmt: skip
REASONS: Mapping[str, object] = {
    "name": gettext_lazy("its heading says so"),
    "usual_name": gettext_lazy("districts often call it that"),
    "part_of_name": gettext_lazy("a word in its heading"),
    "content": gettext_lazy("its contents look like it"),
}
LOOKS: Mapping[str, object] = {
    "date": gettext_lazy("dates"), "year": gettext_lazy("school years"),
    "key": gettext_lazy("a different value in every row"), "number": gettext_lazy("numbers"),
    "code": gettext_lazy("few different values"), "text": gettext_lazy("text"),
    "blank": gettext_lazy("blank"),
}  # fmt: skip
LISTS: Mapping[str, object] = {
    "action": gettext_lazy("What was done"), "course_level": gettext_lazy("Level of a course"),
    "absence_reason": gettext_lazy("Why a student was away"),
    "factor": gettext_lazy("Programs and status"), "exit_type": gettext_lazy("How a spell ended"),
    "failed": gettext_lazy("Whether a mark fails the course"),
}  # fmt: skip
VALUES: Mapping[tuple[str, str], object] = {
    ("action", "none"): gettext_lazy("nothing"),
    ("action", "conference"): gettext_lazy("a talk or conference"),
    ("action", "detention"): gettext_lazy("detention"),
    ("action", "iss"): gettext_lazy("in-school suspension"),
    ("action", "oss"): gettext_lazy("out-of-school suspension"),
    ("action", "expulsion"): gettext_lazy("expulsion"),
    ("action", "police"): gettext_lazy("referral to the police"),
    ("action", "restorative"): gettext_lazy("restorative practice"),
    ("action", "other"): gettext_lazy("something else"),
    ("course_level", "ap"): gettext_lazy("Advanced Placement"),
}
# What to do about a rule, where the library's own words speak of files that no page shows.
TODOS: Mapping[str, object] = {
    "F02": gettext_lazy("If names show wrong letters, export the file again as UTF-8."),
    "F05": gettext_lazy("Nothing."),
    "F06": gettext_lazy("Say again which column it is, under what the files are."),
    "F09": gettext_lazy("Say what it is, under what the files are, if it should be counted."),
    "F10": gettext_lazy("Take one of the two out."),
    "F11": gettext_lazy("Export it again, or take it out."),
    "R01": gettext_lazy("Correct the rows at the source and export them again."),
    "R05": gettext_lazy("Fill them in at the source and export again; the rows are below."),
    "R06": gettext_lazy("Look whether their ids are of another kind, or these students left."),
    "R11": gettext_lazy("Export it for this district, or take it out."),
    "V02": gettext_lazy("Say so, under what the files are, if the day comes first."),
    "V04": gettext_lazy("Say the school year, under what the files are."),
    "V07": gettext_lazy("Say what they mean, under what values mean."),
    "V10": gettext_lazy("Nothing, if these cells are truly not known."),
    "M02": gettext_lazy("Say what the values mean, or take the group out of what is asked."),
    "D01": gettext_lazy("Nothing."),
    "D08": gettext_lazy("If your system knows from when to when, export that as a list of programs "
                        "and status."),
    "D02": gettext_lazy("Nothing, or complete the records."),
    "D09": gettext_lazy("Say which schools these are in the list of schools."),
    "E02": gettext_lazy("Nothing. If a code of yours says that a student never came, say so, under "
                        "what values mean."),
}  # fmt: skip
STEPS: Mapping[str, object] = {
    "inspect": gettext_lazy("Looking at the files"),
    "check": gettext_lazy("Checking the data"),
    "audit": gettext_lazy("Auditing"),
}


def catalogue() -> Words:
    """The library's words in the reader's language."""
    mine = spoken_here()
    return words(mine if mine in languages() else "en")


def policies() -> list[tuple[str, str]]:
    """The privacy policies there are."""
    found = files("eachchild.release").joinpath("policies").iterdir()
    names = sorted(f.name.removesuffix(".toml") for f in found if f.name.endswith(".toml"))
    states = [(n, n.upper()) for n in names if len(n) == 2]
    return [("federal", _("Federal")), *states]


def table_name(table: str) -> str:
    """What a table holds."""
    return str(TABLE_NAMES.get(table, table))


def column_name(table: str, ours: str) -> str:
    """What a column of ours means, in a few words."""
    if ours in FACTORS:
        return catalogue().text(f"factor.{ours}")
    column = TABLES[table].column(ours) if table in TABLES else None
    if column is None:
        return ours.replace("_", " ")
    return column.meaning.split(";")[0].split(": ")[0]


def list_name(name: str) -> str:
    """What a list of codes is about."""
    if name in FACTORS:
        return catalogue().text(f"factor.{name}")
    return str(LISTS.get(name, name.replace("_", " ").capitalize()))


def value_name(code_list: str, value: str) -> str:
    """What a value of ours means."""
    if own := VALUES.get((code_list, value)):
        return str(own)
    said = catalogue()
    if code_list == "factor" and value in FACTORS:
        return said.text(f"factor.{value}")
    key = f"group.{code_list}.{value}"
    return bare(said, said.text(key)) if said.has(key) else value.replace("_", " ")


def outcome_name(name: str) -> str:
    """What an outcome is called."""
    key = f"outcome.{name}.title"
    return catalogue().text(key) if catalogue().has(key) else name.replace("_", " ").capitalize()


def outcome_meaning(name: str) -> str:
    """What an outcome counts."""
    key = f"outcome.{name}.counted"
    return catalogue().text(key) if catalogue().has(key) else ""


def factor_name(name: str) -> str:
    """What a factor is called."""
    key = f"factor.{name}"
    return catalogue().text(key) if catalogue().has(key) else name.replace("_", " ").capitalize()


def reference_name(factor: str, value: str) -> str:
    """Whom the groups of a factor are compared with."""
    if value == "complement":
        return _("all other students")
    if value == "overall":
        return _("all students")
    return value_name(factor, value)
