"""Canonical tables: what a row means, declared once and read by every source."""

from eachchild.tables.accounts import (
    FEWEST_ROWS,
    MOST_CODES,
    FileAccount,
    RuleHit,
    Severity,
    Unmapped,
)
from eachchild.tables.declared import (
    ABSENCE_REASONS,
    ACTIONS,
    COURSE_LEVELS,
    FREE_TEXT,
    LADDER,
    TABLES,
)
from eachchild.tables.facts import ALL_VALUES, WHOLE, CountFacts, UncoveredCount
from eachchild.tables.fence import fenced
from eachchild.tables.protected import PROTECTED
from eachchild.tables.schema import Column, Kind, Table

__all__ = [
    "ABSENCE_REASONS",
    "ACTIONS",
    "ALL_VALUES",
    "COURSE_LEVELS",
    "FEWEST_ROWS",
    "FREE_TEXT",
    "LADDER",
    "MOST_CODES",
    "PROTECTED",
    "TABLES",
    "WHOLE",
    "Column",
    "CountFacts",
    "FileAccount",
    "Kind",
    "RuleHit",
    "Severity",
    "Table",
    "UncoveredCount",
    "Unmapped",
    "fenced",
]  # fmt: skip
