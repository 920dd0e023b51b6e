"""Referrals, adults, grades and reasons are for the district alone: no release needs them."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from eachchild.cli.demo import plan_for_the_public
from eachchild.handover import policy_named, release_audit
from eachchild.release import Audience, load_policy
from eachchild.release.ledger import Ledger
from eachchild.story import audit
from eachchild.worlds import synthesize


def _bundle(folder: Path) -> Mapping[str, bytes]:
    files, _, _ = release_audit(
        folder, load_policy(policy_named(folder)), Audience.PUBLIC,
        approved_by=("A. Lee", "B. Ruiz"), before=Ledger(), progress=lambda _, __: None, pdf=False,
    )  # fmt: skip
    return files


def _same_bundle(made: Path, without: Path, *grains: str) -> Mapping[str, bytes]:
    """The bundle of an audit, once it is that of the same audit without these grains."""
    shutil.copytree(made, without)
    meaning = json.loads((without / "cube" / "cube.json").read_text("utf-8"))
    for name in grains:
        assert meaning.pop(name)
        file = "months" if name == "months" else name.removesuffix("s")
        (without / "cube" / f"{file}.parquet").unlink()
    (without / "cube" / "cube.json").write_text(json.dumps(meaning), "utf-8")
    files = _bundle(made)
    assert files == _bundle(without)
    return files


def test_a_bundle_is_the_same_with_and_without_the_finer_grains(tmp_path: Path) -> None:
    synthesize(tmp_path / "district", seed=1, students=600, schools=3, years=1)
    plan = plan_for_the_public(tmp_path / "district")
    with plan.open("a", encoding="utf-8") as file:
        file.write('\n[[outcome]]\nname = "ap_enrolled"\n\n[adults]\nagreement = "Memorandum"\n')
    made = audit(plan, vault=tmp_path / "vault").report(tmp_path / "with", pdf=False)
    files = _same_bundle(made, tmp_path / "without", "events", "adults", "grades", "months")
    assert not [name for name in files if name.endswith(".parquet")]
    for content in files.values():
        assert b"physical_aggression" not in content
        assert b"Memorandum" not in content
        assert b"2023-10" not in content  # a month of the one year of the district


def test_a_bundle_is_the_same_with_and_without_lists_and_supports(tmp_path: Path) -> None:
    synthesize(tmp_path / "district", world="screen-misses", seed=1, students=600)
    plan = tmp_path / "district" / "audit.toml"
    made = audit(plan, vault=tmp_path / "vault").report(tmp_path / "with", pdf=False)
    files = _same_bundle(made, tmp_path / "without", "supports")
    for content in files.values():
        assert b"early_warning_list" not in content


def test_a_bundle_is_the_same_with_and_without_reasons_of_absences(tmp_path: Path) -> None:
    synthesize(tmp_path / "district", world="transport-late", seed=1, students=600)
    plan = tmp_path / "district" / "audit.toml"
    made = audit(plan, vault=tmp_path / "vault").report(tmp_path / "with", pdf=False)
    files = _same_bundle(made, tmp_path / "without", "absences")
    for content in files.values():
        assert b"because of transport" not in content
        assert b"skipping" not in content


def test_a_bundle_is_the_same_with_and_without_words(tmp_path: Path) -> None:
    synthesize(tmp_path / "district", world="words-judged", seed=4, students=1_500)
    plan = tmp_path / "district" / "audit.toml"
    made = audit(plan, vault=tmp_path / "vault").report(tmp_path / "with", pdf=False)
    assert "aggressive" in (made / "findings.json").read_text("utf-8")
    files = _same_bundle(made, tmp_path / "without", "words")
    for content in files.values():
        assert b"aggressive" not in content
        assert b"hostile" not in content
