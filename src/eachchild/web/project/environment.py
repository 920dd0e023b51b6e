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
    mail: str = ""  # smtp://user:password@host:port, or smtps://; empty: no mail goes out
    mail_from: str = ""
    sign_in: tuple[str, str, str] | None = None  # the district's own: issuer, our id, our secret

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

    def mailing(self) -> Mapping[str, object]:
        """How mail goes out, as Django wants it described; without a server it goes nowhere."""
        if not self.mail:
            kind = "dummy" if self.is_production else "console"
            return {"EMAIL_BACKEND": f"django.core.mail.backends.{kind}.EmailBackend"}
        where = urlsplit(self.mail)
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": where.hostname or "",
            "EMAIL_PORT": where.port or (465 if where.scheme == "smtps" else 587),
            "EMAIL_HOST_USER": unquote(where.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(where.password or ""),
            "EMAIL_USE_SSL": where.scheme == "smtps",
            "EMAIL_USE_TLS": where.scheme != "smtps",
            "EMAIL_TIMEOUT": 10,
            "DEFAULT_FROM_EMAIL": self.mail_from or "eachchild@localhost",
        }


def environment(given: Mapping[str, str] | None = None) -> Environment:
    """Read EACHCHILD_KIND, _SECRET_KEY, _DATA, _DATABASE, _HOSTS, _BEHIND_PROXY, _MAIL, _OIDC_….

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
        mail=told.get("EACHCHILD_MAIL", ""),
        mail_from=told.get("EACHCHILD_MAIL_FROM", ""),
        sign_in=_sign_in(told, kind),
    )
    if found.is_production:
        _refuse_unsafe(found)
    return found


def _sign_in(told: Mapping[str, str], kind: str) -> tuple[str, str, str] | None:
    """The district's own sign-in (OpenID Connect): all of it, or none."""
    names = ("EACHCHILD_OIDC_ISSUER", "EACHCHILD_OIDC_CLIENT_ID", "EACHCHILD_OIDC_CLIENT_SECRET")
    issuer, client, secret = (told.get(name, "").strip() for name in names)
    if not (issuer or client or secret):
        return None
    if not (issuer and client and secret):
        raise UnsafeSettingsError(f"Single sign-on needs all of {', '.join(names)}, or none.")
    if kind == "production" and not issuer.startswith("https://"):
        raise UnsafeSettingsError("EACHCHILD_OIDC_ISSUER must begin with https://.")
    return issuer.rstrip("/"), client, secret


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
