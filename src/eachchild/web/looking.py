"""What the worker does with files before an audit: looks at what arrived, guesses, and checks.

Each step is a process of its own within limits; a file is read by nothing else.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from eachchild.web.audits.actions import bytes_kept
from eachchild.web.audits.beginning import begun_with, first_plan
from eachchild.web.audits.models import Audit, Run, Upload
from eachchild.web.audits.rules import safe_name
from eachchild.web.audits.words import TODOS
from eachchild.web.shelf import Shelf

# Runs a command with its answer in a file and its share of the progress; the code it ended with.
Step = Callable[[Sequence[str], Path, tuple[float, float]], int]
_KIND_ENDS: Mapping[str, tuple[str, ...]] = {
    "text": (".csv", ".tsv", ".txt"), "text.gz": (".csv.gz", ".tsv.gz", ".txt.gz"),
    "parquet": (".parquet",), "parquet.gz": (".parquet.gz",),
    "xlsx": (".xlsx", ".xls"), "xls": (".xls", ".xlsx"),
}  # fmt: skip
_LOOKED = 0.4  # of the time of a look, for the bar


def take_in(shelf: Shelf, run: Run, step: Step) -> int:
    """Look at every file that arrived and put it beside the plan, or refuse it with a reason."""
    mine = Upload.objects.within(run.organization).filter(audit=run.audit)
    waiting = list(mine.filter(state=Upload.State.READING).order_by("made_at"))
    for number, upload in enumerate(waiting):
        path = shelf.arriving(str(upload.pk))
        out, unpacked = path.with_suffix(".json"), path.with_suffix(".unpacked")
        share = (_LOOKED * number / len(waiting), _LOOKED * (number + 1) / len(waiting))
        command = [sys.executable, "-m", "eachchild.web.reception", str(path), str(unpacked)]
        code = step(command, out, share)
        if code and _is_being_stopped(run):
            return code
        told = _answer(out) if code == 0 else {"kind": "", "why": "too_much", "members": []}
        out.unlink(missing_ok=True)
        _settle(shelf, upload, told, unpacked)
        shutil.rmtree(unpacked, ignore_errors=True)
    return 0


def guess(shelf: Shelf, run: Run, step: Step, key: Path) -> int:
    """Guess what the files are, and keep what was guessed for the pages that ask a person."""
    audit = run.audit
    ready = Upload.objects.within(run.organization).filter(audit=audit, state=Upload.State.READY)
    if not ready:
        return 0
    folder = shelf.folder / "looking" / str(run.pk)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        for upload in ready:
            os.link(shelf.files(str(audit.pk)) / upload.name, folder / upload.name)
        command = [sys.executable, "-m", "eachchild", "init", str(folder), "--json",
                   "--key", str(key)]  # fmt: skip
        code = step(command, shelf.told(str(run.pk)), (_LOOKED, 1.0))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if code == 0:
        plan_anew(shelf, run, audit)
    return code


def stopped_by(told: Path) -> str:
    """The first rule of a check that says that nothing may be made; empty where there is none."""
    for rule in _answer(told).get("rules", ()):
        if rule["severity"] == "stop":
            where = f" ({rule['file']})" if rule["file"] else ""
            todo = TODOS.get(rule["id"], rule["todo"])
            return f"{rule['meaning']}{where} {todo}"
    return ""


def plan_anew(shelf: Shelf, run: Run, audit: Audit) -> None:
    """Bring the plan up to the files there are; what a person chose stays."""
    with transaction.atomic():
        mine = Audit.objects.within(run.organization).select_for_update()
        fresh = mine.get(pk=audit.pk)
        told = _answer(shelf.told(str(run.pk)))
        fresh.plan = first_plan(told, fresh.plan, fresh.title, begun_with(fresh))
        fresh.save(update_fields=["plan"])


def _is_being_stopped(run: Run) -> bool:
    mine = Run.objects.within(run.organization).filter(pk=run.pk)
    return bool(mine.filter(state=Run.State.CANCELLING).exists())


def _answer(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return {"kind": "", "why": "too_much", "members": []}


def _settle(shelf: Shelf, upload: Upload, told: Mapping[str, Any], unpacked: Path) -> None:
    """Write down what a file is, and put it and what was in it where it belongs."""
    path = shelf.arriving(str(upload.pk))
    with transaction.atomic():
        if told["kind"] == "zip":
            for member in told["members"]:
                _settle_member(shelf, upload, member, unpacked / member["file"])
            upload.state = Upload.State.UNPACKED
            path.unlink(missing_ok=True)
        elif told["kind"]:
            upload.name = _named(upload, upload.name, told["kind"])
            upload.state = Upload.State.READY
            _place(shelf, upload, path)
        else:
            upload.state, upload.why = Upload.State.REFUSED, told["why"]
            path.unlink(missing_ok=True)
        upload.save(update_fields=["name", "state", "why"])


def _settle_member(shelf: Shelf, archive: Upload, told: Mapping[str, Any], path: Path) -> None:
    mine = Upload.objects.within(archive.organization)
    taken = mine.filter(audit=archive.audit).values_list("name", flat=True)
    made = mine.create(
        audit=archive.audit, name=safe_name(told["told"], taken), size=told["size"],
        received=told["size"], made_by=archive.made_by, state=Upload.State.REFUSED,
        why=told["why"],
    )  # fmt: skip
    if told["kind"] and not _has_room(made):
        made.why = "room"
        made.save(update_fields=["why"])
    elif told["kind"]:
        made.name = _named(made, made.name, told["kind"])
        made.state = Upload.State.READY
        made.save(update_fields=["name", "state"])
        _place(shelf, made, path)


def _has_room(upload: Upload) -> bool:
    """Whether a file out of an archive is within the limits that files have that were sent."""
    kept = bytes_kept(Upload.objects.within(upload.organization).exclude(pk=upload.pk))
    whole = kept + upload.size <= settings.UPLOAD_ORGANIZATION_LIMIT
    return bool(whole and upload.size <= settings.UPLOAD_FILE_LIMIT)


def _named(upload: Upload, name: str, kind: str) -> str:
    """A name that ends as the content asks, so that a folder of files is found whole."""
    ends = _KIND_ENDS[kind]
    if name.endswith(ends) or (kind == "xlsx" and name.endswith(".csv")):
        return name
    others = Upload.objects.within(upload.organization).filter(audit=upload.audit)
    taken = others.exclude(pk=upload.pk).values_list("name", flat=True)
    stem = name.removesuffix(".gz").rsplit(".", 1)[0]
    return safe_name(f"{stem}{ends[0]}", taken)


def _place(shelf: Shelf, upload: Upload, path: Path) -> None:
    folder = shelf.files(str(upload.audit_id))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o600)
    path.replace(folder / upload.name)
