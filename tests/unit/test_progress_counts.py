"""Series of a cube and of a copy: what is hidden, bounded or not told apart is not known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from watching import BLACK, GOAL, WHITE, audited, finding, whole, years

from eachchild.cube import Block, Cube, MonthBlock, Places, Rollups, Tally
from eachchild.progress.errors import ProgressError
from eachchild.progress.goals import _Keys, _refuse_unknown
from eachchild.progress.of_copy import read_copy
from eachchild.progress.of_cube import OfCube
from eachchild.progress.offers import offers_of
from eachchild.progress.read import _outcome, read_audited
from eachchild.progress.watch import Watcher
from eachchild.terms.outcomes import built_in, outcome_from

OSS = built_in()["oss_any"]
MONTH = MonthBlock(
    "race", ("black", "white"), ("2022-09", "2022-10"), ("S",),
    month=whole(0, 0, 1), place=whole(0, 0, 0), group=whole(0, 1, 0),
    students=whole(10, 20, 11), days=whole(200, 400, 220),
    of={"oss": whole(10, 20, 11), "absent": whole(200, 400, 220)},
    events={"oss": whole(1, 1, 2), "absent": whole(4_000_000, 9_500_000, 5_000_000)},
    by_school_days=True,
)  # fmt: skip


def cube(*, suppressed: bool = False, has_n: bool = True) -> OfCube:
    """One school, two years and two groups; the second year of the second group is bounded."""
    n, events = whole(10, 20, 10, 20), whole(1, 2, 3, 4)
    hidden = np.array([False, False, suppressed, False])
    tally = Tally(
        n, events, n, whole(1, 2, 3, 9), whole(0, 0, 0, 0), np.ones(4, np.bool_), None, has_n,
        hidden if suppressed else None,
    )  # fmt: skip
    block = Block(
        ("race",), whole(0, 0, 0, 0), whole(0, 0, 1, 1), whole(0, 1, 0, 1)[:, None], n,
        {"oss_any": tally},
    )  # fmt: skip
    places = Places("school", ("S",), parents=("D",))
    made = Cube(
        places, ("2021-22", "2022-23"), {"race": ("black", "white")}, (block,), months=(MONTH,)
    )
    return OfCube(made, Rollups(made))


def test_a_cell_known_within_bounds_is_not_known() -> None:
    found = cube().yearly(OSS, WHITE, "all", ("race",))
    assert found is not None
    assert (found.known.tolist(), found.n.tolist()) == ([True, False], [20, 0])


def test_a_hidden_cell_is_not_known() -> None:
    found = cube(suppressed=True).yearly(OSS, BLACK, "school:S", ("race",))
    assert found is not None
    assert found.known.tolist() == [True, False]


def test_counts_without_students_and_other_places_or_groups_tell_nothing() -> None:
    assert cube(has_n=False).yearly(OSS, BLACK, "all", ("race",)) is None
    assert cube().yearly(OSS, BLACK, "state:X", ("race",)) is None
    assert cube().yearly(OSS, "sex=male", "all", ("race",)) is None
    assert cube().yearly(OSS, BLACK, "all", ("sex",)) is None
    other = cube().yearly(OSS, "race=asian", "district:D", ("race",))
    assert other is not None
    assert not other.known.any()


def test_months_add_up_over_schools_and_days_are_whole() -> None:
    given = cube()
    found = given.monthly("oss", BLACK, "school:S", ())
    assert found is not None
    assert (found.n.tolist(), found.events.tolist(), found.season.tolist()) == (
        [10, 11], [1, 2], [9, 10],
    )  # fmt: skip
    days = given.monthly("absent", "", "all", ("race",))
    assert days is not None
    assert (days.events.tolist(), days.is_count) == ([14, 5], True)
    assert given.monthly("lost", BLACK, "all", ()) is None
    assert given.monthly("oss", BLACK, "district:D", ()) is None
    nobody = given.monthly("oss", "race=asian", "school:T", ())
    assert nobody is not None
    assert not nobody.known.any()


def test_a_copy_tells_what_its_measures_report(tmp_path: Path) -> None:
    rows = (
        "place,period,outcome,group,reference,measure,estimate,low,high,events,n,state",
        "all,2021-22,oss_any,race=black,,rate,0.1,,,5,50,reported",
        "all,2022-23,oss_any,race=black,,rate,,,,,,suppressed",
        "all,2022-23,oss_any,race=black,complement,rate,0.1,,,9,90,reported",
        "all,all,oss_any,race=black,,rate,0.1,,,9,90,reported",
        "school:S,2022-23,oss_any,race=black,,rate,0,,,0,20,reported",
    )
    (tmp_path / "measures.csv").write_text("\n".join(rows), "utf-8")
    copy, kinds = read_copy(tmp_path / "measures.csv")
    assert dict(kinds) == {"oss_any": True}
    assert copy.schools() == ("school:S",)
    found = copy.yearly(OSS, BLACK, "all", ())
    assert found is not None
    assert (found.n.tolist(), found.known.tolist()) == ([50, 0], [True, False])
    none = copy.yearly(OSS, BLACK, "school:S", ())
    assert none is not None
    assert (none.events.tolist(), none.known.tolist()) == ([0, 0], [False, True])
    assert copy.yearly(OSS, WHITE, "all", ()) is None


def test_of_an_outcome_of_its_own_a_copy_does_not_know_what_is_better() -> None:
    assert _outcome("oss_any", is_rate=True) is OSS
    assert _outcome("warned", is_rate=True).direction == "neither"
    assert not _outcome("points", is_rate=False).is_rate


def test_a_language_without_a_catalogue_is_refused(tmp_path: Path) -> None:
    (tmp_path / "findings.json").write_text('{"audience": "public", "findings": []}', "utf-8")
    with pytest.raises(ProgressError, match="no catalogue for language 'xx'"):
        read_audited(tmp_path, language="xx")


def test_what_was_not_counted_before_a_goal_offers_none() -> None:
    late = replace(years((9, 9, 9, 9)), known=np.array([False, False, False, True]))
    told_of = {("oss_any", BLACK): late, ("oss_any", WHITE): years((1, 1, 1, 1))}
    given = audited(told_of, {**finding("oss_any"), "period": "2022-23"})
    (offer,) = offers_of(given, Watcher(given))
    assert offer.why_not == "progress.why_not.hidden"
    unknown = Watcher(given).baseline("oss_any", "race=asian", ("all",), "2024-25")
    assert not unknown.known


def test_eligibility_is_no_goal() -> None:
    eligible = outcome_from("in_program", {"event": "gifted == 'yes'", "direction": "neither"})
    given = audited({}, outcomes=[eligible])
    goal = replace(GOAL, outcome="in_program")
    with pytest.raises(ProgressError, match="goal 'g', key 'outcome': is owed to each child"):
        _refuse_unknown(goal, _Keys({}, "goal 'g'"), given)
