"""Where a gap comes from: pictures of its parts, its steps, its moments, and of other rules."""

from itertools import accumulate
from math import isfinite, prod

from eachchild.findings.model import Finding, GapRule, GapStep
from eachchild.report.case import Case
from eachchild.report.charts import steps
from eachchild.report.charts.steps import StepChart, StepRow
from eachchild.report.charts.waterfall import WaterfallRow, phone, wide
from eachchild.report.page import Choice, Figure, Table
from eachchild.terms.numerals import count, significant, tenths, whole_percent
from eachchild.terms.said import of_so_many, sentence_case

_NOT_TOLD = "–"
_LEAST = 0.001  # of q; below it nobody reads digits
_MOMENTS = 6  # in the picture; its table has more


def origin_figure(case: Case, cause: Finding) -> Figure | None:
    """What a cause has to show: parts that add up, steps, moments or rules; None where nothing."""
    if cause.parts:
        return _parts_figure(case, cause)
    if cause.steps:
        return _steps_figure(case, cause)
    if cause.moments:
        return _moments_figure(case, cause)
    return _rules_figure(case, cause) if cause.rules else None


def _parts_figure(case: Case, cause: Finding) -> Figure:
    say = case.names.say
    ends = [0.0, *accumulate(part.value for part in cause.parts)]
    whole = ends[-1]
    most = max(cause.parts, key=lambda part: part.share)
    parts = tuple(
        WaterfallRow(part.label, start, end, _shown(case, part.value, part.share), part == most)
        for part, start, end in zip(cause.parts, ends[:-1], ends[1:], strict=True)
    )
    rows = (WaterfallRow(say("origin.whole"), 0.0, whole, _points(case, whole)), *parts)
    about = _about(case, cause)
    said = "; ".join(f"{row.label}: {row.shown}" for row in rows)
    return Figure(
        id=f"origin-{cause.id}",
        title=say("origin.title"),
        about=about,
        alt=f"{sentence_case(about)}. {said}.",
        wide=wide(rows),
        phone=phone(rows),
        table=Table(
            about,
            (say("origin.part"), say("origin.points"), say("origin.share"), say("origin.interval")),
            tuple(
                (part.label, f"{100 * part.value:.2f}", whole_percent(part.share),
                 say("figure.bounds", low=whole_percent(part.low), high=whole_percent(part.high)))
                for part in cause.parts
            ),
            total=(say("origin.whole"), f"{100 * whole:.2f}", whole_percent(1.0), ""),
        ),
        notes=(say("origin.note"),),
    )  # fmt: skip


def _steps_figure(case: Case, cause: Finding) -> Figure:
    say = case.names.say
    most = max(cause.steps, key=lambda step: step.share)
    rows = tuple(
        StepRow(
            _step_label(case, step, first=not at), _rates(step), _of_so_many(case, step),
            say("origin.times", ratio=significant(step.ratio, 3)),
            say("origin.part_of_gap", share=whole_percent(step.share)), step == most,
        )
        for at, step in enumerate(cause.steps)
    )  # fmt: skip
    chart = StepChart(*_both(case, cause), rows)
    heads = (say("origin.step"), chart.group, chart.others, say("origin.ratio"),
             say("origin.share"), say("origin.interval"))  # fmt: skip
    return _bars(
        case, cause, chart, title=say("origin.steps_title"), note=say("origin.steps_note"),
        heads=heads, numbers=tuple(
            (_step_label(case, step, first=not at), *_people(step),
             f"{step.ratio:.3f}", whole_percent(step.share), _interval(case, step))
            for at, step in enumerate(cause.steps)
        ),
        places=_places_table(case, cause),
    )  # fmt: skip


def _places_table(case: Case, cause: Finding) -> Table | None:
    """The steps place by place, where a cause has them."""
    if not cause.in_places:
        return None
    say = case.names.say
    labels = (
        _step_label(case, step, first=not at) for at, step in enumerate(cause.in_places[0].steps)
    )
    rows = tuple(
        (place.label, *(" / ".join(_of_so_many(case, step)) for step in place.steps),
         _whole(place.steps), _share_of_first(place.steps, cause))
        for place in cause.in_places
    )  # fmt: skip
    heads = (say("origin.place"), *labels, say("origin.ratio"), say("origin.share_there"))
    group, others = (case.names.group(name) for name in (cause.group, cause.reference))
    return Table(say("origin.places_about", about=_about(case, cause), group=group, others=others),
                 heads, rows)  # fmt: skip


def _whole(own: tuple[GapStep, ...]) -> str:
    ratio = prod(step.ratio for step in own)
    return significant(ratio, 3) if isfinite(ratio) else _NOT_TOLD


def _share_of_first(own: tuple[GapStep, ...], cause: Finding) -> str:
    share = next(step.share for step in own if f"step={step.name}" == cause.at)
    return whole_percent(share) if isfinite(share) else _NOT_TOLD


def _moments_figure(case: Case, cause: Finding) -> Figure:
    """Of each moment the part of the gap that it has, beside what an even gap would give it."""
    say = case.names.say
    rows = tuple(
        StepRow(
            sentence_case(moment.label), (max(moment.share, 0.0), moment.even_share),
            (whole_percent(moment.share), whole_percent(moment.even_share)),
            say("origin.times", ratio=_ratio(moment.inside)),
            say("origin.elsewhere", ratio=_ratio(moment.outside)), moment.name == cause.at,
        )
        for moment in cause.moments[:_MOMENTS]
    )  # fmt: skip
    chart = StepChart(say("origin.of_gap"), say("origin.if_even"), rows)
    heads = (say("origin.moment"), case.names.group(cause.group), case.names.group(cause.reference),
             say("origin.share"), say("origin.if_even"), say("origin.ratio"),
             say("origin.ratio_elsewhere"), say("origin.q"))  # fmt: skip
    return _bars(
        case, cause, chart, title=say("origin.moments_title"), note=say("origin.moments_note"),
        of=say("origin.referrals"),
        heads=heads, numbers=tuple(
            (sentence_case(m.label), count(m.group), count(m.others), whole_percent(m.share),
             whole_percent(m.even_share), _ratio(m.inside), _ratio(m.outside),
             _q(m.q))
            for m in cause.moments
        ),
    )  # fmt: skip


