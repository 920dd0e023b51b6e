"""The app by its name."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """Organizations, roles, trail."""

    name = "eachchild.web.foundation"
    label = "foundation"
