"""`eachchild demo`: the main job on data that come with the repository, start to finish."""

import os
import shutil
import textwrap
from importlib.util import find_spec
from pathlib import Path

from eachchild import story
from eachchild.cli.sharing import write_bundle
from eachchild.cli.terminal import Bar, headline_lines
from eachchild.handover import policy_named, release_audit
from eachchild.release import Audience, ReleaseRefusedError, load_policy
from eachchild.release.bundle import verify_bundle
from eachchild.release.ledger import Ledger
from eachchild.release.tables import entry_of
from eachchild.sources import SourceError
from eachchild.terms.catalogue import languages
from eachchild.terms.numerals import count
from eachchild.worlds.demonstration import for_the_public, make_up

_REPOSITORY = Path(__file__).resolve().parents[3]
_APPROVERS = ("first approver", "second approver")


def run_demo(out: Path) -> int:
    """Audit every public school of Virginia, then a made-up district; then open the platform."""
    virginia = _REPOSITORY / "examples" / "virginia"
    if not (virginia / "audit.toml").is_file():
        raise SourceError(
            "the demo's data come with the repository and are not here. "
            "`eachchild synthesize --out FOLDER` writes a made-up district to audit."
        )
    out.mkdir(parents=True, exist_ok=True)
    print("Every public school of Virginia, 2021-22 (federal counts, no student rows)\n")
    _audit(virginia, out / "virginia", vault=out / "vault")
    release_copy(out / "virginia")
    print("\n\nA made-up district of 12,000 students over four years, with known disparities\n")
    district = out / "district-data"
    if not (district / "truth.json").exists():
        with Bar("bar") as bar:
            make_up(district, bar.step)
    _audit(district, out / "district", vault=out / "vault", screens=True)
    print(f"  What was planted in it: {district / 'truth.json'}\n")
    print("  For the public, a plan with fewer groups and outcomes, so that less must be hidden:")
    plan = plan_for_the_public(district)
    print(f"  {plan}")
    with Bar("bar") as bar:
        audit = story.audit(plan, vault=out / "vault", progress=bar.step)
        audit.report(
            out / "district-public",
            pdf=False,
            screens=True,
            screens_in=languages(),
            progress=bar.step,
        )
    release_copy(out / "district-public", screens=True)
    print("\n\nThe same district on the platform, for people who never open a terminal\n")
    return open_platform(out)


def open_platform(out: Path) -> int:
    """Serve the made-up district with what was made of it, in the demo's folder alone."""
    if find_spec("granian") is None:
        print("  The platform is an extra: `pip install 'eachchild[web]'`.")
        return 0
    os.environ |= {"EACHCHILD_KIND": "demo", "EACHCHILD_DATA": str(out / "platform")}
    os.environ.pop("EACHCHILD_DATABASE", None)
    from eachchild.web.project.start import run

    made = (out / name for name in ("district-data", "district", "district-public"))
    return run(["demo", *map(str, made)])


def _audit(plan: Path, out: Path, *, vault: Path, screens: bool = False) -> None:
    with Bar("bar") as bar:
        audit = story.audit(plan, vault=vault, progress=bar.step)
        audit.report(out, screens=screens, screens_in=languages(), progress=bar.step)
    print("\n".join(headline_lines(audit.findings, out)))


def plan_for_the_public(district: Path) -> Path:
    """The district's plan with one factor and two outcomes."""
    plan = district / "public.toml"
    plan.write_text(for_the_public((district / "audit.toml").read_text("utf-8")), "utf-8")
    return plan


def release_copy(audit: Path, *, screens: bool = False) -> None:
    """Release an audit to the public, check the bundle again, and say what it shows and proves.

    The demo's ledgers begin anew each time, for nobody has read what it released.
    """
    bundle = audit / "released" / Audience.PUBLIC.value
    ledger = audit.with_name(f"{audit.name}-ledger.jsonl")
    ledger.unlink(missing_ok=True)
    shutil.rmtree(bundle, ignore_errors=True)
    with Bar("bar") as bar:
        files, cost, _ = release_audit(
            audit, load_policy(policy_named(audit)), Audience.PUBLIC,
            approved_by=_APPROVERS, before=Ledger(), progress=bar.step, pdf=False,
            screens=screens, screens_in=languages(),
        )  # fmt: skip
    write_bundle(files, bundle, ledger, entry_of(files, Audience.PUBLIC), Ledger())
    verdict = verify_bundle(bundle)
    if verdict.faults:
        raise ReleaseRefusedError(verdict.faults[0])
    shown = cost.cells - cost.primary - cost.secondary
    told = f"{count(shown)} of {count(cost.cells)} counts are shown"
    proved = verdict.claim if verdict.hidden else "None is small enough to hide."
    print(f"\n  Public copy: {bundle / 'report.html'}")
    print(textwrap.fill(f"{told}. {proved}", 96, initial_indent="  ", subsequent_indent="  "))
