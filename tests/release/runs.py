"""Releases as people run them, by the command line."""

from pathlib import Path

from eachchild.cli import main

HERE = Path(__file__).parent
PROBLEM = HERE / "problems" / "edu-race-2d"
PEOPLE = ("--approved-by", "A. Lee", "--approved-by", "B. Ruiz")


def released(out: Path, *more: str, problem: Path = PROBLEM) -> int:
    """Release a folder of counts to the public, with a ledger beside the bundle; the exit code."""
    ledger = ("--ledger", str(out.parent / "ledger.jsonl"), "--out", str(out))
    return main(["release", str(problem), "--audience", "public", *PEOPLE, *ledger, *more])


def audit_released(plan: Path, folder: Path) -> Path:
    """An audit in a folder, with its public bundle in it."""
    out = folder / "audit"
    vault = ("--vault", str(folder / "vault"))
    assert main(["audit", str(plan), "--out", str(out), *vault, "--no-pdf"]) == 0
    assert main(["release", str(out), "--audience", "public", *PEOPLE]) == 0
    return out
