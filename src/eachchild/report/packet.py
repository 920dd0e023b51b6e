"""Six pages for a board meeting, as a PDF: made of a released copy, and of what was agreed.

Nothing is counted here. Sentences and pictures are those of the copy's screens.json and of what
`eachchild progress` wrote of the same copy; the plan is people's own words.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eachchild.release import SEAL, Audience, ReleaseRefusedError
from eachchild.report.charts.from_page import Painted, from_page
from eachchild.report.packet_plan import BoardPlan, Decided, PacketError, PlannedGoal
from eachchild.report.pdf import set_by_typst
from eachchild.report.screens import SCREENS, screens_in
from eachchild.terms.catalogue import Words, words
from eachchild.terms.numerals import count, unbroken
from eachchild.terms.said import sentence_case

AUDIENCES = (Audience.BOARD, Audience.PUBLIC)
_PROOF = "proof.json"
# What a board reads beneath a finding, by the kinds of lines there are.
_EVIDENCE = (
    ("counts", "counts_pooled", "sums", "sums_pooled"),
    ("ratio", "difference", "mean_difference"),
    ("parity_lower", "parity_higher", "parity_lower_pooled", "parity_higher_pooled"),
)
_UNBROKEN = 28  # letters in a row before a line may break between them
_MOST = {"title": 160, "line": 240, "text": 420}  # letters, by what they are for
Json = Mapping[str, Any]


def board_packet(
    bundle: Path, plan: BoardPlan, progress: Json | None = None, *, language: str = ""
) -> bytes:
    """The packet as a PDF of six pages; the same copy, plan and progress give the same bytes.

    `language`: one in which the copy has pages; by default the copy's own. Raises
    ReleaseRefusedError where the folder is no released copy for a board or the public, or its
    files are not those that were proved; PacketError where its pages are missing.
    """
    screens, proved, audience = _opened(bundle, language)
    verdicts = _verdicts(progress, audience, str(screens["language"]))
    said = words(str(screens["language"]))
    document = _Packet(said, screens, plan, verdicts).document()
    document |= {
        "first_line": said.text(f"packet.first_line_{audience}"),
        "method": _method(said, len(proved["approved_by"])),
        "seal": (bundle / SEAL).read_text("ascii").strip(),
    }
    return set_by_typst("packet.typ", document)


def _opened(bundle: Path, language: str) -> tuple[Json, Json, Audience]:
    """The pages of a copy, its proof, and whom it is for; refused where it is none."""
    if not (bundle / SEAL).is_file():
        raise ReleaseRefusedError(
            f"{bundle} is no released copy, and a packet is made of one alone. "
            "`eachchild release DIR --audience board --screens` makes it."
        )
    seal = (bundle / SEAL).read_text("ascii", "replace").strip()
    proof = (bundle / _PROOF).read_bytes() if (bundle / _PROOF).is_file() else b""
    if hashlib.sha256(proof).hexdigest() != seal:
        raise ReleaseRefusedError(_changed(bundle))
    proved = json.loads(proof)
    audience = Audience(proved["audience"])
    if audience not in AUDIENCES:
        raise ReleaseRefusedError(
            f"{bundle} is for {audience}. A packet is made of a copy for the board or the public."
        )
    return _pages(bundle, proved["files"], language), proved, audience


def _pages(bundle: Path, proved: Mapping[str, str], language: str) -> Json:
    if SCREENS not in proved:
        raise PacketError(
            f"{bundle} has no {SCREENS}. Release the copy with --screens to make a packet of it."
        )
    name = screens_in(language) if screens_in(language) in proved else SCREENS
    path = bundle / name
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != proved[name]:
        raise ReleaseRefusedError(_changed(bundle))
    screens: Json = json.loads(data)
    if language and screens["language"] != language:
        raise PacketError(
            f"{bundle} has no pages in '{language}'. Release it with --screens-in {language}."
        )
    return screens


def _method(said: Words, approvals: int) -> str:
    """Where the numbers come from, who approved them, and how anybody checks them."""
    one = "_one" if approvals == 1 else ""
    return " ".join((
        said.text("packet.method_copy"),
        said.say(f"packet.method_approved{one}", count=count(approvals)),
        said.say("packet.method_check", command="eachchild verify"),
    ))  # fmt: skip


def _changed(bundle: Path) -> str:
    return (
        f"{bundle}: its files are not those that were proved. `eachchild verify {bundle}` says "
        "which; take the copy anew from where it was released."
    )


def _verdicts(progress: Json | None, audience: Audience, language: str) -> dict[str, Json]:
    """The verdict of each goal, by its id; never one made of more than these readers may see."""
    if progress is None:
        return {}
    try:
        made_of, told = Audience(progress["audience"]), progress["language"]
        verdicts = {str(one["goal"]): one for one in progress["verdicts"]}
    except (KeyError, TypeError, ValueError) as error:
        raise PacketError("the progress file is not what `eachchild progress` writes.") from error
    if made_of not in audience.hears:
        raise ReleaseRefusedError(
            f"the progress file was made of the {made_of} copy, and this packet is for {audience}. "
            "Make it of the same released copy: `eachchild progress BUNDLE`."
        )
    if told != language:
        raise PacketError(f"the progress file is in '{told}'. Make it with --language {language}.")
    return verdicts


class _Packet:
    """The six pages as a description: every text cut to its room, with a count of what is left."""

    def __init__(
        self, said: Words, screens: Json, plan: BoardPlan, verdicts: Mapping[str, Json]
    ) -> None:
        self._said, self._screens, self._plan, self._verdicts = said, screens, plan, verdicts
        self._told = {
            one["screen"]: one for outcome in screens["outcomes"] for one in outcome["findings"]
        }

    @property
    def _of_causes(self) -> str:
        """What the copy says it cannot say of causes; it stands on the page of causes."""
        wanted = self._said.text("limits.causes")
        return next((one for one in self._screens["limits"] if _plain(one) == wanted), "")

    def document(self) -> dict[str, object]:
        screens = self._screens
        return {
            "language": screens["language"],
            "heading": self._cut(str(screens["heading"] or screens["title"]), "title"),
            "about": self._cut(str(screens["about"]), "title"),
            "words": {
                key.removeprefix("packet."): self._said.text(key)
                for key in sorted(self._said.sentences)
                if key.startswith("packet.")
            },
            "answer": self._answer(),
            "findings": list(self._findings()),
            "causes": list(self._causes()),
            "unknown": list(self._unknown()),
            "plan": {
                "vision": self._cut(self._plan.vision, "text"),
                "goals": [self._goal(goal) for goal in self._plan.goals],
            },
            "worked": [self._worked(goal) for goal in self._plan.goals],
            "decide": [self._cut(one, "line") for one in self._plan.decide],
            "questions": list(self._questions()),
            "limits": [
                self._cut(str(one), "text") for one in screens["limits"] if one != self._of_causes
            ],
        }

    def _answer(self) -> dict[str, object]:
        """The question, its answer, and the one picture that shows it best."""
        screens = self._screens
        found = {
            "question": screens["question"],
            "answer": self._cut(str(screens["answer"]), "text"),
            "outcomes": [
                [self._cut(str(one["title"]), "title"), self._cut(str(one["level"]), "line")]
                for one in screens["outcomes"]
            ],
        }
        gap = self._said.text("report.predicted.verdict_gap")
        for one in sorted(screens["predicted"], key=lambda one: one["verdict"] != gap):
            drawn = from_page(one["html"])
            if one["verdict"] == gap and drawn is not None:
                return {**found, "over": self._said.text("packet.pair"),
                        "sentence": self._cut(str(one["sentence"]), "text"),
                        "picture": _picture(drawn)}  # fmt: skip
        for one in screens.get("family", {}).get("told", ()):
            drawn = from_page(one["picture"])
            if drawn is not None:
                return {**found, "over": self._said.text("packet.headline"),
                        "sentence": self._cut(" ".join(one["sentences"]), "text"),
                        "picture": _picture(drawn)}  # fmt: skip
        return {**found, "over": "", "sentence": self._cut(str(screens["no_headline"]), "text"),
                "picture": self._of_groups()}  # fmt: skip

    def _of_groups(self) -> dict[str, object] | None:
        """Where nothing is sure enough: how far the numbers of the first outcome reach."""
        figures = (one for outcome in self._screens["outcomes"] for one in outcome["figures"])
        drawn = (from_page(one["html"]) for one in figures if one["kind"] == "groups")
        return next((_picture(one) for one in drawn if one is not None), None)

    def _findings(self) -> Iterator[dict[str, object]]:
        """The headlines: the sentence, so many of a hundred, then counts and interval."""
        people = {one["screen"]: one for one in self._screens.get("family", {}).get("told", ())}
        for one in self._screens["headlines"]:
            of = self._told.get(one["screen"], {})
            counted = str(people.get(one["screen"], {}).get("picture", ""))
            drawn = from_page(counted, narrow=True) or from_page(str(one["picture"]))
            yield {
                "sentence": self._cut(str(one["sentence"]), "text"),
                "about": self._cut(str(one["about"]), "title"),
                "evidence": [
                    self._cut(str(line), "line")
                    for line in self._told_of(of.get("evidence", one["evidence"]))
                ],
                "picture": None if drawn is None else _picture(drawn),
            }

    def _told_of(self, evidence: Sequence[str]) -> Iterator[str]:
        """The counts, the interval, and how many students it is about; the rest is for the report.

        A line is known by its sentence in the catalogue, whatever the language.
        """
        for kind in _EVIDENCE:
            patterns = [_pattern(self._said.text(f"evidence.{key}")) for key in kind]
            yield from (line for line in evidence if any(p.fullmatch(line) for p in patterns))

    def _causes(self) -> Iterator[dict[str, str]]:
        for one in self._screens["beginnings"]:
            yield {
                "about": self._cut(str(one["about"]), "line"),
                "sentence": self._cut(str(one["sentence"]), "text"),
                "precise": self._cut(str(one["precise"]), "line"),
                "begin": self._cut(str(one["begin"]), "line"),
                "refuted_by": self._cut(str(one["refuted_by"]), "line"),
            }

    def _unknown(self) -> Iterator[str]:
        yield self._said.text("packet.unknown_why")
        if self._of_causes:
            yield self._cut(self._of_causes, "text")
        for one in self._screens["headlines"]:
            if not self._told.get(one["screen"], {}).get("cause"):
                yield self._cut(
                    self._said.say("packet.unknown_causes", sentence=one["sentence"]), "text"
                )

    def _goal(self, goal: PlannedGoal) -> dict[str, object]:
        return {
            "change": self._cut(goal.change, "line"),
            "sentence": self._cut(goal.sentence, "line"),
            "target": self._cut(goal.target, "line"),
            "seen": self._cut(goal.seen, "title"),
            "steps": [
                {"title": self._cut(step.title, "title"), "owner": self._cut(step.owner, "title"),
                 "due": self._cut(step.due, "title"), "done": step.done}
                for step in goal.steps
            ],
        }  # fmt: skip

    def _worked(self, goal: PlannedGoal) -> dict[str, object]:
        verdict = self._verdicts.get(goal.id, {})
        drawn = from_page(str(verdict.get("picture", "")))
        return {
            "change": self._cut(goal.change, "line"),
            "sentence": self._cut(str(verdict.get("sentence", "")), "line"),
            "whose": self._cut(str(verdict.get("whose", "")), "line"),
            "next": self._cut(str(verdict.get("next", "")), "line"),
            "picture": None if drawn is None else _picture(drawn),
            "decisions": [self._decided(one) for one in goal.decisions],
        }

    def _decided(self, one: Decided) -> dict[str, str]:
        return {
            "on": self._cut(one.on, "title"),
            "choice": self._said.text(f"packet.choice_{one.choice}"),
            "why": self._cut(one.why, "line"),
        }

    def _questions(self) -> Iterator[str]:
        """Those of the supported causes, each once, then the ones that every plan should stand."""
        of_causes = (q for one in self._screens["beginnings"] for q in one["questions"])
        for question in dict.fromkeys(of_causes):
            yield self._cut(str(question), "line")
        for key in ("packet.question_1", "packet.question_2", "packet.question_3"):
            yield self._said.text(key)

    def _cut(self, text: str, kind: str) -> str:
        """A text that fits its room; where words are left out, how many."""
        plain = "".join(c for c in text if c.isprintable() or c.isspace())
        told = unbroken(re.sub(r"[^\S\u00a0]+", " ", plain).strip())
        most = _MOST[kind]
        if len(told) <= most:
            return _breakable(told)
        kept = told[:most].rsplit(" ", 1)[0]
        left = len(told[len(kept) :].split())
        key = "packet.words_left_one" if left == 1 else "packet.words_left"
        return f"{_breakable(kept)} … {self._said.say(key, count=count(left))}"


def _pattern(sentence: str) -> re.Pattern[str]:
    """What a sentence of the catalogue looks like once its blanks are filled."""
    parts = re.split(r"\{\w+\}", sentence_case(sentence))
    told = ".+".join(re.escape(part).replace(r"\ ", r"\s") for part in parts)
    return re.compile(told, re.IGNORECASE)


def _picture(drawn: Painted) -> dict[str, object]:
    return {"svg": drawn.svg, "width": drawn.width, "height": drawn.height, "alt": drawn.alt}


def _plain(text: str) -> str:
    return " ".join(text.split())


def _breakable(text: str) -> str:
    """The text with a place to break in words that no line could hold."""
    return " ".join(_broken(word) for word in text.split(" "))


def _broken(word: str) -> str:
    parts: Sequence[str] = [word[i : i + _UNBROKEN] for i in range(0, len(word), _UNBROKEN)]
    return "\u200b".join(parts)
