"""The auditor: proves, from what is published alone, that what is hidden stays hidden.

It shares nothing with the search that chose what to hide but the solver.
"""

from eachchild.release.proof.corrected import small_changes
from eachchild.release.proof.crossed import crossed_otherwise
from eachchild.release.proof.facts import ContradictionError, Facts, facts_of, hidden_of, named
from eachchild.release.proof.search import forget
from eachchild.release.proof.ties import before_of
from eachchild.release.proof.witness import (
    Proof,
    apart,
    implied_small,
    prove,
    read_facts,
    read_tables,
    unproved,
)

__all__ = [
    "ContradictionError", "Facts", "Proof", "apart", "before_of", "crossed_otherwise", "facts_of",
    "forget", "hidden_of", "implied_small", "named", "prove", "read_facts", "read_tables",
    "small_changes", "unproved",
]  # fmt: skip
