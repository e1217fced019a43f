"""URLs: the key that identifies a page, the site it belongs to, and the plain forms of AMP, mobile and print URLs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, unquote_plus, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

if TYPE_CHECKING:
    from tldextract import TLDExtract

_NAME = re.compile(r"[^\s&=#*?%\[\]]+(?:\[[^\s&=#*?%\[\]]*\])?\*?|\*")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Names of query parameters, case-insensitive; ``*`` at the end matches any rest.

    Raises ValueError, with a line for a person, for what can be no name, and for one on both sides.
    """

    kept: tuple[str, ...] = ()
    """Parameters that identify a page, although the general rules or `dropped` would remove them."""
    dropped: tuple[str, ...] = ()
    """Parameters that do not identify a page."""

    def __post_init__(self) -> None:
        for side, names in (("kept_parameters", self.kept), ("dropped_parameters", self.dropped)):
            # A string would be taken for a sequence of one-letter names.
            if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
                raise ValueError(f'{side} must be a tuple of names, as in ("id",), not {names!r}')
            for name in names:
                if not _NAME.fullmatch(name):
                    raise ValueError(f"{side}: {name!r} is not the name of a query parameter, such as 'id' or 'ref_*'")
        both = {name.lower() for name in self.kept} & {name.lower() for name in self.dropped}
        if both:
            raise ValueError(f"{min(both)!r} is in both kept_parameters and dropped_parameters")

    def says_nothing(self, parameter: str) -> bool | None:
        """Whether ``name=value`` is dropped on this site; None if the general rules decide."""
        name = unquote_plus(parameter.partition("=")[0]).lower()
        if _has(self.kept, name):
            return False
        return True if _has(self.dropped, name) else None


NO_PARAMETERS = Parameters()

_BY_DOMAIN: dict[str, Parameters] = {}


def declare(domains: Iterable[str], parameters: Parameters) -> None:
    """Set the parameters of domains and their subdomains; the most specific domain counts."""
    _BY_DOMAIN.update(dict.fromkeys(domains, parameters))
    url_key.cache_clear()


def declared_parameters() -> dict[str, Parameters]:
    """Return what was declared of domains, for a process that knows no spiders."""
    return {domain: parameters for domain, parameters in _BY_DOMAIN.items() if parameters != NO_PARAMETERS}


def declare_all(declared: Mapping[str, Parameters]) -> None:
    """Declare what another process knows: see `declared_parameters`."""
    if not declared.items() <= _BY_DOMAIN.items():
        _BY_DOMAIN.update(declared)
        url_key.cache_clear()


def parameters_of(host: str) -> Parameters:
    """Return the parameters declared for a host, which is in lower case."""
    while host:
        found = _BY_DOMAIN.get(host)
        if found is not None:
            return found
        host = host.partition(".")[2]
    return NO_PARAMETERS


def _has(patterns: tuple[str, ...], name: str) -> bool:
    return any(_matches(pattern.lower(), name) for pattern in patterns)


def _matches(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


LONGEST_URL = 2_000
"""Maximum length of a URL and of its key, in bytes; sitemaps.org allows 2,047. PostgreSQL indexes at most 2,704."""

_ORDINARY = re.compile(
    r"https?://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*)/(?:[\w~-][\w.~-]*/)*(?:[\w~-][\w.~-]*)?(?:\?(?P<query>\w+=[\w.-]*(?:&\w+=[\w.-]*)*))?",
    re.ASCII,
)
"""The common form of URLs, which are their own keys if their query is; ten times as fast as the general way."""

# Tracking parameters: the names in AdGuard's general_url.txt, ClearURLs' globalRules and Firefox's list of stripped
# parameters, and those of big publishers and Zalo. courlan's TRACKERS_RE (1.4) does not fit: it removes `source`,
# `eid`, `uid` and `keyword`, by which some sites identify articles.
_TRACKING = re.compile(
    r"(?:utm|mtm|itm|pk|piwik|matomo|hsa|at|guce|vero|oly|mc)_[a-z0-9_]+|__hs(?:fp|sc|tc)|_hs(?:enc|mi)|hsctatracking"
    r"|(?:fb|g|d|y|ys|tw|tt)clid|gad_[a-z]+|srsltid|msclkid|gclsrc|[gw]braid|rb_clickid|wickedid|igshid|igsh|li_fat_id"
    r"|epik|_g[al]|_openstat|mkt_tok|ml_subscriber(?:_hash)?|xtor|cmpid|cmp|ocid|smid"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|guccounter|__twitter_impression|zarsrc|vnecid|vn_(?:source|campaign|medium|term|thumb|aid)",
    re.IGNORECASE,
)
_SESSION = re.compile(r"phpsessid|jsessionid|aspsessionid[a-z]*|asp\.net_sessionid|cfid|cftoken|sessid", re.IGNORECASE)
_MAYBE_SESSION = re.compile(r"(?:[a-z]*_)?(?:sid|session_?id|session)=[0-9a-f-]{16,}", re.IGNORECASE)
"""Session parameters, if their value looks like a session ID: `sid=12` may be a section."""
# Session IDs in a path, as removed by Heritrix's StripSessionIDs, and ASP.NET's.
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/;?]*|/\((?:[A-Z]\([\w-]{20,}\))+\)(?=/)", re.IGNORECASE | re.ASCII)
_ROUNDS = 10
_AUTHORITY = re.compile(r"[^/?#\\]*")
_ENCODED = re.compile(r"(?:%[89A-F][0-9A-F])+")


