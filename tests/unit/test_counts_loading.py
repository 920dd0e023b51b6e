"""From a plan and a published file to facts: what stands together, what is refused and why."""

from pathlib import Path

import pytest

from eachchild.plan import Plan, PlanError, plan_from
from eachchild.sources.counts.load import LoadedCounts, load_counts
from eachchild.sources.errors import SourceError
from eachchild.tables import WHOLE, CountFacts

CODES = {"race": {"BL": "black", "WH": "white"}, "sex": {"F": "female", "M": "male"}}


def plan_of(folder: Path, *sources: dict[str, object], outcomes: tuple[str, ...] = ()) -> Plan:
    defaults = {"path": "counts.csv", "shape": "counts", "period": "2021-22"}
    return plan_from(
        {
            "source": [{**defaults, **s} for s in sources],
            "identity": [{"factor": "sex"}, {"factor": "race", "reference": "white"}],
            "outcome": [{"name": o} for o in outcomes or ("oss_any",)],
            "codes": CODES,
        },
        folder,
    )


def load(folder: Path, text: str, **source: object) -> LoadedCounts:
    (folder / "counts.csv").write_text(text, "utf-8")
    return load_counts(plan_of(folder, source))


def cells(of: CountFacts, quantity: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """Bounds by place and values, as words."""
    kept = of.quantity == of.quantities.index(quantity)
    found = {}
    for place, value, low, high in zip(
        of.place[kept], of.value[kept], of.low[kept], of.high[kept], strict=True
    ):
        words = (of.values[f][v] for f, v in zip(of.factors, value, strict=True))
        name = "all" if place == WHOLE else of.places[place]
        found[(name, *words)] = (int(low), int(high))
    return found


N_RACE = {"columns": "N_{race}", "quantity": "n"}
PLACE = {"id": "school"}


def test_factors_stand_in_the_plans_order_whatever_the_patterns(tmp_path: Path) -> None:
    text = "school,N_BL_F,N_BL_M,S_BL_F,S_BL_M\na,9,8,1,2\n"
    patterns = [
        {"columns": "N_{race}_{sex}", "quantity": "n"},
        {"columns": "S_{race}_{sex}", "quantity": "oss_any"},
    ]
    (facts,) = load(tmp_path, text, place=PLACE, cells=patterns).facts
    assert (facts.factors, facts.quantities) == (("sex", "race"), ("n", "oss_any"))
    assert cells(facts, "oss_any") == {
        ("a", "female", "black"): (1, 1),
        ("a", "male", "black"): (2, 2),
    }


def test_a_column_can_tell_the_group(tmp_path: Path) -> None:
    text = "school,group,students\na,BL,9\na,WH,8\na,Total,17\nb,BL,4\n"
    pattern = {"columns": "students", "quantity": "n", "from_rows": {"race": "group"}}
    read = load(tmp_path, text, place=PLACE, cells=[pattern])
    assert cells(read.facts[0], "n") == {
        ("a", "black"): (9, 9),
        ("a", "white"): (8, 8),
        ("b", "black"): (4, 4),
    }
    assert read.accounts[0].ignored == {"not used by any pattern": 1}
    assert [(u.codes, u.value, u.rows) for u in read.unmapped] == [("race", "Total", 1)]


def test_a_source_without_places_is_the_whole(tmp_path: Path) -> None:
    (facts,) = load(tmp_path, "N_BL,N_WH\n9,8\n3,1\n", cells=[N_RACE]).facts
    assert (facts.level, facts.places) == ("", ())
    assert cells(facts, "n") == {("all", "black"): (12, 12), ("all", "white"): (9, 9)}


def test_denominators_of_a_coarser_breakdown_come_from_the_finer_one(tmp_path: Path) -> None:
    text = "school,N_BL_F,N_BL_M,N_WH_F,N_WH_M,S_F,S_M\na,1,2,3,4,1,1\n"
    patterns = [
        {"columns": "N_{race}_{sex}", "quantity": "n"},
        {"columns": "S_{sex}", "quantity": "oss_any"},
    ]
    by_sex = load(tmp_path, text, place=PLACE, cells=patterns).facts[0]
    assert by_sex.factors == ("sex",)
    assert cells(by_sex, "n") == {("a", "female"): (4, 4), ("a", "male"): (6, 6)}


def test_a_part_alone_is_no_denominator_of_the_whole(tmp_path: Path) -> None:
    text = "school,D_BL,D_WH,S_BL,S_WH\na,1,2,1,1\n"
    patterns = [
        {"columns": "D_{race}", "quantity": "n", "where": {"idea": "yes"}},
        {"columns": "S_{race}", "quantity": "oss_any"},
    ]
    by_race = load(tmp_path, text, place=PLACE, cells=patterns).facts[0]
    assert (by_race.factors, by_race.quantities) == (("race",), ("oss_any",))


def test_a_withheld_cell_is_at_most_what_its_total_leaves(tmp_path: Path) -> None:
    text = "school,N_BL,N_WH,TOT,S_BL,S_WH\na,*,8,12,*,3\n"
    patterns = [
        N_RACE,
        {"columns": "S_{race}", "quantity": "oss_any"},
        {"columns": "TOT", "quantity": "n", "check": True},
    ]
    (facts,) = load(tmp_path, text, place=PLACE, cells=patterns).facts
    assert cells(facts, "n")[("a", "black")] == (0, 4)
    assert cells(facts, "oss_any")[("a", "black")] == (0, 4)  # no more events than students


def test_a_total_of_the_same_groups_caps_each_cell(tmp_path: Path) -> None:
    text = "school,N_BL,N_WH,T_BL,T_WH\na,*,8,3,8\n"
    patterns = [N_RACE, {"columns": "T_{race}", "quantity": "n", "check": True}]
    (facts,) = load(tmp_path, text, place=PLACE, cells=patterns).facts
    assert cells(facts, "n")[("a", "black")] == (0, 3)


def test_a_sum_of_which_one_half_is_missing_is_known_from_below(tmp_path: Path) -> None:
    text = "school,N_BL,ONE_BL,MORE_BL\na,9,3,-9\nb,9,-9,-9\n"
    patterns = [N_RACE, {"columns": "{ONE|MORE}_{race}", "quantity": "oss_any"}]
    (facts,) = load(tmp_path, text, place=PLACE, cells=patterns).facts
    assert cells(facts, "oss_any") == {("a", "black"): (3, 9), ("b", "black"): (0, 0)}
    assert facts.collected.tolist() == [True, True, True, False]


def test_sources_stand_together_only_where_the_plan_says_so(tmp_path: Path) -> None:
    (tmp_path / "girls.csv").write_text("school,N_BL\na,4\n", "utf-8")
    (tmp_path / "boys.csv").write_text("school,N_BL\na,5\nb,6\n", "utf-8")
    sources = [
        {"path": f"{p}.csv", "place": PLACE, "cells": [{**N_RACE, "where": {"sex": s}}]}
        for p, s in (("girls", "female"), ("boys", "male"))
    ]
    assert len(load_counts(plan_of(tmp_path, *sources)).facts) == 2
    one = load_counts(plan_of(tmp_path, *({**s, "together": "x"} for s in sources))).facts
    assert len(one) == 1
    assert cells(one[0], "n")[("b", "male", "black")] == (6, 6)
    assert one[0].places == ("a", "b")


def test_names_and_parents_of_places(tmp_path: Path) -> None:
    place = {"id": ["d", "s"], "name": "label", "parent": "d", "parent_name": "dn"}
    text = "d,dn,s,label,N_BL\n1,North,01,Oak,4\n1,North,02,Elm,5\n"
    read = load(tmp_path, text, place=place, cells=[N_RACE])
    assert read.facts[0].places == ("1 / 01", "1 / 02")
    assert (read.facts[0].parents, read.facts[0].names) == (("1", "1"), ("Oak", "Elm"))
    assert read.labels == {"school:1 / 01": "Oak", "school:1 / 02": "Elm", "district:1": "North"}


def test_progress_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text("N_BL\n4\n", "utf-8")
    told: list[tuple[str, float]] = []
    load_counts(
        plan_of(tmp_path, {"cells": [N_RACE]}),
        progress=lambda what, part: told.append((what, part)),
    )
    assert told == [("reading counts.csv", 0.0)]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"cells": []}, "needs .*source.cells"),
        ({"cells": [{"columns": "N_{race}", "quantity": "N"}]}, "neither n nor an"),
        ({"cells": [{"columns": "N_{rase}"}]}, "'rase' is no identity factor"),
        ({"cells": [N_RACE], "place": {"id": "scool"}}, "no column 'scool'"),
        ({"cells": [{**N_RACE, "where": {"sex": "boys"}}]}, "'boys' is not a value of sex"),
        ({"cells": [{**N_RACE, "where": {"race": "black"}}]}, "a factor in two ways"),
        ({"cells": [{**N_RACE, "remainder": "idea=no"}]}, "must give idea itself"),
        (
            {"cells": [{**N_RACE, "where": {"idea": "yes"}, "remainder": "idea=no"}]},
            "it needs the whole",
        ),
        (
            {
                "cells": [
                    N_RACE,
                    {**N_RACE, "where": {"idea": "yes"}, "remainder": "idea=no"},
                    {"columns": "D_{race}", "quantity": "n", "where": {"idea": "no"}},
                ]
            },
            "another pattern gives these cells",
        ),
    ],
)
def test_a_plan_that_cannot_be_used_says_what_to_write(
    tmp_path: Path, source: dict[str, object], said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        load(tmp_path, "school,N_BL,N_WH,D_BL,D_WH\na,4,5,3,3\n", **source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"path": ""}, "say path"),
        ({"place": {"level": "school"}}, "say id"),
        ({"year_is": "fall"}, "'year_is' must be start or end"),
        ({"cells": [{**N_RACE, "remainder": "idea"}]}, "write remainder as"),
    ],
)
def test_a_source_that_is_written_wrongly_says_how(
    tmp_path: Path, source: dict[str, object], said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        plan_of(tmp_path, source)


def test_a_code_list_of_values_that_do_not_exist_is_refused(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text("N_BL\n4\n", "utf-8")
    plan = plan_from(
        {
            "source": [{"path": "counts.csv", "shape": "counts", "cells": [N_RACE]}],
            "identity": [{"factor": "race"}],
            "outcome": [{"name": "oss_any"}],
            "codes": {"race": {"BL": "blak"}},
        },
        tmp_path,
    )
    with pytest.raises(PlanError, match="'blak' is not a value of race"):
        load_counts(plan)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"counts\.csv: there is no such file"):
        load_counts(plan_of(tmp_path, {"cells": [N_RACE]}))


def test_places_of_two_levels_do_not_stand_together(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text("school,N_BL\na,4\n", "utf-8")
    sources = [
        {"together": "x", "cells": [N_RACE], "place": {"id": "school", "level": level}}
        for level in ("school", "state")
    ]
    with pytest.raises(PlanError, match="places of one level"):
        load_counts(plan_of(tmp_path, *sources))
