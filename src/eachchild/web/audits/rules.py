"""What may be done with audits and releases, and when; a rule raises with the button's hint."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from eachchild.web.accounts.models import Membership, User
from eachchild.web.audits.models import Release, Run, Upload, Vote
from eachchild.web.foundation.rules import NotAllowedError

APPROVALS = 2
AUDIENCES = ("public", "board", "staff")
_ENDINGS = re.compile(r"^(.*?)(\.(?:csv|tsv|txt|parquet|xlsx|xls)(?:\.gz)?)?$", re.DOTALL)
WIDEST_FIRST = (*AUDIENCES, "internal")


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


def check_can_run(uploads: Iterable[Upload]) -> None:
    """Every file has arrived and was read."""
    if any(upload.state != Upload.State.READY for upload in uploads):
        raise NotAllowedError(_("Some files are not ready yet. Wait for them, or take them out."))


def check_can_cancel(run: Run) -> None:
    """It is not over yet."""
    if not run.is_open:
        raise NotAllowedError(_("This run is over."))


def check_can_propose(run: Run, audience: str) -> None:
    """A finished audit, for somebody outside the circle that reads everything."""
    if audience not in AUDIENCES:
        raise NotAllowedError(_("A copy is for the public, the board or the staff."))
    if run.state != Run.State.DONE or run.kind != "audit":
        raise NotAllowedError(_("Only an audit that is done can be released."))


def check_can_vote(release: Release, votes: Iterable[Vote], member: Membership) -> None:
    """Two people approve, each once; neither ran the audit nor proposed the release."""
    if release.state != Release.State.WAITING:
        raise NotAllowedError(_("There is nothing to vote on: this release is not waiting."))
    authors = {release.made_by_id, release.run.made_by_id}
    if member.user_id in authors:
        raise NotAllowedError(
            _("You ran this audit or proposed its release, so two others decide.")
        )
    if any(vote.user_id == member.user_id for vote in votes):
        raise NotAllowedError(_("You have voted. The result shows once the other vote is in."))


def are_shown(release: Release, votes: Iterable[Vote]) -> bool:
    """Whether votes may be read: only once nobody can be swayed by them."""
    return release.state != Release.State.WAITING


def verdict_of(votes: Iterable[Vote]) -> bool | None:
    """Whether the votes release it: True, False; None while one is missing."""
    told = list(votes)
    if len(told) < APPROVALS:
        return None
    return all(vote.approves for vote in told)


def audience_read(member: Membership, out: Iterable[str]) -> str | None:
    """The innermost copy that a member may read of those there are; None: none yet."""
    mine = WIDEST_FIRST.index(member.reads)
    there = set(out)
    return next((a for a in reversed(WIDEST_FIRST[: mine + 1]) if a in there), None)


def name_of(user: User) -> str:
    """A person as an approval names them."""
    return user.name or user.email
