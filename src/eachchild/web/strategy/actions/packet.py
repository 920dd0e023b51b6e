"""Asking for a board packet; the worker makes it."""

import json

from django.db import transaction

from eachchild.web.accounts.models import Membership
from eachchild.web.audits.models import Release, Run
from eachchild.web.foundation.models import Organization
from eachchild.web.strategy.actions.noting import noted
from eachchild.web.strategy.packets import PACKET, lines, release_of
from eachchild.web.strategy.rules.packet import check_can_pack


def ask_for_packet(member: Membership, decide: str) -> Run:
    """Queue a packet of the released copy, with what the board is asked to decide."""
    with transaction.atomic():
        release = check_can_pack(release_of(member.organization), packets(member.organization))
        run: Run = Run.objects.within(member.organization).create(
            audit=release.run.audit, made_by=member.user, kind=PACKET,
            plan=json.dumps({"release": str(release.pk), "decide": lines(decide)}),
        )  # fmt: skip
        noted(member, "packet.asked", f"release:{release.pk}")
    return run


def packets(organization: Organization) -> list[Run]:
    """The packets that were asked for, newest first."""
    mine = Run.objects.within(organization).filter(kind=PACKET)
    return list(mine.order_by("-made_at"))


def asked(run: Run) -> tuple[Release | None, list[str]]:
    """Of which copy a packet was asked, and with what to decide."""
    said = json.loads(run.plan)
    mine = Release.objects.within(run.organization).select_related("organization")
    return mine.filter(pk=said["release"]).first(), list(said["decide"])
