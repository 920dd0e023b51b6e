"""Sharing: releasing, checking again, and the ledger of what was ever published."""

import argparse
import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from eachchild.cli.codes import DONE, REFUSED
from eachchild.cli.terminal import Bar
from eachchild.handover import policy_named, release_audit
from eachchild.release import (
    SEAL,
    Audience,
    DraftChangedError,
    ReleaseRefusedError,
    load_policy,
)
from eachchild.release.bundle import CELLS, PROOF, BundleError, verify_bundle, verify_tables
from eachchild.release.coarser import coarser
from eachchild.release.door import ReleaseInputError
from eachchild.release.imports import imported
from eachchild.release.ledger import Entry, Ledger, LedgerError, append, conflicts, load_ledger
from eachchild.release.proof import named
from eachchild.release.reading import read_published
from eachchild.release.tables import (
    Cost,
    entry_of,
    not_entered,
    release_tables,
    subject_of,
    told_to_readers,
)
from eachchild.report.bundle import built_aside, refuse_folder
from eachchild.terms.numerals import count

_SOME = 10  # faults a person is shown
_NO_GAP = 1e-4
_USUAL = "federal"  # the policy of a folder of counts, which has no plan to name one


def run_release(chosen: argparse.Namespace) -> int:
    audience = Audience(chosen.audience)
    if (chosen.source / "problem.json").is_file():
        return _run_release_tables(chosen, audience)
    if not (chosen.source / "audit.json").is_file():
        raise FileNotFoundError(
            f"{chosen.source} holds neither an audit nor tables. `eachchild audit PLAN --out DIR` "
            "writes an audit; a folder of counts has problem.json, inner.csv and its hierarchies."
        )
    if chosen.coarser:
        raise ReleaseInputError(
            "--coarser is for a folder of counts; of an audit what cannot be proved is left out."
        )
    if audience is Audience.INTERNAL:
        print(f"{chosen.source} is the internal audit, and complete as it stands.")
        return DONE
    return _run_release_audit(chosen, audience)


def _run_release_audit(chosen: argparse.Namespace, audience: Audience) -> int:
    policy = load_policy(chosen.policy or policy_named(chosen.source), Path())
    out = _out(chosen, audience)
    refuse_folder(out)
    path, before = _before(chosen)
    with Bar(chosen.progress) as bar:
        files, cost, _ = release_audit(
            chosen.source, policy, audience,
            approved_by=chosen.approved_by, before=before, progress=bar.step,
            pdf=not chosen.no_pdf, screens=chosen.screens, screens_in=chosen.screens_in,
            draft=chosen.draft, corrects=chosen.corrects,
        )  # fmt: skip
    if chosen.draft:
        write_draft(files, out)
        print("\n".join(cost_lines(cost, out)))
        return DONE
    if chosen.drafted and files[CELLS] != (chosen.drafted / CELLS).read_bytes():
        raise DraftChangedError
    write_bundle(files, out, path, entry_of(files, audience, replaces=chosen.corrects), before)
    print("\n".join([*cost_lines(cost, out), *left_out_lines(cost.left_out)]))
    return DONE


def _run_release_tables(chosen: argparse.Namespace, audience: Audience) -> int:
    if audience is Audience.INTERNAL:
        raise ReleaseRefusedError(
            f"{chosen.source} has every count already and is the internal copy. A bundle is for "
            "public, board or staff."
        )
    policy = load_policy(chosen.policy or _USUAL, Path())
    out = _out(chosen, audience)
    path, before = _before(chosen)
    subject = subject_of(chosen.source, policy)
    for dimension in chosen.coarser:
        subject = coarser(subject, dimension)
    files, cost = release_tables(
        subject, policy, audience,
        approved_by=chosen.approved_by, before=before, corrects=chosen.corrects,
    )  # fmt: skip
    write_bundle(files, out, path, entry_of(files, audience, replaces=chosen.corrects), before)
    print("\n".join(cost_lines(cost, out)))
    return DONE


def _out(chosen: argparse.Namespace, audience: Audience) -> Path:
    return Path(chosen.out or chosen.source / "released" / audience.value)


def _before(chosen: argparse.Namespace) -> tuple[Path, Ledger]:
    """Where the ledger is, and what it has so far."""
    path = Path(chosen.ledger or chosen.source.parent / "ledger.jsonl")
    return path, load_ledger(path)


def write_bundle(
    files: Mapping[str, bytes], out: Path, ledger: Path, entry: Entry, before: Ledger
) -> None:
    """Write a bundle and enter it into the ledger: both, or neither."""
    with built_aside(out) as part:
        for name, data in files.items():
            (part / name).write_bytes(data)
        append(ledger, entry, after=before)  # no bundle without its entry


def write_draft(files: Mapping[str, bytes], out: Path) -> None:
    """Write what approvers read of a bundle: its pages and cells, without proof or seal."""
    with built_aside(out) as part:
        for name, data in files.items():
            if name not in (PROOF, SEAL):
                (part / name).write_bytes(data)


def _there(path: Path) -> Path:
    """A misspelled ledger must not pass for one in which nothing is wrong."""
    if not path.is_file():
        raise LedgerError(
            f"{path}: there is no such ledger. `eachchild release` writes ledger.jsonl beside what "
            "it releases."
        )
    return path


