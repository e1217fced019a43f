"""A site as data. Whoever writes it may be a stranger: every value is checked before it is believed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self, get_args
from urllib.parse import urljoin, urlsplit

import regex  # type: ignore[import-untyped]

from newscrawl.rules import RulesError, SiteRules
from newscrawl.sites.names import domain_of, is_domain, is_spider_name
from newscrawl.text import printable
from newscrawl.urls import LONGEST_URL, fits, is_article_url, is_public_suffix, site_of

State = Literal["active", "paused", "dead"]
STATES: tuple[State, ...] = get_args(State)

MOST_ADDRESSES = 200
"""Feeds of a site, and as many sitemaps and sections: a run reads all feeds."""
LONGEST_PACE = 60.0
"""Seconds; as `CRAWL_DELAY_MAX`."""
_LONGEST_TEXT = 2_000
_LONGEST_PATTERN = 1_000
_PROBE_SECONDS = 0.25
"""CPU time after which an expression counts as one that never ends."""


class SiteError(RulesError):
    """What is wrong with a site: `problems`, each one line for a person."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(printable(problem) for problem in problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site that can be crawled. `Site.of` checks; the constructor believes what it is given."""

    name: str
    """What one types, also the name of its spider; unique."""
    home: str
    """Its front page."""
    source: str = ""
    """What its articles carry; by default its registrable domain."""
    title: str | None = None
    domains: tuple[str, ...] = ()
    """Hosts, each with all below it; by default that of `home`."""
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    """``{year}``, ``{month}``, ``{day}`` and ``{month:02}`` stand for the days that a run is about."""
    sections: tuple[str, ...] = ()
    article_url: str | None = None
    """What the whole address of an article looks like; others may be articles as well."""
    explores: bool | None = None
    """Whether the feeds and sections that its pages link to are read as well. None: where sitemaps or `article_url`
    are missing."""
    timezone: str | None = None
    language: str | None = None
    country: str | None = None
    """ISO 3166-1 code, or XK for Kosovo."""
    prune_xpath: tuple[str, ...] = ()
    kept_parameters: tuple[str, ...] = ()
    dropped_parameters: tuple[str, ...] = ()
    extractor: str | None = None
    pace: float | None = None
    """Seconds between two requests to its hosts, where the settings ask for less."""
    state: State = "active"
    """`paused` and `dead` sites are in no round."""
    notes: str | None = None
    added_by: str | None = None

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """Check what is said of a site, with or without its `name`. Raises SiteError with every problem.

        Texts are stripped, empty ones count as left out, and lists may be a list or a tuple.
        """
        found = list(_unknown(facts))
        said = {key: value for key, given in facts.items() if key in FACTS and (value := _tidy(given)) not in _NOTHING}
        for key, value in list(said.items()):
            fault = _fault(key, value)
            if fault:
                found.append(f"{key}: {fault}")
                del said[key]
        if "home" not in facts or facts["home"] in _NOTHING:
            found.append("home: the address of its front page is missing")
        if found:
            raise SiteError(found)
        said = {key: tuple(value) if key in LISTS else value for key, value in said.items()}
        domain = domain_of(said["home"])
        assert domain is not None
        if "domains" not in said and (fault := _domain_fault(domain)):
            raise SiteError([f"home: {fault}"])
        site = cls(**{"name": "", "domains": (domain,), "source": site_of(said["home"]) or domain, **said})
        try:
            _ = site.rules
        except RulesError as error:
            raise SiteError([str(error)]) from None
        return site

    @property
    def rules(self) -> SiteRules:
        """How its pages are read. Raises RulesError."""
        return SiteRules(**{name: getattr(self, name) for name in RULES})

    def as_json(self) -> dict[str, Any]:
        """Return what is said of the site, without what is left out."""
        values = ((name, getattr(self, name)) for name in FACTS)
        return {name: list(value) if name in LISTS else value for name, value in values if value not in _NOTHING}

    def with_listings(self, other: Site) -> Site:
        """Return the site with the listings of another entry for it as well, as many as it may have."""
        joined = {
            name: tuple(dict.fromkeys((*getattr(self, name), *getattr(other, name))))[:MOST_ADDRESSES]
            for name in ("feeds", "sitemaps", "sections")
        }
        return replace(self, **joined)  # type: ignore[arg-type]


FACTS = tuple(field.name for field in fields(Site))
RULES = ("prune_xpath", "timezone", "language", "kept_parameters", "dropped_parameters", "extractor")
"""Of `SiteRules`, those that are data: `adjust` is code, so a site that needs it has a spider."""
LISTS = ("domains", "feeds", "sitemaps", "sections", "prune_xpath", "kept_parameters", "dropped_parameters")
_NOTHING: tuple[object, ...] = (None, "", (), [])


def _unknown(facts: Mapping[str, Any]) -> Iterator[str]:
    for key in facts:
        if key not in FACTS:
            close = difflib.get_close_matches(str(key), FACTS, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(FACTS)}"
            code = "a function is code, so such a site needs a spider" if key == "adjust" else hint
            yield f"{str(key)[:40]!r} is no fact of a site; {code}"


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list | tuple):
        return [one.strip() if isinstance(one, str) else one for one in value]
    return value


