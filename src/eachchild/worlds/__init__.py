"""Worlds: made-up districts whose disparities are known. No detector may import this room."""

from eachchild.worlds.causes import CAUSE_WORLDS, CauseTruth
from eachchild.worlds.declared import WORLDS
from eachchild.worlds.synthesize import WorldError, synthesize, world_lines
from eachchild.worlds.truth import Gap, Planted, Truth

__all__ = [
    "CAUSE_WORLDS",
    "WORLDS",
    "CauseTruth",
    "Gap",
    "Planted",
    "Truth",
    "WorldError",
    "synthesize",
    "world_lines",
]
