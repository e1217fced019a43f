"""Keys shared by near-duplicate texts: bands of a MinHash signature and, for short texts, whole sentences.

Keys are stored for years, so every bit is fixed here: BLAKE2b and arithmetic modulo 2^64. The library rensa is faster,
but its versions 0.2.0, 0.3.1, 0.4.0 and 0.5.0 each give different signatures for the same words and seed.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Thai and Lao, Myanmar, Khmer, kana, Han: written without spaces, so each character counts as a word.
_SPACELESS = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_SPACELESS_WORD = re.compile(f"[{_SPACELESS}]")
_WORD = re.compile(f"[{_SPACELESS}]|[^\\W{_SPACELESS}]+")

# Vietnamese writes the tone of these pairs on either letter (hòa, hoà); NFC does not unify them.
_OLD_TONES = "òóỏõọ", "òóỏõọ", "ùúủũụ"
_NEW_TONES = ("oà oá oả oã oạ", "oè oé oẻ oẽ oẹ", "uỳ uý uỷ uỹ uỵ")
_PLACEMENT = {
    old + second: new
    for olds, second, news in zip(_OLD_TONES, "aey", _NEW_TONES, strict=True)
    for old, new in zip(olds, news.split(), strict=True)
}
_PLACED = re.compile("[òóỏõọ][ae]|[ùúủũụ]y")

MOST_CHARACTERS = 100_000
"""Only the beginning of a longer text is hashed and compared, so that the work is bounded."""

BANDS = 24
ROWS = 3
SHINGLE = 3
"""Words per shingle. Unrelated real articles have at most 1.2 % of such shingles in common."""

BRIEF = 150
"""Texts of fewer words are also found by their longest sentences."""
SENTENCES = 5

KEY_BITS = 48
"""SQLite stores such a number in 6 bytes, and a million articles collide by chance once in ten million look-ups."""

FEW_WORDS = 10
"""Words of a text that two newsrooms may write independently, such as "Watch the video below." """
FEW_WORDS_OF_A_SITE = 60
"""Words of a text that one site may show on several pages, such as a note for subscribers instead of an article."""
LEAST_COMMON = 0.5
"""Share of the words of the shorter title that the other title must have."""

Hashes = NDArray[np.uint64]

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\s\"”’»)\]]+|\n+|(?<=[。！？])")
_CHUNK = 2048


def folded(text: str) -> str:
    """Return the text in NFC, case-folded, with Vietnamese tone marks in one placement; for keys, not for storing."""
    text = unicodedata.normalize("NFC", text).casefold()
    return text if text.isascii() else _PLACED.sub(lambda pair: _PLACEMENT[pair[0]], text)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text; in a script without spaces, each character is a word."""
    return _WORD.findall(folded(text))


def is_spaceless(word: str) -> bool:
    """Whether a word is a character of a script that is written without spaces."""
    return _SPACELESS_WORD.match(word) is not None


def content_hash(text: str, words: list[str] | None = None) -> str:
    """Return the 128-bit BLAKE2b hash of a text's folded words, in hexadecimal.

    White space, punctuation, case and the placement of Vietnamese tone marks make no difference; numbers do.
    ``words`` are the folded words of the text, if they are known.
    """
    content = " ".join(words_of(text) if words is None else words) or folded(text)
    return hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=16).hexdigest()


def near_duplicate_keys(text: str, words: list[str] | None = None) -> tuple[int, ...]:
    """Return the sorted 48-bit keys of a text: two texts with a key in common may be duplicates.

    A text without words has no keys. ``words`` are the folded words of the whole text, if they are known.
    """
    if words is None or len(text) > MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS]
        words = words_of(text)
    shingles = shingles_of(words)
    if not shingles.size:
        return ()
    keys = set(bands_of(shingles))
    if len(words) < BRIEF:
        keys |= _sentences(text)
    return tuple(sorted(keys))


def shingles_of(words: list[str]) -> Hashes:
    """Return the sorted distinct hashes of the word trigrams of a text."""
    return runs_of(np.fromiter(map(word_hash, words), np.uint64, len(words)))


def runs_of(words: Hashes) -> Hashes:
    """Return the sorted distinct hashes of trigrams of hashed words; of fewer words, the hash of all of them."""
    length = min(SHINGLE, len(words))
    if not length:
        return words
    runs = np.zeros(len(words) - length + 1, np.uint64)
    for place in range(length):
        runs = _mixed(runs + words[place : place + len(runs)])
    return np.unique(runs)


def bands_of(shingles: Hashes) -> list[int]:
    """Return the keys of the MinHash bands of a non-empty set of hashes."""
    least = np.full(BANDS * ROWS, np.iinfo(np.uint64).max, np.uint64)
    for start in range(0, len(shingles), _CHUNK):  # bounded memory for a text of any length
        permuted = shingles[start : start + _CHUNK, None] * _FACTORS + _SUMMANDS
        np.minimum(least, permuted.min(axis=0), out=least)
    rows = least.reshape(BANDS, ROWS)
    keys = np.arange(BANDS, dtype=np.uint64)
    for row in range(ROWS):
        keys = _mixed(keys + rows[:, row])
    return [int(key) >> (64 - KEY_BITS) for key in keys]


def _sentences(text: str) -> set[int]:
    sentences = [words_of(sentence) for sentence in _SENTENCE_END.split(text)]
    longest = sorted(
        {" ".join(words) for words in sentences if len(words) >= 5}, key=lambda words: (-len(words), words)
    )
    return {_hash(f"sentence {words}") >> (64 - KEY_BITS) for words in longest[:SENTENCES]}


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little")


word_hash = lru_cache(maxsize=1 << 15)(_hash)


def _mixed(values: Hashes) -> Hashes:
    """Apply the finalizer of SplitMix64 (Steele, Lea and Flood 2014): each input bit affects every output bit."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


_CONSTANTS = np.array([_hash(f"permutation {number}") for number in range(2 * BANDS * ROWS)], np.uint64)
_FACTORS, _SUMMANDS = _CONSTANTS[: BANDS * ROWS] | np.uint64(1), _CONSTANTS[BANDS * ROWS :]


def is_distinctive(words: int, *, is_of_one_site: bool) -> bool:
    """Whether two articles that share a text of so many words are one story, whatever their titles."""
    return words >= (FEW_WORDS_OF_A_SITE if is_of_one_site else FEW_WORDS)


def titles_agree(one: str | None, other: str | None) -> bool:
    """Whether two titles may belong to one story; a missing title agrees only with another missing one."""
    words, others = set(words_of(one or "")), set(words_of(other or ""))
    return len(words & others) >= LEAST_COMMON * min(len(words), len(others)) if words and others else words == others
