"""What PostgreSQL refuses by itself, asked in raw SQL with the platform's own role."""

import os
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from eachchild.web.accounts.actions import invite, open_invitation
from eachchild.web.accounts.models import User
from eachchild.web.foundation.fence import owned_tables
from eachchild.web.foundation.tenancy import inside

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not os.environ.get("EACHCHILD_TEST_DATABASE"),
        reason="PostgreSQL alone has row security; test_on_postgresql.py runs this there",
    ),
]


def _all(statement: str, *given: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


def _count(table: str) -> int:
    return _all(f'SELECT count(*) FROM "{table}"')[0][0]


def test_s3_the_role_cannot_pass_row_security() -> None:
    told = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    assert _all(told) == [(False, False)]


def test_s3_every_owned_table_is_fenced_for_its_owner_too() -> None:
    told = _all(
        "SELECT relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE relkind = 'r' AND attname = 'organization_id' "
        "AND (NOT relrowsecurity OR NOT relforcerowsecurity)"
    )
    assert told == []
    assert {"accounts_membership", "audits_run", "foundation_event"} <= set(owned_tables())


@pytest.mark.parametrize("wrong", ["", "nobody", "platform", "north", "' OR true --"])
def test_s3_without_the_right_tenant_there_are_no_rows(wrong, north, finished) -> None:
    tables = ("audits_run", "audits_audit", "accounts_membership", "foundation_event")
    with inside(north.organization):
        assert all(_count(table) for table in tables)
    for tenant in (wrong, str(uuid4())):
        with inside(tenant):
            assert [_count(table) for table in tables] == [0, 0, 0, 0]


def test_s3_another_tenant_has_its_own_rows_alone(north, south, finished) -> None:
    with inside(south.organization):
        assert _count("audits_run") == 0
        told = _all("SELECT DISTINCT organization_id FROM accounts_membership")
        assert told == [(south.organization.pk,)]


def test_s3_nobody_writes_into_another_tenant(north, south, finished) -> None:
    with inside(south.organization):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE audits_run SET state = 'failed'")
            assert cursor.rowcount == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            _all(
                "INSERT INTO foundation_chain (organization_id, length, last) "
                "VALUES (%s, 9, '') RETURNING id", uuid4(),
            )  # fmt: skip


def test_s3_a_person_finds_where_they_belong_and_a_link_its_invitation(north, south) -> None:
    analyst = north.members["analyst"].user
    with inside(None, analyst):
        told = _all("SELECT user_id FROM accounts_membership")
        assert told == [(analyst.pk,)]
    secret = invite(
        north.organization, "new@north.invalid", "analyst", by=analyst,
    )  # fmt: skip
    found = open_invitation(secret)
    assert found is not None
    assert found.organization == north.organization
    assert open_invitation("another") is None
    with inside(None, invitation="new@north.invalid"):
        assert _count("accounts_invitation") == 1
    invited = User.objects.create_user("new@north.invalid")
    for person, seen in ((invited, 1), (south.members["analyst"].user, 0)):
        with inside(None, person):
            assert _count("accounts_invitation") == seen
    assert _count("accounts_invitation") == 0


def test_s3_a_broken_transaction_leaves_nobody_inside(north) -> None:
    with pytest.raises(DatabaseError, match="does not exist"), transaction.atomic():  # noqa: SIM117
        with inside(north.organization):
            _all("SELECT * FROM nowhere")
    assert _count("accounts_membership") == 0
    with inside(north.organization):
        assert _count("accounts_membership")
