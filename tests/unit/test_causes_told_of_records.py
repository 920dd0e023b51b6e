"""What is told where schools log differently, or support one group less, and where they do not."""

from dataclasses import replace
from pathlib import Path

import pytest

from eachchild.causes.asked import Origins
from eachchild.cube import Rollups
from eachchild.findings.causes import causes_of
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.story import audit
from eachchild.terms.catalogue import words
from eachchild.worlds import synthesize


def told(folder: Path, world: str, outcome: str) -> list[Finding]:
    """The causes of a gap of Black students, were the district large enough to be sure of it."""
    synthesize(folder, world=world, seed=1, students=5000)
    found = audit(folder / "audit.toml", vault=folder / "vault")
    between = ("race=black", "race=white", "all", outcome)
    gaps = [f for f in found.findings if f.kind == "gap"]
    (gap,) = [f for f in gaps if (f.group, f.reference, f.place, f.outcome) == between]
    origins = Origins(Rollups(found.cube))
    phrases = Phrases(words("en"), {}, {})
    made = causes_of(found.plan, phrases, [replace(gap, verdict="gap")], origins, {})
    return [f for f in made.findings if f.verdict == "supported"]


@pytest.mark.parametrize(
    ("world", "outcome", "cause", "at"),
    [
        ("reporting-actions", "oss_any", "reporting", "answers"),
        ("reporting-minor", "referred", "reporting", "acts"),
        ("support-withheld", "course_failure", "support", ""),
    ],
)
def test_the_planted_cause_is_told(
    tmp_path: Path, world: str, outcome: str, cause: str, at: str
) -> None:
    one = next(f for f in told(tmp_path, world, outcome) if f.cause == cause)
    assert one.at == at
    assert "goes with" in one.sentence
    assert one.hypothesis.refuted_by.startswith("It would be refuted")
    assert one.hypothesis.begin
    assert len(one.hypothesis.questions) == 2
    objections = ("Who they are", "Where they are", "What was written", "What nobody recorded")
    assert [any(line.startswith(o) for line in one.hypothesis.against) for o in objections] == (
        [True] * 4
    )


@pytest.mark.parametrize(
    ("world", "outcome"),
    [("quiet-blanks", "oss_any"), ("quiet-blanks", "referred"), ("quiet-support", "course_failure"),
     ("mimic-consequence-schools", "referred")],
)  # fmt: skip
def test_nothing_is_told_where_logs_and_supports_are_alike(
    tmp_path: Path, world: str, outcome: str
) -> None:
    found = {f.cause for f in told(tmp_path, world, outcome)}
    assert not found & {"reporting", "support", "screen"}


def test_a_moment_and_adults_that_are_the_same_referrals_are_both_named_and_neither_supported(
    tmp_path,
):
    synthesize(tmp_path / "d", world="cannot-tell-moment-adult", seed=1, students=5_000)
    found = audit(tmp_path / "d" / "audit.toml", vault=tmp_path / "vault").findings
    both = [f for f in found if f.cause in ("moment", "referrer") and f.group == "race=black"]
    assert {f.cause for f in both} == {"moment", "referrer"}
    assert {f.verdict for f in both} == {"doubtful"}
    assert all("cannot be told" in f.sentence for f in both)
