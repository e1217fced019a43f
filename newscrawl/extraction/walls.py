"""The phrases of walls: what pages say that stand in the place of an article, or that end one for who has not paid."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from functools import cache
from importlib import resources

LONGEST_WALL = 400
"""Words of a text in which phrases of walls are looked for. What says more is no wall, whatever it says."""

LONGEST_ERROR = 4
"""Words of a line in which a number is that of an error: ``404``, ``HTTP Error 404``, ``404 Not Found``."""

_WORD = re.compile(r"\w+")
WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
"""A character of a script without spaces."""


@cache
def _wall_lexicon() -> dict[tuple[str, ...], str]:
    """Kind of wall by the folded words of a phrase."""
    text = resources.files(__package__).joinpath("walls.json").read_text(encoding="utf-8")
    kinds: dict[str, dict[str, list[str]]] = json.loads(text)
    return {
        tuple(_folded_words(phrase)): kind
        for kind, languages in kinds.items()
        for phrases in languages.values()
        for phrase in phrases
    }


def _folded_words(text: str) -> list[str]:
    return _WORD.findall(WIDE.sub(r" \g<0> ", plain(text.lower())))


def wall_phrases(title: str, text: list[str]) -> Counter[str]:
    """How many different phrases of each kind of wall a headline and a short text hold."""
    if sum(line.count(" ") for line in text) > LONGEST_WALL:
        return Counter()
    words = _folded_words(" . ".join([title, *text])[:6000])
    if len(words) > LONGEST_WALL:
        return Counter()
    known = _wall_lexicon()
    found = {
        tuple(words[at : at + size])
        for size in range(1, max(map(len, known)) + 1)
        for at in range(len(words) - size + 1)
        if tuple(words[at : at + size]) in known and not (size == 1 and words[at].isdecimal())
    }
    # 404 and 500 are errors where hardly more is said, and numbers in a sentence.
    short = (line for line in map(_folded_words, [title, *text]) if len(line) <= LONGEST_ERROR)
    found |= {(word,) for line in short for word in line if word.isdecimal() and (word,) in known}
    return Counter(known[phrase] for phrase in found)


def plain(text: str) -> str:
    """The text without accents, as addresses are written."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text.replace("đ", "d")).translate(_marks()))


@cache
def _marks() -> dict[int, None]:
    """The marks that combine with the letter before, for ``str.translate``."""
    return {code: None for code in range(0x300, 0x1F000) if unicodedata.category(chr(code)) == "Mn"}
