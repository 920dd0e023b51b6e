"""The only writers of audits: each one transaction, each one line of the trail."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from eachchild.web.accounts.models import Membership
from eachchild.web.audits import plans
from eachchild.web.audits.models import Audit, Release, Run, Upload, Vote, Wish
from eachchild.web.audits.rules import (
    check_can_answer,
    check_can_cancel,
    check_can_look,
    check_can_propose,
    check_can_receive,
    check_can_run,
    check_can_take_out,
    check_can_vote,
    check_can_withdraw,
    safe_name,
    verdict_of,
)
from eachchild.web.foundation.actions import record


def open_audit(member: Membership, title: str, like: Audit | None = None) -> Audit:
    """Begin an audit, perhaps as an earlier one; its files come next."""
    with transaction.atomic():
        audit: Audit = Audit.objects.within(member.organization).create(
            title=title, made_by=member.user, plan="", like=like
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
                found: Upload = one
                return found
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


def run_with(member: Membership, run: Run, outcome: str, factors: Sequence[str]) -> Run:
    """Run a copy of a run's plan, with what it did not ask."""
    plan = plans.with_asked(run.plan or run.audit.plan, outcome, factors)
    return start_run(member, run.audit, plan=plan)


def wish_for(member: Membership, run: Run, outcome: str, factors: Sequence[str]) -> Wish:
    """Write down what somebody missed in an audit, for an analyst to take up."""
    mine = Wish.objects.within(member.organization)
    with transaction.atomic():
        asked = {"run": run, "made_by": member.user, "outcome": outcome, "factors": [*factors]}
        same: Wish | None = mine.filter(**asked, state=Wish.State.OPEN).first()
        if same is not None:
            return same
        wish: Wish = mine.create(**asked)
        record("wish.made", organization=member.organization, actor=member.user,
               thing=f"wish:{wish.pk}")  # fmt: skip
    return wish


def answer_wish(member: Membership, wish: Wish, *, takes: bool) -> Wish:
    """Run a copy of the audit's plan with what was asked for, or leave it."""
    with transaction.atomic():
        rows = Wish.objects.within(member.organization).select_related("run__audit")
        wish = rows.select_for_update(of=("self",)).get(pk=wish.pk)
        check_can_answer(wish)
        if takes:
            wish.made = run_with(member, wish.run, wish.outcome, wish.factors)
        wish.state = Wish.State.TAKEN if takes else Wish.State.DECLINED
        wish.answered_by = member.user
        wish.save(update_fields=["made", "state", "answered_by"])
        record("wish.taken" if takes else "wish.declined", organization=member.organization,
               actor=member.user, thing=f"wish:{wish.pk}")  # fmt: skip
    return wish


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
    mine = Release.objects.within(member.organization)
    with transaction.atomic():
        check_can_propose(run, audience, mine.filter(run=run).select_for_update())
        made: Release = mine.create(run=run, audience=audience, made_by=member.user)
        _told(made, "release.proposed", member)
    return made


def vote(member: Membership, release: Release, *, approves: bool, note: str = "") -> Release:
    """Vote on a release, or on taking one off; with the last vote it is decided.

    What somebody voted is in no line of the trail, and on no page before the other vote is in.
    """
    mine = Vote.objects.within(member.organization)
    with transaction.atomic():
        release = _locked(member, release)
        cast = mine.filter(release=release, round=release.round)
        check_can_vote(release, list(cast), member)
        mine.create(
            release=release, round=release.round, user=member.user, approves=approves, note=note
        )
        _told(release, "release.voted", member)
        decided = verdict_of(list(cast.all()))
        if decided is not None:
            _decide(release, member, decided)
    return release


def ask_to_withdraw(member: Membership, release: Release) -> Release:
    """Ask that a released copy be taken off; it stays until two others have said so."""
    with transaction.atomic():
        release = _locked(member, release)
        check_can_withdraw(release)
        release.state, release.asked_by = Release.State.LEAVING, member.user
        release.round += 1
        release.save(update_fields=["state", "asked_by", "round"])
        _told(release, "release.withdrawal_asked", member)
    return release


def end_draft(release: Release, ledger: str) -> None:
    """A draft is there to be read, made when the ledger was as it is told."""
    release.state, release.ledger, release.why = Release.State.WAITING, ledger, ""
    _move(release, "release.drafted")


def draft_again(release: Release) -> None:
    """What was drafted no longer stands: it is drafted anew, and votes begin anew."""
    release.state, release.round = Release.State.DRAFTING, release.round + 1
    _move(release, "release.drafted_again")


def end_release(release: Release, seal: str) -> None:
    """A bundle was made, entered in the ledger and proved again; others' drafts are now stale."""
    release.state, release.out_at, release.seal = Release.State.OUT, timezone.now(), seal
    with transaction.atomic():
        _move(release, "release.made")
        waiting = Release.objects.within(release.organization).filter(state=Release.State.WAITING)
        for other in waiting.exclude(pk=release.pk).select_for_update():
            draft_again(other)


def refuse_release(release: Release, why: str) -> None:
    """Nothing is released: it could not be proved."""
    release.state, release.why = Release.State.REFUSED, why
    _move(release, "release.made", result="refused")


def _decide(release: Release, member: Membership, decided: bool) -> None:
    """What two votes mean: a copy is made or not, or taken off or not."""
    if release.state == Release.State.LEAVING:
        release.state = Release.State.GONE if decided else Release.State.OUT
        release.gone_at = timezone.now() if decided else None
        _told(release, "release.withdrawn" if decided else "release.kept", member)
    else:
        release.state = Release.State.MAKING if decided else Release.State.REJECTED
        _told(release, "release.approved" if decided else "release.rejected", member)
    release.save(update_fields=["state", "gone_at"])


def _move(release: Release, action: str, result: str = "done") -> None:
    """Write down where a release is after the worker did its part."""
    release.beat_at, release.tries = None, 0
    with transaction.atomic():
        release.save()
        record(action, organization=release.organization, thing=f"release:{release.pk}",
               result=result)  # fmt: skip


def _told(release: Release, action: str, member: Membership) -> None:
    record(action, organization=member.organization, actor=member.user,
           thing=f"release:{release.pk}")  # fmt: skip


def _locked(member: Membership, release: Release) -> Release:
    mine = Release.objects.within(member.organization).select_related("run__audit")
    found: Release = mine.select_for_update(of=("self",)).get(pk=release.pk)
    return found
