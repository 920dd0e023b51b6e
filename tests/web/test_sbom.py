"""The bill of materials is the lock, with licences (S38)."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict:
    out = tmp_path_factory.mktemp("sbom") / "sbom.json"
    subprocess.run([sys.executable, str(ROOT / "tools" / "sbom.py"), str(out)], check=True)
    return json.loads(out.read_text("utf-8"))


def test_s38_it_has_each_locked_package_and_no_other(told: dict) -> None:
    lock = (ROOT / "requirements" / "dev.txt").read_text("utf-8")
    locked = set(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock, re.MULTILINE))
    assert {(c["name"], c["version"]) for c in told["components"]} == locked
    assert len(told["components"]) == len(locked) > 50
    hashes = {h["content"] for c in told["components"] for h in c["hashes"]}
    assert hashes == set(re.findall(r"sha256:([0-9a-f]{64})", lock))
    assert told["bomFormat"] == "CycloneDX"


def test_s38_what_runs_has_a_licence_that_we_may_ship_with(told: dict) -> None:
    runs = [c for c in told["components"] if c["scope"] == "required"]
    names = {c["name"] for c in runs}
    assert {"django", "granian", "psycopg", "duckdb"} <= names
    assert not {"pytest", "mypy", "playwright"} & names
    for one in runs:
        said = one["licenses"][0]
        text = said.get("expression") or said["license"]["name"]
        if not text.startswith("not installed here"):
            assert not re.search(r"(?<!L)GPL|SSPL|proprietary", text, re.IGNORECASE), one["name"]
    unknown = [c["name"] for c in runs if "not installed" in str(c["licenses"])]
    assert set(unknown) <= {"tzdata", "colorama", "uvloop", "winloop", "pywin32"}, unknown
