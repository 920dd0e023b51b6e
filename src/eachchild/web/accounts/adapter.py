"""How people come to have an account: by invitation, and in no other way."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from eachchild.web.foundation.sealing import seal, unseal

_BOUND_TO = "mfa_authenticator.data"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an invitation makes the account."""
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Nobody has a name for signing in beside the address."""


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors lie sealed in the database."""

    def encrypt(self, text: str) -> str:
        """Seal."""
        return seal(text, _BOUND_TO)

    def decrypt(self, encrypted_text: str) -> str:
        """Open."""
        return unseal(encrypted_text, _BOUND_TO)
