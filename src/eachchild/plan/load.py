"""From `audit.toml` to a frozen Plan; whatever cannot be used is refused by name."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast, get_args

from eachchild.plan import declared
from eachchild.plan.code_files import FilledCode, meanings, read_code_file
from eachchild.plan.errors import PlanError
from eachchild.plan.model import (
    COMPLEMENT,
    OVERALL,
    Adults,
    Certified,
    Chain,
    Identity,
    Margin,
    Need,
    Plan,
    Supports,
)
from eachchild.plan.reading import Keys
from eachchild.plan.source import read_source
from eachchild.terms.catalogue import languages
from eachchild.terms.discretion import DISCRETIONS, plain_name
from eachchild.terms.expressions import ExpressionError
from eachchild.terms.factors import (
    ANY_RACES,
    FACTORS,
    NO,
    OVERLAP_PREFIX,
    YES,
    Factor,
    any_race,
    own_factor,
)
from eachchild.terms.outcomes import Outcome, built_in, outcome_from

_NAME = re.compile(r"[^\W\d_][\w-]*")
_AS_OF = ("first_day", "last_day", "ever")


def load_plan(path: Path) -> Plan:
    """Read a plan file.

    Raises PlanError with the file, the key and the next step where it cannot be used.
    """
    if path.is_dir():
        path = path / "audit.toml"
    try:
        text = path.read_bytes()
    except OSError:
        raise PlanError(
            f"{path}: there is no such plan. `eachchild init FOLDER` writes a first one."
        ) from None
    try:
        # An editor on Windows may put a byte-order mark in front.
        return plan_from(tomllib.loads(text.decode("utf-8-sig")), path.parent, text=text)
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{path.name}: not valid TOML: {error}.") from None
    except (ExpressionError, ValueError) as error:
        raise PlanError(f"{path.name}: {error}") from None


def plan_from(table: Mapping[str, object], folder: Path, *, text: bytes = b"") -> Plan:
    """Make a plan from parsed TOML; `folder` is what its paths are relative to."""
    top = Keys(table, "plan")
    top.known(declared.PLAN)
    files = _code_files(folder)
    as_of = top.one("as_of", str, "first_day")
    if as_of not in _AS_OF and not _is_date(as_of):
        raise PlanError(f"plan: as_of must be one of {', '.join(_AS_OF)} or a date, 2021-10-01.")
    plan = Plan(
        title=top.one("title", str, "Equity audit"),
        folder=folder,
        sources=tuple(read_source(keys) for keys in top.tables("source")),
        identity=tuple(_identity(keys) for keys in top.tables("identity")),
        outcomes=tuple(_outcome(keys) for keys in top.tables("outcome")),
        author=top.one("author", str, ""),
        as_of=as_of,
        membership=top.choice("membership", ("home", "attended"), "home"),  # type: ignore[arg-type]
        language=_language(top),
        heading=top.one("heading", str, ""),
        codes=_codes(top, files),
        code_rows=_code_rows(top, files),
        discretion=_discretion(top),
        adults=_adults(top),
        supports=_supports(top),
        certified=tuple(_certified(keys) for keys in top.tables("certified")),
        chains=tuple(_chain(keys) for keys in top.tables("chain")),
        margin=_margin(top.inner("margin")),
        policy=_policy(top.inner("privacy")),
        depth=_depth(top, "depth", 2),
        schools_depth=_depth(top, "schools_depth", 1),
        keep_text=top.one("keep_text", bool, False),
        flags=top.one("flags", bool, False),
        notes=top.texts("notes"),
        labels=dict(top.pairs("labels")),
        text=text,
    )
    _refuse_unusable(plan)
    return plan


def _language(top: Keys) -> str:
    language = top.one("language", str, "en")
    if language not in languages():
        raise PlanError(f"{top.where}: language must be one of {', '.join(languages())}.")
    return language


def _depth(top: Keys, key: str, usual: int) -> int:
    depth = top.one(key, int, usual)
    if depth < 1:
        raise PlanError(f"{top.where}: {key} must be 1 or more: how many factors are crossed.")
    return depth


def _refuse_odd_name(keys: Keys, key: str, name: str) -> None:
    """Names stand in files, columns and conditions, so they are words."""
    if not _NAME.fullmatch(name):
        raise PlanError(
            f"{keys.where}: {key} must be one word of letters, digits, _ and -, and begin with a "
            "letter. Say the rest in its label."
        )


def _refuse_unusable(plan: Plan) -> None:
    for name, items, example in (
        ("[[source]]", plan.sources, 'path = "students.csv"'),
        ("[[identity]]", plan.identity, 'factor = "race"'),
        ("[[outcome]]", plan.outcomes, 'name = "oss_any"'),
    ):
        if not items:
            raise PlanError(f"plan: it has no {name}. Add one, for example with {example}.")
    names = [i.factor.id for i in plan.identity] + [o.name for o in plan.outcomes]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise PlanError(f"plan: '{twice[0]}' stands in it twice; keep one.")
    for number, chain in enumerate(plan.chains, 1):
        _refuse_odd_chain(f"plan, [[chain]] {number}", chain, plan.outcomes)


def _refuse_odd_chain(where: str, chain: Chain, outcomes: Sequence[Outcome]) -> None:
    """The steps are different rates of this plan, all asked of the same students."""
    known = {outcome.name: outcome for outcome in outcomes}
    if len(set(chain.steps)) < max(2, len(chain.steps)):
        raise PlanError(f"{where}: steps must be two outcomes or more, each once.")
    for step in chain.steps:
        if step not in known or not known[step].is_rate:
            rates = ", ".join(name for name, outcome in known.items() if outcome.is_rate)
            raise PlanError(f"{where}: '{step}' is not a rate of this plan ({rates}).")
    asked = {known[step].population_text for step in chain.steps}
    if len(asked) > 1:
        raise PlanError(f"{where}: the steps are asked of different students; give one population.")
    if chain.offer and chain.offer not in chain.steps:
        raise PlanError(f"{where}: offer must be one of its steps.")


def _identity(keys: Keys) -> Identity:
    keys.known(declared.IDENTITY)
    factor = _factor(keys)
    reference = keys.one("reference", str, COMPLEMENT)
    if reference not in (COMPLEMENT, OVERALL, *factor.values):
        raise PlanError(
            f"{keys.where}: reference must be complement, overall or one of "
            f"{', '.join(factor.values)}."
        )
    if factor.overlap and reference != COMPLEMENT:
        raise PlanError(f"{keys.where}: '{factor.id}' overlaps; its reference is complement.")
    return Identity(factor, reference, keys.one("reason", str, ""))


def _factor(keys: Keys) -> Factor:
    name, values = keys.one("factor", str, ""), keys.texts("values")
    if name.startswith(OVERLAP_PREFIX):
        race = name.removeprefix(OVERLAP_PREFIX).lstrip("_=")
        if race not in ANY_RACES:
            raise PlanError(f"{keys.where}: race in combination is one of {', '.join(ANY_RACES)}.")
        return any_race(race)
    if keys.one("overlap", bool, False):
        if values not in ((), (YES, NO)):
            raise PlanError(
                f"{keys.where}: a factor that overlaps has the values yes and no alone."
            )
        values = (YES, NO)
    if values:
        _refuse_odd_name(keys, "factor", name)
        if odd := [v for v in values if not v.strip() or set(v) & set("=;")]:
            raise PlanError(f"{keys.where}: the value '{odd[0]}' is empty or holds = or ;.")
        source = keys.one("source", str, "declared in the plan")
        return own_factor(name, values, source, overlap=keys.one("overlap", bool, False))
    if name not in FACTORS:
        raise PlanError(
            f"{keys.where}: '{name}' is not a built-in factor ({', '.join(FACTORS)}). For one of "
            'your own, list its values = ["…", "…"].'
        )
    return FACTORS[name]


def _outcome(keys: Keys) -> Outcome:
    name = keys.one("name", str, "")
    _refuse_odd_name(keys, "name", name)
    rest = {k: v for k, v in keys.table.items() if k != "name"}
    if name in built_in():
        outcome = built_in()[name]
        if not rest:
            return outcome
        given = {
            "direction": outcome.direction,
            ("event" if outcome.is_rate else "mean"): outcome.event_text,
            "decimals": outcome.decimals,
            "per": outcome.per,
            "population": outcome.population_text,
            "source": outcome.source,
        }
        if "event" in rest or "mean" in rest:
            given.pop("event", None)
            given.pop("mean", None)
        return outcome_from(name, {**given, **rest})
    if not rest:
        raise PlanError(f"{keys.where}: '{name}' is not built in ({', '.join(built_in())}).")
    return outcome_from(name, rest)


def _chain(keys: Keys) -> Chain:
    keys.known(declared.CHAIN)
    return Chain(keys.texts("steps"), keys.one("offer", str, ""))


def _certified(keys: Keys) -> Certified:
    keys.known(declared.CERTIFIED)
    return Certified(
        name=keys.one("name", str, ""),
        value=keys.one("value", int, -1),
        count=keys.choice("count", ("students", "events"), "students"),  # type: ignore[arg-type]
        rule=keys.one("rule", str, ""),
        period=keys.one("period", str, ""),
        outcome=keys.one("outcome", str, ""),
        group=keys.one("group", str, ""),
        place=keys.one("place", str, "all"),
        as_of=keys.one("as_of", str, ""),
        grades=keys.texts("grades"),
    )


def _discretion(top: Keys) -> Mapping[str, str]:
    """The plan's own word on behaviors, by plain name."""
    found: dict[str, str] = {}
    for theirs, ours in top.pairs("discretion"):
        where, name = f"{top.where}, [discretion]", plain_name(theirs)
        if ours not in DISCRETIONS:
            raise PlanError(f"{where}: '{theirs}' must be one of {', '.join(DISCRETIONS)}.")
        if not name:
            raise PlanError(f"{where}: '{theirs}' has no letter or digit to know a behavior by.")
        if found.setdefault(name, ours) != ours:
            raise PlanError(
                f"{where}: '{theirs}' stands twice, with two meanings; case and punctuation do "
                "not tell behaviors apart. Keep one."
            )
    return found


