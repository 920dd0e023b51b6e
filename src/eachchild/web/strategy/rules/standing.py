"""What may be done with a vision; an old version is never changed, and signs belong to one."""

from uuid import UUID

from django.utils.translation import gettext as _

from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.strategy.models import SignOn, Vision


def check_can_write(text: str, newest: Vision | None) -> None:
    """It says something that the newest version does not."""
    if newest is not None and newest.text.split() == text.split():
        raise NotAllowedError(_("This is the newest version word for word. Change it, or keep it."))


def check_can_sign(vision: Vision, newest: UUID | None, mine: SignOn | None) -> None:
    """The newest version, once."""
    _check_newest(vision, newest)
    if mine is not None:
        raise NotAllowedError(_("You have signed on already."))


def check_can_take_back(vision: Vision, newest: UUID | None, mine: SignOn | None) -> None:
    """One's own sign-on to the newest version."""
    _check_newest(vision, newest)
    if mine is None:
        raise NotAllowedError(_("You have not signed on."))


def _check_newest(vision: Vision, newest: UUID | None) -> None:
    if vision.pk != newest:
        raise NotAllowedError(_("There is a newer version. Read that one, and sign on to it."))
