"""Writing a vision, signing on to it, and rating the district on the standards."""

from typing import Any
from uuid import UUID

from django.db import transaction

from eachchild.web.accounts.models import Membership
from eachchild.web.strategy.actions.noting import noted
from eachchild.web.strategy.models import Rating, SignOn, Vision
from eachchild.web.strategy.rules.standing import (
    check_can_sign,
    check_can_take_back,
    check_can_write,
)


def visions(member: Membership) -> Any:
    """The versions of a vision, newest first."""
    mine = Vision.objects.within(member.organization)
    return mine.select_related("made_by").order_by("-made_at")


def write_vision(member: Membership, text: str) -> Vision:
    """Write a new version; those before it stay as they were, with who signed on to them."""
    with transaction.atomic():
        check_can_write(text, visions(member).first())
        mine = Vision.objects.within(member.organization)
        made: Vision = mine.create(text=text, made_by=member.user)
        noted(member, "vision.written", f"vision:{made.pk}")
    return made


def sign_on(member: Membership, vision: Vision) -> SignOn:
    """Stand behind the newest version."""
    mine = SignOn.objects.within(member.organization)
    with transaction.atomic():
        check_can_sign(vision, _newest(member), _own(member, vision))
        made: SignOn = mine.create(vision=vision, user=member.user)
        noted(member, "vision.signed", f"vision:{vision.pk}")
    return made


def take_back(member: Membership, vision: Vision) -> None:
    """Take one's own sign-on back."""
    with transaction.atomic():
        found = _own(member, vision)
        check_can_take_back(vision, _newest(member), found)
        if found is not None:
            found.delete()
        noted(member, "vision.unsigned", f"vision:{vision.pk}")


def rate(
    member: Membership, standard: str, *, level: str, because: str, evidence: str = ""
) -> Rating:
    """Say where the district stands on a standard; what was said before stays in its history."""
    with transaction.atomic():
        mine = Rating.objects.within(member.organization)
        made: Rating = mine.create(
            standard=standard, level=level, because=because, evidence=evidence,
            made_by=member.user,
        )  # fmt: skip
        noted(member, "standard.rated", f"rating:{made.pk}")
    return made


def _newest(member: Membership) -> UUID | None:
    found: UUID | None = visions(member).values_list("pk", flat=True).first()
    return found


def _own(member: Membership, vision: Vision) -> SignOn | None:
    mine = SignOn.objects.within(member.organization)
    found: SignOn | None = mine.filter(vision=vision, user=member.user).first()
    return found
