"""The words by which texts are found, and what a person who searches means by what was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import itemgetter

import regex  # type: ignore[import-untyped]

from newscrawl.text import nfc, tidy

MOST_WORDS = 200
"""Words of a search; a longer one is a text, and no question."""
MOST_INDEXED = 100_000
"""Words of an article by which it is found."""
_LONGEST = 100
"""Characters of a word: PostgreSQL takes no lexeme beyond 2,046 bytes."""

# Han, kana, Thai and the like are written without spaces, and Korean writes its particles onto the word: each character
# is a word of the index, and a word that is searched is a run of them. So 대구 finds 대구에서, and 東京 finds 東京都.
_RUN = r"\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Hangul}\p{Thai}\p{Lao}\p{Myanmar}\p{Khmer}"
_WORD = regex.compile(
    rf"[{_RUN}][\p{{M}}\p{{Cf}}]*|[[\p{{L}}\p{{N}}]--[{_RUN}]][[\p{{L}}\p{{M}}\p{{N}}\p{{Cf}}]--[{_RUN}]]*",
    regex.VERSION1,
)
# Latin, Greek and Cyrillic letters, signs and pictures: without marks and format characters in it a word is what it is
# to the standard library, in a quarter of the time.
_SIMPLE = re.compile(
    "(?:[\x00-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0556\u1e00-\u200a\u2010-\u2027\u202f-\u205f\u20a0-\u20bf"
    "\u2100-\u2bff\U0001f000-\U0001f1ff\U0001f300-\U0001faff]++|(?<!\\w)[\u200d\ufe0f])*+"
)
_SIMPLE_WORD = re.compile(r"[^\W_]+")
_LONGEST_SIMPLE = 1_000_000
"""Characters of a text whose words are listed at once."""
_NO_LETTER = regex.compile(r"[^\p{L}\p{M}\p{N}]")
# Accents of Latin, Greek and Cyrillic, the points of Hebrew, the vowel signs and tatweel of Arabic, variation
# selectors: what may be written or not. The vowels of Indian scripts are marks too, and stay; й, ї and ў are letters.
_ACCENT = regex.compile(
    r"(?<![иіу])[\u0306\u0308]|[\u0300-\u0305\u0307\u0309-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4"
    r"\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff"
    r"\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
# Letters with a stroke and the like, which Unicode does not take apart; as CLDR's Latin-ASCII has them.
_PLAIN = str.maketrans(
    {"đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t", "ŋ": "n"}
    | {"æ": "ae", "œ": "oe", "þ": "th", "ё": "е"}
)

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"'))
_TYPED = regex.compile(r'(?:(?<!\S)(?P<minus>-))?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')

Phrase = tuple[str, ...]
"""Folded words that follow one another."""
Word = tuple[str, int, int]
"""A word of a text, folded, and where it begins and ends."""


class QueryError(ValueError):
    """A search that is not run. The message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: all phrases of the one, and none of the other."""

    phrases: tuple[Phrase, ...] = ()
    without: tuple[Phrase, ...] = ()


def words_of(text: str) -> list[Word]:
    """Return the words of a text in NFC."""
    pattern = _SIMPLE_WORD if _is_simple(text) else _WORD
    return [(word, *match.span()) for match in pattern.finditer(text) if (word := fold(match[0]))]


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Return a word without case, accents and compatibility forms; the placement of Vietnamese tones goes with them."""
    if word.isascii():
        return word.lower()[:_LONGEST]
    plain = unicodedata.normalize("NFKC", word[: 2 * _LONGEST]).casefold().translate(_PLAIN)
    plain = _ACCENT.sub("", unicodedata.normalize("NFD", plain)).translate(_PLAIN)
    return unicodedata.normalize("NFC", _NO_LETTER.sub("", plain))[:_LONGEST]


def folded(text: str | None) -> str:
    """Return the folded words of a text with single spaces between them, as they are indexed."""
    text = nfc(text or "")
    if _is_simple(text):
        words: Iterable[str] = _SIMPLE_WORD.findall(text)
    else:
        words = map(itemgetter(0), _WORD.finditer(text))
    return " ".join(islice(filter(None, map(fold, words)), MOST_INDEXED))


def _is_simple(text: str) -> bool:
    return len(text) <= _LONGEST_SIMPLE and _SIMPLE.fullmatch(text) is not None


def phrase_of(text: str) -> Phrase:
    """Return all words of a text as one phrase."""
    return tuple(word for word, _, _ in words_of(nfc(tidy(text))))


def parse(typed: str) -> Query:
    """Read what a person typed: words, "a phrase", -without; whatever else there is separates words.

    A word of several parts (covid-19, 東京) is a phrase. There are no wrong queries, only too long ones: QueryError.
    """
    phrases: dict[Phrase, None] = {}
    without: dict[Phrase, None] = {}
    for match in _TYPED.finditer(nfc(tidy(typed)).translate(_QUOTES)):
        phrase = phrase_of(match["word"] if match["phrase"] is None else match["phrase"])
        if phrase:
            (without if match["minus"] else phrases)[phrase] = None
    count = sum(map(len, (*phrases, *without)))
    if count > MOST_WORDS:
        raise QueryError(f"a search takes up to {MOST_WORDS} words, this one has {count}")
    return Query(tuple(phrases), tuple(without))
