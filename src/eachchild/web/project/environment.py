"""Settings from the environment: every name, what it means, and what is refused in production."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

_SHORTEST_SECRET = 50
_KINDS = ("production", "demo", "test")


class UnsafeSettingsError(Exception):
    """Settings with which the platform will not start; the message says which and what to set."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What a platform is told when it starts."""

    kind: str  # production, demo (one machine, made-up people), test
    secret: str
    data: Path  # vaults, uploads, bundles, and the database where it is SQLite
    database: str  # a postgresql:// address; empty: SQLite in the data folder
    hosts: tuple[str, ...]
    behind_proxy: bool
    file_limit: int = 4 << 30  # bytes of one file that is sent
    organization_limit: int = 64 << 30  # bytes of all files of one organization

    @property
    def is_production(self) -> bool:
        """Whether real people and real students are in it."""
        return self.kind == "production"

    def databases(self) -> Mapping[str, object]:
        """The database as Django wants it described."""
        if not self.database:
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": self.data / "eachchild.sqlite3",
                "OPTIONS": {
                    "timeout": 20,
                    "transaction_mode": "IMMEDIATE",  # two writers wait for each other
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
                },
            }
        where = urlsplit(self.database)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": where.path.lstrip("/"),
            "USER": unquote(where.username or ""),
            "PASSWORD": unquote(where.password or ""),
            "HOST": where.hostname or "",
            "PORT": str(where.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }


def environment(given: Mapping[str, str] | None = None) -> Environment:
    """Read EACHCHILD_KIND, _SECRET_KEY, _DATA, _DATABASE, _HOSTS, _BEHIND_PROXY and the limits
    of files, _FILE_LIMIT_MB and _ORGANIZATION_LIMIT_MB.

    Raises UnsafeSettingsError where production lacks what keeps it safe.

    >>> environment({"EACHCHILD_KIND": "demo", "EACHCHILD_DATA": "demo"}).hosts
    ('localhost', '127.0.0.1')
    """
    told = os.environ if given is None else given
    kind = told.get("EACHCHILD_KIND", "production")
    if kind not in _KINDS:
        raise UnsafeSettingsError(f"EACHCHILD_KIND is one of {', '.join(_KINDS)}, not '{kind}'.")
    hosts = tuple(h.strip() for h in told.get("EACHCHILD_HOSTS", "").split(",") if h.strip())
    found = Environment(
        kind=kind,
        secret=told.get("EACHCHILD_SECRET_KEY", "" if kind == "production" else "x" * 60),
        data=Path(told.get("EACHCHILD_DATA", "eachchild-data")).resolve(),
        database=told.get("EACHCHILD_DATABASE", ""),
        hosts=hosts or (() if kind == "production" else ("localhost", "127.0.0.1")),
        behind_proxy=told.get("EACHCHILD_BEHIND_PROXY", "") == "yes",
        file_limit=_megabytes(told, "EACHCHILD_FILE_LIMIT_MB", 4 << 10),
        organization_limit=_megabytes(told, "EACHCHILD_ORGANIZATION_LIMIT_MB", 64 << 10),
    )
    if found.is_production:
        _refuse_unsafe(found)
    return found


def _megabytes(told: Mapping[str, str], name: str, usual: int) -> int:
    text = told.get(name, str(usual))
    if not text.isdecimal() or not int(text):
        raise UnsafeSettingsError(f"{name} is a number of megabytes, 1 or more.")
    return int(text) << 20


def _refuse_unsafe(found: Environment) -> None:
    if len(found.secret) < _SHORTEST_SECRET or len(set(found.secret)) < _SHORTEST_SECRET // 10:
        raise UnsafeSettingsError(
            "EACHCHILD_SECRET_KEY is missing or too easy to guess. Set it to 50 random characters "
            "or more, and keep it: `python -c 'import secrets; print(secrets.token_urlsafe(50))'`."
        )
    if not found.hosts or "*" in found.hosts:
        raise UnsafeSettingsError(
            "EACHCHILD_HOSTS must name the addresses people use, as in equity.district.example."
        )
