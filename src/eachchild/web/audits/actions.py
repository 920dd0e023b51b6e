"""The only writers of audits: each one transaction, each one line of the trail."""

from django.db import transaction
from django.utils import timezone

from eachchild.web.accounts.models import Membership
from eachchild.web.audits.models import Audit, Release, Run, Upload, Vote
from eachchild.web.audits.rules import (
    check_can_cancel,
    check_can_propose,
    check_can_run,
    check_can_vote,
    verdict_of,
)
from eachchild.web.foundation.actions import record


def start_run(member: Membership, audit: Audit, kind: str = "audit") -> Run:
    """Queue a run of an audit for the worker."""
    with transaction.atomic():
        check_can_run(Upload.objects.within(member.organization).filter(audit=audit))
        run: Run = Run.objects.within(member.organization).create(
            audit=audit, made_by=member.user, kind=kind
        )
        record("run.queued", organization=member.organization, actor=member.user,
               thing=f"run:{run.pk}")  # fmt: skip
    return run


def cancel_run(member: Membership, run: Run) -> None:
    """Stop a run: at once while it waits, else the worker ends it."""
    with transaction.atomic():
        check_can_cancel(run)
        waiting = Run.objects.within(member.organization).filter(pk=run.pk, state=Run.State.QUEUED)
        if not waiting.update(state=Run.State.CANCELLED, ended_at=timezone.now()):
            Run.objects.within(member.organization).filter(
                pk=run.pk, state=Run.State.RUNNING
            ).update(state=Run.State.CANCELLING)
        record("run.cancelled", organization=member.organization, actor=member.user,
               thing=f"run:{run.pk}")  # fmt: skip


def propose(member: Membership, run: Run, audience: str) -> Release:
    """Ask that a copy be released; the worker drafts it, so that approvers have it to read."""
    with transaction.atomic():
        check_can_propose(run, audience)
        made: Release = Release.objects.within(member.organization).create(
            run=run, audience=audience, made_by=member.user
        )
        record("release.proposed", organization=member.organization, actor=member.user,
               thing=f"release:{made.pk}")  # fmt: skip
    return made


def vote(member: Membership, release: Release, *, approves: bool, note: str = "") -> Release:
    """Vote on a release; with the last vote it is made, or it is not."""
    mine = Vote.objects.within(member.organization)
    with transaction.atomic():
        release = (
            Release.objects.within(member.organization)
            .select_related("run").select_for_update(of=("self",)).get(pk=release.pk)
        )  # fmt: skip
        check_can_vote(release, list(mine.filter(release=release)), member)
        mine.create(release=release, user=member.user, approves=approves, note=note)
        decided = verdict_of(list(mine.filter(release=release)))
        if decided is not None:
            release.state = Release.State.MAKING if decided else Release.State.REJECTED
            release.save(update_fields=["state"])
        record("release.voted", organization=member.organization, actor=member.user,
               thing=f"release:{release.pk}")  # fmt: skip
    return release
