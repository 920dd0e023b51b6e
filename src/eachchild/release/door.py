"""The door out: open to insiders, and to others for what was proved (`decide.release_proved`)."""

from dataclasses import fields

from eachchild.release.types import Audience, Content, Released

DRAFT_CHANGED = (
    "the cells are not those of the draft that was approved: other releases came between. Draft "
    "it again, and let both people read it again."
)


class ReleaseRefusedError(Exception):
    """What was asked for may not leave; the message says why and what may."""


class DraftChangedError(ReleaseRefusedError):
    """What approvers read is no longer what would be released: they read and vote again."""

    def __init__(self) -> None:
        super().__init__(DRAFT_CHANGED)


class ReleaseInputError(ValueError):
    """What was handed in cannot be released, checked or entered; the message says why."""


def release(content: Content, audience: Audience = Audience.INTERNAL) -> Released:
    """Hand an audit to one audience; ReleaseRefusedError for every one but `internal`."""
    refuse_unproved(audience)
    return handed(content, audience)


def handed(content: Content, audience: Audience) -> Released:
    """An audit as released to an audience; for the two doors alone."""
    parts = {f.name: getattr(content, f.name) for f in fields(Content)}
    return Released(**parts, audience=audience)


def refuse_unproved(audience: Audience) -> None:
    """Raise ReleaseRefusedError unless the audience may see everything.

    Hiding the small cells is not enough: on a cross-table of 5,184 cells plain subtraction gave
    back 98 % of them. Until every hidden cell can be proved safe against all that an audience
    knows, the answer is no.
    """
    if audience is not Audience.INTERNAL:
        raise ReleaseRefusedError(
            f"no proof of safety yet for audience '{audience}'. Small groups could be told from "
            "the totals around them, so nothing but the internal audit is written. Share nothing "
            "from it."
        )
