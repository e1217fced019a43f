"""Text as it may be stored, and as it may be shown on a terminal."""

from __future__ import annotations

import re
import unicodedata

_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
# C0 and C1 controls but tab and newline, and the bidirectional overrides, which can disguise text.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# What text of two bytes a letter looks like where it was read one by one: two signs of a single-byte encoding in a row,
# the second of which may have become a space. What has none is not bad to ftfy, which takes eight times as long.
_SINGLE_BYTE = r"\x80-\u017f\u0192\u02c6-\u02dd\u0370-\u0491\u2010-\u25ff\uf8ff\ufb01\ufb02\ufffd"
_SUSPECT = re.compile(f"[{_SINGLE_BYTE}]{{2}}|[\x80-\x9f]|[ÂÃ] |[Œœ][^A-Za-z]")
_JOINERS = "\u200c\u200d"
_SURROGATE = re.compile("[\ud800-\udfff]")
_CROWD = re.compile(r"[^\w\s\x00-\xa0]{32,}")

MOST_MARKS = 30
"""Combining marks that one letter keeps, as in Unicode's stream-safe text; no language writes more than a few."""


def clean(text: str) -> str:
    """Normalise text without changing what it says.

    As ``tidy``; and mojibake (UTF-8 read as a single-byte encoding) repaired line by line where ftfy is certain of it.
    """
    if not text.isascii() and _is_mojibake(text):
        import ftfy  # noqa: PLC0415

        text = "\n".join(ftfy.fix_encoding(line) if _is_mojibake(line) else line for line in text.split("\n"))
    return tidy(text)


def _is_mojibake(text: str) -> bool:
    if _SUSPECT.search(text) is None:
        return False
    from ftfy.badness import is_bad  # noqa: PLC0415 - most commands clean nothing

    return is_bad(text)


def tidy(text: str) -> str:
    """NFC; line breaks as a newline; zero-width characters, soft hyphens, controls and lone surrogates out."""
    if text.isprintable():  # nothing of all that can be in it
        return nfc(text)
    text = _LINE_BREAK.sub("\n", text)
    text = _CONTROL.sub("", _INVISIBLE.sub("", _SURROGATE.sub("\ufffd", text)))
    return nfc(text)


def nfc(text: str) -> str:
    """Normalise text to NFC; without the marks beyond thirty on one letter, whose sorting takes quadratic time."""
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
    """Normalise text that belongs on one line: as `clean`, with all white space folded to single spaces."""
    return " ".join(clean(text).split())


def printable(text: str) -> str:
    """Return the text on one line that cannot control a terminal: what does not print is escaped.

    Zero-width joiners stay: Persian and Hindi are written with them.
    """
    return "".join(
        char if char.isprintable() or char in _JOINERS else char.encode("unicode_escape").decode() for char in text
    )
