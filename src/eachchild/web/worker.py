"""The worker: the only module that opens vaults and runs audits, each as a process of its own.

It takes one waiting job at a time and says every second that it is alive. A job whose worker died
is taken up again, once; what it had written is aside and does not count. A process that is told to
end, or takes too much memory or time, leaves nothing half-written.
"""

import hashlib
import json
import logging
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from eachchild.release import DRAFT_CHANGED
from eachchild.web import looking
from eachchild.web.audits.actions import draft_again, end_draft, end_release, refuse_release
from eachchild.web.audits.models import Release, Run, Vote
from eachchild.web.audits.rules import name_of
from eachchild.web.child import BEAT, Ended, ended_child, printed
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.judging import Command, judge, judge_all, spoken
from eachchild.web.keeping.health import beat
from eachchild.web.keeping.nights import nightly
from eachchild.web.packing import pack
from eachchild.web.shelf import SCREENS, Shelf, digest_of, seal_of
from eachchild.web.strategy.actions.goals import JUDGE
from eachchild.web.strategy.actions.packet import asked
from eachchild.web.strategy.packets import PACKET

_WRONG = 2  # the plan or the data are wrong, which a command says
_SILENT = timedelta(seconds=30)  # a worker that says nothing for so long is gone
_TRIES = 2
_CHORES_AGAIN = 600.0  # seconds from one look at what is due to the next
_NOT_JUDGED = "What the goals did could not be worked out. It is tried again with the next audit."
_NOT_PACKED = (
    "The packet could not be made. Ask for it again; the plan and the copy are as they were."
)
_NOT_PROVED = (
    "Not proved: the work ended before the proof did, so nothing was released. Propose it again; "
    "where it happens again, the audit is too large for this machine."
)


