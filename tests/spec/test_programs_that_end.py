"""A program that begins or ends in the year changes a student's group, though its row says yes."""

from pathlib import Path

from eachchild import story

ROWS = """student_id,factor,value,begin_date,end_date
0000,el,yes,,
0001,el,yes,2019-09-01,2021-12-17
0002,el,yes,2022-01-10,
0003,el,yes,2019-09-01,2021-06-11
0004,el,yes,2019-09-01,2021-11-30
0004,el,yes,2021-12-01,2022-06-30
"""


def test_students_who_left_or_joined_a_program_are_counted(tmp_path: Path) -> None:
    students = [f"{i:04d}" for i in range(60)]
    spells = [f"{s},A,2021-09-01,2022-06-10" for s in students]
    spells = ["student_id,school_id,entry_date,exit_date", *spells]
    log = [f"{s},A,2021-10-05,oss" for s in students[::4]]
    log = ["student_id,school_id,date,action", *log]
    tables = {"enrollment": "\n".join(spells), "discipline": "\n".join(log), "identity": ROWS}
    plan = 'title = "Programs"\n[[identity]]\nfactor = "el"\n[[outcome]]\nname = "oss_any"\n'
    for table, text in tables.items():
        (tmp_path / f"{table}.csv").write_text(text)
        plan += f'[[source]]\npath = "{table}.csv"\ntable = "{table}"\ncomplete = true\n'
    (tmp_path / "audit.toml").write_text(plan)
    counted = story.audit(tmp_path).content.who_is_counted
    assert "2021-22: 60 students, of whom 0 changed school and 2 changed a group" in counted[-1]
