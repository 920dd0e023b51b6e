"""Text that only the platform can read: sealed on its way into the database, opened on its way out.

AES-256-GCM with a key from the environment, never the database. Each text is bound to the column
it belongs to, so that it cannot be moved to another. The first key seals; all of them open, which
is how keys are changed: put a new one first, run `rotate-keys`, then take the old one away.
"""

import base64
import hashlib
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

_MARK = "sealed:"
_NONCE = 12


class CannotOpenError(Exception):
    """A sealed text whose key is not among those of the environment, or that was changed."""


def key_of(told: str) -> bytes:
    """The 32 bytes of a key as it is written down: `secrets.token_urlsafe(32)`."""
    return base64.urlsafe_b64decode(told + "=" * (-len(told) % 4))


def name_of(key: bytes) -> str:
    """How a key is named beside what it sealed; says nothing about it."""
    return hashlib.sha256(b"name" + key).hexdigest()[:8]


def seal(text: str, bound_to: str) -> str:
    """A text as it may lie in the database; an empty one stays empty."""
    if not text:
        return text
    key, nonce = key_of(settings.FIELD_KEYS[0]), os.urandom(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), bound_to.encode())
    return f"{_MARK}{name_of(key)}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(text: str, bound_to: str) -> str:
    """The text of a sealed one; one that was never sealed, as it is."""
    if not text.startswith(_MARK):
        return text
    name, told = text.removeprefix(_MARK).split(":")
    raw = base64.urlsafe_b64decode(told)
    for key in map(key_of, settings.FIELD_KEYS):
        if name_of(key) == name:
            try:
                return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode()).decode()
            except InvalidTag as error:
                raise CannotOpenError(f"{bound_to} was changed outside the platform.") from error
    raise CannotOpenError(f"{bound_to}: its key {name} is not in EACHCHILD_FIELD_KEYS.")


def is_current(text: str) -> bool:
    """Whether a text is sealed with the key that is used now."""
    return not text or text.startswith(f"{_MARK}{name_of(key_of(settings.FIELD_KEYS[0]))}:")


class SealedText(models.TextField):  # type: ignore[type-arg]
    """Free text about people, sealed at rest. It cannot be searched."""

    @property
    def bound_to(self) -> str:
        """The column, which a sealed text belongs to."""
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """Open."""
        return value if value is None else unseal(value, self.bound_to)

    def get_prep_value(self, value: Any) -> Any:
        """Seal."""
        told = super().get_prep_value(value)
        return told if told is None else seal(str(told), self.bound_to)