class Worker:
    """Takes jobs until it is told to stop."""

    def __init__(self) -> None:
        """A worker that has not been told to stop."""
        self._stopped = threading.Event()
        self._chores_from = 0.0

    def stop(self, *_: object) -> None:
        """End after the job at hand was told to end; it will be taken up again."""
        self._stopped.set()

    def run(self, *, until_idle: bool = False) -> None:
        """Take jobs as they come; `until_idle` ends when none is waiting."""
        while not self._stopped.is_set():
            beat()
            if not self.take_one():
                if until_idle:
                    return
                self._chores()
                self._stopped.wait(BEAT)

    def _chores(self) -> None:
        """What is done once a day; where it fails it is tried again later, and jobs go on."""
        if time.monotonic() < self._chores_from:
            return
        try:
            nightly()
        except Exception:
            logging.getLogger(__name__).exception("The nightly chores failed")
        self._chores_from = time.monotonic() + _CHORES_AGAIN

    def take_one(self) -> bool:
        """Do one waiting job; False where none is."""
        there = Organization.objects.filter(closed_at=None)
        for organization in there.exclude(kind=Organization.Kind.SCHOOL):
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
        shelf = Shelf.of(organization)
        kinds = {
            "inspect": self._look,
            "check": self._check,
            JUDGE: self._judge_all,
            PACKET: self._pack,
        }
        ended = kinds.get(run.kind, self._audit)(shelf, run)
        if self._stopped.is_set() and ended.code:
            _again(run)
            return
        if run.kind == "audit" and ended.code == 0:
            self._judge(organization, run)  # once it is said to be done, a goal can be made of it
        run.state = _state_of(ended)
        run.why = ended.said if ended.code or run.kind == "check" else ""
        run.share, run.ended_at = 1.0 if ended.code == 0 else run.share, timezone.now()
        run.save(update_fields=["state", "why", "share", "ended_at"])
        result = "done" if ended.code == 0 else "failed"
        record("run.ended", organization=organization, thing=f"run:{run.pk}", result=result)

    def _audit(self, shelf: Shelf, run: Run) -> Ended:
        out = shelf.bundle(str(run.pk), "internal")
        if (out / SCREENS).is_file():  # a worker died between the last byte and saying so
            return Ended(0, "", was_cancelled=False)
        out.parent.mkdir(parents=True, exist_ok=True)
        with _plan_file(shelf, run) as plan:
            command = ["audit", str(plan), "--out", str(out), "--vault", str(_vault(shelf)),
                       "--screens", *_every_language()]  # fmt: skip
            return self._command(command, lambda step, share: _progress(run, step, share))

    def _judge_all(self, _shelf: Shelf, run: Run) -> Ended:
        """What the newest audit, and each copy that is out, can say of the goals there are."""
        code = judge_all(run.organization, self._for(run))
        return Ended(code, _NOT_JUDGED if code else "", was_cancelled=False)

    def _judge(self, organization: Organization, run: Run, audience: str = "internal") -> None:
        """The same of one bundle; where it fails, the bundle is as good as it was."""
        code = judge(organization, str(run.pk), audience, self._for(run))
        result = "failed" if code else "done"
        record("goals.judged", organization=organization, thing=f"run:{run.pk}", result=result)

    def _pack(self, _shelf: Shelf, run: Run) -> Ended:
        """The packet for a board meeting, of a copy that is out."""
        release, decide = asked(run)
        code = pack(release, decide, self._for(run)) if release else _WRONG
        return Ended(code, _NOT_PACKED if code else "", was_cancelled=False)

    def _for(self, run: Run) -> Command:
        """Runs commands on behalf of a run, which says meanwhile that it is alive."""

        def command(arguments: Sequence[str]) -> int:
            told = lambda *_: _progress(run, run.step, run.share)  # noqa: E731
            return self._command(arguments, told, progress=False).code

        return command

    def _check(self, shelf: Shelf, run: Run) -> Ended:
        """The state of the data; data that a rule stops are an answer, too."""
        out, aside = shelf.told(str(run.pk)), shelf.aside(str(run.pk))
        out.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = aside.with_suffix(".part")
        with _plan_file(shelf, run) as plan:
            command = ["check", str(plan), "--vault", str(_vault(shelf)), "--json",
                       "--aside", str(part), "--key", str(_key(shelf))]  # fmt: skip
            ended = self._command(
                command, lambda step, share: _progress(run, step, share), into=out
            )
        if part.is_file():
            part.chmod(0o600)
            part.replace(aside)
        if ended.code == _WRONG and out.is_file() and (said := looking.stopped_by(out)):
            return Ended(0, said, was_cancelled=False)
        return Ended(ended.code, ended.said if ended.code else "", ended.was_cancelled)

    def _look(self, shelf: Shelf, run: Run) -> Ended:
        """What the files are, and a first plan of them."""
        last = Ended(0, "", was_cancelled=False)

        def step(command: Sequence[str], into: Path, span: tuple[float, float]) -> int:
            nonlocal last
            last = self._command(
                command, lambda _step, _share: _progress(run, "", span[0]), into=into
            )
            return last.code

        if looking.take_in(shelf, run, step) == 0 and not self._stopped.is_set():
            looking.guess(shelf, run, step, _key(shelf))
        return last

    def _do_release(self, organization: Organization, release: Release) -> None:
        shelf = Shelf.of(organization)
        if release.tries > _TRIES:
            refuse_release(release, _NOT_PROVED)
        elif release.state == Release.State.DRAFTING:
            self._draft(shelf, release)
        else:
            self._make(shelf, release)

    def _draft(self, shelf: Shelf, release: Release) -> None:
        """Make what approvers read, and note what the ledger held then."""
        out = shelf.draft(str(release.pk))
        shutil.rmtree(out, ignore_errors=True)
        ledger = _hash(shelf.ledger)
        ended = self._release(shelf, release, out, "--draft")
        if self._stopped.is_set() and ended.code:
            return _later(release)
        return refuse_release(release, _why(ended)) if ended.code else end_draft(release, ledger)

    def _make(self, shelf: Shelf, release: Release) -> None:
        """Make a copy, enter it and prove it again; where the draft is stale, draft it again."""
        out = shelf.bundle(str(release.run_id), release.audience)
        if not _is_entered(shelf, release, out):
            if _hash(shelf.ledger) != release.ledger:
                return draft_again(release)
            ended = self._release(
                shelf, release, out, "--drafted", str(shelf.draft(str(release.pk))),
                *_approvals(release),
            )  # fmt: skip
            if self._stopped.is_set() and ended.code:
                return _later(release)
            if ended.code and DRAFT_CHANGED[:60] in ended.said:
                return draft_again(release)
            if ended.code:
                return refuse_release(release, _why(ended))
        proved = self._command(["verify", str(out)], lambda *_: _alive(release), progress=False)
        if proved.code:
            return refuse_release(release, _why(proved))
        end_release(release, seal_of(out))
        self._judge(release.organization, release.run, release.audience)
        pack(release, (), self._for(release.run))  # where it fails, it can be asked for again
        return None

    def _release(self, shelf: Shelf, release: Release, out: Path, *more: str) -> Ended:
        out.parent.mkdir(parents=True, exist_ok=True)
        ended = self._command(
            ["release", str(shelf.bundle(str(release.run_id), "internal")), "--audience",
             release.audience, "--ledger", str(shelf.ledger), "--out", str(out), "--screens",
             *_every_language(), *more],
            lambda *_: _alive(release),
        )  # fmt: skip
        for left in out.parent.glob(f"{out.name}.*.part"):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        return ended

    def _command(
        self, arguments: Sequence[str], told: Callable[[str, float], bool],
        into: Path | None = None, *, progress: bool = True,
    ) -> Ended:  # fmt: skip
        """Run one command of ours within its limits, passing on its progress as it comes.

        `told` says whether to go on; where not, or when the worker is to stop, it is told to end.
        What it prints stands in `into` once it has ended by itself, and nothing before.
        """
        if arguments[0] != sys.executable:
            arguments = [sys.executable, "-m", "eachchild", *arguments]
            if progress and "--progress=json" not in arguments:
                arguments = [*arguments, "--progress=json"]
        with printed(into) as out:
            ended = ended_child(arguments, told, self._stopped, out)
        if into is not None and ended.code in (0, _WRONG):
            into.with_suffix(".printing").replace(into)
        return ended


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
            release.beat_at, release.tries = timezone.now(), release.tries + 1
            release.save(update_fields=["beat_at", "tries"])
    return release


