"""Districts whose gap has a known cause, for judging detectors; no detector may import them."""

from eachchild.worlds.causes.expected import CauseTruth, PlantedPart
from eachchild.worlds.causes.named import CAUSE_WORLDS
from eachchild.worlds.causes.parts import CauseWorld
from eachchild.worlds.causes.write import write_world

__all__ = ["CAUSE_WORLDS", "CauseTruth", "CauseWorld", "PlantedPart", "write_world"]
