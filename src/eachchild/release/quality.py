"""What the data can and cannot carry, put together for a page, the terminal and programs."""

from collections.abc import Mapping, Sequence

from eachchild.findings.phrases import Phrases
from eachchild.release.types import CertifiedCheck, Quality
from eachchild.tables import FileAccount, RuleHit, Unmapped


def quality_of(
    phrases: Phrases,
    *,
    accounts: Sequence[FileAccount],
    hits: Sequence[RuleHit],
    unmapped: Sequence[Unmapped],
    linkage: Sequence[tuple[str, int, int]] = (),
    certified: Sequence[CertifiedCheck] = (),
    turnover: Sequence[str] = (),
) -> Quality:
    """Gather the state of the data; every rule that fired gets its two sentences."""
    order = {"stop": 0, "quarantine": 1, "blank": 2, "note": 3}
    placed = sorted(hits, key=lambda h: (order[h.severity], h.id, h.file, h.column))
    return Quality(
        tuple(accounts),
        tuple(placed),
        rule_sentences(phrases, [h.id for h in placed]),
        tuple(unmapped),
        tuple(linkage),
        tuple(certified),
        tuple(turnover),
    )


def rule_sentences(phrases: Phrases, rules: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """For each rule what it means for the results and what to do."""
    say = phrases.words.text
    return {r: (say(f"rule.{r}.meaning"), say(f"rule.{r}.todo")) for r in dict.fromkeys(rules)}


def stops(quality: Quality) -> bool:
    """Whether a rule says that no result should be made of these data."""
    return any(h.severity == "stop" for h in quality.hits)


def quality_document(quality: Quality) -> dict[str, object]:
    """The state of the data as `check --json` prints it."""
    return {
        "files": [_file(a) for a in quality.accounts],
        "rules": [
            {
                "id": h.id,
                "severity": h.severity,
                "file": h.file,
                "column": h.column,
                "count": h.count,
                "rows": list(h.rows),
                "details": dict(h.details),
                "meaning": quality.sentences[h.id][0],
                "todo": quality.sentences[h.id][1],
            }
            for h in quality.hits
        ],
        "unmapped": [
            {"codes": u.codes, "value": u.value, "rows": u.rows, "file": u.file}
            | ({"hidden": u.hidden, "column": u.column} if u.hidden else {})
            for u in quality.unmapped
        ],
        "linkage": [{"table": t, "matched": m, "rows": r} for t, m, r in quality.linkage],
        "certified": [
            {
                "name": c.name,
                "rule": c.rule,
                "theirs": c.theirs,
                "ours": c.ours,
                "difference": c.difference,
                "reason": c.reason,
            }
            for c in quality.certified
        ],
    }


def _file(account: FileAccount) -> dict[str, object]:
    return {
        "path": account.path,
        "sha256": account.sha256,
        "encoding": account.encoding,
        "rows_read": account.rows_read,
        "loaded": account.loaded,
        "merged": account.merged,
        "quarantined": account.quarantined,
        "ignored": sum(account.ignored.values()),
        "ignored_by": dict(account.ignored),
    }
