"""One audit in two languages: the same numbers and the same addresses, in other words."""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from eachchild.cli.commands import main
from eachchild.handover import policy_named, release_audit
from eachchild.release import Audience, load_policy
from eachchild.release.bundle import verify_bundle
from eachchild.release.ledger import Ledger
from eachchild.worlds import synthesize
from eachchild.worlds.demonstration import only

TELLTALE = re.compile(
    r"\b(the|and|with|students|schools|were|which|than|group|groups|cannot|against|suspended|"
    r"suspension|boys|girls|hidden|points|times|chance|nobody|yes)\b"
)
# The plan's own words: its title, its note, the sources it names, and what its columns hold.
OF_THE_PLAN = re.compile(
    r"Synthetic district|No real student is in these data[^<]*|Civil Rights .*"
)
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
KEPT = ('factor = "race"', 'factor = "sex"', 'name = "oss_any"', 'name = "days_lost"')
ADDRESSES = ("id", "screen", "finding", "outcome", "group", "place", "kind", "target")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small district audited in English, with Spanish pages, and by a Spanish plan."""
    folder = tmp_path_factory.mktemp("languages")
    synthesize(
        folder / "files", world="moment-lunch", seed=7, students=2_400, schools=12, years=2,
        progress=lambda what, share: None,
    )  # fmt: skip
    plan = folder / "files" / "audit.toml"
    plan.write_text(only(plan.read_text("utf-8"), KEPT), "utf-8")
    spanish = folder / "files" / "spanish.toml"
    spanish.write_text(f'language = "es"\n{plan.read_text("utf-8")}', "utf-8")
    told = ["--progress", "none", "--screens", "--vault", str(folder / "vault")]
    for source, out, more in (
        (plan, "english", ["--no-pdf", "--screens-in", "en", "--screens-in", "es"]),
        (spanish, "spanish", []),
    ):
        assert main(["audit", str(source), "--out", str(folder / out), *told, *more]) == 0
    return folder


@pytest.fixture(scope="module")
def copy(made: Path) -> Path:
    """Its copy for the public, with Spanish pages."""
    policy = load_policy(policy_named(made / "english"), Path())
    files, _, _ = release_audit(
        made / "english", policy, Audience.PUBLIC, approved_by=["A. Lee", "B. Ruiz"],
        before=Ledger(), progress=lambda what, share: None, pdf=False, screens=True,
        screens_in=["en", "es"],
    )  # fmt: skip
    out = made / "public"
    out.mkdir()
    for name, data in files.items():
        (out / name).write_bytes(data)
    return out


def read_of(markup: str) -> str:
    """What a person reads or hears of a piece of a page."""
    heard = " ".join(re.findall(r'aria-label="([^"]*)"', markup))
    markup = re.sub(r"(?s)<(style|script).*?</\1>", " ", markup)
    return html.unescape(re.sub(r"<[^>]*>", " ", markup) + " " + heard)


def texts(value: object, at: str = "") -> Iterator[tuple[str, str]]:
    """Each text of a document and where it stands, what names things left out."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from texts(each, f"{at}/{key}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            # Words are explained in the order of their alphabet.
            yield from texts(each, at if at == "/glossary" else f"{at}/{number}")
    elif isinstance(value, str) and at.rpartition("/")[2] not in ADDRESSES:
        yield at, read_of(value)


def numbers(document: object) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for at, text in texts(document):
        found.setdefault(at, Counter()).update(NUMBER.findall(text))
    return found


def addresses(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from (value[key] for key in ADDRESSES if key in value)
        for each in value.values():
            yield from addresses(each)
    elif isinstance(value, list):
        for each in value:
            yield from addresses(each)


def screens(folder: Path, language: str = "") -> dict[str, object]:
    name = f"screens.{language}.json" if language else "screens.json"
    return dict(json.loads((folder / name).read_text("utf-8")))


@pytest.mark.parametrize("which", ["audit", "copy"])
def test_both_have_the_same_numbers_at_the_same_addresses(
    which: str, made: Path, copy: Path
) -> None:
    folder = made / "english" if which == "audit" else copy
    english, spanish = screens(folder), screens(folder, "es")
    assert (english["language"], spanish["language"]) == ("en", "es")
    assert list(addresses(english)) == list(addresses(spanish))
    assert numbers(english) == numbers(spanish)
    assert sum(sum(found.values()) for found in numbers(english).values()) > 500
    assert english["answer"] != spanish["answer"]


@pytest.mark.parametrize("which", ["audit", "copy"])
def test_the_spanish_pages_say_nothing_in_english(which: str, made: Path, copy: Path) -> None:
    folder = made / "english" if which == "audit" else copy
    assert sum(len(TELLTALE.findall(t)) for _, t in texts(screens(folder))) > 100
    said = [(at, OF_THE_PLAN.sub("", text)) for at, text in texts(screens(folder, "es"))]
    assert [(at, TELLTALE.findall(text)) for at, text in said if TELLTALE.search(text)] == []


def test_a_spanish_plan_gives_a_spanish_report(made: Path) -> None:
    page = (made / "spanish" / "report.html").read_text("utf-8")
    assert '<html lang="es">' in page
    said = OF_THE_PLAN.sub("", read_of(page))
    assert TELLTALE.findall(said) == []
    assert "los estudiantes negros" in said
    pdf = PdfReader(made / "spanish" / "report.pdf")
    assert pdf.trailer["/Root"]["/Lang"] == "es"
    notes = (made / "spanish" / "README.txt").read_text("utf-8")
    assert notes.startswith("Uso interno")
    # Told by the plan or asked for besides it, the words are the same.
    assert screens(made / "spanish")["answer"] == screens(made / "english", "es")["answer"]


def test_the_plan_s_own_language_is_written_once(made: Path, copy: Path) -> None:
    for folder in (made / "english", copy):
        assert {f.name for f in folder.glob("screens*")} == {"screens.json", "screens.es.json"}


def test_pages_in_another_language_are_under_the_same_proof(copy: Path) -> None:
    assert verify_bundle(copy).faults == ()
    path = copy / "screens.es.json"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"estudiantes", b"alumnos", 1))
    assert verify_bundle(copy).faults == ("screens.es.json is not the file that was proved.",)
    path.unlink()
    assert verify_bundle(copy).faults == ("screens.es.json is not the file that was proved.",)
    path.write_bytes(whole)
    (copy / "screens.fr.json").write_bytes(whole)
    assert verify_bundle(copy).faults == ("screens.fr.json was added after the bundle was proved.",)
    (copy / "screens.fr.json").unlink()


def test_an_unknown_language_is_answered_with_those_there_are(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = made / "files" / "klingon.toml"
    text = (made / "files" / "audit.toml").read_text("utf-8")
    plan.write_text(f'language = "tlh"\n{text}', "utf-8")
    assert main(["audit", str(plan), "--out", str(made / "none"), "--progress", "none"]) == 2
    assert "language must be one of en, es" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["audit", str(plan), "--screens", "--screens-in", "tlh"])
    said = capsys.readouterr().err
    assert "choose from" in said
    assert "es" in said
