"""Two audits released to the public: published counts, and a made-up district with schools."""

from pathlib import Path

import pytest

from eachchild.cli import main

VIRGINIA = Path(__file__).parents[2] / "examples" / "virginia"
WORLD = ("--students", "2000", "--schools", "5", "--years", "2")


@pytest.fixture(scope="session")
def virginia(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Counts of a whole state: no school is told apart, and nothing needs to be hidden."""
    return _released(VIRGINIA, tmp_path_factory.mktemp("virginia"))


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of five schools."""
    folder = tmp_path_factory.mktemp("district")
    assert main(["synthesize", *WORLD, "--out", str(folder / "data")]) == 0
    return _released(folder / "data", folder)  # some hundred counts of it are hidden


def _released(plan: Path, folder: Path) -> Path:
    out = folder / "audit"
    vault = ("--vault", str(folder / "vault"))
    assert main(["audit", str(plan), "--out", str(out), *vault, "--no-pdf"]) == 0
    names = ("--approved-by", "A. Lee", "--approved-by", "B. Ruiz")
    assert main(["release", str(out), "--audience", "public", *names]) == 0
    return out
