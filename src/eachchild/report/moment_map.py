"""Places and hours as a map: where and when referrals go beyond the others' rate."""

from math import isfinite

from eachchild.findings.model import Finding, GapMoment
from eachchild.report.case import Case
from eachchild.report.page import HeatCell, HeatMap
from eachchild.terms.numerals import count
from eachchild.terms.said import sentence_case

_SHADES = 3


def moment_map(case: Case, cause: Finding) -> HeatMap | None:
    """The hours down, the places across, the busiest first; None with fewer than two of either."""
    cells = {_at(moment): moment for moment in cause.grid}
    places = sorted({place for place, _ in cells}, key=lambda one: (-_there(cells, one), one))
    hours = sorted({hour for _, hour in cells}, key=_hour)
    if len(places) < 2 or len(hours) < 2:
        return None
    most = max(1.0, *(abs(_beyond(one)) for one in cells.values()))
    names = case.names
    return HeatMap(
        id=f"map-{cause.id}",
        title=names.say("origin.map_title"),
        about=names.say(
            "origin.map_about", group=names.group(cause.group),
            others=names.group(cause.reference), period=names.period(cause.period),
        ),
        head=names.say("origin.map_head"),
        columns=tuple(sentence_case(place.replace("_", " ")) for place in places),
        rows=tuple(
            (f"{hour}:00",
             tuple(_cell(case, cells.get((place, hour)), most, cause) for place in places))
            for hour in hours
        ),
        note=names.say("origin.map_note", group=names.group(cause.group)),
    )  # fmt: skip


def _cell(case: Case, moment: GapMoment | None, most: float, cause: Finding) -> HeatCell:
    if moment is None:
        return HeatCell(case.names.say("origin.map_few"), "", 0, told=False)
    beyond = _beyond(moment)
    step = -round(beyond / most * (_SHADES + 0.49))
    here = _parts(moment.name)
    lit = all(here[k] == v for k, v in _parts(cause.at).items() if k in here)
    return HeatCell(
        _signed(round(beyond)), count(moment.group), max(-_SHADES, min(_SHADES, step)), lit=lit
    )


def _signed(number: int) -> str:
    return f"−{count(-number)}" if number < 0 else count(number)


def _beyond(moment: GapMoment) -> float:
    """Referrals of the group beyond the others' rate."""
    if not isfinite(moment.inside) or moment.inside <= 0:
        return float(moment.group)
    return moment.group - moment.group / moment.inside


def _there(cells: dict[tuple[str, str], GapMoment], place: str) -> int:
    return sum(one.group + one.others for (where, _), one in cells.items() if where == place)


def _at(moment: GapMoment) -> tuple[str, str]:
    parts = _parts(moment.name)
    return parts["location"], parts["hour"]


def _parts(at: str) -> dict[str, str]:
    """What a moment says: "location=bus;hour=08"."""
    return dict(part.split("=", 1) for part in at.split(";"))


def _hour(text: str) -> tuple[int, str]:
    return (int(text) if text.isdecimal() else 99, text)
