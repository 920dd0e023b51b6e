"""The word grain and its files: read back exactly, in an order that tells of nobody."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eachchild.cube import Cube, count_all, restore, store
from eachchild.plan import Plan, load_plan
from eachchild.sources.records.load import load_records
from eachchild.worlds import synthesize

Counted = tuple[Plan, dict[str, Path], Cube, Path]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    folder = tmp_path_factory.mktemp("grain")
    synthesize(folder / "d", world="quiet-words", seed=2, students=900)
    plan = load_plan(folder / "d" / "audit.toml")
    tables = dict(load_records(plan, folder / "vault").tables)
    return plan, tables, count_all(plan, tables, (), folder=folder / "vault"), folder / "vault"


def _again(whole: Counted, tmp_path: Path, log: pa.Table) -> Cube:
    plan, tables, _, vault = whole
    path = tmp_path / "log.parquet"
    pq.write_table(log, path)
    return count_all(plan, {**tables, "discipline": path}, (), folder=vault)


def _alike(ours: Cube, theirs: Cube) -> bool:
    pairs = zip(ours.words, theirs.words, strict=True)
    return bool(ours.words) and all(
        np.array_equal(getattr(one, f.name), getattr(other, f.name))
        for one, other in pairs
        for f in fields(one)
    )


def test_words_survive_their_file(whole: Counted, tmp_path: Path) -> None:
    plan, _, cube, _ = whole
    for name in ("one", "two"):
        store(cube, plan, tmp_path / name, inputs={})
    first, second = (tmp_path / name / "word.parquet" for name in ("one", "two"))
    assert (
        hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()
    )
    read = restore(tmp_path / "one")
    assert _alike(read, cube)
    for ours, theirs in zip(read.words, cube.words, strict=True):
        for field in fields(theirs):
            mine, other = getattr(ours, field.name), getattr(theirs, field.name)
            if isinstance(other, np.ndarray):
                assert mine.dtype == other.dtype == np.int64


def test_no_person_and_no_behavior_is_in_the_file(whole: Counted, tmp_path: Path) -> None:
    plan, tables, cube, _ = whole
    store(cube, plan, tmp_path, inputs={})
    table = pq.read_table(tmp_path / "word.parquet")
    texts = {t for c in table.columns if c.type == pa.string() for t in c.to_pylist()}
    log = pq.read_table(tables["discipline"])
    for column in ("staff_id", "student_id", "school_id", "behavior", "narrative", "incident_id"):
        assert not texts & set(log[column].to_pylist()), column
    assert set(table.column_names) == {"breakdown", "part", "word", "stratum", "group", "n"}


def test_the_order_of_rows_and_the_names_of_writers_leave_no_trace(
    whole: Counted, tmp_path: Path
) -> None:
    _, tables, cube, _ = whole
    log = pq.read_table(tables["discipline"])
    assert _alike(_again(whole, tmp_path, log.take(list(range(log.num_rows))[::-1])), cube)
    names = log["staff_id"].to_pylist()
    others = dict(zip(sorted(set(names)), sorted(set(names), reverse=True), strict=True))
    at = log.column_names.index("staff_id")
    renamed = log.set_column(at, "staff_id", pa.array([others[n] for n in names]))
    assert _alike(_again(whole, tmp_path, renamed), cube)


def test_strata_stand_in_the_order_of_their_counts(whole: Counted) -> None:
    for block in whole[2].words:
        vectors = block.notes.tolist()
        assert vectors == sorted(vectors)
        assert (block.used <= block.notes[block.stratum, block.group]).all()
        assert (block.used > 0).all()
        grids = np.zeros((len(block.words), *block.notes.shape), np.int64)
        grids[block.word, block.stratum, block.group] = block.used
        same = (block.notes[1:] == block.notes[:-1]).all(axis=1)
        for grid in grids:
            rows: Sequence[list[int]] = grid.tolist()
            assert all(rows[i] >= rows[i + 1] for i in np.flatnonzero(same))


def test_a_log_without_a_note_has_no_words(whole: Counted, tmp_path: Path) -> None:
    plan, tables, cube, _ = whole
    log = pq.read_table(tables["discipline"])
    at = log.column_names.index("narrative")
    blank = log.set_column(at, "narrative", pa.nulls(log.num_rows, pa.string()))
    nothing = _again(whole, tmp_path, blank)
    assert [block.words for block in nothing.words] == [()] * len(cube.words)
    store(nothing, plan, tmp_path / "nothing", inputs={})
    assert _alike(restore(tmp_path / "nothing"), nothing)
    assert _again(whole, tmp_path, log.drop_columns(["narrative"])).words == ()


def test_notes_that_nobody_can_be_asked_about_are_left_out(whole: Counted, tmp_path: Path) -> None:
    _, tables, cube, _ = whole
    log = pq.read_table(tables["discipline"])
    behaviors, staff = log["behavior"].to_pylist(), log["staff_id"].to_pylist()
    columns = {
        "behavior": pa.array([None, None, *behaviors[2:]], pa.string()),
        "staff_id": pa.array([*staff[:4], None, *staff[5:]], pa.string()),
    }
    for name, values in columns.items():
        log = log.set_column(log.column_names.index(name), name, values)
    assert {block.left_out for block in cube.words} == {0}
    assert {block.left_out for block in _again(whole, tmp_path, log).words} == {3}


def test_older_years_are_not_counted(whole: Counted, tmp_path: Path) -> None:
    plan, tables, cube, vault = whole
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eachchild.cube.notes.POOLED_YEARS", 1)
        latest = count_all(replace(plan), tables, (), folder=vault)
    assert 0 < latest.words[0].notes.sum() < cube.words[0].notes.sum()
