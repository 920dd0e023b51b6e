"""What programs are sent, as small dataclasses: answers and their description come from these."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuditShown:
    """An audit: a question that a district asks of its data."""

    id: str
    title: str
    made_at: str


@dataclass(frozen=True, slots=True)
class Audits:
    """Every audit of the organization."""

    audience: str
    audits: tuple[AuditShown, ...]


@dataclass(frozen=True, slots=True)
class RunShown:
    """One finished run of an audit, as the token's audience reads it."""

    audience: str
    id: str
    audit: str
    title: str
    about: str
    answer: str
    made_at: str
    periods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Runs:
    """Every finished run that the token's audience may read, the newest first."""

    audience: str
    runs: tuple[RunShown, ...]


@dataclass(frozen=True, slots=True)
class FindingShown:
    """One finding, as findings.json has it."""

    id: str
    rank: int
    kind: str
    verdict: str
    measure: str
    outcome: str
    group: str
    reference: str
    place: str
    period: str
    estimate: float | None
    low: float | None
    high: float | None
    n: int | None
    events: float | None
    sentence: str
    evidence: tuple[str, ...]
    caveats: tuple[str, ...]
    cause: str | None
    of: str | None
    headline: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """Some findings of a run, best first, and how many there are in all."""

    audience: str
    run: str
    page: int
    size: int
    count: int
    findings: tuple[FindingShown, ...]


@dataclass(frozen=True, slots=True)
class MeasureShown:
    """One row of measures.csv; null where it is blank, and `state` says why."""

    place: str
    period: str
    outcome: str
    group: str
    reference: str
    measure: str
    estimate: float | None
    low: float | None
    high: float | None
    events: float | None
    n: int | None
    state: str
    reference_events: float | None
    reference_n: int | None
    q: float | None
    interval: str


@dataclass(frozen=True, slots=True)
class Measures:
    """Some measures of a run in the order of measures.csv, and how many there are in all."""

    audience: str
    run: str
    page: int
    size: int
    count: int
    measures: tuple[MeasureShown, ...]


@dataclass(frozen=True, slots=True)
class FileShown:
    """One file of a bundle."""

    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a run's bundle for the token's audience."""

    audience: str
    run: str
    files: tuple[FileShown, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no answer, in a sentence."""

    audience: str
    error: str
