"""Rows of the database as lines of JSON, model by model, and back; the same in both databases."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.core import serializers
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from eachchild.web.foundation.fence import belongs
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import PLATFORM, inside

# What the framework makes anew by itself, and what ends when somebody signs out.
_NOT_KEPT = {"contenttypes", "auth", "sessions", "usersessions"}
_BATCH = 500


class _Exact(DjangoJSONEncoder):
    """Times to the microsecond: the trail's hashes are made of them."""

    def default(self, o: Any) -> Any:
        """Write a time whole."""
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def kept_models() -> tuple[type[models.Model], ...]:
    """Every model whose rows are part of a backup."""
    return tuple(
        model for model in apps.get_models()
        if model._meta.app_label not in _NOT_KEPT and model._meta.managed and not model._meta.proxy
    )  # fmt: skip


def own_models() -> tuple[type[models.Model], ...]:
    """Every model whose rows belong to organizations; what a row points to comes before it."""
    mine = [model for model in kept_models() if belongs(model)]
    before = {one: [to for to in pointed(one).values() if to in mine and to != one] for one in mine}
    return tuple(TopologicalSorter(before).static_order())


def pointed(model: type[models.Model]) -> dict[str, type[models.Model]]:
    """The columns of a model that point to rows, and of which model those are."""
    return {
        field.attname: field.related_model
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.ForeignKey) and not isinstance(field.related_model, str)
    }


def parts(organization: Organization) -> tuple[Organization, ...]:
    """A district with its schools, which have rows of their own in the trail."""
    schools = organization.children.filter(kind=Organization.Kind.SCHOOL)
    return (organization, *schools.order_by("slug"))


def owners(model: type[models.Model]) -> Iterable[Organization | None]:
    """Whose rows a model may have: each organization's in turn and nobody's, or nobody's alone."""
    return (None, *Organization.objects.order_by("pk")) if belongs(model) else (None,)


def label(model: type[models.Model]) -> str:
    """How a model is named in an archive."""
    return model._meta.label_lower


def lines(model: type[models.Model], organization: Organization | None) -> Iterator[str]:
    """The rows of one organization, of none, or of a model without organizations, as JSON lines."""
    found = model._base_manager.order_by("pk")
    if belongs(model):
        found = found.filter(organization=organization)
    with inside(organization or PLATFORM):
        rows = found.iterator(_BATCH)
        for row in rows:  # one at a time, so that a long trail does not fill the memory
            yield as_line(row)


def as_line(row: models.Model) -> str:
    """One row as a line of JSON."""
    return str(serializers.serialize("jsonl", [row], cls=_Exact, ensure_ascii=True))


def all_lines(model: type[models.Model]) -> Iterator[str]:
    """Every row of a model as JSON lines."""
    for organization in owners(model):
        yield from lines(model, organization)


def put_back(
    model: type[models.Model], told: Iterable[str], look: Callable[[Any], None] = lambda row: None
) -> int:
    """Write rows, each of which may be looked at before; how many."""
    count, batch, whose = 0, list[Any](), object()
    for one in serializers.deserialize("jsonl", told):
        row = one.object
        look(row)
        owner = getattr(row, "organization_id", None)
        if batch and (owner != whose or len(batch) >= _BATCH):
            count += _insert(model, batch, whose)
            batch = []
        batch.append(row)
        whose = owner
    return count + (_insert(model, batch, whose) if batch else 0)


def _insert(model: type[models.Model], batch: list[Any], owner: object) -> int:
    with inside(str(owner) if owner else PLATFORM):
        return len(model._base_manager.bulk_create(batch))


def numbers_go_on() -> None:
    """Let numbers of new rows start after those that were put back."""
    told = connection.ops.sequence_reset_sql(no_style(), list(kept_models()))
    with connection.cursor() as cursor:
        for statement in told:
            cursor.execute(statement)
