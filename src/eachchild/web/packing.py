"""What the worker has made of released copies: the packet for a board meeting."""

import json
import shutil
from collections.abc import Sequence

from eachchild.web.audits.models import OUT, Release
from eachchild.web.judging import Command, into, spoken
from eachchild.web.shelf import Shelf
from eachchild.web.strategy.packets import AUDIENCES, packet_plan


def pack(release: Release, decide: Sequence[str], command: Command) -> int:
    """Make the packet of a copy that is out, in every language; the highest code.

    Packets of copies that were taken off since are destroyed. A copy for staff has none.
    """
    shelf = Shelf.of(release.organization)
    _sweep(release, shelf)
    if release.state not in OUT or release.audience not in AUDIENCES:
        return 0
    return max(_in(code, release, shelf, decide, command) for code in spoken())


def _in(
    language: str, release: Release, shelf: Shelf, decide: Sequence[str], command: Command
) -> int:
    run, audience = str(release.run_id), release.audience
    out = shelf.packet(str(release.pk), language)
    out.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    plan = out.with_suffix(".json")
    plan.write_text(json.dumps(packet_plan(release, language, decide)), "utf-8")
    judged = shelf.progress(run, audience, language)
    came = ["--progress", str(judged)] if judged.is_file() else []
    try:
        asked = ["packet", str(shelf.bundle(run, audience)), "--plan", str(plan), *came]
        return into(out, [*asked, "--language", language], command)
    finally:
        plan.unlink(missing_ok=True)


def _sweep(release: Release, shelf: Shelf) -> None:
    """Leave no packet of a copy that nobody may read any more."""
    mine = Release.objects.within(release.organization).filter(state__in=OUT)
    kept = {str(pk) for pk in mine.values_list("pk", flat=True)}
    for folder in shelf.packets.glob("*"):
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
