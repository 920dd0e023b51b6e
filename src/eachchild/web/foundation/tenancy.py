"""Rows belong to one organization, and a query that does not say which one fails.

The first fence is here, in the query layer of both databases; PostgreSQL has a second, row
security, which reads the same organization from the connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from django.db import DatabaseError, connection, models

if TYPE_CHECKING:
    from eachchild.web.foundation.models import Organization


class NotScopedError(RuntimeError):
    """A query over rows of all organizations, which no page may make."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(
            f"{model.__name__}.objects asks for the rows of every organization. "
            "Ask for those of one: .objects.within(organization)."
        )


class OwnedRows(models.QuerySet[Any]):
    """Rows of one organization."""

    owner: "Organization | None" = None

    def _clone(self) -> Self:
        copy = super()._clone()  # type: ignore[misc]  # Django's own, which its stubs leave out
        copy.owner = self.owner
        return copy  # type: ignore[no-any-return]

    def create(self, **values: Any) -> Any:
        """Make a row of that organization."""
        return super().create(organization=self.owner, **values)


class OwnedManager(models.Manager[Any]):
    """The only way to rows that belong to organizations."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Refuse: no organization was named."""
        raise NotScopedError(self.model)

    def within(self, organization: "Organization") -> OwnedRows:
        """The rows of one organization."""
        rows = OwnedRows(self.model, using=self._db).filter(organization=organization)
        rows.owner = organization
        return rows


class Owned(models.Model):
    """A row that belongs to one organization."""

    organization = models.ForeignKey(
        "foundation.Organization", on_delete=models.PROTECT, related_name="+"
    )
    objects = OwnedManager()

    class Meta:
        abstract = True
        base_manager_name = "every"  # what Django itself uses, to follow a row to another

    every = models.Manager()


PLATFORM = "platform"  # for whom lines of the trail that belong to no organization are asked
_NOBODY = ("", "", "")
_NAMES = ("app.tenant", "app.user", "app.invitation")


@contextmanager
def inside(
    organization: "Organization | str | None", user: object = None, *, invitation: str = ""
) -> Iterator[None]:
    """Tell the database for whom it is asked, so that row security holds beside the query layer.

    One within another counts while it lasts. An invitation is found by the digest of its link, or
    by the address it went to.
    """
    if connection.vendor != "postgresql":
        yield
        return
    tenant = organization if isinstance(organization, str) else getattr(organization, "pk", None)
    before = _said()
    _say((str(tenant or ""), str(getattr(user, "pk", None) or ""), invitation))
    try:
        yield
    finally:
        try:
            _say(before)
        except DatabaseError:  # a broken transaction takes back by itself what was said in it
            connection._eachchild_said = (None, _NOBODY)  # type: ignore[attr-defined]


def _said() -> tuple[str, str, str]:
    """What this very connection was told last."""
    to, said = getattr(connection, "_eachchild_said", (None, _NOBODY))
    return said if to is not None and to is connection.connection else _NOBODY


def _say(values: tuple[str, str, str]) -> None:
    to, said = getattr(connection, "_eachchild_said", (None, _NOBODY))
    if to is not None and to is connection.connection and said == values:
        return
    asked = ", ".join("set_config(%s, %s, false)" for _ in _NAMES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {asked}", [x for two in zip(_NAMES, values, strict=True) for x in two]
        )
    connection._eachchild_said = (connection.connection, values)  # type: ignore[attr-defined]
