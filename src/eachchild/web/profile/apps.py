"""The app by its name."""

from django.apps import AppConfig


class ProfileConfig(AppConfig):
    """A district's own ways."""

    name = "eachchild.web.profile"
    label = "profile"