def _rules_figure(case: Case, cause: Finding) -> Figure:
    """What each rule of entry would do, students staying as they are."""
    say = case.names.say
    made = []
    for rule in cause.rules:
        mine, theirs = of_so_many(case.names.words, rule.group, rule.others)
        made.append(StepRow(
            rule.label, (rule.group, rule.others), (mine, theirs),
            say("origin.rule_gap", points=tenths(rule.gap / 100)),
            _seats(case, round(rule.added)),
            rule.name == cause.rules[0].name,
        ))  # fmt: skip
    rows = tuple(made)
    both = _both(case, cause)
    chart = StepChart(*both, rows)
    heads = (say("origin.rule"), chart.group, chart.others, say("origin.points"),
             say("origin.seats"), say("origin.seats_added"), say("origin.seats_lost"))  # fmt: skip
    return _bars(
        case, cause, chart, title=say("origin.rules_title"), note=say("origin.rules_note"),
        heads=heads, numbers=tuple(
            (rule.label, *row.shown, tenths(rule.gap / 100), count(round(rule.seats)),
             count(round(rule.added)), count(round(rule.lost)))
            for rule, row in zip(cause.rules, rows, strict=True)
        ),
        choices=tuple(
            _choice(case, cause.rules[0], rule, StepChart(*both, (rows[0], row)))
            for rule, row in zip(cause.rules[1:], rows[1:], strict=True)
        ),
    )  # fmt: skip


def _choice(case: Case, today: GapRule, rule: GapRule, chart: StepChart) -> Choice:
    """One rule beside today's: who would be enrolled, how many seats, and who would lose one."""
    mine, theirs = chart.rows[1].shown
    said = case.names.say(
        "origin.choice", mine=mine, theirs=theirs, group=chart.group, others=chart.others,
        points=tenths(abs(rule.gap) / 100), today=tenths(abs(today.gap) / 100),
        seats=count(round(rule.seats)),
        added=_seats(case, round(rule.added)), lost=count(round(rule.lost)),
    )  # fmt: skip
    return Choice(rule.label, said, steps.wide(chart), steps.phone(chart))


def _bars(
    case: Case, cause: Finding, chart: StepChart, *, title: str, note: str,
    heads: tuple[str, ...], numbers: tuple[tuple[str, ...], ...], places: Table | None = None,
    of: str = "", choices: tuple[Choice, ...] = (),
) -> Figure:  # fmt: skip
    """Two bars a row, the same said in words, and the numbers behind them; `of` the outcome."""
    about = _about(case, cause, of)
    said = "; ".join(
        f"{row.label}: {' / '.join(row.shown)}, {row.ratio}, {row.part}" for row in chart.rows
    )
    return Figure(
        id=f"origin-{cause.id}",
        title=title,
        about=about,
        alt=f"{sentence_case(about)}. {said}.",
        wide=steps.wide(chart),
        phone=steps.phone(chart),
        table=Table(about, heads, numbers),
        notes=(note,),
        places=places,
        choices=choices,
    )


def _both(case: Case, cause: Finding) -> tuple[str, str]:
    """The names of both groups, as a legend has them."""
    mine, theirs = (case.names.label(group) for group in (cause.group, cause.reference))
    return mine, theirs


def _seats(case: Case, added: int) -> str:
    if not added:
        return case.names.say("origin.same_seats")
    said = count(abs(added))
    if added > 0:
        return case.names.say("origin.more_seats", added=said)
    return case.names.say("origin.fewer_seats", added=said)


def _q(number: float) -> str:
    return "< 0.001" if number < _LEAST else f"{number:.3f}"


def _ratio(number: float) -> str:
    return significant(number, 2) if isfinite(number) else _NOT_TOLD


def _about(case: Case, cause: Finding, of: str = "") -> str:
    return case.names.say(
        "origin.about", title=of or case.card.title, group=case.names.group(cause.group),
        others=case.names.group(cause.reference), period=case.names.period(cause.period),
    )  # fmt: skip


def _step_label(case: Case, step: GapStep, *, first: bool) -> str:
    return step.label if first else case.names.say("origin.of_those", step=step.label)


def _rates(step: GapStep) -> tuple[float, float]:
    mine, theirs = (
        went / came if came else 0.0 for went, came in zip(step.went, step.came, strict=True)
    )
    return mine, theirs


def _of_so_many(case: Case, step: GapStep) -> tuple[str, str]:
    mine, theirs = of_so_many(case.names.words, *_rates(step))
    return mine, theirs


def _people(step: GapStep) -> tuple[str, str]:
    mine, theirs = (
        f"{count(went)} / {count(came)}" for went, came in zip(step.went, step.came, strict=True)
    )
    return mine, theirs


def _interval(case: Case, step: GapStep) -> str:
    if not isfinite(step.share_low):
        return _NOT_TOLD
    ends = (whole_percent(end) for end in (step.share_low, step.share_high))
    return case.names.say("figure.bounds", **dict(zip(("low", "high"), ends, strict=True)))


def _shown(case: Case, value: float, share: float) -> str:
    return case.names.say("origin.shown", points=_points(case, value), share=whole_percent(share))


def _points(case: Case, value: float) -> str:
    return case.names.say("origin.so_many", points=tenths(value))
