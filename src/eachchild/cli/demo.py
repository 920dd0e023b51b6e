"""`eachchild demo`: the main job on data that come with the repository, start to finish."""

from pathlib import Path

from eachchild import story
from eachchild.cli.terminal import Bar, headline_lines
from eachchild.sources import SourceError
from eachchild.worlds import synthesize

_REPOSITORY = Path(__file__).resolve().parents[3]
STUDENTS, SCHOOLS, YEARS, SEED = 12_000, 20, 4, 2026


def run_demo(out: Path) -> None:
    """Audit every public school of Virginia, then a made-up district, and say what was found."""
    virginia = _REPOSITORY / "examples" / "virginia"
    if not (virginia / "audit.toml").is_file():
        raise SourceError(
            "the demo's data come with the repository and are not here. "
            "`eachchild synthesize --out FOLDER` writes a made-up district to audit."
        )
    out.mkdir(parents=True, exist_ok=True)
    print("Every public school of Virginia, 2021-22 (federal counts, no student rows)\n")
    _audit(virginia, out / "virginia", vault=out / "vault")
    print("\n\nA made-up district of 12,000 students over four years, with known disparities\n")
    district = out / "district-data"
    if not (district / "truth.json").exists():
        with Bar("bar") as bar:
            synthesize(
                district,
                seed=SEED,
                students=STUDENTS,
                schools=SCHOOLS,
                years=YEARS,
                progress=bar.step,
            )
    _audit(district, out / "district", vault=out / "vault")
    print(f"  What was planted in it: {district / 'truth.json'}")


def _audit(plan: Path, out: Path, *, vault: Path) -> None:
    with Bar("bar") as bar:
        audit = story.audit(plan, vault=vault, progress=bar.step)
        audit.report(out, progress=bar.step)
    print("\n".join(headline_lines(audit.findings, out)))
