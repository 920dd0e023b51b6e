"""A plan is read strictly: what cannot be used is refused by name, with the next step."""

from pathlib import Path

import pytest

from eachchild.plan import Plan, PlanError, load_plan, plan_from

MINIMAL = {
    "source": [{"path": "a.csv", "table": "student_year"}],
    "identity": [{"factor": "race", "reference": "white"}],
    "outcome": [{"name": "oss_any"}],
}


def test_a_minimal_plan_takes_every_default() -> None:
    plan = plan_from(MINIMAL, Path())
    assert isinstance(plan, Plan)
    assert (plan.as_of, plan.membership, plan.policy, plan.depth) == (
        "first_day",
        "home",
        "federal",
        2,
    )
    assert plan.factors[0].values[2] == "black"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"titel": "x"}, "Did you mean 'title'"),
        ({"as_of": "october"}, "as_of must be one of"),
        ({"identity": [{"factor": "rase"}]}, "is not a built-in factor"),
        ({"identity": [{"factor": "race", "reference": "best"}]}, "reference must be"),
        (
            {"identity": [{"factor": "race_any_black", "reference": "no"}]},
            "its reference is complement",
        ),
        ({"identity": [{"factor": "race"}, {"factor": "race"}]}, "stands in it twice"),
        ({"outcome": [{"name": "mine"}]}, "is not built in"),
        ({"outcome": [{"name": "mine", "direction": "up", "event": "a > 1"}]}, "direction must be"),
        ({"outcome": [{"name": "mine", "direction": "lower"}]}, "say either event"),
        ({"outcome": [{"name": "mine", "direction": "lower", "event": "f(x)"}]}, "cannot read"),
        ({"outcome": []}, "it has no [[outcome]]"),
        ({"source": []}, "it has no [[source]]"),
        ({"source": [{"path": "a.csv", "table": "pupils"}]}, "'table' must be one of"),
        ({"source": [{"path": "a.csv", "shape": "counts", "table": "x"}]}, "unknown key 'table'"),
        ({"source": [{"path": 3, "table": "student"}]}, "'path' must be a text"),
        ({"margin": {"points": "3"}}, "'points' must be a number"),
        ({"depth": True}, "'depth' must be a whole number"),
    ],
)
def test_a_wrong_plan_is_refused_by_name(change: dict[str, object], said: str) -> None:
    with pytest.raises((PlanError, ValueError), match=said.replace("[", r"\[")):
        plan_from({**MINIMAL, **change}, Path())


def test_an_outcome_may_change_a_built_in_one() -> None:
    table = {**MINIMAL, "outcome": [{"name": "oss_any", "population": "days_enrolled >= 20"}]}
    outcome = plan_from(table, Path()).outcomes[0]
    assert outcome.event_text == "oss_count >= 1"
    assert outcome.columns == ("oss_count", "days_enrolled")


def test_filled_code_lists_are_read_and_blanks_left_out(tmp_path: Path) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "race.csv").write_text("value,rows,guess,ours\nB,10,black,black\nQ,3,,\n")
    assert plan_from(MINIMAL, tmp_path).codes == {"race": {"B": "black"}}


def test_a_missing_or_broken_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="eachchild init"):
        load_plan(tmp_path / "audit.toml")
    (tmp_path / "audit.toml").write_text("title = ")
    with pytest.raises(PlanError, match="not valid TOML"):
        load_plan(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("B,black\nW,white\n B ,asian\n", "codes/race.csv, rows 2 and 4: one value stands twice"),
        ("Ñ,black\n", "codes/race.csv: it cannot be read as text"),
    ],
)
def test_a_code_list_that_cannot_be_used_names_file_and_row(
    tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "race.csv").write_bytes(f"value,ours\n{content}".encode("latin-1"))
    with pytest.raises(PlanError) as raised:
        plan_from(MINIMAL, tmp_path)
    assert said in str(raised.value)


def test_a_code_may_stand_twice_with_one_meaning(tmp_path: Path) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "race.csv").write_text("value,ours\nB,black\nB,Black\nB,\n")
    assert plan_from(MINIMAL, tmp_path).codes["race"]["B"].casefold() == "black"


def test_a_byte_order_mark_before_a_plan_is_no_fault(tmp_path: Path) -> None:
    text = '[[source]]\npath = "a.csv"\ntable = "student_year"\n[[identity]]\nfactor = "sex"\n'
    text += '[[outcome]]\nname = "oss_any"\n'
    (tmp_path / "audit.toml").write_text(text, "utf-8-sig")
    assert load_plan(tmp_path).outcomes[0].name == "oss_any"
