"""The platform as it runs in earnest: a server and a worker as processes, and people signed in.

Used by the journeys and by bench/upload.py; it needs no test and no Django of its own.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from socket import socket

_PEOPLE = """
import sys
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from allauth.mfa.models import Authenticator
from django.test import Client
from eachchild.web.accounts.actions import add_member
from eachchild.web.accounts.models import User
from eachchild.web.foundation.actions import open_organization
from eachchild.web.foundation.matrix import roles
district = open_organization("North district", "north")
for role in sys.argv[1:]:
    user = User.objects.create_user(f"{role}@north.invalid", f"The {roles()[role].label.lower()}")
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    add_member(district, user, role)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    print(role, client.cookies["sessionid"].value)
"""


@contextmanager
def served(
    data: Path, roles: Sequence[str], *, database: str = ""
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The address of a platform of one district, and the session of a person of each role."""
    port = _free_port()
    environment = {**os.environ, "EACHCHILD_KIND": "test", "EACHCHILD_DATA": str(data),
                   "EACHCHILD_DATABASE": database, "EACHCHILD_PORT": str(port),
                   "DJANGO_SETTINGS_MODULE": "eachchild.web.project.settings"}  # fmt: skip
    made = subprocess.run([sys.executable, "-c", _PEOPLE, *roles], env=environment, check=True,
                          capture_output=True, text=True)  # fmt: skip
    sessions = dict(line.split() for line in made.stdout.splitlines()[-len(roles) :])
    web = [sys.executable, "-m", "eachchild", "web"]
    started = [
        subprocess.Popen([*web, what], env=environment, start_new_session=True)
        for what in ("serve", "worker")
    ]
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/health/")
        yield address, sessions
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait(timeout=60)


def _free_port() -> int:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the platform does not answer")
