"""Words as they are indexed, and the parser of search queries."""

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
"""Maximum words of a query."""
MOST_INDEXED = 100_000
"""Maximum indexed words of a column of an article."""
_LONGEST = 100
"""Maximum characters of a word; PostgreSQL allows lexemes of up to 2,046 bytes."""

# Han, kana, Thai and others are written without spaces, and Korean attaches particles to words. So each character is a
# word of the index, and a query word is a phrase of them: 대구 finds 대구에서, and 東京 finds 東京都.
_RUN = r"\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Hangul}\p{Thai}\p{Lao}\p{Myanmar}\p{Khmer}"
_WORD = regex.compile(
    rf"[{_RUN}][\p{{M}}\p{{Cf}}]*|[[\p{{L}}\p{{N}}]--[{_RUN}]][[\p{{L}}\p{{M}}\p{{N}}\p{{Cf}}]--[{_RUN}]]*",
    regex.VERSION1,
)
# Latin, Greek and Cyrillic letters, symbols and emoji, without combining marks and format characters: for such texts
# the standard library finds the same words in a quarter of the time.
_SIMPLE = re.compile(
    "(?:[\x00-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0556\u1e00-\u200a\u2010-\u2027\u202f-\u205f\u20a0-\u20bf"
    "\u2100-\u2bff\U0001f000-\U0001f1ff\U0001f300-\U0001faff]++|(?<!\\w)[\u200d\ufe0f])*+"
)
_SIMPLE_WORD = re.compile(r"[^\W_]+")
_LONGEST_SIMPLE = 1_000_000
"""Maximum characters of a text whose words are collected in one list."""
_NO_LETTER = regex.compile(r"[^\p{L}\p{M}\p{N}]")
# Optional marks: accents of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel signs and tatweel, variation
# selectors. Vowel signs of Indic scripts are marks too, but are kept; й, ї and ў are letters.
_ACCENT = regex.compile(
    r"(?<![иіу])[\u0306\u0308]|[\u0300-\u0305\u0307\u0309-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4"
    r"\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff"
    r"\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
# Letters with a stroke and the like, which Unicode does not decompose; mapped as in CLDR's Latin-ASCII.
_PLAIN = str.maketrans(
    {"đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t", "ŋ": "n"}
    | {"æ": "ae", "œ": "oe", "þ": "th", "ё": "е"}
)

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"'))
_TYPED = regex.compile(r'(?:(?<!\S)(?P<minus>-))?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')

Phrase = tuple[str, ...]
"""Consecutive folded words."""
Word = tuple[str, int, int]
"""A folded word, and its start and end in the text."""


class QueryError(ValueError):
    """An invalid query. The message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query: articles must have all `phrases` and none of `without`."""

    phrases: tuple[Phrase, ...] = ()
    without: tuple[Phrase, ...] = ()


def words_of(text: str) -> list[Word]:
    """Return the words of a text, which is in NFC, with their places."""
    pattern = _SIMPLE_WORD if _is_simple(text) else _WORD
    return [(word, *match.span()) for match in pattern.finditer(text) if (word := fold(match[0]))]


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Return a word in lower case, without accents (Vietnamese tone marks included) and compatibility forms."""
    if word.isascii():
        return word.lower()[:_LONGEST]
    plain = unicodedata.normalize("NFKC", word[: 2 * _LONGEST]).casefold().translate(_PLAIN)
    plain = _ACCENT.sub("", unicodedata.normalize("NFD", plain)).translate(_PLAIN)
    return unicodedata.normalize("NFC", _NO_LETTER.sub("", plain))[:_LONGEST]


def folded(text: str | None) -> str:
    """Return the folded words of a text, separated by single spaces, as they are indexed."""
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
    """Parse a query: words, "a phrase", -excluded; all other characters separate words.

    A word of several parts (covid-19, 東京) is a phrase. Raises QueryError only for too many words.
    """
    phrases: dict[Phrase, None] = {}
    without: dict[Phrase, None] = {}
    for match in _TYPED.finditer(nfc(tidy(typed)).translate(_QUOTES)):
        phrase = phrase_of(match["word"] if match["phrase"] is None else match["phrase"])
        if phrase:
            (without if match["minus"] else phrases)[phrase] = None
    count = sum(map(len, (*phrases, *without)))
    if count > MOST_WORDS:
        raise QueryError(f"a query may have up to {MOST_WORDS} words; this one has {count}")
    return Query(tuple(phrases), tuple(without))