def _fault(key: str, value: Any) -> str | None:
    """Return what is wrong with a value in one line; None for a good one."""
    if key not in LISTS:
        return _CHECKS.get(key, _text_fault)(value)
    if not isinstance(value, list):
        return f"must be a list, not {_shown(value)}"
    if len(value) > MOST_ADDRESSES:
        return f"has {len(value)} entries; a site may have {MOST_ADDRESSES}"
    check = _CHECKS.get(key, _text_fault)
    return next((fault for one in value if (fault := check(one))), None)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _text_fault(value: Any, longest: int = _LONGEST_TEXT, breaks: str = "") -> str | None:
    if not isinstance(value, str):
        return f"must be a text, not {_shown(value)}"
    if len(value) > longest:
        return f"has {len(value)} characters; {longest} are enough"
    if not value.isprintable() and not all(char.isprintable() or char in breaks for char in value):
        return f"holds characters that no one can print: {_shown(value)}"
    return None


def url_fault(url: Any) -> str | None:
    """Return what is wrong with the address of a front page or listing; None for one that can be asked for."""
    if not isinstance(url, str):
        return f"must be a text, not {_shown(url)}"
    try:
        has_password = "@" in urlsplit(url).netloc
        is_good = (
            fits(url)
            and url.isprintable()
            and " " not in url
            and is_article_url(urljoin(url, "/any"))
            and domain_of(url) is not None
        )
    except ValueError:
        has_password = is_good = False
    if has_password:
        return "holds a user name or password, which no table should"
    return None if is_good else f"{_shown(url)} is no http(s) address, as in https://news.example"


_FIELD = re.compile(r"\{(?:year(?::04)?|month(?::02)?|day(?::02)?)\}|\{\{|\}\}")


def sitemap_fault(url: Any) -> str | None:
    """Return what is wrong with the address of a sitemap, which may name days in braces; None for a good one."""
    plain = _FIELD.sub("1", url) if isinstance(url, str) else url
    if isinstance(plain, str) and ("{" in plain or "}" in plain):
        return f"{_shown(url)}: in braces there may be year, month, month:02, day, day:02; double any other brace"
    return url_fault(plain)


def _domain_fault(domain: Any) -> str | None:
    if not isinstance(domain, str) or not is_domain(domain):
        return f"{_shown(domain)} is no domain, as in 'news.example'"
    return f"below {_shown(domain)} are sites of many owners" if is_public_suffix(domain) else None


def _name_fault(name: Any) -> str | None:
    if isinstance(name, str) and is_spider_name(name):
        return None
    return (
        f"{_shown(name)}: a name has up to 40 small letters, digits and _, a letter first; "
        "call what is a name for people 'title'"
    )


_SOURCE = re.compile(r"[\w.-]{1,253}")


def _source_fault(source: Any) -> str | None:
    return None if isinstance(source, str) and _SOURCE.fullmatch(source) else f"{_shown(source)} is no name of a source"


def _pattern_fault(pattern: Any) -> str | None:
    fault = _text_fault(pattern, _LONGEST_PATTERN)
    if fault:
        return fault
    try:
        re.compile(pattern)
        compiled = regex.compile(pattern)
    except (re.error, regex.error, RecursionError, OverflowError) as error:
        return f"{_shown(pattern)} is no regular expression ({error})"
    try:
        for part in ("a", "1", "-", "/a", "a-", "a1-", "x/1/"):
            compiled.fullmatch(f"https://www.news.example/{part * (LONGEST_URL // len(part))}!", timeout=_PROBE_SECONDS)
    except TimeoutError:
        return f"{_shown(pattern)} takes for ever on some addresses: it repeats what repeats"
    return None


def _pace_fault(pace: Any) -> str | None:
    is_number = isinstance(pace, int | float) and not isinstance(pace, bool)
    return (
        None if is_number and 0 < pace <= LONGEST_PACE else f"must be 1 to {LONGEST_PACE:g} seconds, not {_shown(pace)}"
    )


def _one_of(names: Sequence[str]) -> Callable[[Any], str | None]:
    return lambda value: None if value in names else f"must be one of {', '.join(names)}, not {_shown(value)}"


def _country_fault(country: Any) -> str | None:
    is_code = isinstance(country, str) and bool(re.fullmatch("[A-Z]{2}", country))
    return None if is_code else f"must be an ISO 3166 code, such as 'VN', not {_shown(country)}"


def _switch_fault(value: Any) -> str | None:
    return None if isinstance(value, bool) else f"must be true or false, not {_shown(value)}"


_CHECKS: Mapping[str, Callable[[Any], str | None]] = {
    "name": _name_fault,
    "home": url_fault,
    "source": _source_fault,
    "domains": _domain_fault,
    "feeds": url_fault,
    "sitemaps": sitemap_fault,
    "sections": url_fault,
    "article_url": _pattern_fault,
    "explores": _switch_fault,
    "country": _country_fault,
    "notes": lambda notes: _text_fault(notes, breaks="\n"),
    "pace": _pace_fault,
    "state": _one_of(STATES),
}
