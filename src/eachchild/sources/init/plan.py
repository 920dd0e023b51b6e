"""A first plan for a folder of files: what they are, guessed, with the guesses left to correct."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from eachchild.plan import COMPLEMENT, PlanError, load_plan, read_code_file
from eachchild.sources.errors import SourceError
from eachchild.sources.files import READABLE, is_readable
from eachchild.sources.init.codes import CodeList, code_lists
from eachchild.sources.init.counts import CountGuess, guess_counts
from eachchild.sources.init.outcomes import guess_outcomes
from eachchild.sources.init.records import RecordGuess, guess_records, share_matched
from eachchild.sources.init.seen import SeenFile, see_file
from eachchild.sources.init.text import IdentityGuess, PlanGuess, plan_text
from eachchild.terms.factors import FACTORS, NO, YES

PLAN = "audit.toml"
_ROSTERS = ("student", "enrollment", "student_year")
_APART = "published counts do not cover the same students as records: a plan of their own, please"
_WELL_MATCHED = 0.9


@dataclass(frozen=True, slots=True)
class FileGuess:
    """What one file was taken for; empty `shape`: it is not used, and `why` says so."""

    path: str
    shape: str
    table: str
    why: str
    matched: float | None = None  # share of its rows whose student the roster has


@dataclass(frozen=True, slots=True)
class InitResult:
    """A first plan, written; `questions` are those only a person can answer."""

    plan: Path
    files: tuple[FileGuess, ...]
    codes: tuple[Path, ...]
    questions: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """What to tell the person who asked."""
        return tuple(_lines(self))


@dataclass(frozen=True, slots=True)
class Guessed:
    """What a folder's files were taken for; nothing of it is written yet."""

    seen: tuple[SeenFile, ...]
    guess: PlanGuess
    lists: tuple[CodeList, ...]
    files: tuple[FileGuess, ...]


def init_plan(folder: Path) -> InitResult:
    """Look at the files of a folder and write `audit.toml` and `codes/*.csv` beside them.

    What a person filled into a code list stays. SourceError where there is nothing to read, or a
    plan that would be overwritten; PlanError for a code list that cannot be read.
    """
    if (folder / PLAN).exists():
        raise SourceError(
            f"{folder / PLAN}: is there already. Rename it to have a new one written."
        )
    found = guess_plan(folder)
    return InitResult(
        plan=_write(folder, found.guess),
        files=found.files,
        codes=tuple(_write_codes(folder, one) for one in found.lists),
        questions=(*found.guess.questions, *_refused(folder / PLAN)),
    )


def guess_plan(folder: Path) -> Guessed:
    """Look at the files of a folder and guess a plan of them; SourceError where there is none."""
    paths = _paths(folder)
    seen, left = _see(paths, folder)
    counts = tuple(c for file in seen if (c := guess_counts(file)) is not None)
    published = {c.file.path for c in counts}
    records = guess_records([file for file in seen if file.path not in published])
    known = published | {r.file.path for r in records}
    left.update({f.path: "no table was recognized in it" for f in seen if f.path not in known})
    if records and counts:
        left.update({c.file.path: _APART for c in counts})
        counts = ()
    lists = tuple(_with_filled(folder, one) for one in code_lists(records))
    matched = _matched(records)
    questions = (
        *(q for one in counts for q in one.questions),
        *_record_questions(records, matched),
        *_code_questions(lists),
    )
    guess = PlanGuess(
        title="Equity audit",
        records=records,
        counts=counts,
        identity=tuple(_identity(records, counts, lists)),
        outcomes=guess_outcomes(records, counts),
        left=left,
        questions=questions,
    )
    guess = replace(guess, questions=(*questions, *_missing(guess)))
    files = tuple(_files(records, counts, left, matched=matched))
    return Guessed(tuple(seen), guess, lists, files)


def _missing(guess: PlanGuess) -> Iterator[str]:
    """What no plan can be without and these files do not tell."""
    if not guess.outcomes:
        yield "which outcome do these files tell? Add an [[outcome]]."
    if not guess.identity:
        yield "which column tells who a student is (race, sex …)? Add an [[identity]]."


def _paths(folder: Path) -> tuple[Path, ...]:
    if not folder.is_dir():
        raise SourceError(
            f"{folder}: there is no such folder. Name the folder that holds the files."
        )
    inside = [p for p in folder.rglob("*") if p.is_file() and is_readable(p)]
    parts = [p.relative_to(folder).parts for p in inside]
    found = [
        path
        for path, names in zip(inside, parts, strict=True)
        if not any(n.startswith(".") or n == "codes" for n in names)
    ]
    if not found:
        raise SourceError(
            f"{folder}: no file to read. Files are read if they end in {', '.join(READABLE)}, "
            "each also with .gz."
        )
    return tuple(sorted(found))


