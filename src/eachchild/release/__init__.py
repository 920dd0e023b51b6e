"""Release: the only door out. What a report or page may be made of, and who may see it."""

from eachchild.release.breaks import breaks_of
from eachchild.release.certified import certified_checks
from eachchild.release.choices import choices_made
from eachchild.release.content import Parts, content
from eachchild.release.door import (
    DRAFT_CHANGED,
    DraftChangedError,
    ReleaseInputError,
    ReleaseRefusedError,
    refuse_unproved,
    release,
)
from eachchild.release.policy import Policy, PolicyError, load_policy
from eachchild.release.quality import quality_document, quality_of, stops
from eachchild.release.types import SEAL, Audience, Content, Quality, Released

__all__ = [
    "DRAFT_CHANGED", "SEAL",
    "Audience", "Content", "DraftChangedError", "Parts", "Policy", "PolicyError", "Quality",
    "ReleaseInputError", "ReleaseRefusedError",
    "Released", "breaks_of", "certified_checks", "choices_made", "content", "load_policy",
    "quality_document", "quality_of", "refuse_unproved", "release", "stops",
]  # fmt: skip
