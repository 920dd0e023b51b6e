"""Every key that a plan may hold: the loader refuses all others, the reference prints these."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what it says, what stands where it is left out, and an example in TOML."""

    meaning: str
    default: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the plan."""

    heading: str
    meaning: str
    keys: Mapping[str, Key]


_NEEDED = "must be given"
PLAN = Section(
    "audit.toml",
    "The top of the file.",
    {
        "title": Key("What the report is called", "Equity audit", 'title = "Suspensions"'),
        "author": Key("Who made the plan; may not approve a release of it", "nobody named"),
        "heading": Key("A line above the title of every page", "none", 'heading = "Draft"'),
        "language": Key("Of every sentence; a folder of words", "en"),
        "as_of": Key("The day whose identity record counts for the year: first_day, last_day, "
                     "ever, or a date", "first_day", 'as_of = "2021-10-01"'),
        "membership": Key("home: a student counts once, at the home school; attended: at every "
                          "school attended ten days or more", "home"),
        "depth": Key("How many factors are crossed for the whole place", "2"),
        "schools_depth": Key("How many are crossed in each district and school", "1"),
        "keep_text": Key("Whether the notes of referrals are read: words alone are counted, and "
                         "none that fewer than 10 students and 3 writers stand for", "false",
                         "keep_text = true"),
        "flags": Key("Print the flags of other frameworks on the pages too", "false"),
        "notes": Key("Sentences added to what the numbers cannot carry", "none",
                     'notes = ["Two schools opened in 2023."]'),
        "source": Key("[[source]] tables: the files", _NEEDED),
        "identity": Key("[[identity]] tables: the factors", _NEEDED),
        "outcome": Key("[[outcome]] tables: what can happen to a student", _NEEDED),
        "chain": Key("[[chain]] tables: outcomes that are steps on one way", "none"),
        "certified": Key("[[certified]] tables: totals to compare with", "none"),
        "codes": Key("Code lists, theirs = ours; those in codes/*.csv are read too", "none",
                     '[codes.race]\nBL = "black"'),
        "labels": Key("Names of the district's own for words of the catalogue", "none",
                      '[labels]\n"group.el.yes" = "multilingual learners"'),
        "discretion": Key("Behaviors that ask for an adult's judgment, theirs = subjective, mixed "
                          "or objective; over the published lists, which are read too", "none",
                          '[discretion]\n"Code 7" = "subjective"'),
        "adults": Key("[adults]: that referring adults may be counted, never named",
                      "nobody is counted"),
        "supports": Key("[supports]: which supports are lists, and by what need is measured",
                        "none is counted"),
        "margin": Key("[margin]: what is called a small difference", "see below"),
        "privacy": Key("[privacy]: the policy", "see below"),
    },
)  # fmt: skip
RECORDS = Section(
    "[[source]] with shape = \"records\"",
    "A file, folder or pattern whose rows are students, spells, absences, and so on.",
    {
        "path": Key("File, folder or pattern, relative to the plan", _NEEDED,
                    'path = "exports/*.csv"'),
        "shape": Key("records or counts", "records"),
        "table": Key("The canonical table it becomes: see tables.md", _NEEDED,
                     'table = "student_year"'),
        "columns": Key("ours = theirs, for headings that are not ours already", "none",
                       'columns = { student_id = "ID" }'),
        "keep": Key("Keep only rows whose column reads so; the others are ignored by name", "all",
                    'keep = { Status = "Active" }'),
        "constant": Key("A column of ours that has one text throughout", "none",
                        'constant = { factor = "idea" }'),
        "date_order": Key("mdy, dmy or ymd, where dates could be read two ways",
                          "found by reading"),
        "year_is": Key("Whether a lone year names a school year's start or end",
                       "asked where needed"),
        "period": Key("The school year of every row", "from a column", 'period = "2021-22"'),
        "complete": Key("No row means no: the table lists everybody it is about", "false"),
        "ignore_columns": Key("Headings that are left unread by name", "none"),
        "ignore_rows": Key("Rows whose column reads so are ignored by name; A|B for either, * for "
                           "any text", "none", 'ignore_rows = { School = "TOTAL" }'),
        "layout": Key("[source.layout], see below", "found by reading"),
        "note": Key("A sentence about the file, for readers of the plan", "none"),
    },
)  # fmt: skip
COUNTS = Section(
    "[[source]] with shape = \"counts\"",
    "A published table of counts; see the how-to.",
    {
        **{k: RECORDS.keys[k] for k in ("path", "shape", "period", "year_is", "ignore_columns",
                                        "ignore_rows", "layout", "note")},
        "period_column": Key("The column that says the school year", "none"),
        "place": Key("[source.place], see below", "one place for the whole table"),
        "cells": Key("[[source.cells]] patterns, see below", _NEEDED),
        "total": Key("Rows that are the whole: compared, never added to their parts", "none",
                     'total = { State = "United States" }'),
        "uncovered": Key("[[source.uncovered]], see below", "none"),
        "together": Key("Sources with the same word make one table", "each its own"),
        "complete": Key("A place with students and no number of an outcome has none of it",
                        "false"),
    },
)  # fmt: skip
PLACE = Section(
    "[source.place]",
    "Which columns name the place of a row; several join.",
    {
        "id": Key("The column or columns that name the place", _NEEDED, 'id = ["LEAID", "SCHID"]'),
        "level": Key("school, district or state", "school"),
        "name": Key("Its name", "the id"),
        "parent": Key("The place above it", "none"),
        "parent_name": Key("The name of that", "its id"),
        "parent_level": Key("The level of that", "district"),
    },
)
CELLS = Section(
    "[[source.cells]]",
    "One pattern stands for many columns.",
    {
        "columns": Key("Headings, with {factor} where a code stands, {A|B} for columns that add up",
                       _NEEDED, 'columns = "SCH_ENR_{race}_{sex}"'),
        "quantity": Key("n, or the name of an outcome: its events", "n"),
        "where": Key("Factors that the columns fix", "none", 'where = { idea = "no" }'),
        "rows": Key("Keep rows whose column reads so", "all", 'rows = { type = "total" }'),
        "from_rows": Key("Factors read from a column", "none", 'from_rows = { race = "Category" }'),
        "remainder": Key("The group that is what the whole has beyond this part", "none",
                         'remainder = "idea=no"'),
        "check": Key("A published total: compared with its cells, never loaded", "false"),
    },
)  # fmt: skip
UNCOVERED = Section(
    "[[source.uncovered]]",
    "Students who stand in a rate's denominators while the source leaves them out of its events.",
    {
        "outcome": Key("The outcome", _NEEDED),
        "events": Key("The pattern of their events", _NEEDED),
        "n": Key("The pattern of their number", _NEEDED),
        "factor": Key("The factor whose comparison it touches", _NEEDED),
        "reason": Key("Why, in words that complete a sentence", _NEEDED),
    },
)
LAYOUT = Section(
    "[source.layout]",
    "How a file is laid out, where that cannot be told or was told wrongly. Lines count from 1.",
    {
        "encoding": Key("utf-8, utf-16 or cp1252", "found by reading"),
        "delimiter": Key("What parts the cells", "found by reading", 'delimiter = ";"'),
        "header_line": Key("The line of the headings", "found by reading"),
        "header_rows": Key("How many lines they take; merged ones join with /", "1"),
        "sheet": Key("The sheet of a workbook", "the first with a table"),
        "fill": Key(
            "A merged label's blanks, filled down or in its block",
            "none",
            'fill = { District = "down" }',
        ),
    },
)
IDENTITY = Section(
    "[[identity]]",
    "One factor of identity, and whom its groups are compared with. Everybody else is always "
    "compared with, too.",
    {
        "factor": Key("A built-in one, race_any=black and the like, or one of your own", _NEEDED,
                      'factor = "race"'),
        "values": Key("The values of one of your own", "yes and no where it overlaps",
                      'values = ["mexico", "philippines"]'),
        "overlap": Key("A yes-or-no factor among several a student may have: never crossed",
                       "false"),
        "reference": Key("A value, complement or overall, chosen before results", "complement",
                         'reference = "white"'),
        "reason": Key("Why that reference; printed in audit.json", "none"),
        "source": Key("Where one of your own is defined", "declared in the plan"),
    },
)  # fmt: skip
OUTCOME = Section(
    "[[outcome]]",
    "What can happen to a student. A built-in one needs only its name.",
    {
        "name": Key("Built in (see outcomes.md) or your own", _NEEDED, 'name = "oss_any"'),
        "label": Key('Completes "Black students …"', "the catalogue's",
                     'label = "missed five days or more"'),
        "event": Key("A condition: makes a rate", "or mean", 'event = "oss_days >= 5"'),
        "mean": Key("A column: makes a mean", "or event", 'mean = "gpa"'),
        "decimals": Key("Decimals a mean is counted in", "0", "decimals = 2"),
        "per": Key("For how many students a mean is told", "1", "per = 100"),
        "population": Key("A condition on who is asked", "everybody enrolled",
                          'population = "days_enrolled >= 10"'),
        "direction": Key("higher is good, lower is good, or neither", _NEEDED + " for your own"),
        "unit": Key("What is counted", "student"),
        "indicator": Key("Number in NASEM (2019), Monitoring Educational Equity", "none"),
        "source": Key("Where it is defined", "none"),
    },
)  # fmt: skip
CHAIN = Section(
    "[[chain]]",
    "Outcomes that are steps on one way, from every student to the last of them. A gap at a step "
    "is then told step by step. A step with others than those of the step before is refused.",
    {
        "steps": Key("Two rates or more of the plan, in order", _NEEDED,
                     'steps = ["oss_any", "oss_again"]'),
        "offer": Key("The step that is what a school offers, not what a student has", "none",
                     'offer = "ap_offered"'),
    },
)  # fmt: skip
CERTIFIED = Section(
    "[[certified]]",
    "A total somebody already certified; see the how-to.",
    {
        "name": Key("What it is", _NEEDED),
        "value": Key("The total", _NEEDED),
        "rule": Key("How it was counted, in words", _NEEDED),
        "period": Key("The school year", _NEEDED),
        "count": Key("students or events", "students"),
        "outcome": Key("The outcome whose events are meant", "none"),
        "group": Key("The group", "everybody", 'group = "race=black"'),
        "place": Key("The place", "all", 'place = "school:010"'),
        "as_of": Key("The day that decided", "the plan's", 'as_of = "2024-10-01"'),
        "grades": Key("The grades it covers", "all", 'grades = ["09", "10"]'),
    },
)
MARGIN = Section(
    "[margin]",
    "What is called a small difference, set before results and printed with them.",
    {
        "ratio_low": Key("Lowest ratio called small, of rare outcomes", "0.8"),
        "ratio_high": Key("Highest", "1.25"),
        "rare_below": Key("The overall rate under which an outcome is rare", "0.10"),
        "points": Key("A difference of common outcomes, as a share", "0.03"),
        "effect": Key("A difference of means, in standard deviations", "0.2"),
    },
)
ADULTS = Section(
    "[adults]",
    "How many adults made how many referrals, for support and never for evaluation. No name and "
    "no id leaves the count.",
    {
        "agreement": Key("The written agreement with the adults or their union that allows it",
                         _NEEDED, 'agreement = "Memorandum of 3 May 2024, section 2"'),
        "set_aside": Key("Logins that are no one person: counted apart", "none",
                         'set_aside = ["SYSTEM", "OFFICE"]'),
    },
)  # fmt: skip
SUPPORTS = Section(
    "[supports]",
    "Whether supports follow need. Need is that of the school year before, and never identity.",
    {
        "lists": Key("Supports that are a list, a screen or a flag: they help nobody yet", "none",
                     'lists = ["early_warning_list"]'),
        "need": Key("score (the tenth in year and grade), courses_failed or absence_share",
                    "score"),
    },
)  # fmt: skip
PRIVACY = Section(
    "[privacy]",
    "What may leave.",
    {"policy": Key("A profile, or a policy file beside the plan", "federal", 'policy = "federal"')},
)
SECTIONS: tuple[Section, ...] = (
    PLAN, RECORDS, COUNTS, PLACE, CELLS, UNCOVERED, LAYOUT, IDENTITY, OUTCOME, CHAIN, CERTIFIED,
    ADULTS, SUPPORTS, MARGIN, PRIVACY,
)  # fmt: skip
