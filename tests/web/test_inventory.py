"""Every column of the database is in the inventory, and nothing else is (S30)."""

import pytest
from django.db import connection

from eachchild.web.keeping.inventory import classes, columns, kept_files

PPRA = {
    "none", "politics", "mental health", "sex", "illegal acts", "family", "privileged", "religion",
    "income",
}  # fmt: skip
# Where a new column is missing: a line for `inventory.toml`, to be completed.
_HINT = "not in keeping/inventory.toml (say its class, and of a new table why it is there): "


@pytest.mark.django_db
def test_s30_every_column_is_listed_and_no_other() -> None:
    with connection.cursor() as cursor:
        there = {
            (table.name, column.name)
            for table in connection.introspection.get_table_list(cursor)
            for column in connection.introspection.get_table_description(cursor, table.name)
        }
    listed = {(one.where, one.name) for one in columns()}
    assert not there - listed, _HINT + ", ".join(f"{t}.{c}" for t, c in sorted(there - listed))
    assert not listed - there, "listed, but gone: " + str(sorted(listed - there))
    assert len(listed) == len(columns())


def test_s30_each_says_class_purpose_ground_retention_and_area() -> None:
    for one in (*columns(), *kept_files()):
        assert one.data_class in classes()
        assert all((one.purpose, one.basis, one.retention)), one
        assert one.ppra in PPRA, one
    assert any(one.ppra == "income" for one in kept_files())


def test_s30_free_text_and_contacts_are_few_and_known() -> None:
    told = {f"{c.where}.{c.name}" for c in columns() if c.data_class in {"name", "contact"}}
    assert told == {
        "accounts_user.email", "accounts_user.name", "accounts_invitation.email",
        "account_emailaddress.email", "socialaccount_socialaccount.extra_data",
        "strategy_reply.contact", "strategy_contact.whom",
    }  # fmt: skip
