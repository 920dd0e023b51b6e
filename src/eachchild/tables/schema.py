"""Canonical tables, declared once: columns, what they mean, their units and their keys."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a column's text is read. Ids are text, never numbers: leading zeros are part of them."""

    ID = "id"
    CODE = "code"  # one of a code list; theirs is mapped to ours in the plan
    FLAG = "flag"  # yes or no; blank is not reported
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"
    PERIOD = "period"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, what it means, its unit, and the code list its values come from."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    codes: str = ""  # the factor or code list of a CODE column
    required: bool = False
    keeps_blanks: bool = False  # of a required column: a row without a value stays, unknown
    free_text: bool = False  # what a person wrote: loaded only where the plan says keep_text


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table; `key` names the columns that no two rows share."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """The declared column of that name; None for one that a plan adds."""
        return next((c for c in self.columns if c.name == name), None)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which a row means nothing."""
        return tuple(c.name for c in self.columns if c.required)
