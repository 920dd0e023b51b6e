"""A command of ours as a process of its own: its limits, its progress, its last words."""

import ctypes
import json
import logging
import os
import re
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Event
from typing import Any

from eachchild.web.keeping.health import beat

_log = logging.getLogger(__name__)
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
BEAT = 1.0  # seconds between two signs of life
MEMORY, SECONDS = 8 * 2**30, 3600  # what one job may take
_GRACE = 20.0  # seconds from being told to end until it is ended
_REASON = 2_000  # characters of a command's last words


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and its last words."""

    code: int
    said: str
    was_cancelled: bool


def ended_child(
    arguments: Sequence[str], told: Callable[[str, float], bool], stopped: Event, out: Any
) -> Ended:
    """Run a command until it ends, or is told to: when `told` says no, or the worker stops."""
    process = subprocess.Popen(  # noqa: S603 - our own command, and no shell
        list(arguments),
        stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, text=True,
        errors="replace",
        preexec_fn=_limited,  # noqa: PLW1509 - the worker has no other thread when it forks
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    lines: Queue[str] = Queue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    step, share, words, cancelled = "", 0.0, [], False
    while process.poll() is None or reader.is_alive() or not lines.empty():
        beat()
        for line in _waiting(lines):
            said = _progress_of(line)
            if said is None:
                words.append(line)
            else:
                step, share = said
        if not told(step, share):
            cancelled = True
        if (cancelled or stopped.is_set()) and process.poll() is None:
            _end(process)
    reader.join()
    if process.stderr is not None:
        process.stderr.close()
    return Ended(process.returncode, in_words(process.returncode, words), cancelled)


@contextmanager
def printed(into: Path | None) -> Iterator[Any]:
    """Where a command prints to: nowhere, or a file aside that only we may read."""
    if into is None:
        yield subprocess.DEVNULL
        return
    into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = into.with_suffix(".printing")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
        yield file


def in_words(code: int, lines: Sequence[str]) -> str:
    """Why a command ended, in its own words; never a trace of it, which may hold a row's value."""
    ours = [i for i, line in enumerate(lines) if line.startswith("eachchild: ")]
    if ours:
        told = "".join(lines[ours[-1] :]).removeprefix("eachchild: ")
        return told[:_REASON].strip()
    if code == 0:
        return ""
    kinds = [
        m[1] for line in lines if (m := re.match(r"(?:\w+\.)*(\w+(?:Error|Exception))\b", line))
    ]
    kind = kinds[-1] if kinds else ""
    _log.error("a command ended with %s %s", code, kind)
    if code in (-signal.SIGKILL, -signal.SIGXCPU) or kind in ("MemoryError", "ArrowMemoryError"):
        return (
            f"It needed more than one job may take here ({MEMORY >> 30} GB of memory, "
            f"{SECONDS // 3600} hour). Audit fewer years at once, or ask your administrator."
        )
    return "Something went wrong here, and it was noted. Nothing was lost: run it again."


def _limited() -> None:
    """In the new process: its own group, and no more memory and time than a job may take."""
    os.setsid()
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)  # no job outlives its worker
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
    until = time.monotonic() + BEAT
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
