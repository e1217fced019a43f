"""The one form that the addresses of a site's articles have, as a regular expression."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from newscrawl.urls import url_key

FEWEST = 5
"""Articles from which a form is inferred."""
SHARE = 0.9
"""Of the articles that a site names, which a form must fit."""
_FOR_A_FIXED_WORD = 20
"""Articles that must share a folder's name before it is taken for a part of all addresses."""
_MOST = 2_000
_LONGEST = 100
_MOST_DIGITS = 20
_LONGEST_URL = 500
"""Characters of an address that is looked at: matching takes a time that grows with their square."""

_S = "\0"
"""Stands for a slug until it is known which letters slugs have."""
_SLUG = re.compile(r"[\w-]+", re.ASCII)
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?")
_STEM = re.compile(r"(?P<stem>.*?)(?P<ending>\.[A-Za-z]{2,6}\d?)?", re.ASCII | re.DOTALL)
_NUMBER_LAST = re.compile(
    r"(?:(?P<slug>.+)(?P<sign>[-_.]))?(?P<code>[A-Za-z]{0,8}\d{2,}(?:[A-Za-z]{1,4}\d+)?)", re.ASCII
)
_NUMBER_FIRST = re.compile(r"\d{4,}(?P<sign>[-_])(?P<slug>.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Address:
    host: str
    folders: tuple[str, ...]
    last: str
    has_slash: bool
    query: str
    """Of the page's key; what only tells how a reader came is off."""
    has_query: bool


def article_url(articles: Iterable[str], sections: Iterable[str] = (), others: Iterable[str] = ()) -> str | None:
    r"""Return an expression that nine in ten articles match, and no section; None where there is no such form.

    Slugs become ``[\w-]+`` and numbers ``\d+``. ``others`` are addresses that look like articles': they show which
    folders are the same on the whole site, and which only in the listings at hand.
    """
    wanted = list(dict.fromkeys(articles))[:_MOST]
    keys = set(map(_key, wanted))
    unwanted = [url for url in sections if _key(url) not in keys and len(url) <= _LONGEST_URL][:_MOST]
    known = [address for url in wanted if (address := _parse(url))]
    if len(known) < FEWEST:
        return None
    around = [address for url in others if (address := _parse(url))][:_MOST]
    for form in _forms(known, around):
        is_telling = "\\d" in form or len(unwanted) >= FEWEST
        if is_telling and len(form) <= _LONGEST and _fits(form, wanted, unwanted):
            return form
    return None


def _fits(form: str, wanted: Sequence[str], unwanted: Sequence[str]) -> bool:
    matches = re.compile(form).fullmatch
    if any(map(matches, unwanted)):
        return False
    return sum(len(url) <= _LONGEST_URL and matches(url) is not None for url in wanted) >= SHARE * len(wanted)


def _forms(known: Sequence[_Address], around: Sequence[_Address]) -> Iterator[str]:
    """Forms to try, the most telling first."""
    last = Counter(_last(address.last) for address in known).most_common(1)[0][0]
    alike = [address for address in known if _last(address.last) == last]
    if "\\d+" in last:
        fewest = min(len(max(re.findall(r"\d+", address.last), key=len)) for address in alike)
        yield from _whole(last, alike, around)
        if last.count("\\d+") == 1:
            # As short as the sections let it be: other years' numbers have fewer digits.
            for least in range(3, min(fewest, _MOST_DIGITS) + 1):
                yield from _whole(last.replace("\\d+", f"\\d{{{least},}}"), alike, around)
    ending = Counter(_ending(address.last) for address in known).most_common(1)[0][0]
    yield from _whole(_S + re.escape(ending), [one for one in known if _ending(one.last) == ending], around)


def _whole(last: str, alike: Sequence[_Address], around: Sequence[_Address]) -> Iterator[str]:
    folders, query = _folders(alike, around), _query(alike)
    names = {address.last for address in alike}
    if query.startswith("\\?") and len(names) == 1 and _is_plain(name := names.pop()):
        last = re.escape(name)
    if folders is None or query == "?":
        return
    slashes = {address.has_slash for address in alike}
    slash = "" if slashes == {False} else "/" if slashes == {True} else "/?"
    form = f"https?://{_host(alike)}/{folders}{last}{slash}{query}"
    texts = [text for address in alike for text in (*address.folders, *_slugs(address.last))]
    yield form.replace(_S, r"[\w-]+" if all(map(_SLUG.fullmatch, texts)) else "[^/?#]+")


def _host(alike: Sequence[_Address]) -> str:
    hosts = sorted({address.host for address in alike}, key=len)
    first = re.escape(hosts[0]).replace("\\-", "-")
    if len(hosts) == 1:
        return first
    if hosts[1:] == [f"www.{hosts[0]}"]:
        return rf"(?:www\.)?{first}"
    if all(host.endswith(f".{hosts[0]}") for host in hosts[1:]):
        return rf"(?:[\w-]+\.)*{first}"
    return f"(?:{'|'.join(re.escape(host) for host in hosts)})".replace("\\-", "-")


def _folders(alike: Sequence[_Address], around: Sequence[_Address]) -> str | None:
    kinds = Counter(tuple(folder.isdecimal() for folder in address.folders) for address in alike)
    common, count = kinds.most_common(1)[0]
    if count < SHARE * len(alike):
        if any(any(kind) for kind in kinds):
            return None
        return f"(?:{_S}/)*" if () in kinds else f"(?:{_S}/)+"
    places = [one.folders for one in (*alike, *around) if len(one.folders) == len(common)]
    return "".join(
        f"{_folder(values, is_number)}/" for values, is_number in zip(zip(*places, strict=True), common, strict=True)
    )


def _folder(values: tuple[str, ...], is_number: bool) -> str:
    if is_number:
        return r"\d{4}" if all(len(value) == 4 for value in values) else r"\d+"
    is_fixed = len(set(values)) == 1 and len(values) >= _FOR_A_FIXED_WORD and _is_plain(values[0])
    return values[0] if is_fixed else _S


def _query(alike: Sequence[_Address]) -> str:
    """The part behind the path: none, whatever tells how a reader came, or one number; ``?`` for anything else."""
    queries = [parse_qsl(address.query, keep_blank_values=True) for address in alike]
    if not any(queries):
        return r"(?:\?[^#]*)?" if any(address.has_query for address in alike) else ""
    names = {tuple(name for name, _ in query) for query in queries}
    if len(names) != 1 or len(name := names.pop()) != 1 or not _is_plain(name[0]):
        return "?"
    return rf"\?{re.escape(name[0])}=\d+" if all(query[0][1].isdecimal() for query in queries) else "?"


def _last(name: str) -> str:
    stem, ending = _split(name)
    if match := _NUMBER_LAST.fullmatch(stem):
        code = re.sub(r"\d+", r"\\d+", match["code"])
        return (
            (f"{_S}{re.escape(match['sign'])}" if match["slug"] else "").replace("\\-", "-") + code + re.escape(ending)
        )
    if match := _NUMBER_FIRST.fullmatch(stem):
        return f"\\d+{match['sign']}{_S}{re.escape(ending)}"
    return _S + re.escape(ending)


def _slugs(name: str) -> tuple[str, ...]:
    stem, _ = _split(name)
    match = _NUMBER_LAST.fullmatch(stem) or _NUMBER_FIRST.fullmatch(stem)
    return (match["slug"],) if match and match["slug"] else () if match or not stem else (stem,)


def _split(name: str) -> tuple[str, str]:
    match = _STEM.fullmatch(name)
    assert match is not None
    return match["stem"], match["ending"] or ""


def _ending(name: str) -> str:
    return _split(name)[1]


def _is_plain(word: str) -> bool:
    return re.fullmatch(r"[\w.-]{1,40}", word, re.ASCII) is not None


def _parse(url: str) -> _Address | None:
    if len(url) > _LONGEST_URL:
        return None
    try:
        parts, key = urlsplit(url), urlsplit(url_key(url))
    except ValueError:
        return None
    segments = parts.path.split("/")[1:]
    if not _HOST.fullmatch(parts.netloc) or not segments or "" in segments[:-1]:
        return None
    has_slash = len(segments) > 1 and not segments[-1]
    *folders, last = segments[:-1] if has_slash else segments
    return _Address(parts.netloc, tuple(folders), last, has_slash, key.query, bool(parts.query))


def _key(url: str) -> str:
    try:
        return url_key(url)
    except ValueError:
        return url
