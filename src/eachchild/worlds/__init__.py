"""Worlds: made-up districts whose disparities are known. No detector may import this room."""

from eachchild.worlds.declared import WORLDS
from eachchild.worlds.synthesize import WorldError, synthesize
from eachchild.worlds.truth import Gap, Planted, Truth

__all__ = ["WORLDS", "Gap", "Planted", "Truth", "WorldError", "synthesize"]
