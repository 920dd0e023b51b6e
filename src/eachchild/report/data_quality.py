"""What the data can and cannot carry: where every row went, which rules fired, what to do."""

from eachchild.release.types import Quality
from eachchild.report.names import Names
from eachchild.report.page import DataQuality, Rule, Statement, Table
from eachchild.tables import FEWEST_ROWS, RuleHit, Unmapped
from eachchild.terms.numerals import count
from eachchild.terms.said import meant

_SEVERITIES = ("stop", "quarantine", "blank", "note")


def data_quality(
    names: Names, quality: Quality, statements: tuple[Statement, ...] = ()
) -> DataQuality:
    """The quality of an audit's data as a page prints it."""
    hits = sorted(quality.hits, key=lambda h: (_SEVERITIES.index(h.severity), h.id, h.file))
    return DataQuality(
        verdict=_verdict(names, quality),
        accounts=_accounts(names, quality),
        ignored=_ignored(names, quality),
        rules=tuple(_rule(names, quality, hit) for hit in hits),
        unmapped=_unmapped(names, quality),
        linkage=_linkage(names, quality),
        certified=_certified(names, quality),
        turnover=quality.turnover,
        statements=statements,
    )


def _verdict(names: Names, quality: Quality) -> str:
    if quality.stays_inside:
        sources = names.say("quality.sources", sources="; ".join(quality.sources))
        return f"{sources} {names.say('quality.stays_inside')}"
    severities = [hit.severity for hit in quality.hits]
    if "stop" in severities:
        return names.say("quality.stops")
    return names.say("quality.fired" if severities else "quality.clean")


def _accounts(names: Names, quality: Quality) -> Table | None:
    if not quality.accounts:
        return None
    heads = ("file", "read", "loaded", "merged", "quarantined", "ignored")
    lines = [
        (a.rows_read, a.loaded, a.merged, a.quarantined, sum(a.ignored.values()))
        for a in quality.accounts
    ]
    rows = tuple(
        (account.path, *map(count, line))
        for account, line in zip(quality.accounts, lines, strict=True)
    )
    sums = (names.say("quality.all_files"), *(count(sum(c)) for c in zip(*lines, strict=True)))
    return Table(
        names.say("quality.accounts_caption"),
        tuple(names.say(f"quality.{head}") for head in heads),
        rows,
        total=sums if len(rows) > 1 else (),
    )


def _ignored(names: Names, quality: Quality) -> tuple[str, ...]:
    return tuple(
        names.say(
            "quality.ignored_by", file=account.path, count=count(rows), rule=_ignoring(names, rule)
        )
        for account in quality.accounts
        for rule, rows in sorted(account.ignored.items())
    )


def _ignoring(names: Names, rule: str) -> str:
    """Why rows are ignored, in the words of the page."""
    found = meant("ignored.", rule)
    return rule if found is None else names.words.say(found[0], **found[1])


def _rule(names: Names, quality: Quality, hit: RuleHit) -> Rule:
    meaning, action = quality.sentences.get(hit.id, ("", ""))
    where = [hit.file]
    if hit.column:
        where.append(names.say("quality.column", column=hit.column))
    where.append(
        names.say("quality.once" if hit.count == 1 else "quality.times", count=count(hit.count))
    )
    if hit.near:
        where.append(names.say("quality.near", column=hit.near))
    if hit.named:
        where.append(", ".join(hit.named))
    if hit.rows:
        where.append(names.say("quality.rows", rows=", ".join(map(count, hit.rows))))
    return Rule(
        hit.id,
        hit.severity,
        names.say(f"quality.severity_{hit.severity}"),
        " · ".join(where),
        meaning,
        action,
    )


def _unmapped(names: Names, quality: Quality) -> Table | None:
    if not quality.unmapped:
        return None
    heads = ("code_list", "code", "code_rows", "file")
    return Table(
        names.say("quality.unmapped_caption"),
        tuple(names.say(f"quality.{head}") for head in heads),
        tuple((u.codes, _code(names, u), count(u.rows), u.file) for u in quality.unmapped),
        words=(0, 1, 3),
    )


def _code(names: Names, code: Unmapped) -> str:
    """The code itself, or how many are not shown, and where to look."""
    if not code.hidden:
        return code.value
    key = "quality.hidden_code" if code.hidden == 1 else "quality.hidden_codes"
    if code.is_no_list:
        key = "quality.hidden_values"
    return names.say(key, count=count(code.hidden), fewest=FEWEST_ROWS, column=code.column)


def _linkage(names: Names, quality: Quality) -> Table | None:
    if not quality.linkage:
        return None
    return Table(
        names.say("quality.linkage_caption"),
        tuple(names.say(f"quality.{head}") for head in ("table", "linked", "linked_rows")),
        tuple((table, count(reached), count(rows)) for table, reached, rows in quality.linkage),
    )


def _certified(names: Names, quality: Quality) -> Table | None:
    if not quality.certified:
        return None
    heads = ("total", "rule", "theirs", "ours", "difference", "reason")
    blank = names.say("quality.not_counted")
    rows = tuple(
        (
            c.name,
            c.rule,
            count(c.theirs),
            blank if c.ours is None else count(c.ours),
            blank if c.difference is None else f"{c.difference:+,}".replace("-", "−"),
            c.reason,
        )
        for c in quality.certified
    )
    return Table(
        names.say("quality.certified_caption"),
        tuple(names.say(f"quality.{head}") for head in heads),
        rows,
        words=(0, 1, 5),
    )
