"""Two audits released to the public: published counts, and a made-up district with schools."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest
from runs import audit_released, keep_in_plan

from eachchild.cli import main

VIRGINIA = Path(__file__).parents[2] / "examples" / "virginia"
WORLD = ("--students", "2000", "--schools", "5", "--years", "2")
OUTCOMES = ("chronic_absence", "absence_rate", "iss_any", "oss_any", "ap_enrolled", "graduated")


@pytest.fixture(scope="session")
def virginia(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Counts of a whole state: no school is told apart, and nothing needs to be hidden."""
    return audit_released(VIRGINIA, tmp_path_factory.mktemp("virginia"))


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Records of five schools, some outcomes of one year's students and some of others."""

    def make(folder: Path) -> None:
        assert main(["synthesize", *WORLD, "--out", str(folder / "data")]) == 0
        kept = (f'name = "{name}"' for name in OUTCOMES)
        keep_in_plan(folder / "data" / "audit.toml", "factor = ", *kept)
        audit_released(folder / "data", folder)  # some hundred counts of it are hidden

    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent  # of all processes that test together
    return once(shared / "district", make) / "audit"


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder that the first process makes and the others wait for."""
    done = folder.with_suffix(".done")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
