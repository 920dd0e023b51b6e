"""The pages in every language: nothing untranslated, nothing outside, the page kept."""

import gettext
import html
import json
import re
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import formats, translation

from eachchild.web import shelf
from eachchild.web.foundation.templatetags.bundle import told
from eachchild.web.project.catalog import Message, read_po, to_mo
from eachchild.web.worker import _every_language

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import messages  # noqa: E402

TEMPLATES = sorted((ROOT / "src/eachchild/web").rglob("*.html"))
_BLOCKS = re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{#.*?#}", re.DOTALL)
_SPOKEN = re.compile(r"""\b(?:aria-label|title|placeholder|alt|content)=["']([^"'{]*)["']""")
_OF_MACHINES = ("width=", "light dark")  # contents of meta tags
_NAMES = {"EachChild", "PDF", "PPRA"}
_ENGLISH = re.compile(
    r"\b(the|and|with|students|schools|were|which|than|group|groups|cannot|against|suspended|"
    r"suspension|boys|girls|hidden|points|times|chance|nobody|yes)\b"
)
# What the plan says itself: its title, its note, and where its outcomes are from.
_OF_THE_PLAN = re.compile(
    r"Synthetic district|No real student is in these data[^.]*\.|The world: [^.]*\.|"
    r"Civil Rights Data Collection: one or more out-of-school suspensions"
)
_HEADING = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


@pytest.mark.parametrize("path", messages.files(), ids=lambda path: path.parts[-3])
def test_every_message_is_translated_and_none_is_in_doubt(path: Path) -> None:
    assert messages.lacking(path) == []


@pytest.mark.parametrize("path", messages.files(), ids=lambda path: path.parts[-3])
def test_a_translation_has_the_same_blanks(path: Path) -> None:
    blanks = re.compile(r"%\(\w+\)[sd]")
    for one in read_po(path.read_text("utf-8")):
        for text in one.told if one.text else ():
            assert sorted(blanks.findall(text)) == sorted(blanks.findall(one.text)), one.text


def test_a_file_has_nothing_that_no_page_says() -> None:
    now = messages.collect()
    for path in messages.files():
        assert [m.text for m in read_po(path.read_text("utf-8")) if m.text and m.text not in now
                ] == []  # fmt: skip


def test_a_doubtful_or_missing_translation_is_found(tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    path.write_text('msgid ""\nmsgstr ""\n\n#, fuzzy\nmsgid "Save"\nmsgstr "Guardar"\n', "utf-8")
    lacking = messages.lacking(path)
    assert "Save" in lacking
    assert "Trail" in lacking


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_template_speaks_outside_of_translate(path: Path) -> None:
    text = _BLOCKS.sub("", path.read_text("utf-8"))
    for spoken in _SPOKEN.findall(text):
        assert spoken.startswith(_OF_MACHINES) or not re.search("[A-Za-z]", spoken), spoken
    bare = re.sub(r"<script\b.*?</script>", " ", text, flags=re.DOTALL)  # data for a script
    bare = re.sub(r"{%.*?%}|{{.*?}}", " ", bare, flags=re.DOTALL)
    bare = re.sub(r"<[^>]*>", " ", bare)
    words = set(re.findall(r"[A-Za-z]{2,}", bare.replace("&nbsp;", " "))) - _NAMES
    assert words == set()


def test_what_is_made_ready_is_what_gettext_reads(tmp_path: Path) -> None:
    made = to_mo(iter([
        Message("", told=(_HEADING,)),
        Message("row", "rows", ("fila", "filas")), Message("Yes", told=("Sí",)),
        Message("No", told=("No",), fuzzy=True),
    ]))  # fmt: skip
    (tmp_path / "x.mo").write_bytes(made)
    with (tmp_path / "x.mo").open("rb") as file:
        read = gettext.GNUTranslations(file)
    assert read.gettext("Yes") == "Sí"
    assert (read.ngettext("row", "rows", 1), read.ngettext("row", "rows", 3)) == ("fila", "filas")


def test_the_language_changes_and_the_page_stays(north, client_for, finished) -> None:
    client = client_for(north, "superintendent")
    page = f"/d/north/runs/{finished.pk}/numbers/?place=all"
    answer = client.post("/language/", {"language": "es", "next": page})
    assert (answer.status_code, answer["Location"]) == (302, page)
    told = client.get(page).content.decode()
    assert '<html lang="es">' in told
    assert "Números" in told
    assert 'value="en" lang="en">English</button>' in told
    assert f'name="next" value="{page}"' in told


def test_another_site_is_never_what_comes_next(db) -> None:
    answer = Client().post("/language/", {"language": "es", "next": "https://elsewhere.example/"})
    assert "elsewhere" not in answer["Location"]


def test_findings_keep_their_language_and_say_so(north, client_for, finished) -> None:
    client = client_for(north, "superintendent")
    english = client.get("/d/north/").content.decode()
    assert 'lang="en">' not in english.partition("<body")[2].partition("</header>")[2]
    client.cookies["django_language"] = "es"
    spanish = client.get("/d/north/").content.decode()
    assert "Los hallazgos están en el idioma en que se hizo la auditoría." in spanish
    assert '<h1 lang="en">' in spanish
    with translation.override("es"):
        assert told({"language": "en"}) == ' lang="en"'
        assert told({"language": "es"}) == told(None) == ""


def _words(page: str) -> str:
    """What a person reads of a page's own part, without the frame around it."""
    page = page.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def _public(north, out, language: str) -> dict[str, str]:
    """Every public page of a release and of each of its findings, by address."""
    folder = north.shelf.bundle(str(out.run_id), "public")
    told = json.loads((folder / "screens.json").read_text("utf-8"))
    of = [north.slug, out.pk]
    addresses = [reverse(f"public-{name}", args=of) for name in ("report", "families", "method")]
    for outcome in told["outcomes"]:
        addresses.append(reverse("public-outcome", args=[*of, outcome["id"]]))
        screens = [one["screen"] for one in (*outcome["findings"], *outcome["quiet"])]
        addresses += [reverse("public-finding", args=[*of, screen]) for screen in screens]
    answers = {address: Client().get(f"{address}?language={language}") for address in addresses}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {address: answer.content.decode() for address, answer in answers.items()}


def test_a_reader_of_public_pages_has_the_findings_in_their_language(north, out) -> None:
    """The same addresses, no English left, and nothing in it marked as of another language."""
    english, spanish = (_public(north, out, language) for language in ("en", "es"))
    assert english.keys() == spanish.keys()
    assert any("Black students" in _words(page) for page in english.values())
    assert any("estudiantes negros" in _words(page) for page in spanish.values())
    for address, page in spanish.items():
        assert '<html lang="es">' in page
        assert "Los hallazgos están en el idioma" not in page
        said = _OF_THE_PLAN.sub("", _words(page))
        assert [said[m.start() - 60 : m.end() + 60] for m in _ENGLISH.finditer(said)] == [], address
    for page in english.values():
        assert "estudiantes" not in _words(page)


def test_pages_of_a_bundle_without_the_readers_language_are_in_the_plan_s(north, out) -> None:
    folder = north.shelf.bundle(str(out.run_id), "public")
    with translation.override("es"):
        assert shelf.screens(folder)["language"] == "es"
    with translation.override("fr"):
        assert shelf.screens(folder)["language"] == "en"
    with translation.override("en-us"):
        assert shelf.screens(folder)["language"] == "en"


def test_the_worker_asks_for_every_language_of_the_platform() -> None:
    asked = list(_every_language())
    assert asked == ["--screens-in", "en", "--screens-in", "es"]


def test_roles_days_and_numbers_are_told_in_the_language(north, client_for) -> None:
    client = client_for(north, "administrator")
    client.cookies["django_language"] = "es"
    assert "Analista de datos" in client.get("/account/people/north/").content.decode()
    with translation.override("es"):
        assert formats.number_format(0.12) == "0.12"
        assert "de" in formats.date_format(__import__("datetime").date(2026, 8, 1))
