"""Rows belong to one organization, and a query that does not say which one fails.

The first fence is here, in the query layer of both databases; PostgreSQL has a second, row
security, which reads the same organization from the connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, models

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


@contextmanager
def inside(organization: "Organization | None", user: object = None) -> Iterator[None]:
    """Tell the database for whom it is asked, so that row security holds beside the query layer."""
    _say("app.tenant", str(organization.pk) if organization else "")
    _say("app.user", str(getattr(user, "pk", None) or ""))
    try:
        yield
    finally:
        _say("app.tenant", "")
        _say("app.user", "")


def _say(name: str, value: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
