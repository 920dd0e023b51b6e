"""How people come to have an account and how they sign in: by invitation, and never by chance."""

from time import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from eachchild.web.accounts.actions import join, note, open_invitations
from eachchild.web.accounts.models import Membership, User
from eachchild.web.foundation.sealing import seal, unseal
from eachchild.web.foundation.tenancy import inside
from eachchild.web.foundation.views import refused

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes alone are none
_BOUND_TO = "mfa_authenticator.data"
JUST_ADDED = "factor-added"  # when, in the session
_FRESH = 15 * 60  # seconds
_REFUSED: Any = _("Nobody of this address was invited here. Ask your administrator.")


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up by themselves, and who guesses is stopped."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an invitation makes the account."""
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Nobody has a name for signing in beside the address."""

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Not for the first second factor of somebody who has just signed in, or has no password.

        Until it is set up their session opens nothing else. Nor for the codes that come with it.
        """
        request = context.request
        if is_mfa_enabled(request.user, FACTORS):
            return bool(time() - request.session.get(JUST_ADDED, 0) > _FRESH)
        signed = get_authentication_records(request, request.user)
        fresh = bool(signed) and time() - signed[-1]["at"] < _FRESH
        return request.user.has_usable_password() and not fresh

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Stop an address or a place after 10 wrong answers, whether or not we know the address."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            raise ImmediateHttpResponse(respond_429(request)) from error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password, by the person's number where there is one."""
        person = User.objects.filter(email=credentials.get("email", "").lower()).first()
        note("sign-in", person, thing="by:password", result="failed")


class PlatformAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Who comes by the district's own sign-in: members and people invited, nobody else."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the person of a verified address; make them only where an invitation is open."""
        known = sociallogin.user if sociallogin.is_existing else _found(sociallogin)
        if known is None or not _belongs(known):
            note("sign-in", known, thing="by:platform", result="failed")
            raise ImmediateHttpResponse(refused(request, _REFUSED))
        if not sociallogin.is_existing:
            sociallogin.email_addresses = []  # the address stays the one that was invited
            sociallogin.connect(request, known)

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        """Note an answer of the district's sign-in that does not hold."""
        note("sign-in", None, thing="by:platform", result="failed")


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second factors: their secrets are kept encrypted, their code to scan is part of the page."""

    def build_totp_svg(self, url: str) -> str:
        """The code to scan, as a drawing that needs no style and no request."""
        drawn: str = super().build_totp_svg(url)
        said = _("A code to scan with an authenticator app. The secret stands beneath as text.")
        return drawn[drawn.index("<svg") :].replace(
            "<svg", f'<svg class="qr" role="img" aria-label="{said}"', 1
        )

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What a browser shows when it asks for a passkey."""
        return {**super().get_public_key_credential_rp_entity(), "name": "EachChild"}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's
        """The name that is offered for a new passkey."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return str(_("Passkey %(number)s") % {"number": count + 1})

    def encrypt(self, text: str) -> str:
        """So that a copy of the database is not a copy of everybody's second factor."""
        return seal(text, _BOUND_TO)

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` hid, also by a key that was replaced."""
        return unseal(encrypted_text, _BOUND_TO)


def _found(sociallogin: Any) -> User | None:
    verified = [one.email.lower() for one in sociallogin.email_addresses if one.verified]
    return _person(verified[0]) if verified else None


def _belongs(person: User) -> bool:
    with inside(None, person):
        return (
            Membership.all_current(person).exists()
            or open_invitations().filter(email=person.email).exists()
        )


def _person(email: str) -> User | None:
    """Somebody who belongs here or was invited; who was invited joins with it."""
    person = User.objects.filter(email=email).first()
    if person is not None:
        return person if _belongs(person) else None
    invitation = open_invitations().filter(email=email).order_by("made_at").first()
    if invitation is None:
        return None
    made = User.objects.create_user(email)
    with inside(invitation.organization, made):
        join(invitation, made)
    return made
