"""The app by its name."""

from django.apps import AppConfig


class KeepingConfig(AppConfig):
    """Retention, destruction, backups, export."""

    name = "eachchild.web.keeping"
    label = "keeping"
