"""Words of notes counted plainly, by DuckDB and by polars: the same, and nobody's row."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from drawn import SCHOOL_DAYS, PolarsEngine, Rows, plan_of, small_thresholds, write

from eachchild.cube import WordBlock, student_plans, word_plans
from eachchild.cube.derive import write_student_year
from eachchild.cube.engine import Engine, duck
from eachchild.cube.finer_grains import add_finer_grains
from eachchild.cube.onepass import count
from eachchild.cube.plain_words import PlainWords, count_words_plainly
from eachchild.cube.plain_year import student_years
from eachchild.plan import Adults
from eachchild.tables import TABLES
from eachchild.terms.outcomes import built_in

FEWEST = (3, 2)
SENTENCES = ["rude again.", "Was rude to Zqx.", "Zqx left", "left again, said Vbn", "late t1", ""]
STAFF = ("tee", "left.2", "t3", "System", None)


def drawn_rows(table: str, found: list[dict[str, object]]) -> Rows:
    blank = dict.fromkeys(c.name for c in TABLES[table].columns)
    return [blank | row for row in found]


def district(seed: int) -> dict[str, Rows]:
    """A dozen students of two years, one of them in no list, and their log."""
    chance = random.Random(seed)
    ids = [f"{n:02d}" for n in range(12)]
    races = ["black", "black", "white", "white", "hispanic", None]
    return {
        "enrollment": drawn_rows("enrollment", [
            {"student_id": s, "school_id": chance.choice("AB"), "entry_date": date(year, 9, 1)}
            for s in ids[1:] for year in (2020, 2021)
        ]),
        "student": drawn_rows("student", [
            {"student_id": s, "race": chance.choice(races), "frl": chance.choice(["yes", "no"])}
            for s in ids[1:]
        ]),
        "discipline": drawn_rows("discipline", [
            {
                "student_id": chance.choice(ids), "school_id": chance.choice(["A", "B", None]),
                "date": chance.choice(SCHOOL_DAYS), "staff_id": chance.choice(STAFF),
                "behavior": chance.choice(["Defiance", "Defiance", "fighting", None, ""]),
                "narrative": chance.choice([None, " ".join(chance.choices(SENTENCES, k=3))]),
            }
            for _ in range(chance.randint(0, 250))
        ]),
    }  # fmt: skip


def told(block: WordBlock) -> PlainWords:
    """A block as the plain way tells it."""
    found = PlainWords(left_out=block.left_out)
    vectors = [tuple(row) for row in block.notes.tolist()]
    found.strata = Counter(vectors)
    for at, word in enumerate(block.words):
        found.students[word] = tuple(block.students[at].tolist())
        found.writers[word] = int(block.writers[at])
        uses = np.zeros_like(block.notes)
        mine = block.word == at
        uses[block.stratum[mine], block.group[mine]] = block.used[mine]
        found.used[word] = Counter(
            (notes, tuple(row))
            for notes, row in zip(vectors, uses.tolist(), strict=True)
            if any(row)
        )
    return found


@pytest.mark.parametrize("membership", ["home", "attended"])
@pytest.mark.parametrize("seed", range(8))
def test_words_are_counted_alike(seed: int, membership: str) -> None:
    tables, aside = district(seed), bool(seed % 2)
    plan = replace(
        plan_of("first_day", membership),
        outcomes=(built_in()["oss_any"],),
        keep_text=True,
        adults=Adults("Memorandum", ("SYSTEM",)) if aside else None,
    )
    with TemporaryDirectory() as name, small_thresholds(), pytest.MonkeyPatch.context() as patch:
        for constant, value in zip(("FEWEST_STUDENTS", "FEWEST_WRITERS"), FEWEST, strict=True):
            patch.setattr(f"eachchild.cube.notes.{constant}", value)
        patch.setattr("eachchild.cube.notes.POOLED_YEARS", 1 + seed % 3)
        folder = Path(name)
        paths, rows_file = write(tables, folder), folder / "rows.parquet"
        with duck(folder) as engine:
            write_student_year(engine, paths, plan, rows_file)
        cube = count(student_plans(plan), rows_file, plan=plan)

        def counted(engine: Engine) -> tuple[WordBlock, ...]:
            return add_finer_grains(
                engine, cube, plan, tables=paths, student_year=rows_file, events=()
            ).words

        with duck(folder) as engine:
            by_duck = counted(engine)
        by_polars = counted(PolarsEngine())
        plain_rows = student_years(tables, plan)
    compared = 0
    for one, block, again in zip(word_plans(plan), by_duck, by_polars, strict=True):
        plain = count_words_plainly(
            one, tables, plain_rows, plan, periods=cube.periods[-1 - seed % 3 :], fewest=FEWEST
        )
        assert told(block) == told(again) == plain
        for name in ("notes", "stratum", "group", "word", "used", "students", "writers"):
            assert np.array_equal(getattr(block, name), getattr(again, name)), name
        compared += block.used.size
    assert compared > 0 or len(tables["discipline"]) < 120


def test_the_drawn_notes_have_words() -> None:
    """So that the test above compares something; who is named `left.2` takes that word away."""
    from eachchild.cube.note_words import Lexicon, letters_of, noted

    lexicon = Lexicon(letters_of(["left.2", "tee"]))
    for text in SENTENCES:
        lexicon.add(noted(text))
    # `was` only ever begins a sentence.
    assert {w for w in lexicon.small if w in lexicon} == {"again", "late", "rude", "said"}


def test_without_keep_text_no_plan_asks_for_words() -> None:
    assert word_plans(plan_of("first_day")) == ()
    asked = word_plans(replace(plan_of("first_day"), keep_text=True))
    assert {one.factor.id for one in asked} == {"race", "el", "frl"}
