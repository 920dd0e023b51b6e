"""The app by its name."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Uploads, audits, runs, releases."""

    name = "eachchild.web.audits"
    label = "audits"
