"""The only writers of audits: each one transaction, each one line of the trail."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from eachchild.web.accounts.models import Membership
from eachchild.web.audits import plans
from eachchild.web.audits.models import Audit, Release, Run, Upload, Vote
from eachchild.web.audits.rules import (
    check_can_cancel,
    check_can_look,
    check_can_propose,
    check_can_receive,
    check_can_run,
    check_can_take_out,
    check_can_vote,
    safe_name,
    verdict_of,
)
from eachchild.web.foundation.actions import record


def open_audit(member: Membership, title: str) -> Audit:
    """Begin an audit; its files come next."""
    with transaction.atomic():
        audit: Audit = Audit.objects.within(member.organization).create(
            title=title, made_by=member.user, plan=""
        )
        record("audit.opened", organization=member.organization, actor=member.user,
               thing=f"audit:{audit.pk}")  # fmt: skip
    return audit


def begin_upload(member: Membership, audit: Audit, told: str, size: int) -> Upload:
    """Make room for a file, or find the one of that name and size that did not arrive whole."""
    mine = Upload.objects.within(member.organization)
    with transaction.atomic():
        here: list[Upload] = list(mine.filter(audit=audit))
        plain = safe_name(told, ())
        for one in here:
            if (one.state, one.size, one.name) == (Upload.State.ARRIVING, size, plain):
                return one
        kept = bytes_kept(mine)
        limits = (settings.UPLOAD_FILE_LIMIT, settings.UPLOAD_ORGANIZATION_LIMIT)
        check_can_receive(size, kept, limits)
        upload: Upload = mine.create(
            audit=audit, name=safe_name(told, (one.name for one in here)), size=size,
            made_by=member.user,
        )  # fmt: skip
        record("upload.begun", organization=member.organization, actor=member.user,
               thing=f"upload:{upload.pk}")  # fmt: skip
    return upload


def bytes_kept(uploads: Any) -> int:
    """The bytes of files that are here, or for which room was made."""
    gone = (Upload.State.REFUSED, Upload.State.UNPACKED)
    return int(uploads.exclude(state__in=gone).aggregate(bytes=Sum("size"))["bytes"] or 0)


def upload_arrived(member: Membership, upload: Upload, *, received: int, sha256: str) -> Upload:
    """Every byte is here and was checked; it is looked at next."""
    with transaction.atomic():
        upload.state, upload.received, upload.sha256 = Upload.State.READING, received, sha256
        upload.save(update_fields=["state", "received", "sha256"])
        record("upload.arrived", organization=member.organization, actor=member.user,
               thing=f"upload:{upload.pk}")  # fmt: skip
    return upload


def take_out(member: Membership, upload: Upload) -> None:
    """Take a file out of an audit; runs that were made of it stay as they are."""
    mine = Run.objects.within(member.organization).filter(audit=upload.audit)
    with transaction.atomic():
        check_can_take_out(upload, mine)
        record("upload.taken_out", organization=member.organization, actor=member.user,
               thing=f"upload:{upload.pk}")  # fmt: skip
        upload.delete()


def look_at(member: Membership, audit: Audit) -> Run:
    """Queue a look at the files of an audit."""
    uploads = Upload.objects.within(member.organization).filter(audit=audit)
    runs = Run.objects.within(member.organization).filter(audit=audit)
    with transaction.atomic():
        check_can_look(uploads, runs)
        run: Run = runs.create(audit=audit, made_by=member.user, kind="inspect", plan=audit.plan)
        record("run.queued", organization=member.organization, actor=member.user,
               thing=f"run:{run.pk}")  # fmt: skip
    return run


def change_plan(member: Membership, audit: Audit, plan: str) -> Audit:
    """Keep a new plan; runs that were made keep the one they were made of."""
    with transaction.atomic():
        audit.plan = plan
        audit.save(update_fields=["plan"])
        record("plan.changed", organization=member.organization, actor=member.user,
               thing=f"audit:{audit.pk}")  # fmt: skip
    return audit


def start_run(member: Membership, audit: Audit, kind: str = "audit", plan: str = "") -> Run:
    """Queue a run of an audit for the worker, of its plan as it is now or of a copy with more."""
    mine = Run.objects.within(member.organization).filter(audit=audit)
    asked = plan or audit.plan
    with transaction.atomic():
        checked = mine.filter(kind="check", plan=asked).order_by("-made_at").first()
        uploads = Upload.objects.within(member.organization).filter(audit=audit)
        files = plans.files_of(plans.read(asked)) if uploads else ()
        check_can_run(uploads, files, checked if kind == "audit" else None)
        run: Run = mine.create(audit=audit, made_by=member.user, kind=kind, plan=asked)
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
