"""Clean text for storing, and for printing on a terminal."""

from __future__ import annotations

import re
import unicodedata

_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
# C0 and C1 controls except tab and newline, and bidirectional overrides, which can disguise text.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Mojibake of multi-byte text: two characters of a single-byte encoding in a row, the second of which may have become a
# space. Text without any is not bad to ftfy either, which takes eight times as long.
_SINGLE_BYTE = r"\x80-\u017f\u0192\u02c6-\u02dd\u0370-\u0491\u2010-\u25ff\uf8ff\ufb01\ufb02\ufffd"
_SUSPECT = re.compile(f"[{_SINGLE_BYTE}]{{2}}|[\x80-\x9f]|[ÂÃ] |[Œœ][^A-Za-z]")
_JOINERS = "\u200c\u200d"
_SURROGATE = re.compile("[\ud800-\udfff]")
_CROWD = re.compile(r"[^\w\s\x00-\xa0]{32,}")

MOST_MARKS = 30
"""Maximum combining marks per letter, as in Unicode's stream-safe text format; no language writes more than a few."""


def clean(text: str) -> str:
    """Normalise text without changing its meaning.

    As ``tidy``; and mojibake (UTF-8 read as a single-byte encoding) repaired line by line where ftfy is certain of it.
    """
    if not text.isascii() and _is_mojibake(text):
        import ftfy  # noqa: PLC0415

        text = "\n".join(ftfy.fix_encoding(line) if _is_mojibake(line) else line for line in text.split("\n"))
    return tidy(text)


def _is_mojibake(text: str) -> bool:
    if _SUSPECT.search(text) is None:
        return False
    from ftfy.badness import is_bad  # noqa: PLC0415 - most commands do not need it

    return is_bad(text)


def tidy(text: str) -> str:
    """Convert to NFC, and line breaks to newlines; remove zero-width, soft hyphen, control and surrogate characters."""
    if text.isprintable():  # it has none of these
        return nfc(text)
    text = _LINE_BREAK.sub("\n", text)
    text = _CONTROL.sub("", _INVISIBLE.sub("", without_halves(text)))
    return nfc(text)


def is_cut_off(text: str) -> bool:
    """Say whether a text ends in dots, as one does that goes on elsewhere: also in brackets, as feeds write them."""
    return text.rstrip(" )]").endswith(("…", "..."))


def without_halves(text: str) -> str:
    """Replace surrogates, the halves of cut letters, which cannot be written as UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


def nfc(text: str) -> str:
    """Normalise text to NFC; drops marks beyond thirty on one letter, whose sorting takes quadratic time."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _CROWD.sub(_without_crowd, text))


def _without_crowd(signs: re.Match[str]) -> str:
    marks = 0
    kept = []
    for char in signs[0]:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def clean_line(text: str) -> str:
    """Clean text as `clean` does, and collapse all white space to single spaces."""
    return " ".join(clean(text).split())


def printable(text: str) -> str:
    """Return the text as one line that cannot control a terminal: unprintable characters are escaped.

    Zero-width joiners stay: Persian and Hindi are written with them.
    """
    return "".join(
        char if char.isprintable() or char in _JOINERS else char.encode("unicode_escape").decode() for char in text
    )
