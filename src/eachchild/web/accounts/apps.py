"""The app by its name."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and memberships."""

    name = "eachchild.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Let the trail hear of sign-ins."""
        from eachchild.web.accounts.signals import connect

        connect()
