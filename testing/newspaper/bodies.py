"""What faults make of a body."""

from __future__ import annotations

import re
import unicodedata
import zlib
from email.utils import parsedate_to_datetime
from functools import lru_cache

from testing.newspaper.faults import Fault
from testing.newspaper.lists import long_feed
from testing.newspaper.paper import Newspaper

_PUB_DATE = re.compile(r"<pubDate>([^<]*)</pubDate>")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ENTRY = re.compile(r"<(item|entry|url)>.*?</\1>|(?<=\"items\": \[)\s*\{.*\}\s*(?=\])", re.DOTALL)
_TEXT = re.compile(r'(<div class="detail-content">\n)(.*?)(\n</div>)', re.DOTALL)
_DATES = re.compile(
    r'<meta property="article:(?:published|modified)_time" [^>]*>|<time .*?</time>|'
    r'"date(?:Published|Modified)": "[^"]*", '
)
SPOILING = (
    "many_entries",
    "no_entries",
    "mdy_dates",
    "broken_xml",
    "halved",
    "undated",
    "padded",
    "windows_1258",
    "utf_16",
    "empty",
)
"""The faults of a body, in the order in which they are applied."""


def spoil(paper: Newspaper, body: str | bytes, met: dict[str, Fault]) -> bytes:
    """Apply the faults that a request met to the body it would get."""
    for kind in SPOILING:
        if kind in met and isinstance(body, str):
            body = _spoilt(paper, body, met[kind])
    return b"" if "empty" in met else body.encode() if isinstance(body, str) else body


def _spoilt(paper: Newspaper, text: str, fault: Fault) -> str | bytes:
    match fault.kind:
        case "many_entries":
            text = long_feed(paper, fault.amount)
        case "no_entries":
            text = _ENTRY.sub("", text)
        case "halved":
            text = _TEXT.sub(lambda match: match[1] + _first_half(match[2]) + match[3], text)
        case "undated":
            text = _DATES.sub("", text)
        case "mdy_dates":
            text = _PUB_DATE.sub(lambda match: f"<pubDate>{_mdy(match[1])}</pubDate>", text)
        case "broken_xml":
            text = text[: len(text) * 2 // 3].replace("<description>", "<description>R&D <br> ")
        case "padded":
            script = f"<script>var data = '{'x' * max(0, fault.amount - len(text.encode()) - 31)}';</script></body>"
            text = text.replace("</body>", script)
        case "windows_1258":
            return windows_1258(text)
        case "utf_16":
            return text.encode("utf-16-le")
    return text


def _first_half(text: str) -> str:
    blocks = text.split("\n")
    return "\n".join(blocks[: len(blocks) // 2])


def _mdy(date: str) -> str:
    when = parsedate_to_datetime(date)
    return f"{when.month}/{when.day}/{when.year} {when:%I:%M:%S %p}"


def windows_1258(text: str) -> bytes:
    """Encode Vietnamese as that code page has it: the tone is a character of its own behind the letter."""
    written = bytearray()
    for char in unicodedata.normalize("NFC", text):
        try:
            written += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tone = "".join(part for part in parts if part in _TONES)
            letter = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
            written += (letter + tone).encode("cp1258", "replace")
    return bytes(written)


@lru_cache(2)
def bomb(amount: int) -> bytes:
    """Gzip of so many zeros, a thousandth of that in size: one flushed piece of deflate, repeated."""
    piece = bytes(1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    whole, rest = divmod(amount, len(piece))
    end = zlib.compressobj(9, zlib.DEFLATED, -15)
    tail = end.compress(bytes(rest)) + end.flush()
    check = 0
    for _ in range(whole):
        check = zlib.crc32(piece, check)
    check = zlib.crc32(bytes(rest), check)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + once * whole + tail + check.to_bytes(4, "little") + (amount & 0xFFFFFFFF).to_bytes(4, "little")
