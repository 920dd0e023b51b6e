"""Two audits released to the public: published counts, and a made-up district with schools."""

from pathlib import Path

import pytest
from runs import audit_released

from eachchild.cli import main

VIRGINIA = Path(__file__).parents[2] / "examples" / "virginia"
WORLD = ("--students", "2000", "--schools", "5", "--years", "2")


@pytest.fixture(scope="session")
def virginia(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Counts of a whole state: no school is told apart, and nothing needs to be hidden."""
    return audit_released(VIRGINIA, tmp_path_factory.mktemp("virginia"))


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of five schools."""
    folder = tmp_path_factory.mktemp("district")
    assert main(["synthesize", *WORLD, "--out", str(folder / "data")]) == 0
    return audit_released(folder / "data", folder)  # some hundred counts of it are hidden
