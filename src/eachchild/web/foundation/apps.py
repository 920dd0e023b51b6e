"""The app by its name."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FoundationConfig(AppConfig):
    """Organizations, roles, trail."""

    name = "eachchild.web.foundation"
    label = "foundation"

    def ready(self) -> None:
        """After each migration, put up what the database itself must refuse."""
        post_migrate.connect(_fence, sender=self)


def _fence(using: str = "default", **_: Any) -> None:
    from eachchild.web.foundation.fence import put_up

    put_up(using)
