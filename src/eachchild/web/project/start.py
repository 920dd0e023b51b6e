"""`eachchild web …`: start the platform, its worker, or the demo."""

import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_THREADS = 8


def run(arguments: Sequence[str]) -> int:
    """Run one command of the platform: serve, worker, demo, or any of Django's."""
    if list(arguments) == ["new-key"]:  # needed before there are settings
        print(secrets.token_urlsafe(32))
        return 0
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eachchild.web.project.settings")
    from eachchild.web.project.environment import UnsafeSettingsError

    try:
        import django

        django.setup()
    except UnsafeSettingsError as error:
        print(f"eachchild: {error}", file=sys.stderr)
        return 2
    name, *rest = arguments or ["serve"]
    if name == "serve":
        return serve(port=int(os.environ.get("EACHCHILD_PORT", "8000")))
    if name == "worker":
        return work()
    if name == "demo":
        from eachchild.web.project.demo import run_demo

        return run_demo(*rest)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["eachchild web", name.replace("-", "_"), *rest])
    return 0


def serve(host: str = "127.0.0.1", port: int = 8000) -> int:
    """Answer requests until told to end."""
    from granian.constants import Interfaces
    from granian.server import Server

    Server(
        "eachchild.web.project.wsgi:application", address=host, port=port,
        interface=Interfaces.WSGI, workers=int(os.environ.get("EACHCHILD_PROCESSES", "1")),
        blocking_threads=_THREADS, websockets=False, log_enabled=False,
    ).serve()  # fmt: skip
    return 0


@contextmanager
def serving(port: int) -> Iterator[None]:
    """The platform served by a process of its own, for as long as somebody looks."""
    told = {**os.environ, "EACHCHILD_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "eachchild", "web", "serve"], env=told)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def free_port(wanted: int) -> int:
    """The port that is wanted, or the next one that nobody listens on."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)):
                return port
    return wanted


@contextmanager
def worker_beside() -> Iterator[None]:
    """A worker as a process of its own, for as long as the platform is served."""
    process = subprocess.Popen([sys.executable, "-m", "eachchild", "web", "worker"])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def work() -> int:
    """Take jobs until told to end."""
    from eachchild.web.worker import Worker

    worker = Worker()
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    worker.run()
    return 0
