"""Writes what the platform is made of, with licences, as a CycloneDX 1.6 document.

python tools/sbom.py [FILE]     to FILE, or to standard output

What is in it comes from the lock (requirements/dev.txt): name, version and hashes; licences from
the packages as they are installed. `scope` says what runs and what only builds and tests. It has no
time and no serial number: the same lock gives the same bytes.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, distribution, requires
from importlib.metadata import PackageNotFoundError as NotInstalled
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "dev.txt"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# Of packages that do not say it in a form that can be read: what their LICENSE file says.
_CLASSIFIED = {
    "MIT License": "MIT", "BSD License": "BSD-3-Clause", "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC", "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-3.0-or-later",
}  # fmt: skip
UNKNOWN = "not installed here: see the package"


def locked(text: str) -> Iterator[tuple[str, str, str, list[str]]]:
    """Each package of the lock: its name, version, the machines it is for, its hashes."""
    name, version, marker, hashes = "", "", "", list[str]()
    for line in text.splitlines():
        if found := _PINNED.match(line):
            if name:
                yield name, version, marker, hashes
            name, version, marker = found[1], found[2], found[3] or ""
            hashes = []
        hashes += _HASH.findall(line)
    if name:
        yield name, version, marker, hashes


def plain(name: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed() -> frozenset[str]:
    """The packages that the platform runs on, and theirs."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    waiting = [*about["dependencies"], *about["optional-dependencies"]["web"]]
    waiting = [_named(line) for line in waiting]
    found = set(waiting)
    while waiting:
        asked = waiting.pop()
        name, _, extras = asked.partition("[")
        for line in _requires(name):
            if _wanted(line, set(extras.rstrip("]").split(","))):
                one = _named(line)
                if one not in found:
                    found.add(one)
                    waiting.append(one)
    return frozenset(plain(one.partition("[")[0]) for one in found)


def _named(line: str) -> str:
    """The name of a requirement, with the extras it asks for."""
    told = re.match(r"[A-Za-z0-9._-]+(\[[^]]*\])?", line)
    return told[0] if told else line


def _requires(name: str) -> list[str]:
    try:
        return requires(name) or []
    except NotInstalled:
        return []


def _wanted(line: str, extras: set[str]) -> bool:
    """Whether a requirement holds: always, or for one of the extras."""
    told = re.findall(r"extra\s*==\s*['\"]([^'\"]+)['\"]", line)
    return not told or any(one in extras for one in told)


def licence(found: Distribution) -> str:
    """A package's licence, as it says it itself."""
    about = found.metadata
    if about.get("License-Expression"):
        return str(about["License-Expression"])
    for told in about.get_all("Classifier") or ():
        last = told.rsplit(" :: ")[-1]
        if told.startswith("License") and last in _CLASSIFIED:
            return _CLASSIFIED[last]
    first = str(about.get("License") or "").strip().splitlines()
    return first[0] if first else UNKNOWN


def component(name: str, version: str, hashes: list[str], *, runs: bool) -> Mapping[str, Any]:
    """One package as the document has it."""
    try:
        told = licence(distribution(name))
    except NotInstalled:
        told = UNKNOWN
    key = f"pkg:pypi/{plain(name)}@{version}"
    simple = re.fullmatch(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*", told)
    return {
        "type": "library", "bom-ref": key, "name": name, "version": version, "purl": key,
        "scope": "required" if runs else "excluded",
        "licenses": [{"license": {"name": told}}] if told == UNKNOWN or not simple
        else [{"expression": told}],
        "hashes": [{"alg": "SHA-256", "content": one} for one in hashes],
    }  # fmt: skip


def document() -> Mapping[str, Any]:
    """The whole bill of materials."""
    runs = needed()
    found = {
        (name, version): component(name, version, hashes, runs=plain(name) in runs)
        for name, version, _, hashes in locked(LOCK.read_text("utf-8"))
    }
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {
            "type": "application", "bom-ref": "eachchild", "name": "eachchild",
            "version": distribution("eachchild").version,
            "licenses": [{"expression": "Apache-2.0"}],
        }},
        "components": [found[key] for key in sorted(found)],
    }  # fmt: skip


if __name__ == "__main__":
    text = json.dumps(document(), indent=1) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
