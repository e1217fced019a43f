"""Bytes of a page to text, where it is certain what they mean."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

from newscrawl.items import UnreadablePage

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_CHARSETS = ("utf-16", "utf-32", "idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape")
_SAMPLE = 1 << 18
"""Bytes of a page by which its encoding is guessed."""
_VIETNAMESE_MARK = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_VIETNAMESE_VOWEL_WITH_MARK = re.compile("[aăâeêioôơuưy][\u0300\u0301\u0303\u0309\u0323]", re.IGNORECASE)
_VIETNAMESE_LETTER = re.compile("[đơư]", re.IGNORECASE)
_WESTERN_LETTER = re.compile(
    "(?<=[a-zàâäáçèéêëíîïñóôöúûü])(?:[àâäáãåæçèéêëìíîïñòóôöøßùúûüœÿ]|õ(?=e))|[àâäáåæçèéêëíîïñóôöøúûüœ](?=[a-z])"
    "|(?<!\\w)[àéèùòìáíóúöü](?!\\w)",
    re.IGNORECASE,
)
_WESTERN_SIGNS = "\xa0¡¿«»„“”‚‘’‹›–—…·•€£§©®°ªº²½%‰™"
_BEYOND_ASCII = re.compile(f"[^\\x00-\\x7f{_WESTERN_SIGNS}]+")
_OPEN_TAG_AT_END = re.compile(r"<[a-zA-Z/!][^<>]*\Z")


def decode(body: bytes, content_type: str = "text/html") -> str:
    """Decode a page.

    A byte order mark decides, then UTF-16 by its zero bytes, then valid UTF-8, which does not happen by accident, then
    what the page declares, then windows-1258 by the shape of Vietnamese, then windows-1252 by the letters of western
    Europe, then charset-normalizer where the text is in a script of its own.

    Raises UnreadablePage with reason ``empty``, ``binary``, ``truncated`` or ``undecodable``.
    """
    if not body.strip():
        raise UnreadablePage("empty", "the page is empty")
    is_html = "html" in content_type
    text = _decode(body, content_type, is_html=is_html)
    if "\0" in text:
        raise UnreadablePage("binary", f"NUL bytes ({text.count(chr(0))}): a binary or damaged file, not a text")
    if not text.strip():
        raise UnreadablePage("empty", "nothing but white space")
    if is_html and _OPEN_TAG_AT_END.search(text, max(0, len(text) - 2000)):
        raise UnreadablePage("truncated", "the page ends inside a tag: it was cut off; fetch it again")
    return text


def _decode(body: bytes, content_type: str, *, is_html: bool) -> str:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return _strict(body, encoding)
    if b"\0" in body:
        return _utf16_without_mark(body)
    declared = http_content_type_encoding(content_type)
    if declared is None and is_html:
        declared = html_body_declared_encoding(body[:4096])
    declared = _codec_of(declared) if declared else None
    if declared is None or not body.isascii():  # ISO-2022-JP and its kin are ASCII bytes that must be declared
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError as error:
            if _cut_at_end(error, body):
                raise UnreadablePage("truncated", "ends in the middle of a character: it was cut off") from None
    if declared is not None:
        return _declared(body, declared)
    return _vietnamese(body) or _western(body) or _guessed(body)


def _codec_of(declared: str) -> str | None:
    """Python's name of a declared charset; None for what cannot be it.

    That is UTF-16 and UTF-32, whose zero bytes would have shown, and Python's own codecs, such as of archives.
    """
    name = resolve_encoding(declared)
    if name is None or name.startswith(_NO_CHARSETS) or not codecs.lookup(name)._is_text_encoding:
        return None
    return name


def _strict(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        if _cut_at_end(error, body):
            raise UnreadablePage("truncated", "ends in the middle of a character: it was cut off") from None
        raise UnreadablePage("undecodable", f"not {encoding}, which its first bytes announce") from None


def _cut_at_end(error: UnicodeDecodeError, body: bytes) -> bool:
    """Only the last character is wrong, and only because bytes of it are missing."""
    return error.end == len(body) and ("end of data" in error.reason or "truncated" in error.reason) and error.start > 0


def _utf16_without_mark(body: bytes) -> str:
    """Text in Latin letters has its zero bytes on one side of every pair."""
    sample = body[: 1 << 16]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    few, many = sorted((odd, even))
    if len(sample) < 16 or many * 5 < len(sample) or few > many // 20:
        raise UnreadablePage("binary", f"NUL bytes ({body.count(0)}): a binary or damaged file, not a text")
    return _strict(body, "utf-16-le" if odd > even else "utf-16-be")


def _declared(body: bytes, encoding: str) -> str:
    """What the page declares; a stray wrong byte in a thousand characters is forgiven, as browsers do."""
    text = body.decode(encoding, "replace")
    if text.count("\ufffd") * 1000 > len(text):
        raise UnreadablePage("undecodable", f"neither valid UTF-8 nor the declared {encoding}")
    return text


def _vietnamese(body: bytes) -> str | None:
    """windows-1258, when every combining mark stands on a Vietnamese vowel and Vietnamese letters occur."""
    try:
        text = body.decode("cp1258")
    except UnicodeDecodeError:
        return None
    marks = len(_VIETNAMESE_MARK.findall(text))
    on_vowels = len(_VIETNAMESE_VOWEL_WITH_MARK.findall(text))
    return text if marks == on_vowels >= 3 and _VIETNAMESE_LETTER.search(text) else None


def _western(body: bytes) -> str | None:
    """windows-1252, when its accented letters are those of western Europe, each beside a plain letter.

    Texts in the other single-byte encodings of Europe betray themselves: by letters that read as signs
    (Polish), as thorn and eth (Turkish, Baltic, Croatian), or as letters no western language has.
    """
    try:
        text = body.decode("cp1252")
    except UnicodeDecodeError:
        return None
    letters = len(text) - len(_BEYOND_ASCII.sub("", text))
    if not 0 < letters <= len(text) // 8:
        return None
    return text if len(_WESTERN_LETTER.findall(text)) == letters else None


def _guessed(body: bytes) -> str:
    """A script of its own gives the encoding away; among Latin alphabets a guess is too often wrong."""
    # A sample ends before a tag or a line, never within a character.
    end = len(body) if len(body) <= _SAMPLE else max(body.rfind(sign, 0, _SAMPLE) for sign in (b"<", b"\n"))
    best = from_bytes(body[: end if end > _SAMPLE // 2 or end == len(body) else _SAMPLE]).best()
    if best is not None and best.chaos == 0 and best.coherence >= 0.1:
        try:
            text = body.decode(best.encoding)
        except UnicodeDecodeError:
            text = ""
        letters = [char for char in text[:_SAMPLE] if char.isalpha()]
        if sum(char >= "\u0370" for char in letters) * 2 > len(letters):
            return text
    raise UnreadablePage("undecodable", "neither UTF-8 nor declared otherwise: save it as UTF-8 or declare its charset")
