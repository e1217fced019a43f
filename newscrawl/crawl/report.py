"""The report that a crawl prints at its end."""

from __future__ import annotations

import shlex
import sys
import textwrap
from pathlib import Path
from typing import TextIO

from scrapy.crawler import Crawler

from newscrawl.project import setting
from newscrawl.storage.backends import location, shown_address
from newscrawl.storage.runs import RunReport, report_run
from newscrawl.text import printable


def print_report(crawler: Crawler) -> None:
    """Print a crawl's articles and counts, and the database; to stderr if stdout is used for a feed."""
    run_id = crawler.stats.get_value("newscrawl/run_id") if crawler.stats else None
    if run_id is None:
        return
    feeds = crawler.settings.getdict("FEEDS")
    out = sys.stderr if any(str(uri).startswith("stdout:") for uri in feeds) else sys.stdout
    url = crawler.settings["DATABASE_URL"]
    write_report(report_run(url, run_id), location(url), _next_command(url), out)


def _next_command(url: str) -> str:
    """Return a command to try next, as it can be typed in the working directory."""
    newscrawl = Path(sys.argv[0]).with_name("newscrawl")
    here = newscrawl if newscrawl.is_file() else "newscrawl"
    database = "" if url == setting("DATABASE_URL") else f" --database {shlex.quote(shown_address(url))}"
    return f'{here} sql{database} "select title, text from unique_articles"'  # noqa: S608 - printed, not run


def write_report(report: RunReport, path: str, next_command: str, out: TextIO) -> None:
    """Write the report of a run."""
    for article in report.articles:
        title = printable(article.title or "(no title)")
        facts = f"{article.source or article.url_key}: {article.words_kept} words kept, {article.words_dropped} dropped"
        print(textwrap.shorten(title, 100, placeholder="…"), file=out)
        print(f"    {printable(facts)}", file=out)
    if report.article_count > len(report.articles):
        print(f"and {report.article_count - len(report.articles)} more articles", file=out)
    print(f"\n{report.counts}", file=out)
    for note in report.notes:
        print(printable(note), file=out)
    print(f"{report.total_articles} articles in {printable(path)}", file=out)
    if report.total_articles:
        print(f"Next: {printable(next_command)}", file=out)
