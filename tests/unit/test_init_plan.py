"""`init` looks at a folder and writes a first plan: guesses commented, codes left to a person."""

import csv
import shutil
import tomllib
from pathlib import Path

import pytest

from eachchild.plan import Plan, PlanError, load_plan
from eachchild.sources.counts.load import load_counts
from eachchild.sources.errors import SourceError
from eachchild.sources.init.plan import InitResult, init_plan
from eachchild.sources.records.load import load_records
from eachchild.tables import RuleHit
from eachchild.worlds import synthesize

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def stops(plan: Plan, vault: Path) -> list[RuleHit]:
    hits = (*load_records(plan, vault).hits, *load_counts(plan).hits)
    return [h for h in hits if h.severity == "stop"]


def source(result: InitResult, name: str) -> dict[str, object]:
    table = tomllib.loads(result.plan.read_text("utf-8"))
    (found,) = [s for s in table["source"] if s["path"].startswith(name)]
    return dict(found)


def codes(folder: Path, name: str) -> dict[str, tuple[str, str]]:
    """Guess and ours, by value."""
    with (folder / "codes" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return {row["value"]: (row["guess"], row["ours"]) for row in csv.DictReader(lines)}


SIMPLE = "ID,School,Year,Eth,OSS\n01,A,2021-22,B,0\n02,A,2021-22,White,2\n03,B,2021-22,Hispanic,0\n"


def test_one_simple_file(tmp_path: Path) -> None:
    result = init_plan(write(tmp_path, students=SIMPLE))
    assert source(result, "students")["columns"] == {
        "student_id": "ID",
        "period": "Year",
        "school_id": "School",
        "race": "Eth",
        "oss_count": "OSS",
    }
    plan = load_plan(result.plan)
    assert [o.name for o in plan.outcomes] == ["oss_any", "oss_again"]
    assert stops(plan, tmp_path / "vault") == []


def test_a_code_is_filled_only_where_it_is_beyond_doubt(tmp_path: Path) -> None:
    result = init_plan(write(tmp_path, students=SIMPLE))
    assert codes(tmp_path, "race") == {
        "B": ("black", ""),
        "White": ("white", "white"),
        "Hispanic": ("hispanic", "hispanic"),
    }
    assert any("codes/race.csv: what do 1 of 3 values mean?" in q for q in result.questions)
    assert load_plan(result.plan).codes["race"] == {"White": "white", "Hispanic": "hispanic"}


def test_reasons_of_absences_are_known_by_federal_codes_and_by_guesses(tmp_path: Path) -> None:
    rows = ("13301", "13295", "13303", "BUS", "Illness", "WX")
    text = "ID,Date,Absence Reason\n" + "".join(
        f"0{i},2021-09-{i + 10},{code}\n" for i, code in enumerate(rows)
    )
    result = init_plan(write(tmp_path, absences=text))
    assert source(result, "absences")["columns"] == {
        "student_id": "ID", "date": "Date", "reason": "Absence Reason",
    }  # fmt: skip
    assert codes(tmp_path, "absence_reason") == {
        "13301": ("transport", "transport"), "13295": ("illness", "illness"),
        "13303": ("not_reported", "not_reported"), "BUS": ("transport", ""),
        "Illness": ("illness", "illness"), "WX": ("", ""),
    }  # fmt: skip


def test_what_was_filled_in_stays_when_the_plan_is_made_anew(tmp_path: Path) -> None:
    first = init_plan(write(tmp_path, students=SIMPLE))
    (tmp_path / "codes" / "race.csv").write_text(
        "value,rows,guess,ours\nB,1,black,Black\nWhite,1,white,two_or_more\nOld,4,,asian\n"
    )
    first.plan.rename(tmp_path / "old.toml")
    result = init_plan(tmp_path)
    ours = {value: mine for value, (_, mine) in codes(tmp_path, "race").items()}
    assert ours == {
        "B": "Black",
        "White": "two_or_more",
        "Hispanic": "hispanic",
        "Old": "asian",
    }
    assert not any("codes/race.csv" in question for question in result.questions)


def test_a_file_that_is_no_code_list_is_not_overwritten(tmp_path: Path) -> None:
    write(tmp_path, students=SIMPLE)
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "race.csv").write_text("code,meaning\nB,Black\n")
    with pytest.raises(PlanError, match=r"codes/race\.csv: needs the columns value and ours"):
        init_plan(tmp_path)
    assert not (tmp_path / "audit.toml").exists()


