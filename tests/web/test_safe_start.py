"""In production the platform starts only where it is safe, and is then clean (S32, S14, S15)."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from eachchild.web.project.environment import SETTINGS, UnsafeSettingsError, environment

GOOD = {
    "EACHCHILD_KIND": "production",
    "EACHCHILD_SECRET_KEY": secrets.token_urlsafe(50),
    "EACHCHILD_FIELD_KEYS": secrets.token_urlsafe(32),
    "EACHCHILD_BACKUP_KEY": secrets.token_urlsafe(32),
    "EACHCHILD_HOSTS": "equity.district.example",
}


def _given(folder: Path, **other: str) -> dict[str, str]:
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    return {**GOOD, "EACHCHILD_DATA": str(data), **other}


def _run(given: dict[str, str], *command: str) -> "subprocess.CompletedProcess[str]":
    ours = {k: v for k, v in os.environ.items()
            if not k.startswith(("EACHCHILD_", "DJANGO_", "DEBUG"))}  # fmt: skip
    told = ours | given | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, *command], env=told, capture_output=True, text=True, check=False,
        cwd=given["EACHCHILD_DATA"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"EACHCHILD_SECRET_KEY": ""}, "EACHCHILD_SECRET_KEY is missing"),
        ({"EACHCHILD_SECRET_KEY": "django-insecure"}, "EACHCHILD_SECRET_KEY"),
        ({"EACHCHILD_SECRET_KEY": "ab" * 40}, "easy to guess"),
        ({"EACHCHILD_FIELD_KEYS": ""}, "EACHCHILD_FIELD_KEYS is missing"),
        ({"EACHCHILD_FIELD_KEYS": "short"}, "32 random bytes"),
        ({"EACHCHILD_FIELD_KEYS": "A" * 43}, "32 random bytes"),
        ({"EACHCHILD_BACKUP_KEY": "no key!"}, "EACHCHILD_BACKUP_KEY"),
        ({"EACHCHILD_BACKUP_KEY": GOOD["EACHCHILD_FIELD_KEYS"]}, "also a field key"),
        ({"EACHCHILD_HOSTS": ""}, "EACHCHILD_HOSTS"),
        ({"EACHCHILD_HOSTS": "a.example, *"}, "EACHCHILD_HOSTS"),
        ({"EACHCHILD_HOSTS": ".example"}, "EACHCHILD_HOSTS"),
        ({"EACHCHILD_HOSTS": "*.example"}, "EACHCHILD_HOSTS"),
        ({"DEBUG": "true"}, "DEBUG"),
        ({"EACHCHILD_DEBUG": "1"}, "DEBUG"),
        ({"EACHCHILD_KIND": "staging"}, "EACHCHILD_KIND"),
    ],
)
def test_s32_unsafe_settings_are_refused(wrong: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettingsError, match=said):
        environment(_given(tmp_path, **wrong))


def test_s32_a_data_folder_that_others_read_is_refused(tmp_path: Path) -> None:
    given = _given(tmp_path)
    assert environment(given).is_production
    (tmp_path / "data").chmod(0o750)
    with pytest.raises(UnsafeSettingsError, match="chmod 700"):
        environment(given)


def test_s32_the_command_ends_with_the_reason(tmp_path: Path) -> None:
    for wrong in ({"EACHCHILD_SECRET_KEY": ""}, {"DEBUG": "1"}):
        told = _run(_given(tmp_path, **wrong), "-m", "eachchild", "web", "serve")
        assert told.returncode == 2
        assert "eachchild: " in told.stderr
        assert "Traceback" not in told.stderr


def test_s32_a_key_is_made_before_there_are_settings(tmp_path: Path) -> None:
    told = _run({"EACHCHILD_DATA": str(tmp_path)}, "-m", "eachchild", "web", "new-key")
    assert told.returncode == 0
    given = _given(tmp_path, EACHCHILD_FIELD_KEYS=told.stdout.strip())
    assert environment(given).field_keys == (told.stdout.strip(),)


def test_s32_production_is_clean_by_its_own_check(tmp_path: Path) -> None:
    told = _run(_given(tmp_path), "-m", "eachchild", "web", "check", "--deploy",
                "--fail-level", "WARNING")  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout


_ANSWERS = """
import django
from django.core.management import call_command
django.setup()
call_command("migrate", verbosity=0)
call_command("collectstatic", verbosity=0, interactive=False)
from django.test import Client
host = {"headers": {"host": "equity.district.example"}}
told = Client().get("/account/login/", secure=True, **host)
for name in ("Strict-Transport-Security", "X-Content-Type-Options", "Referrer-Policy",
             "X-Frame-Options", "Content-Security-Policy", "Cache-Control"):
    print(f"{name}: {told.headers[name]}")
print(told.cookies.output())
print("plain:", Client().get("/account/login/", **host).headers.get("Location"))
print("stranger:", Client().get("/", secure=True, headers={"host": "evil.example"}).status_code)
from eachchild.web.project.start import run
print("ended:", run(["trail-check"]))
"""


def test_s14_s15_in_production_cookies_are_locked_and_tls_is_asked_for(tmp_path: Path) -> None:
    given = _given(tmp_path, DJANGO_SETTINGS_MODULE="eachchild.web.project.settings")
    told = _run(given, "-c", _ANSWERS)
    assert told.returncode == 0, told.stderr[-2_000:]
    text = told.stdout
    assert "max-age=31536000; includeSubDomains; preload" in text
    assert "X-Content-Type-Options: nosniff" in text
    assert "frame-ancestors 'none'" in text
    cookie = next(line for line in text.splitlines() if line.startswith("Set-Cookie: __Host-csrf"))
    assert {"HttpOnly", "Secure", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "SameSite=Lax" in cookie
    assert "plain: https://equity.district.example/account/login/" in text
    assert "stranger: 400" in text
    assert "ended: 0" in text


def test_every_name_of_the_environment_is_in_the_reference() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md"
    code = Path(sys.modules[environment.__module__].__file__ or "").parent
    told = page.read_text("utf-8")
    assert all(f"`{one.name}`" in told for one in SETTINGS)
    used = {name for path in code.glob("*.py")
            for name in re.findall(r"EACHCHILD_[A-Z_]+", path.read_text("utf-8"))}  # fmt: skip
    assert used - {"EACHCHILD_DEBUG"} == {one.name for one in SETTINGS}
