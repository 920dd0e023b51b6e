"""What people wrote is text in every report, whatever it looks like: nothing is run or read."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader

from eachchild import story
from eachchild.report.fonts import require_fonts
from eachchild.report.pdf import _jailed, _template
from eachchild.worlds import synthesize

READ = '#read("/etc/passwd")'
IMAGE = "<img src=file:///etc/passwd>"
DRAWN = '"><svg onload=alert(1)>'
KEPT = ('factor = "race"', 'name = "oss_any"')
LABELS = f"""

[labels]
"group.race.black" = '{READ} {IMAGE}'
"group.race.hispanic" = '</text><image href="file:///etc/passwd"/> $x$ *bold* @ref'
"""
PLACES = {
    "Alder Elementary": READ, "Ash Elementary": IMAGE, "Aspen Middle": DRAWN,
    "Bayview High": '#include "/etc/passwd"',
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The reports of a small district whose schools, plan and groups are named by code."""
    folder = tmp_path_factory.mktemp("named")
    files, quiet = folder / "files", lambda what, share: None
    synthesize(files, seed=7, students=1_500, schools=5, years=2, progress=quiet)
    first, *blocks = (files / "audit.toml").read_text("utf-8").split("\n[[")
    kept = [b for b in blocks if b.startswith("source") or any(name in b for name in KEPT)]
    plan = "\n[[".join((first, *kept)).replace('"Synthetic district"', f"'{READ} {IMAGE}'")
    plan = plan.replace('"eachchild synthesize"', f"'{DRAWN} #sys.inputs'")
    (files / "audit.toml").write_text(plan + LABELS, "utf-8")
    schools = (files / "school.csv").read_text("utf-8")
    for name, code in PLACES.items():
        assert name in schools
        schools = schools.replace(name, '"' + code.replace('"', '""') + '"')
    (files / "school.csv").write_text(schools, "utf-8")
    audit = story.audit(files, vault=folder / "vault")
    audit.report(folder / "report", pdf=True, screens=True)
    return folder / "report"


class _Reader(HTMLParser):
    """Which elements a page has, what they ask for, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.asked: list[str] = []
        self.handlers: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.asked += [v or "" for k, v in attrs if k in ("src", "href", "xlink:href", "data")]
        self.handlers += [k for k, _ in attrs if k.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_s23_code_in_names_is_text_on_the_page(made) -> None:
    reader = _Reader()
    reader.feed((made / "report.html").read_text("utf-8"))
    assert not {"img", "image", "object", "embed", "iframe", "foreignobject"} & reader.elements
    assert reader.handlers == []
    assert all(one.startswith(("#", "data:")) for one in reader.asked), reader.asked
    words = " ".join(" ".join(reader.words).split())
    assert f"{READ} {IMAGE}" in words
    assert f"{DRAWN} #sys.inputs" in words
    assert "root:" not in words


def test_s23_a_browser_runs_none_of_it_and_asks_for_nothing(made, browser) -> None:
    page = browser.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto((made / "report.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert [url for url in asked if not url.startswith("data:")] == [
        (made / "report.html").as_uri()
    ]
    assert said == []
    page.close()


def test_s23_code_in_names_is_text_on_paper(made) -> None:
    pdf = PdfReader(made / "report.pdf")
    words = "".join("".join(page.extract_text().split()) for page in pdf.pages)
    assert pdf.metadata.title.startswith(READ)
    for code in (READ, IMAGE, DRAWN, "#sys.inputs", "*bold*"):
        assert "".join(code.split()) in words, code
    assert "root:" not in words
    assert b"root:x:0" not in (made / "report.pdf").read_bytes()


def _set(source: str, **inputs: str) -> str:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(require_fonts())]
    )
    whole = f'#set document(title: "t"); #set text(font: "Public Sans", lang: "en")\n{source}'
    return _jailed(whole.encode(), fonts, inputs).decode("latin-1")


@pytest.mark.parametrize(
    "source",
    [
        '#read("{file}")', '#image("{file}")', '#include "{file}"', '#csv("{file}")',
        '#read("../../../../../../../..{file}")', '#plugin("{file}")',
        '#image(bytes("<svg xmlns=\'http://www.w3.org/2000/svg\' width=\'9\' height=\'9\'>'
        '<image href=\'file://{file}\' width=\'9\' height=\'9\'/></svg>"), alt: "x")',
    ],
)  # fmt: skip
def test_s23_the_typesetter_sees_no_file_of_the_machine(source: str, tmp_path, monkeypatch) -> None:
    secret = tmp_path / "secret.typ"
    secret.write_text("a secret of the machine", "utf-8")
    monkeypatch.chdir(tmp_path)  # where a typesetter without a jail would look
    for file in (str(secret), "/secret.typ", "secret.typ", "/etc/passwd"):
        assert "secret of the machine" not in _made(source.replace("{file}", file))


def _made(source: str) -> str:
    """What is set, or why it cannot be."""
    try:
        return _set(source)
    except typst.TypstError as error:
        return f"{error} {error.diagnostic}"


def test_s23_the_report_itself_asks_for_no_file_and_no_package() -> None:
    template = _template().decode()
    for word in ("read(", "import ", "include ", "eval(", "plugin(", "@preview", "csv(", "yaml("):
        assert word not in template, word
    assert template.count("image(") == template.count("image(bytes(")
