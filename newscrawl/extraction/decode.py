"""Bytes of a page to text: certain where it can be, as a browser reads them where it cannot.

Labels of charsets and the search for a declaration are those of the WHATWG (https://encoding.spec.whatwg.org,
https://html.spec.whatwg.org/#determining-the-character-encoding), as w3lib implements them. Unlike a browser, `decode`
believes valid UTF-8 against a declaration, because UTF-8 is never valid by accident, and refuses a page of which most
letters would be wrong.
"""

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

_DECLARED_WITHIN = 1 << 15
"""Bytes at the beginning of a page that are searched for a declared charset."""

_PRESCAN = 4096
"""Bytes that w3lib searches at a time."""

FEW = 30
"""Damaged characters that are forgiven in any page that is otherwise sound; a browser forgives all."""

_SHARE = 1000
"""One damaged character in so many is forgiven in a long page."""

_STRAY = 50
"""One byte beyond ASCII in so many is stray; a text in a Latin alphabet that is not known has more."""

_SOUND = 4
"""Sound letters beyond ASCII for each damaged one that show an encoding is the right one."""

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
_CONTROLS = bytes({*range(32)} - set(b"\t\n\f\r\x0e\x0f\x1b"))
"""What no text holds: the binary data bytes of https://mimesniff.spec.whatwg.org, without the shifts of ISO 2022."""

_CLOSED = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)


def decode(body: bytes, content_type: str = "text/html") -> str:
    """Decode a page, without its NUL characters.

    A byte order mark decides, then UTF-16 by its zero bytes, then valid UTF-8, then UTF-8 whose damage is small beside
    its sound letters, then what the page declares, then windows-1258 by the shape of Vietnamese, then windows-1252 by
    the letters of western Europe, then charset-normalizer where the text is in a script of its own. A page of ASCII
    with a few bytes that none of these explains is windows-1252, as a browser has it. What cannot be decoded becomes
    U+FFFD.

    Raises UnreadablePage with reason ``empty``, ``binary``, ``truncated`` or ``undecodable``.
    """
    if not body.strip():
        raise UnreadablePage("empty", "the page is empty")
    is_html = "html" in content_type
    text = _decode(body, content_type, is_html=is_html)
    if not text.strip():
        raise UnreadablePage("empty", "nothing but white space")
    if is_html and _OPEN_TAG_AT_END.search(text, max(0, len(text) - 2000)):
        raise UnreadablePage("truncated", "the page ends inside a tag: it was cut off; fetch it again")
    return text


def _decode(body: bytes, content_type: str, *, is_html: bool) -> str:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return _announced(body, encoding)
    if b"\0" in body and (unmarked := _utf16_without_mark(body)) is not None:
        return _announced(body, unmarked)
    _refuse_binary(body)
    body = _without_nuls(body) if b"\0" in body else body
    declared = http_content_type_encoding(content_type)
    if declared is None and is_html:
        declared = _declared_in(body)
    declared = _codec_of(declared) if declared else None
    if declared is None or not body.isascii():  # ISO-2022-JP and its kin are ASCII bytes that must be declared
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError as error:
            if _cut_at_end(error, body):
                raise UnreadablePage("truncated", "ends in the middle of a character: it was cut off") from None
    return _with_faults(body, declared)


def _with_faults(body: bytes, declared: str | None) -> str:
    """Decode a page that is not valid UTF-8; see `decode` for the order."""
    as_utf8 = body.decode("utf-8", "replace")
    if declared in (None, "utf-8"):
        damaged = _damaged(as_utf8)
        if _sound(as_utf8) >= damaged * (1 if damaged <= FEW else _SOUND):
            return as_utf8
    else:
        text = body.decode(declared, "replace")
        # A page whose system declares one charset and writes another has sound UTF-8 beside what readers pasted.
        if _sound(as_utf8) >= max(5 * _SOUND * _damaged(as_utf8), 1):
            return as_utf8
        if _is_tolerable(text):
            return text
    known = _vietnamese(body) or _western(body) or _guessed(body)
    if known is not None:
        return known
    unknown = _beyond_ascii(body)
    if unknown * (_STRAY if unknown <= FEW else _SHARE) <= len(body):
        return body.decode("cp1252", "replace")
    told = f"neither valid UTF-8 nor the declared {declared}" if declared else "neither UTF-8 nor declared otherwise"
    raise UnreadablePage("undecodable", f"{told}: save it as UTF-8 or declare its charset")


