"""Where a gap comes from: arithmetic on counts, each result a hypothesis that could be refuted."""

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.of_copy import OriginsOfCopy

__all__ = ["Asked", "Origins", "OriginsOfCopy"]
