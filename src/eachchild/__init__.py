"""Audits whether identity still predicts how students do, and shows where a gap is made."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eachchild.story import Audit, audit

__all__ = ["Audit", "audit"]


def __getattr__(name: str) -> object:
    """`eachchild.audit` without making every import of a part pay for the whole."""
    if name in __all__:
        from eachchild import story

        return getattr(story, name)
    raise AttributeError(f"module 'eachchild' has no attribute '{name}'")
