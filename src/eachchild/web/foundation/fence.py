"""What the database itself refuses: changes to the trail, and rows of another organization.

It is put up after every migration and not by one, so that no table that is added or made anew
stands without it. The trail is guarded in both databases; PostgreSQL has row security too, which
holds for the owner of the tables as well, though not for a superuser: the platform is none.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

_EVENTS = "foundation_event"
_NEVER = "lines of the trail are never changed"

_GUARD_SQLITE = """
CREATE TRIGGER IF NOT EXISTS trail_stays_{when} BEFORE {when} ON {table}
BEGIN SELECT RAISE(ABORT, '{never}'); END
"""
_GUARD_POSTGRESQL = """
CREATE OR REPLACE FUNCTION eachchild_trail_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{never}'; END $$;
CREATE OR REPLACE TRIGGER trail_stays BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION eachchild_trail_stays();
CREATE OR REPLACE TRIGGER trail_stays_whole BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION eachchild_trail_stays()
"""
# Whatever is no organization's id is nobody, so that a wrong word never raises and never matches.
_WHO = """
CREATE OR REPLACE FUNCTION eachchild_told(name text) RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT CASE WHEN current_setting(name, true) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
          THEN current_setting(name, true)::uuid END $$
"""
_TENANT = "organization_id = eachchild_told('app.tenant')"
_PLATFORM = "organization_id IS NULL AND current_setting('app.tenant', true) = 'platform'"
# Where a person belongs, and what they were invited to, must be found before there is a tenant: by
# the person, by the digest of a link, or by an address that the district's directory vouches for.
_ALSO_READ = {
    "accounts_membership": "user_id = eachchild_told('app.user')",
    "accounts_invitation": (
        "current_setting('app.invitation', true) IN (digest, email) OR email = "
        "(SELECT p.email FROM accounts_user p WHERE p.id = eachchild_told('app.user'))"
    ),
}


def put_up(using: str = "default") -> None:
    """Put up the fences; those that stand are put up anew."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in _statements(connection):
            cursor.execute(statement)


def owned_tables() -> tuple[str, ...]:
    """Every table whose rows belong to an organization."""
    return tuple(model._meta.db_table for model in apps.get_models() if belongs(model))


def belongs(model: type[Model]) -> bool:
    """Whether a model's rows belong to organizations."""
    return any(f.column == "organization_id" for f in model._meta.local_concrete_fields)


def _statements(connection: BaseDatabaseWrapper) -> Iterator[str]:
    if connection.vendor == "sqlite":
        for when in ("UPDATE", "DELETE"):
            yield _GUARD_SQLITE.format(when=when, table=_EVENTS, never=_NEVER)
        return
    yield _GUARD_POSTGRESQL.format(table=_EVENTS, never=_NEVER)
    yield _WHO
    there = set(connection.introspection.table_names())
    for table in owned_tables():
        if table in there:
            yield from _row_security(table)


def _row_security(table: str) -> Iterator[str]:
    name = f'"{table}"'
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
    mine = f"({_TENANT}) OR ({_PLATFORM})"
    yield f"DROP POLICY IF EXISTS tenant ON {name}"
    yield f"CREATE POLICY tenant ON {name} USING ({mine}) WITH CHECK ({mine})"
    if table in _ALSO_READ:
        yield f"DROP POLICY IF EXISTS own ON {name}"
        yield f"CREATE POLICY own ON {name} FOR SELECT USING ({_ALSO_READ[table]})"