@lru_cache(maxsize=2048)
def url_key(url: str) -> str:
    """Return the key of a URL, its canonical form, which identifies the page; requests go to the URL itself.

    Host in lower case and IDNA, default port, user, fragment, session and tracking parameters off, query sorted,
    percent encoding and Unicode in one form, no empty segments. What a site's spider says of its parameters comes
    first. The scheme stays, for the keys of http pages are in databases, and so does a trailing slash, which some
    servers answer otherwise. A key is its own key. Raises ValueError for a host or a port that there cannot be.
    """
    url = url.strip()
    for _ in range(_ROUNDS):  # a step may uncover something for another one, such as a slash next to a session ID
        if _is_ordinary(url):
            break
        key = _normalised(url)
        if key == url:
            break
        url = key
    return url


def fits(url: str) -> bool:
    """Whether neither a URL nor its key is longer than LONGEST_URL. Raises ValueError as `url_key` does."""
    size = len(url.encode("utf-8", "surrogatepass"))
    # A key has at most three letters for one of its URL: percent encoding.
    return size <= LONGEST_URL and (3 * size <= LONGEST_URL or len(url_key(url)) <= LONGEST_URL)


def remember_keys(*urls: str | None) -> None:
    """Compute keys before a transaction that needs them; `url_key` remembers the last ones."""
    for url in urls:
        with suppress(ValueError):
            url_key(url or "")


def _is_ordinary(url: str) -> bool:
    match = _ORDINARY.fullmatch(url)
    if match is None or match["query"] is None:
        return match is not None
    parameters = match["query"].split("&")
    site = parameters_of(match["host"])
    is_sorted = parameters == sorted(parameters, key=lambda one: one.split("="))
    return is_sorted and not any(_says_nothing(one, site) for one in parameters)


def _normalised(url: str) -> str:
    parts = urlsplit(_composed(canonicalize_url(url)))
    path, query = parts.path, parts.query
    if parts.scheme in {"http", "https"}:
        path = re.sub("/{2,}", "/", _SESSION_IN_PATH.sub("", path))
        site = parameters_of((parts.hostname or "").rstrip("."))
        query = "&".join(one for one in query.split("&") if not _says_nothing(one, site))
    return canonicalize_url(urlunsplit((parts.scheme, _authority(parts), path, query, "")))


def _says_nothing(parameter: str, site: Parameters) -> bool:
    verdict = site.says_nothing(parameter)
    if verdict is not None:
        return verdict
    name = parameter.partition("=")[0]
    return bool(_TRACKING.fullmatch(name) or _SESSION.fullmatch(name) or _MAYBE_SESSION.fullmatch(parameter))


def _authority(parts: SplitResult) -> str:
    authority = parts.netloc
    if parts.scheme in {"http", "https"}:
        authority = authority.rpartition("@")[2]  # no passwords in the database
    if parts.port == {"http": 80, "https": 443}.get(parts.scheme):
        authority = authority.rpartition(":")[0]
    host, colon, port = authority.partition(":")
    return host.rstrip(".") + colon + port if host.strip(".") else authority


def without_password(url: str) -> str:
    """Return an http(s) URL without a user name and password, which no table and no message should hold."""
    scheme, slashes, rest = url.partition("://")
    if scheme.lower() not in {"http", "https"}:
        return url
    authority = _AUTHORITY.match(rest)
    assert authority is not None
    return f"{scheme}{slashes}{authority[0].rpartition('@')[2]}{rest[authority.end() :]}"


def _composed(url: str) -> str:
    """Normalise to NFC: the same title is often linked in two Unicode forms, and servers accept both."""
    if not _ENCODED.search(url):
        return url
    return unicodedata.normalize("NFC", _ENCODED.sub(_decoded, url))


def _decoded(match: re.Match[str]) -> str:
    try:
        return bytes.fromhex(match[0].replace("%", "")).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def host_of(url: str) -> str:
    """Return a URL's host in the form of `plain_host`; empty if it names none. Raises ValueError as `urlsplit` does."""
    return plain_host(urlsplit(url).hostname or "")


@lru_cache(maxsize=4096)
def plain_host(host: str) -> str:
    """Return a host as a resolver understands it, the one form in which hosts are compared.

    Percent-decoded, NFKC-normalised, in lower case, in ASCII (IDNA 2003, in which Scrapy makes requests), without a dot
    at the end. A host that has no ASCII form keeps its letters.
    """
    plain = unicodedata.normalize("NFKC", unquote(host)).replace("。", ".").lower().removesuffix(".")
    if plain.isascii():
        return plain
    try:
        return plain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return plain