def _damaged(text: str) -> int:
    return text.count("\ufffd")


def _sound(text: str) -> int:
    """Letters and signs beyond ASCII that were decoded."""
    return len(text) - len(text.encode("ascii", "ignore")) - _damaged(text)


def _is_tolerable(text: str) -> bool:
    """Whether a page in the charset that it declares has little damage, by itself or beside its sound letters."""
    damaged = _damaged(text)
    return damaged * _SHARE <= len(text) or _sound(text) >= _SOUND * damaged


def _beyond_ascii(body: bytes) -> int:
    return len(body) - len(body.translate(None, bytes(range(128, 256))))


def _declared_in(body: bytes) -> str | None:
    """The charset of a page's meta tags. Many pages have it further back than where browsers look first."""
    for start in range(0, min(len(body), _DECLARED_WITHIN), _PRESCAN - 200):
        if declared := html_body_declared_encoding(body[start : start + _PRESCAN]):
            return declared
    return None


def _codec_of(declared: str) -> str | None:
    """Python's name of a declared charset; None for what cannot be it.

    That is UTF-16 and UTF-32, whose zero bytes would have shown, and Python's own codecs, such as of archives.
    """
    name = resolve_encoding(declared)
    if name is None or name.startswith(_NO_CHARSETS) or not codecs.lookup(name)._is_text_encoding:
        return None
    return name


def _announced(body: bytes, encoding: str) -> str:
    """What a byte order mark or the zero bytes of UTF-16 announce, with the damage that a browser would show."""
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        if _cut_at_end(error, body):
            raise UnreadablePage("truncated", "ends in the middle of a character: it was cut off") from None
        text = body.decode(encoding, "replace")
        if not _is_tolerable(text) and _damaged(text) > FEW:
            raise UnreadablePage("undecodable", f"not {encoding}, which its first bytes announce") from None
    return text.replace("\0", "")


def _cut_at_end(error: UnicodeDecodeError, body: bytes) -> bool:
    """Only the last character is wrong, only because bytes of it are missing, and the page did not end before it."""
    missing = error.end == len(body) and ("end of data" in error.reason or "truncated" in error.reason)
    return missing and error.start > 0 and not _CLOSED.search(body, max(0, len(body) - 4096))


def _utf16_without_mark(body: bytes) -> str | None:
    """Text in Latin letters has its zero bytes on one side of every pair."""
    sample = body[: 1 << 16]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    few, many = sorted((odd, even))
    if len(sample) < 16 or many * 5 < len(sample) or few > many // 20:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _without_nuls(body: bytes) -> bytes:
    """Drop NUL bytes, which browsers pass over: stray ones, and the padding at the end."""
    return body.rstrip(b"\0 \t\r\n").replace(b"\0", b"")


def _refuse_binary(body: bytes) -> None:
    """Refuse what has too many control characters for a text that was damaged."""
    body = body.rstrip(b"\0 \t\r\n") or body
    controls = len(body) - len(body.translate(None, _CONTROLS))
    if controls * (100 if controls > FEW else 4) > len(body):
        raise UnreadablePage("binary", f"{controls} control characters: a binary or damaged file, not a text")


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


def _guessed(body: bytes) -> str | None:
    """A script of its own gives the encoding away; among Latin alphabets a guess is too often wrong."""
    # A sample ends before a tag or a line, never within a character.
    end = len(body) if len(body) <= _SAMPLE else max(body.rfind(sign, 0, _SAMPLE) for sign in (b"<", b"\n"))
    best = from_bytes(body[: end if end > _SAMPLE // 2 or end == len(body) else _SAMPLE]).best()
    if best is not None and best.chaos == 0 and best.coherence >= 0.1:
        text = body.decode(best.encoding, "replace")
        letters = [char for char in text[:_SAMPLE] if char.isalpha()]
        if sum(char >= "\u0370" for char in letters) * 2 > len(letters) and _is_tolerable(text):
            return text
    return None
