"""What whoever owns the database can do, and the platform cannot."""

import shutil
from pathlib import Path

from django.db import connection

from eachchild.web.keeping.rows import kept_models


def take_down() -> None:
    """Let the trail be changed, as whoever owns the database could."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for when in ("UPDATE", "DELETE"):
                cursor.execute(f"DROP TRIGGER IF EXISTS trail_stays_{when}")
        else:
            for name in ("trail_stays", "trail_stays_whole"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON foundation_event")


def destroy_everything(data: Path) -> None:
    """A platform that is new: no row and no file."""
    take_down()
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for model in reversed(kept_models()):
            if connection.vendor == "sqlite":
                cursor.execute(f'DELETE FROM "{model._meta.db_table}"')
            else:
                cursor.execute(f'TRUNCATE "{model._meta.db_table}" CASCADE')
    shutil.rmtree(data / "organizations")
