"""How to read this: each mark drawn once, with its meaning beside it."""

from eachchild.report.charts.marks import Box, Diamond, Dot, Drawing, Ink, Line, Mark
from eachchild.report.names import Names
from eachchild.report.page import Key

_SIZE = (88.0, 40.0)
_MIDDLE = 20.0


def keys(names: Names, *, has_funnel: bool, has_tracks: bool) -> tuple[Key, ...]:
    """The marks that this report uses."""
    wanted = ["dot", "open", "hidden", "overall"]
    wanted += ["chance", "last"] if has_tracks else []
    wanted += ["outside"] if has_funnel else []
    return tuple(
        Key(Drawing(*_SIZE, _MARKS[name]), names.say(f"keys.{name}_alt"), names.say(f"keys.{name}"))
        for name in wanted
    )


_INTERVAL = (Line((14, _MIDDLE), (74, _MIDDLE), Ink.TEXT, 2.5),)
_MARKS: dict[str, tuple[Mark, ...]] = {
    "dot": (*_INTERVAL, Dot((44, _MIDDLE), 5.5, Ink.TEXT)),
    "open": (
        Line((14, _MIDDLE), (74, _MIDDLE), Ink.QUIET, 2.5),
        Dot((44, _MIDDLE), 5.5, Ink.QUIET, is_open=True),
    ),
    "hidden": (Box((22, _MIDDLE - 7), 44, 14, Ink.QUIET, hatched=True),),
    "overall": (Line((44, 4), (44, 36), Ink.REFERENCE, 1.5),),
    "chance": (
        Box((14, _MIDDLE - 9), 30, 18, Ink.BAND),
        Line((8, _MIDDLE), (80, _MIDDLE), Ink.RULE, 2),
    ),
    "last": (
        Line((8, _MIDDLE), (80, _MIDDLE), Ink.RULE, 2),
        Dot((36, _MIDDLE), 5.5, Ink.QUIET, is_open=True),
        Dot((58, _MIDDLE), 6.5, Ink.TEXT),
    ),
    "outside": (Diamond((44, _MIDDLE), 6.5, Ink.FINDING),),
}
