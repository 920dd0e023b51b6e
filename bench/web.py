"""How quickly pages open with a hundred readers, on PostgreSQL, with server and worker beside.

tools/need-postgres python bench/web.py [--readers 100] [--seconds 120] [--fast 30]

First each reader opens a page every five seconds: finding, explorer, quality, plan, public in turn.
Then a few read as fast as they can. Readers are threads of this process, on the same machine; each
keeps one connection open and is signed in beforehand. Exit 1 where an answer was no page.
"""

import argparse
import contextlib
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

EVERY = 5.0  # seconds between two pages of one reader
_START = 300  # seconds until the server must answer
_EAGER = 4  # who read as fast as they can, at once
_P95, _RATE = 0.3, 60  # what is asked of it: seconds, pages a second


@dataclass
class Told:
    """How long pages took, by kind, and what was no page."""

    took: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[float]:
        """Every page."""
        return sorted(one for kind in self.took.values() for one in kind)


def prepare(readers: int) -> tuple[list[str], dict[str, list[str]]]:
    """Make the demonstration's district with its readers; their sessions and the addresses."""
    import django

    django.setup()
    from allauth.mfa.models import Authenticator
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from eachchild.web.accounts.actions import add_member
    from eachchild.web.accounts.models import Membership, User
    from eachchild.web.audits.actions import vote
    from eachchild.web.audits.models import Release, Run
    from eachchild.web.foundation.models import Organization
    from eachchild.web.foundation.tenancy import inside
    from eachchild.web.project.demo import SLUG, build
    from eachchild.web.shelf import Shelf, screens
    from eachchild.web.strategy.models import Goal
    from eachchild.web.worker import Worker

    call_command("migrate", verbosity=0)
    build(told=lambda line: print(line, file=sys.stderr))
    district = Organization.objects.get(slug=SLUG)
    with inside(district):
        release = Release.objects.within(district).get()
        approver = Membership.objects.get(organization=district, role="superintendent")
        if release.state == Release.State.WAITING:
            vote(approver, release, approves=True)
    Worker().run(until_idle=True)
    sessions = []
    with inside(district):
        for number in range(readers):
            user = User.objects.create_user(f"reader-{number}@bench.invalid", f"Reader {number}")
            Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
            add_member(district, user, ("analyst", "equity_lead", "superintendent")[number % 3])
            session = SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.create()
            sessions.append(session.session_key)
        audits = Run.objects.within(district).filter(state=Run.State.DONE, kind="audit")
        done = audits.order_by("-made_at")[0]
        goals = list(Goal.objects.within(district).values_list("pk", flat=True))
        out = Release.objects.within(district).get(state=Release.State.OUT)
    shelf = Shelf(str(district.pk))
    inner, outer = (screens(shelf.bundle(str(r), a))
                    for r, a in ((done.pk, "internal"), (out.run_id, "public")))  # fmt: skip
    run, public = f"/d/{SLUG}/runs/{done.pk}", f"/public/{SLUG}/{out.pk}"
    plan = f"/d/{SLUG}/plan"
    return sessions, {
        "finding": [f"{run}/findings/{one}/" for one in _screens(inner)],
        "explorer": [f"{run}/numbers/?outcome={o['id'].removeprefix('o-')}&place=all&measure=rate"
                     for o in inner["outcomes"]],
        "quality": [f"{run}/quality/"],
        "plan": [f"{plan}/", *(f"{plan}/goals/{one}/" for one in goals),
                 *(f"{plan}/{one}/" for one in ("vision", "standards", "frameworks", "strategies",
                                                "reviews", "told"))],
        "told": [f"/public/{SLUG}/{one}/" for one in ("plan", "schools")],
        "public": [f"{public}/", *(f"{public}/findings/{one}/" for one in _screens(outer))],
    }  # fmt: skip


def _screens(pages: object) -> list[str]:
    return [f["screen"] for o in pages["outcomes"] for f in (*o["findings"], *o["quiet"])]  # type: ignore[index]


