"""What every test may ask for: the shared material, where this machine has it."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the outside numbers (GPL, so never copied here)."""
    if SHARED.is_dir():
        return SHARED
    if os.environ.get("CI") == "true":
        pytest.fail("the folder ../shared is missing, and CI must have it")
    pytest.skip("needs the folder ../shared beside the repository (outside numbers under the GPL)")
