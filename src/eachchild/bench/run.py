"""The studies behind `eachchild bench NAME`."""

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor

Found = Mapping[str, object] | list[Mapping[str, object]]


def run(name: str, *, seed: int) -> Found:
    """Run one study and return what it prints."""
    return _STUDIES[name](seed)


def _audit(seed: int) -> Mapping[str, object]:
    from eachchild.bench.audit import run as study

    return study(seed=seed)


def _null(seed: int) -> Mapping[str, object]:
    from eachchild.bench.null import run as study

    return study(seed)


def _predictability(seed: int) -> Mapping[str, object]:
    from eachchild.bench.predictability import run as study

    return study(seed)


def _progress(seed: int) -> Mapping[str, object]:
    from eachchild.bench.progress import run as study

    return study(seed)


def _release(seed: int) -> Found:
    from eachchild.bench.release import run as study

    return study(seed)


def _causes(seed: int) -> Mapping[str, object]:
    from eachchild.bench.causes import judged, summary, worlds_of

    asked = list(worlds_of(range(seed, seed + 20)))
    with ProcessPoolExecutor(2) as pool:
        return summary(list(pool.map(judged, *zip(*asked, strict=True))))


_STUDIES: Mapping[str, Callable[[int], Found]] = {
    "audit": _audit,
    "causes": _causes,
    "null": _null,
    "predictability": _predictability,
    "progress": _progress,
    "release": _release,
}
