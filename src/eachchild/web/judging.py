"""What the worker has worked out of finished bundles: what can be said of each goal."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from django.conf import settings

from eachchild.terms.catalogue import languages
from eachchild.web.audits.models import OUT, Release, Run
from eachchild.web.foundation.models import Organization
from eachchild.web.shelf import SCREENS, Shelf
from eachchild.web.strategy.handing import goals_document

# Runs a command and says with which code it ended.
Command = Callable[[Sequence[str]], int]
_INSIDE = "internal"


def spoken() -> Iterator[str]:
    """The languages of the platform that the library has words in."""
    return (code for code, _name in settings.LANGUAGES if code in languages())


def judge_all(organization: Organization, command: Command) -> int:
    """Work out anew what the newest audit and each copy that is out can say of the goals."""
    newest = Run.finished(organization).first()
    out = Release.objects.within(organization).filter(state__in=OUT).order_by("out_at", "pk")
    bundles = [(str(newest.pk), _INSIDE)] if newest else []
    bundles += [(str(one.run_id), one.audience) for one in out]
    return max((judge(organization, run, whose, command) for run, whose in bundles), default=0)


def judge(organization: Organization, run: str, audience: str, command: Command) -> int:
    """Work out what one bundle can say of the goals, in every language; the highest code."""
    shelf = Shelf.of(organization)
    bundle = shelf.bundle(run, audience)
    if not (bundle / SCREENS).is_file():
        return 0
    outs = {code: shelf.progress(run, audience, code) for code in spoken()}
    goals = next(iter(outs.values())).with_name("goals.json")
    goals.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    goals.write_text(json.dumps(goals_document(organization, audience)), "utf-8")
    try:
        return max(_in(code, bundle, goals, out, command) for code, out in outs.items())
    finally:
        goals.unlink(missing_ok=True)


def _in(language: str, bundle: Path, goals: Path, out: Path, command: Command) -> int:
    asked = ["progress", str(bundle), "--goals", str(goals), "--language", language]
    return into(out, asked, command)


def into(out: Path, asked: Sequence[str], command: Command) -> int:
    """Run a command that writes a file, which takes its place only where all went well."""
    part = out.with_suffix(".part")
    try:
        code = command([*asked, "--out", str(part)])
        if code == 0:
            part.replace(out)
        return code
    finally:
        part.unlink(missing_ok=True)
