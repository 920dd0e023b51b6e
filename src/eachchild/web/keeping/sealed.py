"""Changing keys: every sealed text is opened and sealed anew with the first key."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import models, transaction
from django.db.models.functions import Cast

from eachchild.web.foundation.actions import record
from eachchild.web.foundation.fence import belongs
from eachchild.web.foundation.sealing import SealedText, is_current
from eachchild.web.foundation.tenancy import PLATFORM, inside
from eachchild.web.keeping.rows import kept_models, owners


def seal_anew() -> int:
    """Seal what another key sealed, or none, with the first key; how many texts that were."""
    with transaction.atomic():
        count = sum(_rows(m, f) for m in kept_models() for f in _sealed(m)) + _factors()
        record("keys.rotated", organization=None)
    return count


def _sealed(model: type[models.Model]) -> list[SealedText]:
    return [f for f in model._meta.local_concrete_fields if isinstance(f, SealedText)]


def _rows(model: type[models.Model], field: SealedText) -> int:
    count = 0
    for organization in owners(model):
        with inside(organization or PLATFORM):
            rows = model._base_manager.all()
            if belongs(model):
                rows = rows.filter(organization=organization)
            lying = rows.annotate(lying=Cast(field.name, models.TextField()))
            for key, lies in list(lying.values_list("pk", "lying")):
                if lies is not None and not is_current(lies):
                    opened = rows.values_list(field.name, flat=True).get(pk=key)
                    count += rows.filter(pk=key).update(**{field.name: opened})
    return count


def _factors() -> int:
    """Secrets of second factors, wherever a text of theirs is sealed."""
    adapter, count = get_adapter(), 0
    for one in Authenticator.objects.all():
        data, changed = _anew(one.data, adapter)
        if changed:
            one.data = data
            one.save(update_fields=["data"])
            count += changed
    return count


def _anew(data: Any, adapter: Any) -> tuple[Any, int]:
    if isinstance(data, dict):
        told = {key: _anew(value, adapter) for key, value in data.items()}
        return {k: v for k, (v, _) in told.items()}, sum(n for _, n in told.values())
    if isinstance(data, list):
        listed = [_anew(value, adapter) for value in data]
        return [v for v, _ in listed], sum(n for _, n in listed)
    if isinstance(data, str) and data.startswith("sealed:") and not is_current(data):
        return adapter.encrypt(adapter.decrypt(data)), 1
    return data, 0