def _approvals(release: Release) -> Iterator[str]:
    votes = Vote.objects.within(release.organization).filter(release=release, round=release.round)
    for one in votes.select_related("user").order_by("user__name"):
        yield from ("--approved-by", name_of(one.user))


def _is_entered(shelf: Shelf, release: Release, out: Path) -> bool:
    """Whether a worker before this one made the copy, and was lost before it could say so."""
    lines = shelf.ledger.read_bytes().splitlines(keepends=True) if shelf.ledger.exists() else []
    before = hashlib.sha256(b"".join(lines[:-1])).hexdigest() if len(lines) > 1 else ""
    is_last = bool(lines) and json.loads(lines[-1])["bundle"] == seal_of(out) != ""
    return is_last and before == release.ledger


def _hash(path: Path) -> str:
    return digest_of(path) if path.exists() else ""


def _why(ended: Ended) -> str:
    """Why nothing is released, in the command's words; one that was ended has none."""
    return ended.said if ended.code > 0 and ended.said else _NOT_PROVED


def _later(release: Release) -> None:
    """Put a release back that the worker had to leave."""
    release.beat_at, release.tries = None, release.tries - 1
    release.save(update_fields=["beat_at", "tries"])


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
def _plan_file(shelf: Shelf, run: Run) -> Iterator[Path]:
    """The plan of a run as a file, beside the files it names."""
    folder = shelf.files(str(run.audit_id))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    plan = folder / f"audit-{run.pk}.toml"
    plan.write_text(run.plan or run.audit.plan, "utf-8")
    try:
        yield plan
    finally:
        plan.unlink(missing_ok=True)


def _every_language() -> Iterator[str]:
    """How a command is asked for pages in each language of the platform that has words."""
    for code in spoken():
        yield from ("--screens-in", code)


def _vault(shelf: Shelf) -> Path:
    return shelf.folder / "vault"


def _key(shelf: Shelf) -> Path:
    return _vault(shelf) / "pseudonyms.key"