def run_ledger(chosen: argparse.Namespace) -> int:
    if chosen.action == "import":
        return _run_import(chosen)
    file, *bundles = chosen.files
    ledger = load_ledger(_there(file))
    if chosen.action == "show" and bundles:
        raise LedgerError("one ledger at a time.")
    if chosen.action == "show":
        lines = ledger_lines(ledger)
        print(json.dumps(lines) if chosen.json else "\n".join(lines))
        return DONE
    faults = [*conflicts(ledger), *told_to_readers(ledger)]
    faults += [fault for bundle in bundles for fault in not_entered(ledger, bundle)]
    if chosen.json:
        print(json.dumps({"entries": len(ledger.entries), "faults": faults}))
    elif not faults:
        print(f"Entries: {len(ledger.entries)}. The chain is whole; nothing hidden can be told.")
    _say_some(faults)
    return REFUSED if faults else DONE


def _run_import(chosen: argparse.Namespace) -> int:
    if chosen.ledger is None:
        raise LedgerError("say which ledger the tables go into: --ledger FILE.")
    for path in chosen.files:
        before = load_ledger(chosen.ledger)
        found = imported(path, before, title=chosen.title, of=_pairs(chosen.where))
        append(chosen.ledger, found.entry, after=before)
        print(f"{path.name}: entry {len(before.entries) + 1} of {chosen.ledger.name}")
        if found.told:
            _say_some([f"with it, {named(key)} can be told, which an earlier release hides"
                       for key in found.told])  # fmt: skip
    return DONE


def _pairs(where: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE as a pair; LedgerError for anything else."""
    pairs = dict(text.partition("=")[::2] for text in where)
    if not all(name and value for name, value in pairs.items()):
        raise LedgerError("--where takes NAME=VALUE, as in --where period=2024-25.")
    return pairs


def run_verify(chosen: argparse.Namespace) -> int:
    if all(path.suffix == ".csv" for path in chosen.source):
        return _run_verify_tables(chosen)
    if len(chosen.source) > 1:
        raise BundleError("one bundle at a time, or tables that all end in .csv.")
    verdict = verify_bundle(chosen.source[0])
    if chosen.json:
        print(json.dumps({"faults": verdict.faults, "hidden": verdict.hidden}))
    elif not verdict.faults:
        print(f"{verdict.hidden} hidden counts, each proved again. {verdict.claim}")
        print(f"Released with {verdict.approvals}. The check for insiders is not repeated here.")
    _say_some(verdict.faults)
    return REFUSED if verdict.faults else DONE


def _run_verify_tables(chosen: argparse.Namespace) -> int:
    faults, hidden = verify_tables([read_published(path) for path in chosen.source])
    if chosen.json:
        print(json.dumps({"faults": faults, "hidden": hidden}))
    elif not faults:
        tables = "one table" if len(chosen.source) == 1 else f"{len(chosen.source)} tables"
        print(f"{hidden} hidden counts in {tables}; none can be told.")
    _say_some(faults)
    return REFUSED if faults else DONE


def _say_some(faults: Sequence[str]) -> None:
    for fault in faults[:_SOME]:
        print(f"eachchild: {fault}", file=sys.stderr)
    if len(faults) > _SOME:
        print(f"eachchild: and {len(faults) - _SOME} more; --json lists them all", file=sys.stderr)


def cost_lines(cost: Cost, out: Path) -> list[str]:
    """What a release hides and what that costs, for the person who releases it alone."""
    shown = cost.cells - cost.primary - cost.secondary
    lines = [
        f"{count(shown)} of {count(cost.cells)} counts are shown. Hidden: {count(cost.primary)} "
        f"that are small, and {count(cost.secondary)} beside them without which those could be "
        f"told (together {count(int(cost.secondary_sum))}).",
    ]
    if cost.gap is None:
        lines.append("Decided table after table; all at once might hide less.")
    elif cost.gap > _NO_GAP:
        lines.append(
            f"At most {100 * cost.gap:.1f} % of that could be spared; the search ended there."
        )
    else:
        lines.append("No choice that protects hides less.")
    if cost.insiders:
        lines.append(
            f"{count(cost.insiders)} students are alone in a count; none learns another of its "
            "table."
        )
    some = [(v, h, n) for v, h, n in cost.by_group if h]
    if some:
        groups = ", ".join(f"{v} {count(h)} of {count(n)}" for v, h, n in some)
        lines += textwrap.wrap(f"Hidden of each group's counts: {groups}.", 96)
    lines += [cost.claim, "", f"  Bundle: {out}", f"  To check it again: eachchild verify {out}"]
    return lines


def ledger_lines(ledger: Ledger) -> list[str]:
    """Each entry in a line: what was published, to whom, with how many hidden counts."""
    return [
        f"{number}  {e.kind}{_of_entry(e)} to {e.audience}: {e.title} "
        f"({count(len(e.publication.shown))} told, {count(len(e.publication.hidden))} hidden)"
        for number, e in enumerate(ledger.entries, start=1)
    ]


def _of_entry(entry: Entry) -> str:
    return "" if entry.replaces is None else f" of entry {entry.replaces}"


def left_out_lines(left_out: Sequence[tuple[str, str]]) -> list[str]:
    """The tables that could not be proved and are not in the bundle, and what stands there."""
    if not left_out:
        return []
    lines = ["", "  Left out, for no choice could be proved:"]
    for what, instead in left_out:
        lines += textwrap.wrap(
            f"{what} ({instead})", 96, initial_indent="  - ", subsequent_indent="    "
        )
    return lines
