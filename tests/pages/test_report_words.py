"""Words no page prints, over the whole catalogue and a whole report."""

import re

import pytest

from eachchild.terms.catalogue import blanks, languages, words

FORBIDDEN = (
    "fair rate",
    "preventable",
    "bias",
    "discriminat",
    "disparate impact",
    "violation",
    "students with idea",
    "achievement gap of",
    "explained by",
    "due to",
)


def found_in(text):
    return [w for w in FORBIDDEN if re.search(rf"\b{re.escape(w)}", text, re.IGNORECASE)]


def test_the_list_is_held():
    assert found_in("The gap is explained by an unbiased judge") == ["explained by"]
    assert found_in("Students with IDEA plans; Bias") == ["bias", "students with idea"]


@pytest.mark.parametrize("language", languages())
def test_no_sentence_of_the_catalogue_uses_one(language):
    said = words(language).sentences
    assert {key: found_in(text) for key, text in said.items() if found_in(text)} == {}


def test_no_page_prints_one(report):
    html = report.read_text("utf-8")
    assert found_in(re.sub(r"(?s)base64,[^)]*", "", html)) == []


def test_every_plain_word_of_the_report_ends_up_somewhere(released):
    """A sentence nobody prints is a sentence nobody keeps true."""
    from importlib import resources

    folder = resources.files("eachchild.report")
    sources = "".join(
        file.read_text("utf-8")
        for part in (folder, folder / "templates")
        for file in part.iterdir()
        if file.name.endswith((".py", ".html", ".typ"))
    )
    made = re.compile(
        r"^report\.(first_line|page_line|interval|measure|level|answer|glossary|reading\.text|keys|tag|heat\.note|quality|"
        r"predicted|origin\.about_|section\.direction|funnel|table|figure|places)"
    )
    unused = [
        key
        for key in words("en").sentences
        if key.startswith("report.")
        and key.removeprefix("report.") not in sources
        and not made.match(key)
    ]
    assert unused == []


def test_a_released_copy_says_in_its_own_words_only_what_the_report_says_too():
    said = words("en").sentences
    own = [key for key in said if key.startswith("copy.")]
    assert len(own) > 5
    for key in own:
        instead = said[key.removeprefix("copy.")]
        assert set(blanks(said[key])) <= {*blanks(instead), "group", "verb"}, key
