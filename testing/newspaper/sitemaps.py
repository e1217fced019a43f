"""Sitemaps: an index, one or more for each month, and one of the last two days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from testing.newspaper.frame import local
from testing.newspaper.lists import XML_HEAD, iso
from testing.newspaper.paper import Newspaper

NEWS_SECONDS = 48 * 3600
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def months(paper: Newspaper) -> dict[str, Sequence[int]]:
    """The sitemaps by name (``news-2026-9``, ``news-2026-9-2``) and the articles in each, the newest first."""
    found: dict[str, Sequence[int]] = {}
    size = paper.options.sitemap_size
    rest = paper.ids()
    while rest:
        first = local(paper, paper.published(rest[0])).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        amount = len(paper.since(int(first.timestamp()))) - sum(map(len, found.values()))
        name = f"news-{first.year}-{first.month}"
        for part in range(0, amount, size):
            found[name if not part else f"{name}-{part // size + 1}"] = rest[part : min(part + size, amount)]
        rest = rest[amount:]
    return found


def zipped(paper: Newspaper, name: str) -> bool:
    """Whether a sitemap is named as a gzip file: those of even months."""
    return paper.options.sitemap_gzip and int(name.split("-")[2]) % 2 == 0


def _changed(paper: Newspaper, numbers: Sequence[int]) -> int:
    """The last change of any of them, the newest first; only what has changed is looked at."""
    first, last = numbers[0], numbers[-1]
    later = {number for number in (*paper.state.edits, *paper.state.titles, *paper.live) if last <= number <= first}
    return max(map(paper.modified, {first, *later}))


def sitemap_index(paper: Newspaper) -> str:
    """All sitemaps, with the last change in each."""

    def named() -> Iterator[tuple[str, int]]:
        for name, numbers in months(paper).items():
            address = f"{paper.base}/sitemap/{name}.xml{'.gz' if zipped(paper, name) else ''}"
            changed = _changed(paper, numbers)
            yield address, changed
            if paper.options.sitemap_twice:
                yield f"{address}?v=2", changed
        yield f"{paper.base}/sitemap/latest.xml", max(paper.state.changed, paper.state.ticked)
        if paper.options.sitemap_self:
            yield f"{paper.base}/sitemap.xml", paper.state.changed

    items = "".join(
        f"<sitemap><loc>{address}</loc><lastmod>{iso(paper, moment)}</lastmod></sitemap>\n"
        for address, moment in named()
    )
    return f'{XML_HEAD}<sitemapindex xmlns="{_SITEMAP}">\n{items}</sitemapindex>\n'


def sitemap(paper: Newspaper, numbers: Sequence[int]) -> str:
    """Articles with their last change."""
    items = "".join(
        f"<url><loc>{paper.url_of(number)}</loc><lastmod>{iso(paper, paper.modified(number))}</lastmod></url>\n"
        for number in numbers
    )
    return f'{XML_HEAD}<urlset xmlns="{_SITEMAP}">\n{items}</urlset>\n'


def news_sitemap(paper: Newspaper) -> str:
    """The articles of the last 48 hours."""
    items = "".join(
        f"<url><loc>{paper.url_of(number)}</loc><lastmod>{iso(paper, paper.modified(number))}</lastmod><news:news>"
        f"<news:publication><news:name>{escape(paper.grammar.labels['paper'])}</news:name>"
        f"<news:language>{paper.options.language}</news:language></news:publication>"
        f"<news:publication_date>{iso(paper, paper.published(number))}</news:publication_date>"
        f"<news:title>{escape(paper.title(number))}</news:title></news:news></url>\n"
        for number in paper.since(paper.state.clock - NEWS_SECONDS)[:1000]
    )
    return f'{XML_HEAD}<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS}">\n{items}</urlset>\n'
