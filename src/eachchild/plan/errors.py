"""The one way a plan is refused: where in the file, what is wrong, what to write instead."""


class PlanError(ValueError):
    """The plan cannot be used as it stands; the message names the key and the next step."""
