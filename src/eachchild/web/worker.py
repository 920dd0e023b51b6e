"""The worker: the only module that opens vaults and runs audits, each as a process of its own.

It takes one waiting job at a time and says every second that it is alive. A job whose worker died
is taken up again, once; what it had written is aside and does not count. A process that is told to
end, or takes too much memory or time, leaves nothing half-written.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from queue import Empty, Queue

from django.db import transaction
from django.utils import timezone

from eachchild.web.audits.models import Audit, Release, Run, Vote
from eachchild.web.audits.rules import name_of
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.shelf import Shelf

_BEAT = 1.0  # seconds between two signs of life
_SILENT = timedelta(seconds=30)  # a worker that says nothing for so long is gone
_TRIES = 2
MEMORY, SECONDS = 8 * 2**30, 3600  # what one job may take
_GRACE = 20.0  # seconds from being told to end until it is ended
_REASON = 2_000  # characters of a command's last words


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and its last words."""

    code: int
    said: str
    was_cancelled: bool


class Worker:
    """Takes jobs until it is told to stop."""

    def __init__(self) -> None:
        """A worker that has not been told to stop."""
        self._stopped = threading.Event()

    def stop(self, *_: object) -> None:
        """End after the job at hand was told to end; it will be taken up again."""
        self._stopped.set()

    def run(self, *, until_idle: bool = False) -> None:
        """Take jobs as they come; `until_idle` ends when none is waiting."""
        while not self._stopped.is_set():
            if not self.take_one():
                if until_idle:
                    return
                self._stopped.wait(_BEAT)

    def take_one(self) -> bool:
        """Do one waiting job; False where none is."""
        for organization in Organization.objects.exclude(kind=Organization.Kind.SCHOOL):
            with inside(organization):
                job = _next_run(organization) or _next_release(organization)
                if isinstance(job, Run):
                    self._do_run(organization, job)
                elif job is not None:
                    self._do_release(organization, job)
            if job is not None:
                return True
        return False

    def _do_run(self, organization: Organization, run: Run) -> None:
        shelf = Shelf(str(organization.pk))
        with _plan_folder(shelf, run.audit) as plan:
            out = shelf.bundle(str(run.pk), "internal")
            out.parent.mkdir(parents=True, exist_ok=True)
            command = ["audit", str(plan), "--out", str(out), "--vault", str(_vault(shelf)),
                       "--screens"]  # fmt: skip
            ended = self._command(command, lambda step, share: _progress(run, step, share))
        if self._stopped.is_set() and ended.code:
            _again(run)
            return
        run.state = _state_of(ended)
        run.why = "" if ended.code == 0 else ended.said
        run.share, run.ended_at = 1.0 if ended.code == 0 else run.share, timezone.now()
        run.save(update_fields=["state", "why", "share", "ended_at"])
        result = "done" if ended.code == 0 else "failed"
        record("run.ended", organization=organization, thing=f"run:{run.pk}", result=result)

    def _do_release(self, organization: Organization, release: Release) -> None:
        shelf = Shelf(str(organization.pk))
        drafting = release.state == Release.State.DRAFTING
        key = str(release.run_id)
        out = shelf.draft(str(release.pk)) if drafting else shelf.bundle(key, release.audience)
        if drafting:
            shutil.rmtree(out, ignore_errors=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        command = ["release", str(shelf.bundle(key, "internal")), "--audience", release.audience,
                   "--ledger", str(shelf.folder / "ledger.jsonl"), "--out", str(out),
                   "--screens", "--draft" if drafting else "--progress=json"]  # fmt: skip
        if not drafting:
            votes = Vote.objects.within(organization).filter(release=release)
            for one in votes.select_related("user").order_by("user__name"):
                command += ["--approved-by", name_of(one.user)]
        ended = self._command(command, lambda step, share: _alive(release))
        if self._stopped.is_set() and ended.code:
            return
        _end_release(release, ended, drafting=drafting)
        result = "done" if ended.code == 0 else "refused"
        did = "release.drafted" if drafting else "release.made"
        record(did, organization=organization, thing=f"release:{release.pk}", result=result)

    def _command(self, arguments: list[str], told: Callable[[str, float], bool]) -> Ended:
        """Run one command of ours within its limits, passing on its progress as it comes.

        `told` says whether to go on; where not, or when the worker is to stop, it is told to end.
        """
        if "--progress=json" not in arguments:
            arguments = [*arguments, "--progress=json"]
        process = subprocess.Popen(  # noqa: S603 - our own command, and no shell
            [sys.executable, "-m", "eachchild", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            preexec_fn=_limited,  # noqa: PLW1509 - the worker has no other thread when it forks
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        lines: Queue[str] = Queue()
        reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
        reader.start()
        step, share, words, cancelled = "", 0.0, [], False
        while process.poll() is None or reader.is_alive() or not lines.empty():
            for line in _waiting(lines):
                said = _progress_of(line)
                if said is None:
                    words.append(line)
                else:
                    step, share = said
            if not told(step, share):
                cancelled = True
            if (cancelled or self._stopped.is_set()) and process.poll() is None:
                _end(process)
        if process.stderr:
            process.stderr.close()
        return Ended(process.returncode, "".join(words)[-_REASON:].strip(), cancelled)


def _next_run(organization: Organization) -> Run | None:
    """The longest waiting run, now ours; and those of workers that are gone wait again or fail."""
    mine = Run.objects.within(organization)
    with transaction.atomic():
        gone = timezone.now() - _SILENT
        open_ = [Run.State.RUNNING, Run.State.CANCELLING]
        for lost in mine.filter(state__in=open_, beat_at__lt=gone).select_for_update():
            _lost(lost)
        run: Run | None = (
            mine.filter(state=Run.State.QUEUED).order_by("made_at").select_for_update().first()
        )
        if run is None:
            return None
        now = timezone.now()
        run.state, run.tries, run.beat_at = Run.State.RUNNING, run.tries + 1, now
        run.started_at, run.step, run.share = now, "", 0.0
        run.save()
    return run


def _lost(run: Run) -> None:
    if run.state == Run.State.CANCELLING:
        run.state, run.ended_at = Run.State.CANCELLED, timezone.now()
    elif run.tries < _TRIES:
        run.state = Run.State.QUEUED
    else:
        run.state, run.ended_at = Run.State.FAILED, timezone.now()
        run.why = "The machine stopped while this ran, twice. Nothing was lost: run it again."
    run.save()


def _next_release(organization: Organization) -> Release | None:
    """The longest waiting release to draft or to make, now ours."""
    states = [Release.State.DRAFTING, Release.State.MAKING]
    with transaction.atomic():
        free = timezone.now() - _SILENT
        mine = Release.objects.within(organization).filter(state__in=states)
        waiting = mine.exclude(beat_at__gt=free).order_by("made_at")
        release: Release | None = waiting.select_for_update().first()
        if release is not None:
            release.beat_at = timezone.now()
            release.save(update_fields=["beat_at"])
    return release


def _end_release(release: Release, ended: Ended, *, drafting: bool) -> None:
    release.beat_at = None
    if ended.code:
        release.state, release.why = Release.State.REFUSED, ended.said
    elif drafting:
        release.state = Release.State.WAITING
    else:
        release.state, release.out_at = Release.State.OUT, timezone.now()
    release.save()


def _progress(run: Run, step: str, share: float) -> bool:
    """Write down how far a run is; whether it should go on."""
    rows = Run.objects.within(run.organization).filter(pk=run.pk)
    rows.update(step=step, share=share, beat_at=timezone.now())
    run.share = share
    return not rows.filter(state=Run.State.CANCELLING).exists()


def _alive(release: Release) -> bool:
    rows = Release.objects.within(release.organization).filter(pk=release.pk)
    rows.update(beat_at=timezone.now())
    return True


def _again(run: Run) -> None:
    """Put a run back that the worker had to leave: it is not the run's fault."""
    run.state, run.tries = Run.State.QUEUED, run.tries - 1
    run.save(update_fields=["state", "tries"])


def _state_of(ended: Ended) -> Run.State:
    if ended.code == 0:
        return Run.State.DONE
    return Run.State.CANCELLED if ended.was_cancelled else Run.State.FAILED


@contextmanager
def _plan_folder(shelf: Shelf, audit: Audit) -> Iterator[Path]:
    """The plan of an audit as a file, beside the files it names."""
    folder = shelf.files(str(audit.pk))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    plan = folder / "audit.toml"
    plan.write_text(audit.plan, "utf-8")
    yield plan


def _vault(shelf: Shelf) -> Path:
    return shelf.folder / "vault"


def _limited() -> None:
    """In the new process: its own group, and no more memory and time than a job may take."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _end(process: "subprocess.Popen[str]") -> None:
    """Tell a process to end; end it where it does not."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _read(process: "subprocess.Popen[str]", lines: "Queue[str]") -> None:
    for line in process.stderr or ():
        lines.put(line)


def _waiting(lines: "Queue[str]") -> Iterator[str]:
    """What was said since; waits a moment where nothing was."""
    until = time.monotonic() + _BEAT
    try:
        while (left := until - time.monotonic()) > 0:
            yield lines.get(timeout=left)
    except Empty:
        return


def _progress_of(line: str) -> tuple[str, float] | None:
    try:
        said = json.loads(line)
        return str(said["step"]), float(said["share"])
    except (ValueError, KeyError, TypeError):
        return None
