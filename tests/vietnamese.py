"""Vietnamese text in the forms that files hold it in."""

from __future__ import annotations

import unicodedata

_TONES = "\u0300\u0301\u0303\u0309\u0323"


def decomposed(text: str) -> str:
    """In NFD: every mark a character of its own."""
    return unicodedata.normalize("NFD", text)


def to_windows_1258(text: str) -> bytes:
    """As Windows writes it: letters with their shape, tones behind them."""
    return b"".join(_letter(char) for char in text)


def _letter(char: str) -> bytes:
    try:
        return char.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", char)
        shape = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
        return (shape + "".join(part for part in parts if part in _TONES)).encode("cp1258")