def test_a_column_of_answers_tells_its_outcome_as_it_is(tmp_path: Path) -> None:
    text = "student_id,school_year,gender,suspended\n1,2021-22,F,Y\n2,2021-22,M,N\n3,2021-22,M,N\n"
    plan = load_plan(init_plan(write(tmp_path, s=text)).plan)
    assert (plan.outcomes[0].name, plan.outcomes[0].event_text) == ("oss_any", "oss == 'yes'")
    assert plan.codes["oss"] == {"Y": "yes", "N": "no"}
    assert plan.identity[0].reference == "male"


def test_free_lunch_is_not_false(tmp_path: Path) -> None:
    rows = "".join(f"{i},2021-22,{'FRP'[i % 3]},{i % 2}\n" for i in range(9))
    init_plan(write(tmp_path, s="StudentID,SY,LunchStatus,OSS\n" + rows))
    ours = {value: mine for value, (_, mine) in codes(tmp_path, "frl").items()}
    assert ours == {"F": "yes", "R": "yes", "P": "no"}


def test_what_only_a_person_can_say_is_asked(tmp_path: Path) -> None:
    text = "ID,Race,Year,OSS,Entry\n1,White,2021,0,3/4/2021\n2,Black,2021,1,5/6/2021\n"
    result = init_plan(write(tmp_path, s=text))
    assert any("the fall or the spring" in q for q in result.questions)
    text = "student,race,oss\n1,White,0\n2,Black,1\n"
    (tmp_path / "again").mkdir()
    asked = init_plan(write(tmp_path / "again", t=text)).questions
    assert any("which school year" in q for q in asked)


def test_dates_that_may_be_day_first_are_asked_about(tmp_path: Path) -> None:
    text = "student_id,date,action\n1,3/4/2021,OSS\n2,5/6/2021,ISS\n"
    result = init_plan(write(tmp_path, log=text))
    assert any("the day or the month first in 'date'" in q for q in result.questions)


def test_several_files_are_linked_by_student(tmp_path: Path) -> None:
    write(
        tmp_path,
        roster="Student_Number,Gender\n01,F\n02,M\n03,F\n",
        spells="Student_Number,SchoolID,EntryDate,ExitDate\n01,A,2021-08-30,\n02,A,2021-08-30,\n"
        "03,A,2021-08-30,2022-05-20\n",
        log="Student_Number,Entry_Date,Discipline_ActionTaken\n01,2021-09-13,OSS\n99,2021-09-14,OSS\n",
    )
    result = init_plan(tmp_path)
    tables = {f.path: (f.table, f.matched) for f in result.files}
    assert tables == {
        "log.csv": ("discipline", 0.5),
        "roster.csv": ("student", None),
        "spells.csv": ("enrollment", 1.0),
    }
    assert any("log.csv: only 50.0%" in q for q in result.questions)


def test_a_file_that_is_nothing_known_is_named_and_left(tmp_path: Path) -> None:
    result = init_plan(write(tmp_path, students=SIMPLE, menu="day,dish\nMonday,soup\n"))
    left = next(f for f in result.files if f.path == "menu.csv")
    assert (left.shape, left.why) == ("", "no table was recognized in it")
    assert "# menu.csv: no table was recognized in it" in result.plan.read_text("utf-8")


