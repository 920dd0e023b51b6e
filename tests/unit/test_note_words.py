"""Which words of a note are kept: a table of notes, and what all notes together say of a word."""

import pytest

from eachchild.cube.note_words import Lexicon, letters_of, noted


@pytest.mark.parametrize(
    ("text", "words", "names"),
    [
        ("student left the room", "student left the room", ""),
        ("Student left. Then came back!", "student left then came back", ""),
        ("he hit Zqx in class", "hit class", "zqx"),
        ("Zqx hit him", "zqx hit him", ""),  # begins a sentence: the lexicon decides
        ("told by Mr. Zqx today", "told today", "zqx"),
        ("Dr. Vbn saw it", "saw", "vbn"),
        ("seen by Q. Zqx today", "seen today", "zqx"),
        ("it was Zqx-marie", "was", "zqx marie"),
        ("McZqx ran", "ran", "mczqx"),
        ("he took Zqx's phone", "took phone", "zqx"),
        ("the teacher's desk", "the teacher desk", ""),
        ("didn’t won't", "didn't won't", ""),
        ("at 10:15 on 3rd floor, room B12, id 00123456", "floor room", ""),
        ("T020044 and a12b and x_y mail zqx@school.org www.school.org http://q", "and mail", ""),
        ("on Friday, in march or on lunes", "", ""),
        ("no se sentó; gritó ¡fuera!", "sentó gritó fuera", ""),
        ("¿Por qué? Él dijo que José corrió", "por qué dijo que corrió", "josé"),
        ("Niño pequen\u0303o", "niño pequeño", ""),  # a tilde written apart
        ("STUDENT REFUSED TO SIT", "", "student refused sit"),
        ("said No and left\nThen ran", "said and left then ran", ""),
        ("was told (again) to stop...", "was told again stop", ""),
        ("a b of it", "", ""),
        ("and/or talked-back", "and talked back", ""),
        ("brown coat of Brown", "brown coat", "brown"),
        ("", "", ""),
        (" \n ", "", ""),
        ("ученик ушёл", "ученик ушёл", ""),
    ],
)  # fmt: skip
def test_a_note_is_parted(text: str, words: str, names: str) -> None:
    found = noted(text)
    assert found.words == set(words.split())
    assert found.names == set(names.split())
    assert found.small <= found.words


def lexicon(*texts: str, ids: tuple[str, ...] = ()) -> set[str]:
    made = Lexicon(letters_of(ids))
    for text in texts:
        made.add(noted(text))
    return {w for text in texts for w in noted(text).words if w in made}


def test_a_word_oftener_written_as_a_name_is_one() -> None:
    notes = ("saw Hill run", "then Hill left", "ran up the hill")
    assert "hill" not in lexicon(*notes)
    assert "hill" in lexicon(*notes, "down the hill", "by the hill")


def test_a_word_that_only_begins_sentences_is_no_word() -> None:
    assert lexicon("Zqx ran", "Zqx sat", "he ran and sat") == {"ran", "sat", "and"}


def test_letters_of_ids_are_no_words() -> None:
    assert lexicon("told zqx and vbn", ids=("zqx.1", "S-VBN", "0042")) == {"told", "and"}
