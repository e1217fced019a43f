"""Keys under which nearly equal texts meet: bands of a MinHash signature and, for short texts, whole sentences.

Stored for years, so every bit of them is fixed here: BLAKE2b and arithmetic modulo 2^64. rensa, which is faster, gives
other signatures in each of its versions 0.2.0, 0.3.1, 0.4.0 and 0.5.0 for the same words and seed.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from newscrawl.dedupe.words import MOST_CHARACTERS, words_of

Hashes = NDArray[np.uint64]

BANDS = 24
ROWS = 3
SHINGLE = 3
"""Words in a run. Real articles that have nothing to do with each other share at most 1.2 % of such runs."""

BRIEF = 150
"""Texts of fewer words are also found by their longest sentences."""
SENTENCES = 5

KEY_BITS = 48
"""SQLite stores such a number in 6 bytes, and a million articles meet by chance once in ten million look-ups."""

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\s\"”’»)\]]+|\n+|(?<=[。！？])")
_CHUNK = 2048


def near_duplicate_keys(text: str, words: list[str] | None = None) -> tuple[int, ...]:
    """Return the keys of a text, each once, in order: two texts that share one may be copies.

    A text without words has none. ``words`` are those of the whole text, where they are known.
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
    """Hashes of the runs of three words of a text, sorted, each once."""
    return runs_of(np.fromiter(map(word_hash, words), np.uint64, len(words)))


def runs_of(words: Hashes) -> Hashes:
    """Hashes of the runs of three hashed words, sorted, each once; of all words together, where they are fewer."""
    length = min(SHINGLE, len(words))
    if not length:
        return words
    runs = np.zeros(len(words) - length + 1, np.uint64)
    for place in range(length):
        runs = _mixed(runs + words[place : place + len(runs)])
    return np.unique(runs)


def bands_of(shingles: Hashes) -> list[int]:
    """Keys of the bands of a set of hashes that is not empty."""
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
    """The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit of the input reaches every bit."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


_CONSTANTS = np.array([_hash(f"permutation {number}") for number in range(2 * BANDS * ROWS)], np.uint64)
_FACTORS, _SUMMANDS = _CONSTANTS[: BANDS * ROWS] | np.uint64(1), _CONSTANTS[BANDS * ROWS :]
