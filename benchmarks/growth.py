"""What a year costs, computed from measured figures: `python -m benchmarks.growth --sites 30 --articles 100`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from newscrawl.storage.visits import after_visit

ARTICLE = 10_600 + 436
"""Bytes of the database, for an article of 2.3 KB text: README.md, Search (row, words, index) and Copies (keys)."""
PAGE = 567
"""Bytes of the database a row of `pages`, with its indexes: 10,000 that a sitemap named."""
RUN = 600
RAW_PAGE = 54_600
"""Bytes of the archive a page: 152 pages of `vn` and `fundus`, of 288 KB at the mean."""
READING = 0.045
"""CPU seconds a page from its bytes to its row: README.md, Throughput."""
CRAWL = 2.0
"""CPU seconds of a crawl that reads one listing and finds nothing."""
ROUND = 1.5
"""CPU seconds of a call that finds nothing due."""
CHANGED = 0.2
"""Share of articles with a changed text; each change is a revision and one more raw page. Assumed."""
LISTED = 3
"""Rows of `pages` an article: what sitemaps name besides. Assumed."""
CALLS = 96
"""A day."""


def visits() -> int:
    """How often an article that never changes is asked for."""
    born = last = datetime(2020, 9, 10, tzinfo=UTC)
    count, following = 1, after_visit(born, None, born, changed=True)
    while following is not None:
        count += 1
        last, following = following, after_visit(following, last, born, changed=False)
    return count


@click.command(help=__doc__)
@click.option("--sites", default=30, show_default=True)
@click.option("--articles", default=100, show_default=True, help="New ones of a site a day.")
@click.option("--crawls", default=24, show_default=True, help="Of a site a day: as often as its feeds bring news.")
def main(sites: int, articles: int, crawls: int) -> None:
    """Print the sums."""
    a_day = sites * articles
    year = a_day * 365
    revisions = year * CHANGED
    database = year * (ARTICLE + LISTED * PAGE) + revisions * 2_600 + sites * crawls * 365 * RUN
    requests = a_day * visits() + sites * crawls * 5
    processor = a_day * (1 + visits()) * READING + sites * crawls * CRAWL + CALLS * ROUND
    print(f"articles a year         {year:>14,}")
    print(f"database a year         {database / 1e9:>14,.1f} GB")
    print(f"archive a year          {(year + revisions) * RAW_PAGE / 1e9:>14,.1f} GB")
    print(f"of it in 90 days        {(year + revisions) * RAW_PAGE / 1e9 * 90 / 365:>14,.1f} GB")
    print(f"visits of an article    {visits():>14,}")
    print(f"requests a day          {requests:>14,}, {requests / sites:,.0f} a site, {requests / 86_400:.1f} a second")
    print(f"processor               {processor / 3600:>14,.1f} hours a day, {processor / 86_400:.0%} of one")


if __name__ == "__main__":
    main()