def test_a_file_that_cannot_be_read_is_named_and_left(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04 and then nothing")
    result = init_plan(write(tmp_path, students=SIMPLE))
    assert "book.xlsx" in next(f for f in result.files if not f.shape).why


def test_an_empty_file_is_named_and_left(tmp_path: Path) -> None:
    result = init_plan(write(tmp_path, students=SIMPLE, empty="ID,Race\n"))
    assert "empty.csv: not used (it has no rows)" in result.lines


def test_names_are_no_codes(tmp_path: Path) -> None:
    rows = "".join(f"{i},2021-22,Someone {i},{i % 3}\n" for i in range(150))
    result = init_plan(write(tmp_path, s="ID,Year,Race,OSS\n" + rows))
    assert not (tmp_path / "codes").exists()
    assert "Someone" not in result.plan.read_text("utf-8") + " ".join(result.lines)


def test_federal_codes_in_a_column_are_beyond_doubt_together(tmp_path: Path) -> None:
    rows = "".join(f"{i},2021-22,{c},0\n" for i, c in enumerate(("BL", "WH", "HI", "AS", "TR")))
    init_plan(write(tmp_path, s="ID,Year,Race,OSS\n" + rows))
    assert codes(tmp_path, "race")["TR"] == ("two_or_more", "two_or_more")


def test_lists_of_days_and_entries_are_kept_whole_where_nothing_parts_them(tmp_path: Path) -> None:
    write(
        tmp_path,
        days="SchoolID,Date,InSession\nA,2021-09-01,1\nA,2021-09-02,1\n",
        log="StudentID,Date,Action,LogType\n1,2021-09-01,OSS,x\n2,2021-09-02,,x\n3,2021-09-02,,y\n",
        scores="StudentID,SY,Subject,Score\n1,2021-22,ELA,300\n2,2021-22,ELA,310\n",
        people="StudentID,Year,Gender\n1,2021-22,F\n1,2022-23,F\n2,2021-22,M\n",
        spells="StudentID,School,EntryDate,ExitDate\n1,A,2021-08-30,2022-05-20\n",
    )
    result = init_plan(tmp_path)
    assert [source(result, n).get("keep") for n in ("days", "log", "scores")] == [None] * 3
    assert source(result, "people")["table"] == "student_year"


WIDE = (
    "School,Enr_Black,Enr_White,Enr_Asian,{}_Black,{}_White,{}_Asian\n"
    "A,40,50,60,4,5,6\nB,30,20,10,3,2,1\n"
)


@pytest.mark.parametrize(
    ("called", "direction"), [("Honors", "higher"), ("Sports", "neither"), ("Arrested", "lower")]
)
def test_a_published_outcome_of_its_own_gets_a_direction_to_check(
    tmp_path: Path, called: str, direction: str
) -> None:
    text = WIDE.replace("{}", called).replace("_", " ")
    result = init_plan(write(tmp_path, counts_2021_22=text))
    plan = load_plan(result.plan)
    assert [o.direction for o in plan.outcomes] == [direction]
    (facts,) = load_counts(plan).facts
    assert facts.quantities[0] == "n"


def test_two_families_that_would_count_the_same_are_asked_about(tmp_path: Path) -> None:
    text = WIDE.replace("{}", "Suspended").replace("Enr", "Ever suspended").replace("_", " ")
    result = init_plan(write(tmp_path, counts_2021_22=text))
    assert any("what do the columns" in q for q in result.questions)
    assert len(load_plan(result.plan).sources[0].cells) == 1


def test_published_counts_beside_records_are_left_for_a_plan_of_their_own(tmp_path: Path) -> None:
    counts = "School,N_Black,N_White,N_Asian\nA,4,5,6\nB,3,2,1\n"
    result = init_plan(write(tmp_path, students=SIMPLE, published=counts))
    assert [f.path for f in result.files if f.shape] == ["students.csv"]
    assert "a plan of their own" in next(f.why for f in result.files if not f.shape)


def test_a_plan_is_never_overwritten(tmp_path: Path) -> None:
    init_plan(write(tmp_path, students=SIMPLE))
    with pytest.raises(SourceError, match="is there already"):
        init_plan(tmp_path)


def test_a_folder_with_nothing_to_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file to read"):
        init_plan(tmp_path)
    with pytest.raises(SourceError, match="no such folder"):
        init_plan(tmp_path / "nowhere")


def test_files_that_tell_nothing_make_a_plan_that_asks(tmp_path: Path) -> None:
    result = init_plan(write(tmp_path, menu="day,dish\nMonday,soup\n"))
    assert {q.split("?")[0] for q in result.questions} >= {
        "which outcome do these files tell",
        "which column tells who a student is (race, sex …)",
    }
    assert any("[[source]]" in q for q in result.questions)  # and the plan says it cannot load


def test_the_lines_say_what_was_done_and_what_is_next(tmp_path: Path) -> None:
    lines = init_plan(write(tmp_path, students=SIMPLE)).lines
    assert lines[0].startswith("students.csv: student_year")
    assert lines[-1] == f"Next: eachchild check {tmp_path / 'audit.toml'}"
    assert not any("\n" in line for line in lines)


@pytest.fixture(params=["virginia", "hsls", "idea618"])
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES / request.param / "data", tmp_path / request.param)
    return tmp_path / request.param


