"""Where a gap comes from: arithmetic on counts, each result a hypothesis that could be refuted."""

from eachchild.causes.asked import Asked, Origins

__all__ = ["Asked", "Origins"]
