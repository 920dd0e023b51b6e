"""Settings from the environment: every name, what it means, and what is refused in production."""

import base64
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

_SHORTEST_SECRET = 50
_KEY_BYTES = 32
_NO_KEY = "ZWFjaGNoaWxkLW1hZGUtdXAta2V5LWZvci1kZW1vcyE"  # of demos and tests, no secret
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
    field_keys: tuple[str, ...]  # the first seals, all of them open
    backup_key: str
    backups: Path
    backup_days: int
    mail: str = ""  # smtp://user:password@host:port, or smtps://; empty: no mail goes out
    mail_from: str = ""
    sign_in: tuple[str, str, str] | None = None  # the district's own: issuer, our id, our secret
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


@dataclass(frozen=True, slots=True)
class Setting:
    """One name of the environment: what it says, and what holds where it is left out."""

    name: str
    meaning: str
    left_out: str


SETTINGS = (
    Setting("EACHCHILD_KIND", "`production`; `demo`: made-up people on one machine; `test`.",
            "production"),
    Setting("EACHCHILD_SECRET_KEY", "Signs sessions and links: 50 random characters or more.",
            "refused in production"),
    Setting("EACHCHILD_FIELD_KEYS", "Keys that seal free text and second factors in the database, "
            "with commas between; the first seals, all open. `eachchild web new-key` makes one.",
            "refused in production"),
    Setting("EACHCHILD_BACKUP_KEY", "The key that seals backups. Keep it away from them.",
            "no backup can be made"),
    Setting("EACHCHILD_BACKUPS", "The folder that backups are written to; best on another disk.",
            "`backups` in the data folder"),
    Setting("EACHCHILD_BACKUP_DAYS", "How many days a backup is kept.", "35"),
    Setting("EACHCHILD_DATA", "The folder of vaults, uploads and bundles, and of the database "
            "where it is SQLite. In production nobody else may read it (mode 700).",
            "`eachchild-data` here"),
    Setting("EACHCHILD_DATABASE", "`postgresql://user:password@host:port/name`.", "SQLite"),
    Setting("EACHCHILD_HOSTS", "The addresses people use, with commas between; no wildcard.",
            "refused in production"),
    Setting("EACHCHILD_BEHIND_PROXY", "`yes` where a proxy of yours ends TLS and sets "
            "`X-Forwarded-Proto` itself.", "no"),
    Setting("EACHCHILD_MAIL", "`smtp://user:password@host:587`, or `smtps://`: how mail goes out.",
            "no mail is sent"),
    Setting("EACHCHILD_MAIL_FROM", "The address that mail comes from.", "`eachchild@localhost`"),
    Setting("EACHCHILD_OIDC_ISSUER", "The district's own sign-in (OpenID Connect), with https. "
            "Its way back is `https://HOST/account/platform/back/`.", "no single sign-on"),
    Setting("EACHCHILD_OIDC_CLIENT_ID", "Our name there.", "no single sign-on"),
    Setting("EACHCHILD_OIDC_CLIENT_SECRET", "Our secret there.", "no single sign-on"),
    Setting("EACHCHILD_FILE_LIMIT_MB", "The largest file that may be sent, in megabytes.", "4096"),
    Setting("EACHCHILD_ORGANIZATION_LIMIT_MB", "All files of one organization, in megabytes.",
            "65536"),
    Setting("EACHCHILD_PORT", "The port to listen on, on this machine alone.", "8000"),
    Setting("EACHCHILD_PROCESSES", "Processes that answer requests.", "1"),
)  # fmt: skip


def environment(given: Mapping[str, str] | None = None) -> Environment:
    """Read the names of `SETTINGS`.

    Raises UnsafeSettingsError where production lacks what keeps it safe.

    >>> environment({"EACHCHILD_KIND": "demo", "EACHCHILD_DATA": "demo"}).hosts
    ('localhost', '127.0.0.1')
    """
    told = os.environ if given is None else given
    kind = told.get("EACHCHILD_KIND", "production")
    if kind not in _KINDS:
        raise UnsafeSettingsError(f"EACHCHILD_KIND is one of {', '.join(_KINDS)}, not '{kind}'.")
    real = kind == "production"
    hosts, data = _list(told, "EACHCHILD_HOSTS"), Path(told.get("EACHCHILD_DATA", "eachchild-data"))
    found = Environment(
        kind=kind,
        secret=told.get("EACHCHILD_SECRET_KEY", "" if real else "x" * 60),
        data=data.resolve(),
        database=told.get("EACHCHILD_DATABASE", ""),
        hosts=hosts or (() if real else ("localhost", "127.0.0.1")),
        behind_proxy=told.get("EACHCHILD_BEHIND_PROXY", "") == "yes",
        field_keys=_list(told, "EACHCHILD_FIELD_KEYS") or (() if real else (_NO_KEY,)),
        backup_key=told.get("EACHCHILD_BACKUP_KEY", "" if real else _NO_KEY),
        backups=Path(told.get("EACHCHILD_BACKUPS", "") or data / "backups").resolve(),
        backup_days=int(told.get("EACHCHILD_BACKUP_DAYS", "35")),
        mail=told.get("EACHCHILD_MAIL", ""),
        mail_from=told.get("EACHCHILD_MAIL_FROM", ""),
        sign_in=_sign_in(told, kind),
        file_limit=_megabytes(told, "EACHCHILD_FILE_LIMIT_MB", 4 << 10),
        organization_limit=_megabytes(told, "EACHCHILD_ORGANIZATION_LIMIT_MB", 64 << 10),
    )
    if found.is_production:
        _refuse_unsafe(found)
        _refuse_open(told, found)
    return found


def _list(told: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in told.get(name, "").split(",") if one.strip())


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
    if not found.hosts or any("*" in host or host.startswith(".") for host in found.hosts):
        raise UnsafeSettingsError(
            "EACHCHILD_HOSTS must name the addresses people use, as in equity.district.example."
        )
    keys = found.field_keys + ((found.backup_key,) if found.backup_key else ())
    if not found.field_keys or any(not _is_key(key) for key in keys):
        raise UnsafeSettingsError(
            "EACHCHILD_FIELD_KEYS is missing, or a key in it or in EACHCHILD_BACKUP_KEY is not 32 "
            "random bytes. Make one with `eachchild web new-key`."
        )
    if found.backup_key in found.field_keys:
        raise UnsafeSettingsError(
            "EACHCHILD_BACKUP_KEY is also a field key. Make another with `eachchild web new-key`."
        )


def _refuse_open(told: Mapping[str, str], found: Environment) -> None:
    """Nothing that shows its inside to strangers: no debug mode, no folder that others read."""
    if told.get("EACHCHILD_DEBUG", told.get("DEBUG", "")).lower() not in ("", "0", "no", "false"):
        raise UnsafeSettingsError(
            "DEBUG is set. It would show code and data to anybody who meets an error: unset it."
        )
    if found.data.is_dir() and stat.S_IMODE(found.data.stat().st_mode) & 0o077:
        raise UnsafeSettingsError(
            f"Others on this machine may read the data folder. Close it: `chmod 700 {found.data}`."
        )


def _is_key(told: str) -> bool:
    try:
        raw = base64.b64decode(told + "=" * (-len(told) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return False
    return len(raw) == _KEY_BYTES and len(set(raw)) > _KEY_BYTES // 4
