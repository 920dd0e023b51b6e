"""The one way a file is refused: which, where in it, and what to do next."""


class SourceError(ValueError):
    """A file cannot be used; the message names file, row or column, never a student's value."""


class EmptyFileError(SourceError):
    """There is nothing in a file; where others fill the same table, the audit can do without."""
