"""How hard a page is to read, by two published formulas; in our own words, no library.

English: the grade of Kincaid et al. (1975). Spanish: the ease of Fernández Huerta (1959) with its
sentence term as words per sentence, as Law (LINGUIST List 22.2332, 2011) showed that it must be;
70 and more is what a sixth grader reads.

What is counted. Every heading, item of a list, term, description, caption and paragraph ends a
sentence, as do a full stop, a question mark and an exclamation mark before a blank or the end. A
word is a run of letters, with the apostrophes and hyphens inside it. A number with its commas and
points is one word and has a syllable for each of its digits, which is near to how it is read aloud
and never easier than the one syllable that others take. Pictures are left out: their words are
labels. What screen readers alone are told is left out, for the page says it already.
"""

import html
import re
from collections.abc import Iterator

_BLOCKS = r"h[1-6]|p|li|dt|dd|figcaption|summary|td|th|caption|legend|div|section|ul|ol|dl|br"
_ENDS = re.compile(rf"</?(?:{_BLOCKS})\b[^>]*>", re.IGNORECASE)
_LEFT_OUT = re.compile(r"(?is)<(script|style|svg)\b.*?</\1>|<(\w+) class=\"unseen\".*?</\2>")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
# Words whose letters mislead the rules beneath.
_ENGLISH = {
    "people": 2, "idea": 3, "area": 3, "being": 2, "science": 2, "something": 2, "sometimes": 2,
    "somebody": 3, "everybody": 4, "anybody": 4, "someone": 2, "whose": 1, "families": 3,
    "create": 2, "created": 3, "lives": 1,
    "household": 2, "homes": 1, "times": 1, "makes": 1, "free": 1, "eachchild": 2, "ourselves": 2,
}  # fmt: skip


def sentences(page: str) -> list[str]:
    """The sentences that a person reads between the beginning and the end of a page's main part."""
    main = re.search(r"(?s)<main\b.*?</main>", page)
    part = _LEFT_OUT.sub(" ", main[0] if main else page)
    found = []
    for block in _ENDS.split(part):
        words = html.unescape(re.sub(r"<[^>]+>", " ", block))
        line = re.sub(r"\s+([.,;:?!])", r"\1", " ".join(words.split()))
        found += re.split(r"(?<=[.?!])[\"”’»)]*\s+", line)
    return [one for one in found if _WORD.search(one)]


def grade(said: list[str]) -> float:
    """The school grade that reads English sentences: 0.39 W/S + 11.8 Y/W - 15.59."""
    counted = list(_words(said))
    return kincaid(len(said), len(counted), sum(map(syllables_in_english, counted)))


def kincaid(sentence_count: int, words: int, syllables: int) -> float:
    """The grade from counts.

    >>> round(kincaid(1, 13, 24), 1)
    11.3
    """
    return 0.39 * words / sentence_count + 11.8 * syllables / words - 15.59


def ease(said: list[str]) -> float:
    """How easy Spanish sentences are, 100 the easiest: 206.84 - 60 Y/W - 1.02 W/S."""
    counted = list(_words(said))
    return huerta(len(said), len(counted), sum(map(syllables_in_spanish, counted)))


def huerta(sentence_count: int, words: int, syllables: int) -> float:
    """The ease from counts: at ten words a sentence the printed and the mended formula agree.

    >>> round(huerta(10, 100, 200), 2) == round(206.84 - 0.60 * 200 - 1.02 * 10, 2)
    True
    """
    return 206.84 - 60 * syllables / words - 1.02 * words / sentence_count


def _words(said: list[str]) -> Iterator[str]:
    for one in said:
        yield from _WORD.findall(one)


def syllables_in_english(word: str) -> int:
    """Groups of vowels, less the letters that are silent, and more where two are said apart."""
    word = word.lower().replace("’", "'")
    if word[0].isdigit():
        return sum(c.isdigit() for c in word)
    if "-" in word:
        return sum(syllables_in_english(part) for part in word.split("-"))
    if word in _ENGLISH:
        return _ENGLISH[word]
    word = re.sub(r"'(s|t|re|ve|ll|d)$", "", word).replace("'", "")
    found = len(_VOWELS.findall(word))
    if re.search(r"[^aeiouyl]e$|[aeiouy]le$|[aeiou]re$", word):  # made, whole; not table, be
        found -= 1
    if re.search(r"[^aeiouytd]ed$", word):  # missed; not wanted
        found -= 1
    if re.search(r"[^aeiouyscxzgh]es$|[aeiouy]les$", word):  # rules; not classes
        found -= 1
    found += len(re.findall(r"(?<![stcgx])i[ao]|(?<![qg])ua|eo(?!us)|ying|iet", word))
    return max(found, 1)


def syllables_in_spanish(word: str) -> int:
    """Strong vowels and accented weak ones are said apart; other weak ones go with a neighbor."""
    word = word.lower()
    if word[0].isdigit():
        return sum(c.isdigit() for c in word)
    word = re.sub(r"qu(?=[eiéí])", "q", re.sub(r"gu(?=[eiéí])", "g", word))
    word = re.sub(r"y$", "i", word)
    found = 0
    for run in re.findall(r"[aeiouáéíóúü]+", word):
        strong = len(re.findall(r"[aeoáéóíú]", run))
        found += max(strong, 1)
    return max(found, 1)
