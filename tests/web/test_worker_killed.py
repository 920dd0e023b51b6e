"""A worker that dies in the middle of a run, as a real process: nothing is lost or half-made."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_SETUP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
import shutil, sys
from pathlib import Path
from eachchild.web.accounts.actions import add_member
from eachchild.web.accounts.models import User
from eachchild.web.audits.models import Audit, Upload
from eachchild.web.audits.actions import start_run
from eachchild.web.foundation.actions import open_organization
from eachchild.web.shelf import Shelf
files = Path(sys.argv[1])
district = open_organization("North", "north")
member = add_member(district, User.objects.create_user("a@north.invalid", "a"), "analyst")
audit = Audit.objects.within(district).create(
    title="Ours", plan=(files / "audit.toml").read_text(), made_by=member.user)
shutil.copytree(files, Shelf(str(district.pk)).files(str(audit.pk)))
for path in files.glob("*.csv"):
    Upload.objects.within(district).create(audit=audit, name=path.name, size=1, received=1,
        state="ready", made_by=member.user)
start_run(member, audit)
"""


def _rows(data: Path, query: str, *values: Any) -> list[Any]:
    connection = sqlite3.connect(data / "eachchild.sqlite3", timeout=20)
    try:
        with connection:
            return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def _wait(data: Path, wanted: tuple[str, ...], seconds: float = 240) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ((state,),) = _rows(data, "SELECT state FROM audits_run")
        if state in wanted:
            return str(state)
        time.sleep(0.1)
    raise AssertionError(f"the run is {state}, and none of {wanted}")


def _children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(one) for one in told]


def _worker(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "eachchild", "web", "worker"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def test_a_worker_killed_in_the_middle_loses_nothing(
    tmp_path: Path, files_and_report: tuple[Path, Path]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    environment = {**os.environ, "EACHCHILD_KIND": "test", "EACHCHILD_DATA": str(data),
                   "EACHCHILD_DATABASE": "",
                   "DJANGO_SETTINGS_MODULE": "eachchild.web.project.settings"}  # fmt: skip
    command = [sys.executable, "-c", _SETUP, str(files_and_report[0])]
    subprocess.run(command, env=environment, check=True)
    first = _worker(environment)
    try:
        _wait(data, ("running",))
        until = time.monotonic() + 60
        while not (jobs := _children(first.pid)) and time.monotonic() < until:
            time.sleep(0.05)
        assert jobs
        first.send_signal(signal.SIGKILL)
        first.wait()
        time.sleep(0.5)
        assert not any(_is_alive(job) for job in jobs)  # no job outlives its worker
    finally:
        first.kill()
        first.wait()
    ((state, plan),) = _rows(data, "SELECT state, plan FROM audits_run")
    assert state == "running"
    assert "[[source]]" in plan
    assert not list(data.rglob("screens.json"))
    _rows(data, "UPDATE audits_run SET beat_at = '2020-01-01 00:00:00'")  # half a minute later
    second = _worker(environment)
    try:
        assert _wait(data, ("done", "failed")) == "done"
    finally:
        second.terminate()
        second.wait(timeout=60)
    ((tries, why),) = _rows(data, "SELECT tries, why FROM audits_run")
    assert (tries, why) == (2, "")
    assert len(list(data.rglob("screens.json"))) == 1
    assert not list(data.rglob("*.part"))
    assert not list(data.rglob("audit-*.toml"))


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0] != "Z"
    except FileNotFoundError:
        return False
