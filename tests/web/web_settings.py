"""The platform's settings for tests: its own data folder, and SQLite unless told otherwise."""

import os
import tempfile

os.environ["EACHCHILD_KIND"] = "test"
os.environ.setdefault("EACHCHILD_DATA", tempfile.mkdtemp(prefix="eachchild-web-"))
os.environ["EACHCHILD_DATABASE"] = os.environ.get("EACHCHILD_TEST_DATABASE", "")

from eachchild.web.project.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody attacks a test
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ACCOUNT_RATE_LIMITS = {}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
