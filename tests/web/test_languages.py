"""The pages in every language: nothing untranslated, nothing outside, the page kept."""

import gettext
import re
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.utils import formats, translation

from eachchild.web.foundation.templatetags.bundle import told
from eachchild.web.project.catalog import Message, read_po, to_mo

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import messages  # noqa: E402

TEMPLATES = sorted((ROOT / "src/eachchild/web").rglob("*.html"))
_BLOCKS = re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{#.*?#}", re.DOTALL)
_SPOKEN = re.compile(r"""\b(?:aria-label|title|placeholder|alt|content)=["']([^"'{]*)["']""")
_OF_MACHINES = ("width=", "light dark")  # contents of meta tags
_NAMES = {"EachChild", "PPRA"}
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


def test_roles_days_and_numbers_are_told_in_the_language(north, client_for) -> None:
    client = client_for(north, "administrator")
    client.cookies["django_language"] = "es"
    assert "Analista de datos" in client.get("/account/people/north/").content.decode()
    with translation.override("es"):
        assert formats.number_format(0.12) == "0.12"
        assert "de" in formats.date_format(__import__("datetime").date(2026, 8, 1))