class Reader(threading.Thread):
    """One person with a browser: one connection, one page after the other."""

    def __init__(self, number: int, port: int, session: str, addresses: dict[str, list[str]],
                 until: float, every: float) -> None:  # fmt: skip
        super().__init__()
        self.number, self.port, self.until, self.every = number, port, until, every
        self.cookie, self.addresses, self.told = f"sessionid={session}", addresses, Told()

    def run(self) -> None:
        """Read until it is time to stop."""
        kinds, turn = list(self.addresses), self.number
        at = time.monotonic() + self.every * (self.number % 100) / 100
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while True:
            time.sleep(max(0.0, at - time.monotonic()))
            if time.monotonic() >= self.until:
                line.close()
                return
            kind = kinds[turn % len(kinds)]
            choices = self.addresses[kind]
            self._open(line, kind, choices[(turn // len(kinds) + 7 * self.number) % len(choices)])
            turn, at = turn + 1, at + self.every if self.every else 0.0

    def _open(self, line: http.client.HTTPConnection, kind: str, address: str) -> None:
        began = time.perf_counter()
        try:
            line.request("GET", address, headers={"Cookie": self.cookie, "Host": "localhost"})
            answer = line.getresponse()
            body = answer.read()
            if answer.status != 200 or b"</html>" not in body:
                self.told.wrong.append(f"{answer.status} {address}")
        except OSError as error:
            self.told.wrong.append(f"{type(error).__name__} {address}")
            line.close()
        self.told.took.setdefault(kind, []).append(time.perf_counter() - began)


def read(port: int, sessions: Sequence[str], addresses: dict[str, list[str]], seconds: float,
         every: float) -> Told:  # fmt: skip
    """Let readers read for a while; what they saw together."""
    until = time.monotonic() + seconds
    readers = [Reader(n, port, s, addresses, until, every) for n, s in enumerate(sessions)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    together = Told()
    for one in readers:
        together.wrong += one.told.wrong
        for kind, took in one.told.took.items():
            together.took.setdefault(kind, []).extend(took)
    return together


@contextlib.contextmanager
def served(port: int) -> Iterator[None]:
    """Server and worker as processes of their own; both are ended."""
    told = {**os.environ, "EACHCHILD_PORT": str(port)}
    started = [subprocess.Popen([sys.executable, "-m", "eachchild", "web", what], env=told)
               for what in ("serve", "worker")]  # fmt: skip
    try:
        _wait(port)
        yield
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + _START
    while time.monotonic() < until:
        time.sleep(0.5)
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with contextlib.suppress(OSError):
            line.request("GET", "/health/")
            if line.getresponse().status == 200:
                return
    raise SystemExit("The server did not start.")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _line(what: str, took: list[float]) -> str:
    at = sorted(took)
    middle, high = statistics.median(at), at[min(len(at) - 1, int(0.95 * len(at)))]
    return (f"{what:<10}{len(at):>7} pages   median {1000 * middle:>5.0f} ms   "
            f"p95 {1000 * high:>5.0f} ms   slowest {1000 * at[-1]:>5.0f} ms")  # fmt: skip


def main() -> int:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--readers", type=int, default=100)
    asked.add_argument("--seconds", type=float, default=120)
    asked.add_argument("--fast", type=float, default=30)
    chosen = asked.parse_args()
    data = tempfile.mkdtemp(prefix="eachchild-bench-")
    os.environ |= {
        "EACHCHILD_KIND": "demo", "EACHCHILD_DATA": data, "EACHCHILD_PROCESSES": "2",
        "EACHCHILD_DATABASE": os.environ["EACHCHILD_TEST_DATABASE"],
        "DJANGO_SETTINGS_MODULE": "eachchild.web.project.settings",
    }  # fmt: skip
    try:
        sessions, addresses = prepare(chosen.readers)
        os.environ["EACHCHILD_KIND"] = "test"  # as in earnest: second factors are looked at
        kinds = {kind: len(all_) for kind, all_ in addresses.items()}
        print("addresses:", json.dumps(kinds), flush=True)
        port = _free_port()
        with served(port):
            read(port, sessions[:4], addresses, 3, 0)  # warm, as any server that has been up
            calm = read(port, sessions, addresses, chosen.seconds, EVERY)
            fast = read(port, sessions[:_EAGER], addresses, chosen.fast, 0)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    for kind, took in calm.took.items():
        print(_line(kind, took))
    print(_line("all", calm.all))
    print(_line("fast", fast.all))
    rate = len(fast.all) / chosen.fast
    high = calm.all[int(0.95 * len(calm.all))]
    print(f"as fast as they can: {rate:.0f} pages/s; load of the machine {os.getloadavg()[0]:.1f}")
    print(f"p95 {1000 * high:.0f} ms (asked: under {1000 * _P95:.0f}); "
          f"{len(calm.wrong) + len(fast.wrong)} errors")  # fmt: skip
    for one in (*calm.wrong, *fast.wrong)[:10]:
        print("  ", one)
    return 1 if calm.wrong or fast.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
