"""The app by its name."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and memberships."""

    name = "eachchild.web.accounts"
    label = "accounts"
