"""Addresses that show one article in several forms: for AMP, for telephones, for print, with and without ``www``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from newscrawl.urls import site_of, url_key

_FORM_HOSTS = frozenset({"amp", "m", "mobile", "mobi", "wap", "touch", "3g"})
_FORM_WORDS = frozenset({"amp", "print"})
"""First or last segments of a path that say how a page is shown. Further in they may name a section."""
_FORM_ENDING = re.compile(r"\.(?:amp|print)(?=(?:\.[a-z]{3,5})?$)", re.IGNORECASE)
_FORM_PARAMETER = re.compile(
    r"(?:amp|print|mobile)(?:=.*)?|(?:output(?:type)?|view|mode|display)=(?:amp|mobile|print)", re.IGNORECASE
)
_DEFAULT_DOCUMENT = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """What an address is without what only says how its page is shown. Equal addresses need not be one page."""

    address: str
    """To be compared, not to be fetched: without scheme, ``www`` and trailing slash."""
    marks: int
    """How many signs of another form than the plain one were taken off."""


def form_of(key: str) -> Form:
    """Take the key of a page apart into address and marks."""
    if not key.startswith(("http://", "https://")):
        return Form(key, 0)
    parts, marks = _plain(urlsplit(key))
    host = parts.netloc.removeprefix("www.")
    path = _DEFAULT_DOCUMENT.sub("/", parts.path).rstrip("/")
    return Form(urlunsplit(("", host, path, parts.query, "")), marks + (parts.scheme == "http"))


def plainer_keys(key: str) -> tuple[str, ...]:
    """Return the keys that the plain form of a page may have; none for an address that is plain itself."""
    parts, marks = _plain(urlsplit(key))
    if not marks:
        return ()
    hosts = [parts.netloc] if urlsplit(key).netloc == parts.netloc else [parts.netloc, f"www.{parts.netloc}"]
    paths = dict.fromkeys((parts.path, parts.path.rstrip("/") or "/", parts.path.rstrip("/") + "/"))
    return tuple(url_key(urlunsplit(parts._replace(netloc=host, path=path))) for host in hosts for path in paths)


def _plain(parts: SplitResult) -> tuple[SplitResult, int]:
    """Take off what says how a page is shown, and count it. What would leave no page is left as it is."""
    marks = 0
    first, _, rest = parts.netloc.partition(".")
    if first in _FORM_HOSTS and site_of(f"//{rest}") == site_of(f"//{parts.netloc}"):
        parts, marks = parts._replace(netloc=rest), marks + 1
    segments = parts.path.split("/")
    words = [place for place in (1, -1, -2) if _is_form_word(segments, place)]
    path = parts.path
    if words and len([one for one in segments if one]) > 1:
        path = "/".join(one for place, one in enumerate(segments) if place != words[0] % len(segments))
    path = _FORM_ENDING.sub("", path)
    if path.strip("/") and path != parts.path:
        parts, marks = parts._replace(path=path), marks + 1
    query = [one for one in parts.query.split("&") if one]
    kept = [one for one in query if not _FORM_PARAMETER.fullmatch(one)]
    if len(kept) < len(query):
        parts, marks = parts._replace(query="&".join(kept)), marks + 1
    return parts, marks


def _is_form_word(segments: list[str], place: int) -> bool:
    """Whether a segment is such a word: the first, the last, or the last before a trailing slash."""
    if place == -2 and segments[-1]:
        return False
    return len(segments) >= 3 and segments[place].lower() in _FORM_WORDS