def site_of(url: str) -> str | None:
    """Return the registrable domain of a URL's host (``bnews.vn``), or the host itself if it has none; by `plain_host`.

    Below the private suffixes of hosting services, each customer's name is a site (``anna.github.io``).

    Of a name without a public suffix (``www.news.intranet``) it is the last two labels, by the list's own default rule:
    https://github.com/publicsuffix/list/wiki/Format#algorithm
    """
    host = host_of(url)
    return _site_of_host(host) if host else None


def is_public_suffix(domain: str) -> bool:
    """Whether sites of different owners stand below a domain: ``com``, ``co.uk``, ``github.io``."""
    found = _suffixes()(domain)
    return bool(found.suffix) and not found.domain


@cache
def _suffixes() -> TLDExtract:
    # Most commands do not need it. The list comes with the package, so nothing is fetched or cached on disk.
    from tldextract import TLDExtract  # noqa: PLC0415

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=4096)
def _site_of_host(host: str) -> str:
    found = _suffixes()(host)
    if found.top_domain_under_public_suffix or found.suffix or found.ipv4 or found.ipv6 or ":" in host:
        return found.top_domain_under_public_suffix or host
    labels = host.split(".")
    is_number = not labels[-1].strip("0123456789") or labels[-1].startswith("0x")
    return host if is_number else ".".join(labels[-2:])


def is_article_url(url: str) -> bool:
    """Whether a URL can name a single article: valid, not too long, HTTP, with a host and a path or query.

    A site's bare address as the canonical link of an article is a common mistake of templates.
    """
    try:
        parts = urlsplit(url)
        if not fits(url):
            return False
        url_key(url)  # raises ValueError for invalid ports and hosts
        site_of(url)
    except ValueError:
        return False
    return (
        url.isprintable()
        and " " not in parts.netloc
        and parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and (len(parts.path) > 1 or bool(parts.query))
    )


_FORM_HOSTS = frozenset({"amp", "m", "mobile", "mobi", "wap", "touch", "3g"})
_FORM_WORDS = frozenset({"amp", "print"})
"""Segments at the start or end of a path that denote a form of a page; elsewhere they may name a section."""
_FORM_ENDING = re.compile(r"\.(?:amp|print)(?=(?:\.[a-z]{3,5})?$)", re.IGNORECASE)
_FORM_PARAMETER = re.compile(
    r"(?:amp|print|mobile)(?:=.*)?|(?:output(?:type)?|view|mode|display)=(?:amp|mobile|print)", re.IGNORECASE
)
_DEFAULT_DOCUMENT = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """A URL without the parts that denote a form (AMP, mobile, print). Equal forms need not be the same page."""

    address: str
    """For comparison, not for fetching: without scheme, ``www`` and trailing slash."""
    marks: int
    """Number of parts removed; 0 for a plain URL."""


def form_of(key: str) -> Form:
    """Split the key of a page into its plain address and marks."""
    if not key.startswith(("http://", "https://")):
        return Form(key, 0)
    parts, marks = _plain(urlsplit(key))
    host = parts.netloc.removeprefix("www.")
    path = _DEFAULT_DOCUMENT.sub("/", parts.path).rstrip("/")
    return Form(urlunsplit(("", host, path, parts.query, "")), marks + (parts.scheme == "http"))


def plainer_keys(key: str) -> tuple[str, ...]:
    """Return the keys that the plain form of a page may have; empty if the URL is plain itself."""
    parts, marks = _plain(urlsplit(key))
    if not marks:
        return ()
    hosts = [parts.netloc] if urlsplit(key).netloc == parts.netloc else [parts.netloc, f"www.{parts.netloc}"]
    paths = dict.fromkeys((parts.path, parts.path.rstrip("/") or "/", parts.path.rstrip("/") + "/"))
    return tuple(url_key(urlunsplit(parts._replace(netloc=host, path=path))) for host in hosts for path in paths)


def known_as(key: str) -> frozenset[str]:
    """Return the keys that the same page may have: with http or https, with www. or without, and in its plain form."""
    if not key.startswith(("http://", "https://")):
        return frozenset((key,))
    found = set()
    for one in (key, *plainer_keys(key)):
        parts = urlsplit(one)
        host, path = parts.netloc.removeprefix("www."), parts.path.rstrip("/")
        for scheme, netloc, place in product(("http", "https"), (host, f"www.{host}"), (path or "/", f"{path}/")):
            found.add(urlunsplit(parts._replace(scheme=scheme, netloc=netloc, path=place)))
    return frozenset(found)


def _plain(parts: SplitResult) -> tuple[SplitResult, int]:
    """Remove and count the parts that denote a form, unless nothing would be left."""
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
    """Whether a segment is such a word, and the first, the last, or the last before a trailing slash."""
    if place == -2 and segments[-1]:
        return False
    return len(segments) >= 3 and segments[place].lower() in _FORM_WORDS
