"""Terms: conditions in three-valued logic, school years, catalogues."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eachchild.terms.catalogue import blanks, languages, words
from eachchild.terms.expressions import ExpressionError, evaluate, parse
from eachchild.terms.numerals import percent, significant
from eachchild.terms.outcomes import built_in
from eachchild.terms.years import PeriodError, school_year

TRUTHS = st.sampled_from([True, False, None])


def _row(a: bool | None, b: bool | None) -> dict[str, object]:
    return {"a": None if a is None else int(a), "b": None if b is None else int(b)}


@given(TRUTHS, TRUTHS)
def test_and_or_not_follow_kleene(a: bool | None, b: bool | None) -> None:
    both = evaluate(parse("a == 1 and b == 1"), _row(a, b))
    either = evaluate(parse("a == 1 or b == 1"), _row(a, b))
    known = {True: 1.0, False: 0.0, None: 0.5}
    assert known[both] == min(known[a], known[b])
    assert known[either] == max(known[a], known[b])
    assert evaluate(parse("not a == 1"), _row(a, b)) == (None if a is None else not a)


@pytest.mark.parametrize(
    "text", ["", "a", "a +", "a > b", "f(a) > 1", "1 < a < 2", "a in []", "a == None", "a is 1"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="Write comparisons"):
        parse(text)


@pytest.mark.parametrize("text", ["2022", "2021-23", "21-22", "2021-2023", "2021-1999"])
def test_an_unclear_school_year_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        school_year(text)


def test_every_outcome_has_its_words() -> None:
    said = words("en")
    for name, outcome in built_in().items():
        assert said.has(f"outcome.{name}.title"), name
        assert said.has(f"outcome.{name}.verb"), name
        assert outcome.is_rate or said.has(f"outcome.{name}.unit"), name
        assert outcome.source, name


def test_an_unknown_language_is_refused_and_labels_come_first() -> None:
    with pytest.raises(ValueError, match="there is en"):
        words("xx")
    own = words("en", {"group.race.black": "African American students"})
    assert own.say("group.race.black") == "African American students"


def test_translations_have_the_same_blanks() -> None:
    english = words("en").sentences
    for language in languages():
        for key, sentence in words(language).sentences.items():
            assert set(blanks(sentence)) <= set(blanks(english[key])), (language, key)


@given(st.floats(min_value=1e-6, max_value=1 - 1e-6))
def test_a_percentage_is_never_rounded_to_all_or_nothing(share: float) -> None:
    assert percent(share) not in ("0 %", "100 %")


@given(st.floats(min_value=0.001, max_value=1e6))
def test_two_digits_stay_within_half_a_step(value: float) -> None:
    shown = float(significant(value).replace(",", ""))
    assert abs(shown - value) <= max(0.05 * value, 0.5 if value >= 10 else 0) + 1e-12
