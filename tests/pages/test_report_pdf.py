"""The report on paper: tagged, in its language, with a text alternative for every picture."""

from dataclasses import replace

import pytest
from pypdf import PdfReader

from eachchild.report import FontsMissingError, write_pdf
from eachchild.report.compose import compose


@pytest.fixture(scope="module")
def path(released, tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    write_pdf(compose(released), path)
    return path


@pytest.fixture(scope="module")
def pdf(path):
    return PdfReader(path)


@pytest.fixture(scope="module")
def pages(pdf):
    return [" ".join(page.extract_text().split()) for page in pdf.pages]


def elements(pdf):
    """Every element of the structure tree."""
    waiting = [pdf.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if not hasattr(node, "get"):
            continue
        if "/S" in node:
            yield node
        kids = node.get("/K", [])
        kids = kids.get_object() if hasattr(kids, "get_object") else kids
        waiting += [
            k for k in (kids if isinstance(kids, list) else [kids]) if hasattr(k, "get_object")
        ]


def test_it_is_tagged_and_says_its_title_and_language(pdf, released):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert pdf.metadata.title == released.title
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_every_picture_has_a_text_alternative(pdf):
    pictures = [e for e in elements(pdf) if e["/S"] == "/Figure"]
    assert len(pictures) > 15
    assert all(str(e.get("/Alt", "")).strip() for e in pictures)
    alts = " ".join(str(e["/Alt"]) for e in pictures).replace("\u00a0", " ")
    assert "From 0.96 % (Asian students) to 12 % (Black students)." in alts


def test_tables_and_headings_are_tables_and_headings(pdf):
    kinds = {str(e["/S"]) for e in elements(pdf)}
    assert {"/Table", "/TH", "/TR", "/TD", "/H1", "/H2", "/H3", "/L", "/Link"} <= kinds


def test_every_page_says_what_may_be_done_with_it(pages):
    assert all("Internal: small groups visible." in page for page in pages)


def test_the_numbers_are_in_it(pages):
    said = " ".join(pages)
    for part in ("32,138", "261,589", "hidden to protect students", "Words used here"):
        assert part in said
    assert "Maple Elementary +" not in said  # schools by name are for looking up, in the page


def test_it_names_no_moment(pdf):
    assert pdf.metadata.creation_date is None
    assert pdf.metadata.modification_date is None


def test_same_input_same_bytes(released, path, tmp_path):
    write_pdf(compose(released), tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == path.read_bytes()


def test_what_a_person_wrote_is_never_read_as_markup(released, tmp_path):
    title = '#import "x.typ" *strong* $x$ <label> @ref \\ //'
    write_pdf(compose(replace(released, title=title)), tmp_path / "report.pdf")
    made = PdfReader(tmp_path / "report.pdf")
    assert made.metadata.title == title
    assert "*strong*" in made.pages[0].extract_text()


def test_without_the_typeface_it_says_what_to_do(released, tmp_path, monkeypatch):
    monkeypatch.setattr("eachchild.report.fonts.FOLDER", tmp_path)
    with pytest.raises(FontsMissingError, match="make setup"):
        write_pdf(compose(released), tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()
