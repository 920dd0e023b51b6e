"""Reading what anybody published: counts, ranges, stars and rounded rates."""

from eachchild.release.reading.tables import PublishedError, read_published

__all__ = ["PublishedError", "read_published"]
