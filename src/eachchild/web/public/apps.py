"""The app by its name."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """Public pages."""

    name = "eachchild.web.public"
    label = "public"
