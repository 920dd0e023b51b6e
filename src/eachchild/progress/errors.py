"""The one way goals and what they are watched by are refused."""


class ProgressError(ValueError):
    """A goal or a folder cannot be used; the message names the key and the next step."""
