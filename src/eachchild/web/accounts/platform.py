"""Single sign-on by OpenID Connect: what is asked of the district's sign-in, and what is believed.

allauth takes an identity token that came straight from the token endpoint without checking its
signature, and sends no nonce. Here both are checked, whatever the way the token came.
"""

import hashlib
import secrets
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.urls import reverse
from requests import RequestException

ID = "platform"  # of the one provider that the environment names
_SIGNED_BY = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]  # never a shared secret, never "none"
_SKEW = 60  # seconds that two clocks may differ


def start(request: HttpRequest) -> Any:
    """Send the browser to the district's sign-in, with a state, a nonce and a code challenge."""
    provider = CheckedAdapter(request, ID).get_provider()
    provider.oauth2_adapter_class = CheckedAdapter
    nonce = secrets.token_urlsafe(24)
    try:
        return provider.redirect(
            request, process="login", data={"nonce": nonce}, auth_params={"nonce": nonce}
        )
    except (OAuth2Error, RequestException) as error:
        return render_authentication_error(request, provider, exception=error)


def finish(request: HttpRequest) -> Any:
    """Take the browser back with a code, once for each state."""
    stashed = statekit.get_states(request).get(request.GET.get("state", ""))
    adapter = CheckedAdapter(request, ID)
    adapter.nonce = ((stashed[0].get("data") or {}) if stashed else {}).get("nonce", "")
    return OAuth2CallbackView.adapter_view(adapter)(request)


class CheckedAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """Believes an identity token that is signed, for us, new, and answers our own question."""

    nonce = ""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Where the browser comes back to: one address, the one that was registered."""
        return request.build_absolute_uri(reverse("platform-back"))

    @property
    def openid_config(self) -> Any:
        """What the issuer says of itself; it must be the one the environment names."""
        told = super().openid_config
        named = self.get_provider().app.settings["server_url"].rstrip("/")
        if str(told.get("issuer", "")).rstrip("/") != named:
            raise OAuth2Error("The issuer is not the one that was named.")
        return told

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Who it is, from the token alone; kept of it is a number."""
        claims = self._decode_id_token(app, kwargs["response"].get("id_token") or "")
        known = f"{claims['iss']} {claims['sub']}"
        told = {
            "uid": hashlib.sha256(known.encode()).hexdigest(),
            "email": claims.get("email", ""),
            "email_verified": claims.get("email_verified") is True,
        }
        login = self.get_provider().sociallogin_from_response(request, {"id_token": told})
        login.account.extra_data = {}
        return login

    def _decode_id_token(self, app: Any, id_token: str) -> Any:
        try:
            claims = jwt.decode(
                id_token, self._key(id_token), algorithms=_SIGNED_BY, audience=app.client_id,
                issuer=self.openid_config["issuer"], leeway=_SKEW,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise OAuth2Error("The identity token does not hold.") from error
        if not self.nonce or not secrets.compare_digest(str(claims["nonce"]), self.nonce):
            raise OAuth2Error("The identity token answers another question.")
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The identity token is for somebody else.")
        return claims

    def _key(self, id_token: str) -> Any:
        """The issuer's key that a token names."""
        named = jwt.get_unverified_header(id_token).get("kid")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        fitting = [key for key in keys if named is None or key.key_id == named]
        if len(fitting) != 1:
            raise OAuth2Error("The issuer has no such key.")
        return fitting[0].key