def _see(paths: Sequence[Path], folder: Path) -> tuple[list[SeenFile], dict[str, str]]:
    seen, left = [], {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            file = see_file(path, name)
        except SourceError as error:
            left[name] = str(error)
            continue
        if file.rows:
            seen.append(file)
        else:
            left[name] = "it has no rows"
    return seen, left


def _matched(records: Sequence[RecordGuess]) -> Mapping[str, float]:
    """For each file with students, the share of rows whose student the roster has."""
    rosters = [r for name in _ROSTERS for r in records if r.table == name]
    if not rosters or len(records) < 2:
        return {}
    roster = pa.concat_arrays([r.file.ids(r.columns["student_id"]) for r in rosters[:1]])
    roster = pc.unique(roster)
    return {
        r.file.path: share_matched(r.file, r.columns["student_id"], roster)
        for r in records
        if "student_id" in r.columns and r is not rosters[0]
    }


def _record_questions(
    records: Sequence[RecordGuess], matched: Mapping[str, float]
) -> Iterator[str]:
    for path, share in matched.items():
        if share < _WELL_MATCHED:
            yield f"{path}: only {share:.1%} of its rows have a student of the roster; same ids?"
    for one in records:
        if one.table == "student_year" and not one.period and "period" not in one.columns:
            yield f'{one.file.path}: which school year is it about? Write period = "2021-22".'
        if "period" in one.columns and one.file.column(one.columns["period"]).has_single_years:
            yield (
                f"{one.file.path}: do its years name the fall or the spring of a school year? "
                'Write year_is = "start" or "end".'
            )
        for ours, theirs in one.columns.items():
            column = one.file.column(theirs)
            if column.is_date and column.is_day_or_month_first:
                yield (
                    f"{one.file.path}: is the day or the month first in '{theirs}'? "
                    f'Write date_order = "mdy" or "dmy" ({ours} is read month first).'
                )
        if one.table == "identity" and one.complete:
            yield f"{one.file.path}: is everybody in these programs listed? Else complete = false."


def _code_questions(lists: Sequence[CodeList]) -> Iterator[str]:
    for one in lists:
        if one.to_fill:
            yield (
                f"codes/{one.name}.csv: what do {one.to_fill} of {len(one.rows)} values mean? "
                "Fill the column ours; until then they count as not reported."
            )


def _identity(
    records: Sequence[RecordGuess], counts: Sequence[CountGuess], lists: Sequence[CodeList]
) -> Iterator[IdentityGuess]:
    told = {f for r in records for f in r.columns if f in FACTORS}
    told |= {f for c in counts for f in c.codes}
    told |= {f for c in counts for p in c.patterns for f, _ in p.where}
    by_list = {one.name: one for one in lists}
    told |= (
        {row.ours for row in by_list["factor"].rows} & set(FACTORS)
        if "factor" in by_list
        else set()
    )
    has_students = any(p.quantity == "n" for c in counts for p in c.patterns)
    for factor in FACTORS:
        if factor in told:
            if not records and not has_students:
                yield IdentityGuess(factor, COMPLEMENT, "no denominators: parts of the whole")
            elif FACTORS[factor].values == (YES, NO):
                yield IdentityGuess(factor, NO, "students who are not in the group")
            elif (largest := _largest(factor, records, by_list)) != COMPLEMENT:
                yield IdentityGuess(factor, largest, "the largest group in these files")
            else:
                yield IdentityGuess(factor, COMPLEMENT, "everybody else")


def _largest(factor: str, records: Sequence[RecordGuess], lists: Mapping[str, CodeList]) -> str:
    """The value of most rows, where codes are certain; else everybody else is the reference."""
    counts: Counter[str] = Counter()
    if factor in lists:
        for row in lists[factor].rows:
            counts[row.ours] += row.rows
    else:
        for one in records:
            if factor in one.columns:
                for text, rows in one.file.column(one.columns[factor]).top:
                    counts[text.casefold()] += rows
    if not counts or counts[""] * 2 > counts.total():
        return COMPLEMENT
    largest = max(sorted(counts), key=lambda value: counts[value])
    return largest if largest in FACTORS[factor].values else COMPLEMENT


def _files(
    records: Sequence[RecordGuess],
    counts: Sequence[CountGuess],
    left: Mapping[str, str],
    *,
    matched: Mapping[str, float],
) -> Iterator[FileGuess]:
    for one in records:
        share = matched.get(one.file.path)
        yield FileGuess(one.file.path, "records", one.table, one.why, share)
    for table in counts:
        yield FileGuess(table.file.path, "counts", "", table.why)
    for path, why in left.items():
        yield FileGuess(path, "", "", why)


def _write(folder: Path, guess: PlanGuess) -> Path:
    plan = folder / PLAN
    plan.write_text(plan_text(guess), "utf-8")
    return plan


def _code_path(folder: Path, one: CodeList) -> Path:
    return folder / "codes" / f"{one.name}.csv"


def _with_filled(folder: Path, one: CodeList) -> CodeList:
    """A code list with what a person filled into the file that is there."""
    path = _code_path(folder, one)
    return one.filled(read_code_file(path)) if path.exists() else one


def _write_codes(folder: Path, one: CodeList) -> Path:
    path = _code_path(folder, one)
    path.parent.mkdir(exist_ok=True)
    path.write_text(one.text(), "utf-8")
    return path


def _refused(plan: Path) -> tuple[str, ...]:
    """What the plan still lacks before it can be loaded, if anything."""
    try:
        load_plan(plan)
    except PlanError as error:
        return (str(error),)
    return ()


def _lines(result: InitResult) -> Iterator[str]:
    for one in result.files:
        if not one.shape:
            yield f"{one.path}: not used ({one.why})"
            continue
        share = "" if one.matched is None else f"; {one.matched:.1%} of its rows match a student"
        yield f"{one.path}: {one.table or 'published counts'} ({one.why}{share})"
    yield f"Written: {result.plan}"
    yield from (f"Written: {path}" for path in result.codes)
    if result.questions:
        yield "Only a person can say:"
        yield from (f"- {question}" for question in result.questions)
    yield f"Next: eachchild check {result.plan}"