def _adults(top: Keys) -> Adults | None:
    """Whether adults may be counted: only where a plan names the agreement that says so."""
    if "adults" not in top.table:
        return None
    keys = top.inner("adults")
    keys.known(declared.ADULTS)
    agreement = keys.one("agreement", str, "").strip()
    if not agreement:
        raise PlanError(
            f"{keys.where}: adults are counted only under a written agreement with them. Name it, "
            'as agreement = "Memorandum of 3 May 2024, section 2", or take [adults] out.'
        )
    return Adults(agreement, keys.texts("set_aside"))


def _supports(top: Keys) -> Supports | None:
    """What supports are: counted only where a plan says which of them are lists, if any."""
    if "supports" not in top.table:
        return None
    keys = top.inner("supports")
    keys.known(declared.SUPPORTS)
    need = keys.choice("need", get_args(Need), "score")
    return Supports(keys.texts("lists"), cast(Need, need))


def _margin(keys: Keys) -> Margin:
    keys.known(declared.MARGIN)
    usual = Margin()
    return Margin(**{n: keys.one(n, float, getattr(usual, n)) for n in declared.MARGIN.keys})


def _policy(keys: Keys) -> str:
    keys.known(declared.PRIVACY)
    return keys.one("policy", str, "federal")


def _code_files(folder: Path) -> Mapping[str, Sequence[FilledCode]]:
    """The code lists that a person filled in under codes/, by name."""
    return {f.stem: read_code_file(f) for f in sorted((folder / "codes").glob("*.csv"))}


def _codes(top: Keys, files: Mapping[str, Sequence[FilledCode]]) -> Mapping[str, Mapping[str, str]]:
    """Those code lists, and over them what is written in the plan."""
    lists = {name: dict(meanings(rows)) for name, rows in files.items()}
    table = top.inner("codes")
    for name in table.table:
        lists.setdefault(name, {}).update(table.pairs(name))
    return lists


def _code_rows(
    top: Keys, files: Mapping[str, Sequence[FilledCode]]
) -> Mapping[tuple[str, str], str]:
    """Where the meaning of a value stands, for messages; what is not listed stands in the plan."""
    written = top.inner("codes")
    return {
        (name, row.value): f"codes/{name}.csv, row {row.row}"
        for name, rows in files.items()
        for row in rows
        if row.value not in dict(written.pairs(name))
    }


def _is_date(text: str) -> bool:
    parts = text.split("-")
    return len(parts) == 3 and all(p.isdigit() for p in parts)
