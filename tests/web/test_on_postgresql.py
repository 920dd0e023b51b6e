"""The same tests on PostgreSQL, on a server of their own that is started and ended here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEED = ROOT / "tools" / "need-postgres"
CHOSEN = (
    "test_row_security.py", "test_matrix.py", "test_trail.py", "test_keeping.py", "test_tenants.py",
    "test_inventory.py", "test_leaving.py",
)  # fmt: skip
_MISSING = 3


def _environment() -> dict[str, str]:
    ours = {k: v for k, v in os.environ.items() if not k.startswith("EACHCHILD_")}
    return ours | {"PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.mark.skipif(
    bool(os.environ.get("EACHCHILD_TEST_DATABASE")), reason="these tests run on PostgreSQL already"
)
def test_s3_row_security_matrix_trail_and_keeping_hold_on_postgresql() -> None:
    files = [str(ROOT / "tests" / "web" / name) for name in CHOSEN]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    told = subprocess.run(
        [str(NEED), *command, *files], env=_environment(), cwd=ROOT, capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip
    if told.returncode == _MISSING and "PostgreSQL is missing" in told.stderr:
        if os.environ.get("CI") == "true":
            pytest.fail(told.stderr)
        pytest.skip(told.stderr.strip())
    assert told.returncode == 0, told.stdout[-4_000:] + told.stderr[-2_000:]
