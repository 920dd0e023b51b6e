"""What tests about people share: a ground for outsiders, a new person, links, and signing in."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client

PASSWORD = "the river is wide in spring"
SECRET_NOTE = "Ask Ms. Rivera of room 12 about it"  # of a vote, which lies sealed
NEW = "new.person@elsewhere.invalid"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
GROUND: dict[str, Any] = {  # on which somebody from outside is let in
    "basis": "evaluation", "purpose": "Evaluation of attendance", "agreement": "Agreement 7",
    "ends_at": datetime(2099, 1, 1, tzinfo=UTC),
}  # fmt: skip


def link(district: Any, email: str = NEW, role: str = "coach", **ground: Any) -> str:
    """The address of a new invitation."""
    from eachchild.web.accounts.actions import invite

    by = district.members["administrator"].user
    return f"/account/join/{invite(district.organization, email, role, by=by, **ground)}/"


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    """The answer to an address and a password."""
    return client.post("/account/login/", {"login": email, "password": password}, **more)


def with_password(person: Any, password: str = PASSWORD) -> Any:
    """The person, with a password."""
    person.set_password(password)
    person.save()
    return person
