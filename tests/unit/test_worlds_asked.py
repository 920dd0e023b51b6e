"""What a person may ask of `synthesize`, and what is said when it can't be."""

from pathlib import Path

import numpy as np
import pytest

from eachchild.plan import PlanError
from eachchild.worlds import WORLDS, WorldError, synthesize
from eachchild.worlds.attendance import Absences
from eachchild.worlds.happening import ranks
from eachchild.worlds.makeup import chosen, dissimilarity, makeup, pulls
from eachchild.worlds.schools import draw_schools
from eachchild.worlds.writing import PARTS, Folder, numbers


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"world": "atlantis"}, "district, null, null-schools"),
        ({"students": 10}, "at least 500"),
        ({"schools": 2}, "from 3 to a twentieth"),
        ({"schools": 1_000, "students": 1_000}, "from 3 to a twentieth"),
        ({"years": 0}, "from 1 to 25"),
        ({"seed": -1}, "from 0 on"),
    ],
)
def test_what_cannot_be_made_is_refused(
    tmp_path: Path, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(WorldError, match=said):
        synthesize(tmp_path / "out", **{"seed": 1, "students": 1_000, **asked})  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()
    assert issubclass(WorldError, PlanError)  # so that the command line says it in one line


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="other files"):
        synthesize(tmp_path, seed=1, students=600, years=1)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_an_earlier_district_is_replaced_but_not_by_another_shape(tmp_path: Path) -> None:
    synthesize(tmp_path, seed=1, students=600, years=1)
    before = (tmp_path / "student.csv").read_bytes()
    synthesize(tmp_path, seed=2, students=600, years=1)
    assert (tmp_path / "student.csv").read_bytes() != before
    with pytest.raises(FileExistsError):
        synthesize(tmp_path, seed=2, students=600, years=1, shape="sis")


def test_an_interrupted_run_leaves_no_file_and_is_forgotten(tmp_path: Path) -> None:
    def stop(what: str, share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synthesize(tmp_path, seed=1, students=600, years=4, progress=stop)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / PARTS).mkdir()
    (tmp_path / PARTS / "old.csv").write_text("killed")
    synthesize(tmp_path, seed=1, students=600, years=1)
    assert not (tmp_path / "old.csv").exists()
    assert not (tmp_path / PARTS).exists()


def test_progress_is_said_in_order(tmp_path: Path) -> None:
    said: list[tuple[str, float]] = []
    synthesize(tmp_path, seed=1, students=600, years=3, progress=lambda *step: said.append(step))
    assert [share for _, share in said] == sorted(share for _, share in said)
    assert [what for what, _ in said][1:4] == [
        "writing 2022-23",
        "writing 2023-24",
        "writing 2024-25",
    ]


def test_an_empty_table_has_its_header(tmp_path: Path) -> None:
    with Folder(tmp_path) as folder:
        folder.write("none.csv", {"a": numbers(np.zeros(0, np.int64))})
    assert (tmp_path / "none.csv").read_text() == "a\n"


def test_make_up_keeps_both_margins_and_reaches_its_target() -> None:
    rng = np.random.default_rng(1)
    shares, sizes = np.array([0.01, 0.06, 0.18, 0.3, 0.005, 0.385, 0.048, 0.012]), np.ones(9) / 9
    pull = pulls(rng, 8, rng.normal(0, 1, 9))
    for target in (0.0, 0.2, 0.7):
        joint = makeup(shares, sizes, pull, target=target)
        assert dissimilarity(joint) == pytest.approx(target, abs=1e-3)
        assert joint.sum(axis=1) == pytest.approx(shares, rel=1e-6)
        assert joint.sum(axis=0) == pytest.approx(sizes, rel=1e-3)
    drawn = chosen(rng, joint, np.full(20_000, 3))
    assert np.bincount(drawn, minlength=9) / 20_000 == pytest.approx(joint[3] / 0.3, abs=0.015)


def test_one_school_a_level_takes_everybody() -> None:
    schools = draw_schools(WORLDS["district"], 1, 3)
    assert [j.shape[1] for j in schools.joint] == [1, 1, 1]
    assert schools.labels == ("elementary", "middle", "high")
    assert np.concatenate([j.sum(axis=0) for j in schools.joint]) == pytest.approx([1, 1, 1])


def test_a_district_has_a_school_of_each_level() -> None:
    with pytest.raises(ValueError, match="at least 3 schools"):
        draw_schools(WORLDS["district"], 1, 2)


def test_nobody_absent_means_nobody_is_found() -> None:
    nothing = np.zeros(0, np.int64)
    none = Absences(nothing, nothing, nothing.astype(bool), nothing.astype(np.int8))
    assert not none.include(np.array([1]), np.array([1])).any()
    assert ranks(nothing).size == 0
