"""What the worker has worked out of a bundle, put beside it on the shelf."""

import json
from collections.abc import Sequence
from typing import Any

from eachchild.web.audits.models import Run


def beside(
    district: Any, run: Run, copy: str = "internal", languages: Sequence[str] = ("en",),
    **told: Any,
) -> None:  # fmt: skip
    """Write what a bundle says of goals: `offers`, `verdicts`; what is not told stays as it is."""
    for language in languages:
        path = district.shelf.progress(str(run.pk), copy, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        there = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        document = {"schema": 1, "offers": [], "verdicts": [], **there,
                    "audience": copy, "language": language, **told}  # fmt: skip
        path.write_text(json.dumps(document), "utf-8")
