"""A passkey as allauth keeps it after a browser has registered it."""

import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

_ID, _PRESENT_WITH_KEY = b"a passkey's name", 0x41  # flags: a person was there, a key follows


def passkey(name: str) -> dict[str, Any]:
    """A new key pair's public half, signed by nobody, as most browsers hand it over."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    known = AttestedCredentialData.create(
        Aaguid(bytes(16)), _ID, ES256.from_cryptography_key(public)
    )
    host = hashlib.sha256(b"localhost").digest()
    told = AuthenticatorData.create(host, _PRESENT_WITH_KEY, 0, known)
    about = CollectedClientData.create("webauthn.create", challenge=_ID, origin="http://localhost")
    return {
        "name": name,
        "credential": {
            "id": websafe_encode(_ID), "rawId": websafe_encode(_ID), "type": "public-key",
            "response": {
                "clientDataJSON": websafe_encode(about),
                "attestationObject": websafe_encode(AttestationObject.create("none", told, {})),
            },
        },
    }  # fmt: skip
