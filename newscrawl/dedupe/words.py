"""What a text says, without how it is spelt, spaced and punctuated."""

from __future__ import annotations

import hashlib
import re
import unicodedata

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
"""Of a longer text its beginning is looked up and compared: bounded work, whatever a page holds."""


def folded(text: str) -> str:
    """NFC, case-folded, with the tones of Vietnamese in one placement. For keys alone, never for storing."""
    text = unicodedata.normalize("NFC", text).casefold()
    return text if text.isascii() else _PLACED.sub(lambda pair: _PLACEMENT[pair[0]], text)


def words_of(text: str) -> list[str]:
    """The words of a text, folded; each character of a script that is written without spaces."""
    return _WORD.findall(folded(text))


def is_spaceless(word: str) -> bool:
    """Whether a word is a character of a script that is written without spaces."""
    return _SPACELESS_WORD.match(word) is not None


def content_hash(text: str, words: list[str] | None = None) -> str:
    """Hash what a text says: 128 bits of BLAKE2b in hex over its words, folded, which may be given.

    Spacing, punctuation, letter case and the placement of Vietnamese tones make no difference; numbers do.
    """
    said = " ".join(words_of(text) if words is None else words) or folded(text)
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()
