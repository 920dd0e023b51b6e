"""The app by its name."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Tokens, and what programs read with them."""

    name = "eachchild.web.api"
    label = "api"
