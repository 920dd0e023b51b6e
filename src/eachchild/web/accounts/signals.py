"""What sign-in tells the trail: who came, who was refused, which second factor was added."""

from time import time
from typing import Any

from allauth.account.signals import password_changed, password_reset, user_logged_in
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_out

from eachchild.web.accounts.actions import note
from eachchild.web.accounts.adapter import JUST_ADDED


def connect() -> None:
    """Listen from now on."""
    for signal, action in (
        (user_logged_in, "sign-in"), (user_logged_out, "sign-out"),
        (password_changed, "password.changed"), (password_reset, "password.reset"),
        (authenticator_added, "factor.added"), (authenticator_removed, "factor.removed"),
        (authenticator_reset, "factor.reset"),
    ):  # fmt: skip
        signal.connect(_noting(action), weak=False, dispatch_uid=f"trail:{action}")
    authenticator_added.connect(_remember, dispatch_uid="session:factor-added")
    authentication_failed.connect(
        _noting("sign-in", "failed"), weak=False, dispatch_uid="trail:factor-failed"
    )


def _remember(sender: Any, request: Any, **more: Any) -> None:
    request.session[JUST_ADDED] = time()


def _noting(action: str, result: str = "done") -> Any:
    def told(sender: Any, user: Any = None, authenticator: Any = None, **more: Any) -> None:
        if user is not None:
            thing = f"by:{authenticator.type}" if authenticator is not None else ""
            note(action, user, thing=thing, result=result)

    return told
