"""A small audit and its public copy, made once; a district that has released it."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import timezone

from eachchild import story
from eachchild.cli.sharing import write_bundle
from eachchild.handover import policy_named, release_audit
from eachchild.release import Audience, load_policy
from eachchild.release.ledger import Ledger
from eachchild.release.tables import entry_of
from eachchild.web.audits.models import Release, Run
from eachchild.web.foundation.tenancy import inside
from eachchild.web.shelf import seal_of
from eachchild.worlds import synthesize
from eachchild.worlds.demonstration import only

KEPT = ('factor = "race"', 'name = "oss_any"')
Browsers = Callable[[Any, str], Client]


def small_audit(
    folder: Path, *, students: int = 1_500, schools: int = 5, asked: Sequence[str] = KEPT
) -> None:
    """One outcome by one factor, so that a copy of it is proved in seconds; or what is asked."""
    quiet = lambda what, share: None  # noqa: E731
    files = folder / "files"
    synthesize(files, seed=7, students=students, schools=schools, years=2, progress=quiet)
    plan = files / "audit.toml"
    plan.write_text(only(plan.read_text("utf-8"), asked), "utf-8")
    audit = story.audit(files, vault=folder / "vault")
    audit.report(folder / "report", pdf=False, screens=True, screens_in=("es",))


def public_copy(folder: Path, audience: str = "public") -> None:
    """What the worker makes of it, with its ledger."""
    quiet = lambda what, share: None  # noqa: E731
    to = Audience(audience)
    files, _, _ = release_audit(
        folder / "report", load_policy(policy_named(folder / "report"), Path()), to,
        approved_by=["A. Lee", "B. Ruiz"], before=Ledger(), progress=quiet, pdf=False, screens=True,
        screens_in=("es",),
    )  # fmt: skip
    ledger = folder / "ledger.jsonl"
    write_bundle(files, folder / audience, ledger, entry_of(files, to), Ledger())


def released(district: Any, run: Run, folder: Path, audience: str = "public") -> Any:
    """A release that is out, as the worker leaves it."""
    bundle = district.shelf.bundle(str(run.pk), audience)
    shutil.copytree(folder / "public", bundle)
    shutil.copy(folder / "ledger.jsonl", district.shelf.ledger)
    with inside(district.organization):
        return Release.objects.within(district.organization).create(
            run=run, audience=audience, state=Release.State.OUT, out_at=timezone.now(),
            made_by=district.members["equity_lead"].user, seal=seal_of(bundle),
        )  # fmt: skip