def test_an_examples_files_make_a_plan_that_the_check_accepts(example: Path) -> None:
    plan = load_plan(init_plan(example).plan)
    assert stops(plan, example.parent / "vault") == []


@pytest.mark.parametrize(
    ("name", "rule", "asked"),
    [("access", "V04", "which school year"), ("messy", "S01", "what do 'DS' stand for?")],
)
def test_where_the_check_stops_the_question_was_asked(
    tmp_path: Path, name: str, rule: str, asked: str
) -> None:
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name / "data", folder)
    result = init_plan(folder)
    assert {h.id for h in stops(load_plan(result.plan), tmp_path / "vault")} == {rule}
    assert any(asked in q for q in result.questions)


def test_a_federal_file_gives_the_same_figures_as_the_plan_by_hand(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "virginia" / "data", tmp_path / "va")
    loaded = load_counts(load_plan(init_plan(tmp_path / "va").plan))
    (of,) = [f for f in loaded.facts if "oss_any" in f.quantities]
    black = of.value[:, of.factors.index("race")] == of.values["race"].index("black")
    events = black & (of.quantity == of.quantities.index("oss_any"))
    students = black & (of.quantity == of.quantities.index("n"))
    assert (of.low[events].sum(), of.low[students].sum()) == (32_138, 261_644)


def test_students_told_apart_by_sex_alone_are_said_to_be_left_out(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "virginia" / "data", tmp_path / "va")
    result = init_plan(tmp_path / "va")
    assert any("Section 504 plan alone" in question for question in result.questions)
    by_hand = [u for u in load_plan(EXAMPLES / "virginia").sources[0].uncovered
               if u.outcome != "oss_again"]  # fmt: skip
    assert {(u.outcome, u.events, u.n) for u in load_plan(result.plan).sources[0].uncovered} == {
        (u.outcome, u.events, u.n) for u in by_hand
    }


def test_a_student_information_systems_export(tmp_path: Path) -> None:
    folder = tmp_path / "sis"
    synthesize(folder, seed=5, students=500, schools=4, years=2, shape="sis")
    result = init_plan(folder)
    tables = {f.path.removesuffix(".csv"): f.table for f in result.files if f.shape}
    assert tables == {
        "Attendance": "absence",
        "CalendarDay": "calendar",
        "Log": "discipline",
        "SchoolEnrollment": "enrollment",
        "Schools": "school",
        "SpecialPrograms": "identity",
        "StoredGrades": "course",
        "StudentRace": "student_race",
        "Students": "student",
        "TestScores": "score",
        "YearEndStatus": "completion",
    }
    assert source(result, "Log")["keep"] == {"LogTypeID": "-100000"}
    assert source(result, "Attendance")["keep"] == {"Presence_Status_CD": "Absent"}
    assert set(codes(folder, "race")) <= set("IABHPWM")
    assert all(not ours for _, ours in codes(folder, "race").values())
    assert codes(folder, "failed")["F"][1] == "yes"
    assert stops(load_plan(result.plan), tmp_path / "vault") == []
