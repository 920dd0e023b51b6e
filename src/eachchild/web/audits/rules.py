"""What may be done with audits and releases, and when; a rule raises with the button's hint."""

import re
import tomllib
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from eachchild.release.approval import person
from eachchild.web.accounts.models import Membership, User
from eachchild.web.audits.models import Audit, Release, Run, Upload, Vote, Wish
from eachchild.web.foundation.matrix import AUDIENCES
from eachchild.web.foundation.rules import NotAllowedError

APPROVALS = 2
_ENDINGS = re.compile(r"^(.*?)(\.(?:csv|tsv|txt|parquet|xlsx|xls|zip)(?:\.gz)?)?$", re.DOTALL)
FOR_OTHERS = AUDIENCES[:-1]  # a copy for the innermost is no release
OVER = (Release.State.REJECTED, Release.State.REFUSED, Release.State.GONE)
VOTING = (Release.State.WAITING, Release.State.LEAVING)


def safe_name(told: str, taken: Iterable[str]) -> str:
    """A name of our own for a file, close to what a person called it; never a path.

    >>> safe_name("../Discipline Log 24-25.CSV", ["discipline-log-24-25.csv"])
    'discipline-log-24-25-2.csv'
    """
    found = _ENDINGS.match(told.strip().lower())
    stem, end = found.groups("") if found else (told, "")
    plain = re.sub(r"[^a-z0-9]+", "-", stem.rsplit("/")[-1].rsplit("\\")[-1]).strip("-") or "file"
    used, number, name = set(taken), 1, f"{plain[:60]}{end}"
    while name in used:
        number += 1
        name = f"{plain[:60]}-{number}{end}"
    return name


def check_can_receive(size: int, kept: int, limits: tuple[int, int]) -> None:
    """A file within the limits of one, and with all others within those of the organization."""
    one, whole = limits
    if size < 1:
        raise NotAllowedError(_("This file is empty. Export it again."))
    if size > one:
        raise NotAllowedError(
            _("This file is larger than one may be here (%(most)s MB). Export fewer years at once.")
            % {"most": one >> 20}
        )
    if kept + size > whole:
        raise NotAllowedError(
            _("There is no more room for files (%(most)s MB in all). Take out audits or files that "
              "are no longer needed.") % {"most": whole >> 20}
        )  # fmt: skip


def check_can_take_out(upload: Upload, runs: Iterable[Run]) -> None:
    """No run is reading the files now."""
    if any(run.is_open for run in runs):
        raise NotAllowedError(_("The files are being read now. Wait until that is done."))


def check_can_look(uploads: Iterable[Upload], runs: Iterable[Run]) -> None:
    """There is a file that has arrived, and nothing is under way."""
    mine = list(uploads)
    states = {upload.state for upload in mine}
    if any(run.is_open and run.kind == "inspect" for run in runs):
        raise NotAllowedError(_("The files are being looked at now."))
    if Upload.State.ARRIVING in states:
        raise NotAllowedError(_("Some files have not arrived whole. Send them, or take them out."))
    if not states & {Upload.State.READING, Upload.State.READY}:
        raise NotAllowedError(_("Send a file first."))


def check_can_run(
    uploads: Iterable[Upload], files: Iterable[str] = (), check: Run | None = None
) -> None:
    """Every file has arrived and was read, and no rule of the data says that nothing may be made.

    `files` are those that the plan reads; `check` is the newest check of this very plan.
    """
    mine = list(uploads)
    states = (Upload.State.READY, Upload.State.REFUSED, Upload.State.UNPACKED)
    if any(upload.state not in states for upload in mine):
        raise NotAllowedError(_("Some files are not ready yet. Wait for them, or take them out."))
    there = {upload.name for upload in mine if upload.state == Upload.State.READY}
    if missing := sorted(set(files) - there):
        raise NotAllowedError(
            _("The plan reads a file that is not here: %(name)s. Send it, or look at the files "
              "again.") % {"name": missing[0]}
        )  # fmt: skip
    if check is not None and check.state == Run.State.DONE and check.why:
        raise NotAllowedError(check.why)


def check_can_cancel(run: Run) -> None:
    """It is not over yet."""
    if not run.is_open:
        raise NotAllowedError(_("This run is over."))


def check_can_answer(wish: Wish) -> None:
    """Nobody has answered it."""
    if wish.state != Wish.State.OPEN:
        raise NotAllowedError(_("Somebody has answered this already."))


def check_can_propose(run: Run, audience: str, others: Iterable[Release]) -> None:
    """A finished audit, for somebody outside the circle that reads everything, once at a time."""
    if audience not in FOR_OTHERS:
        raise NotAllowedError(_("A copy is for the public, the board or the staff."))
    if run.state != Run.State.DONE or run.kind != "audit":
        raise NotAllowedError(_("Only an audit that is done can be released."))
    if any(other.audience == audience and other.state not in OVER for other in others):
        raise NotAllowedError(
            _("A copy of this audit for the same readers is out or on its way already.")
        )


def check_can_withdraw(release: Release) -> None:
    """It is out, and nobody asked already."""
    if release.state != Release.State.OUT:
        raise NotAllowedError(_("Only a released copy can be taken off, and once at a time."))


def check_can_vote(release: Release, votes: Iterable[Vote], member: Membership) -> None:
    """Two people decide, each once; none of those who wrote, ran, proposed or asked."""
    if release.state not in VOTING:
        raise NotAllowedError(_("There is nothing to vote on: this release is not waiting."))
    if member.user_id in authors_of(release):
        raise NotAllowedError(
            _("You asked for this yourself, so two others decide.")
            if release.state == Release.State.LEAVING
            else _("You ran this audit or proposed its release, so two others decide.")
        )
    if release.state == Release.State.WAITING and is_author(release.run.audit, member.user):
        raise NotAllowedError(_("The audit's plan names you as its author, so two others decide."))
    if any(vote.user_id == member.user_id for vote in votes):
        raise NotAllowedError(_("You have voted. The result shows once the other vote is in."))


def authors_of(release: Release) -> frozenset[Any]:
    """Who cannot vote: who wrote and ran the audit and proposed its release, or asked."""
    if release.state == Release.State.LEAVING:
        return frozenset({release.asked_by_id})
    return frozenset(
        {release.made_by_id, release.run.made_by_id, release.run.audit.made_by_id} - {None}
    )


def is_author(audit: Audit, user: User) -> bool:
    """Whether the plan names this person as its author, however the name is written."""
    try:
        named = str(tomllib.loads(audit.plan).get("author", ""))
    except tomllib.TOMLDecodeError:
        return False
    return bool(named.strip()) and person(named) == person(name_of(user))


def are_shown(release: Release) -> bool:
    """Whether votes may be read: only once nobody can be swayed by them."""
    return release.state not in (*VOTING, Release.State.DRAFTING)


def verdict_of(votes: Iterable[Vote]) -> bool | None:
    """Whether the votes release it: True, False; None while one is missing."""
    told = list(votes)
    if len(told) < APPROVALS:
        return None
    return all(vote.approves for vote in told)


def audience_read(audience: str, out: Iterable[str]) -> str | None:
    """The innermost copy that an audience may read of those there are; None: none yet.

    >>> audience_read("staff", ["internal", "public", "board"])
    'board'
    """
    mine = AUDIENCES.index(audience)
    there = set(out)
    return next((a for a in reversed(AUDIENCES[: mine + 1]) if a in there), None)


def name_of(user: User) -> str:
    """A person as an approval names them."""
    return user.name or user.email
