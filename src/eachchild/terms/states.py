"""What a published or computed cell can be; the same seven words everywhere."""

from enum import StrEnum


class State(StrEnum):
    """How a reader may take a cell. Suppressed is a state: never 0 and never blank."""

    REPORTED = "reported"
    SUPPRESSED = "suppressed"
    COARSE = "coarse"  # only low to high is known or shown; top and bottom codes too
    INCONSISTENT = "inconsistent"  # the source has more events than students
    NOT_ENOUGH_DATA = "not_enough_data"
    NOT_COLLECTED = "not_collected"
    NOT_APPLICABLE = "not_applicable"
