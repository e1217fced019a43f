"""Which page stands at an address, and what it holds; bodies are made when asked for."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from functools import partial
from urllib.parse import quote

from testing.newspaper import fronts, lists, sitemaps
from testing.newspaper.pages import Variant, article_page
from testing.newspaper.paper import Newspaper

HTML, XML = "text/html; charset=utf-8", "application/xml; charset=utf-8"
_ARTICLE = re.compile(r"(?:/(amp|m))?(/[^/]+/.*?-(\d{1,9}))(?:-p(\d))?\.html")
_SITEMAP = re.compile(r"/sitemap/(news-\d+-\d+(?:-\d+)?)\.xml(\.gz)?")
_VARIANTS: dict[str, Variant] = {"": "", "amp": "amp", "m": "m"}
_DAY = re.compile(r"/lich/(\d{4})/(\d\d?)/(\d\d?)")


@dataclass(frozen=True, slots=True)
class Route:
    """What to answer with; without ``make`` it is the status alone, or a redirect."""

    status: int = 200
    content_type: str = HTML
    make: Callable[[], str | bytes] | None = None
    key: Hashable = None
    """Equal keys, equal bodies; None where none is kept."""
    modified: int | None = None
    location: str | None = None


def lists_changed(paper: Newspaper) -> int:
    """When a list of articles last changed: also by a live blog that grew."""
    return max([paper.state.changed, *map(paper.modified, paper.live)])


def route(paper: Newspaper, path: str) -> Route:
    """Find what stands at a path, with its percent forms resolved."""
    state = paper.state
    if match := _ARTICLE.fullmatch(path):
        return _article(paper, f"{match[2]}.html", int(match[3]), int(match[4] or 1), _VARIANTS[match[1] or ""])
    if path.startswith("/in/") and path[4:].isdigit() and paper.known(int(path[4:])):
        return _article(paper, paper.path_of(int(path[4:])), int(path[4:]), 1, "in")
    make, kind, changed = _list(paper, path), HTML, lists_changed(paper)
    if make is None:
        make, kind = _machine_list(paper, path)
    if make is None:
        return _other(paper, path)
    if path in {"/sitemap.xml", "/sitemap/latest.xml"} or (path == "/" and paper.options.calendar):
        changed = max(changed, state.ticked)
    return Route(200, kind, make, (path, state.events, changed, state.switched), max(changed, state.switched))


def _article(paper: Newspaper, path: str, number: int, page: int, variant: Variant) -> Route:
    state = paper.state
    if not paper.known(number):
        return unknown(paper)
    if number in state.gone:
        return notice(paper, "not_found", state.gone[number][0])
    if path != paper.path_of(number):
        return Route(301, location=paper.url_of(number))
    if page > len(paper.story(number).pages):
        return unknown(paper)
    rotated = state.rotated[0] if state.rotated else 0
    said = state.comments.get(number, [0])
    modified = max(paper.modified(number), rotated, said[-1], state.switched)
    key = (number, page, variant, modified, len(said), state.rotations)
    return Route(200, HTML, partial(article_page, paper, number, page, variant), key, modified)


def _list(paper: Newspaper, path: str) -> Callable[[], str | bytes] | None:
    if path == "/":
        return partial(fronts.home_page, paper)
    slug, _, rest = path.strip("/").partition("/")
    for section, (name, _) in enumerate(paper.sections):
        prefix = paper.grammar.labels["page"]
        if slug != name or not (path.endswith("/") or rest):
            continue
        number = rest.removeprefix(prefix) if rest.startswith(prefix) else "" if rest else "1"
        if number.isdecimal() and 1 <= int(number) <= fronts.section_pages(paper, section):
            return partial(fronts.section_page, paper, section, int(number))
    return None


def _machine_list(paper: Newspaper, path: str) -> tuple[Callable[[], str | bytes] | None, str]:
    fixed: dict[str, tuple[Callable[[Newspaper], str], str]] = {
        "/robots.txt": (lists.robots, "text/plain; charset=utf-8"),
        "/atom.xml": (lists.atom, "application/atom+xml; charset=utf-8"),
        "/feed.json": (lists.json_feed, "application/feed+json; charset=utf-8"),
        "/sitemap.xml": (sitemaps.sitemap_index, XML),
        "/sitemap/latest.xml": (sitemaps.news_sitemap, XML),
    }
    if path in fixed:
        return partial(fixed[path][0], paper), fixed[path][1]
    for section, (slug, _) in enumerate(paper.sections):
        if path == f"/rss/{slug}.rss":
            return partial(lists.rss, paper, section), "application/rss+xml; charset=utf-8"
    if match := _SITEMAP.fullmatch(path):
        numbers = sitemaps.months(paper).get(match[1])
        if numbers is not None and bool(match[2]) == sitemaps.zipped(paper, match[1]):
            make = partial(sitemaps.sitemap, paper, numbers)
            if match[2]:
                return lambda: gzip.compress(make().encode(), mtime=0), "application/gzip"
            return make, XML
    return None, HTML


def _other(paper: Newspaper, path: str) -> Route:
    if match := _DAY.fullmatch(path):
        return _day(paper, path, [int(part) for part in match.groups()])
    if path.startswith("/anh/"):
        return Route(200, "image/jpeg", lambda: b"\xff\xd8\xff\xd9", "picture", paper.start)
    if path.startswith("/static/"):
        return Route(200, "text/css" if path.endswith("css") else "text/javascript", str, "static", paper.start)
    if path == "/tim-kiem" or path.startswith("/tag/"):
        return Route(
            200, HTML, partial(fronts.found_page, paper, path), (path, paper.state.events), paper.state.changed
        )
    if path.rstrip("/").strip("/") in dict(paper.sections):
        return Route(301, location=paper.base + quote(path) + "/")
    return unknown(paper)


def _day(paper: Newspaper, path: str, parts: list[int]) -> Route:
    try:
        return Route(200, HTML, partial(fronts.calendar_page, paper, date(*parts)), path, paper.start)
    except ValueError:
        return unknown(paper)


def unknown(paper: Newspaper) -> Route:
    """What an address gets that there never was."""
    if paper.options.unknown == "home":
        return Route(302, location=f"{paper.base}/")
    return notice(paper, "not_found", 200 if paper.options.unknown == "soft" else 404)


def notice(paper: Newspaper, kind: str, status: int) -> Route:
    """A page with a message."""
    return Route(status, HTML, partial(fronts.notice_page, paper, kind), (kind, "notice"), None)
