"""Extractors under one interface.

newscrawl and trafilatura decode the page themselves and get its bytes. The others get one string, decoded as
UTF-8 with replacement, as the article-extraction-benchmark hands it to all. Options are each project's defaults,
but comments are no text, and nothing may be fetched while a page is measured.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import html as lxml_html

import newscrawl
from newscrawl.extraction import extract_page
from newscrawl.extraction.metadata.date_text import read_date
from newscrawl.extraction.metadata.zones import order_of, top_level
from newscrawl.items import Page
from newscrawl.rules import SiteRules
from newscrawl.urls import site_of

METADATA = frozenset({"title", "authors", "day"})
_INLINE = frozenset(
    ("a", "abbr", "b", "cite", "code", "em", "font", "i", "mark", "q", "small", "span", "strong", "sub", "sup", "u")
)


@dataclass(frozen=True, slots=True)
class Found:
    """What an extractor made of a page."""

    text: str = field(default="", repr=False)
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: date | None = None
    """A datetime where a time is known, a date where a day is."""


Run = Callable[[bytes, str | None], Found]


@dataclass(frozen=True, slots=True)
class Extractor:
    """An extractor by name; ``load`` imports its package and raises ImportError where it is not installed."""

    name: str
    load: Callable[[], Run]
    gives: frozenset[str] = METADATA
    """The metadata it offers at all; the rest is not judged."""


def _ours() -> Run:
    return lambda body, url: _found(newscrawl.extract(body, url))


def _ours_by_trafilatura() -> Run:
    return lambda body, url: _found(extract_page(Page.of(body, url), SiteRules(extractor="trafilatura")).article)


def _ours_out_of_fold() -> Run:
    """With a judge that has not seen the page's site: the one that ships has learned from these pages."""
    judges = importlib.import_module("training.train_pages").cached_fold_judges()
    fold_of = importlib.import_module("training.train_textdumps").fold_of

    def run(body: bytes, url: str | None) -> Found:
        return _found(extract_page(Page.of(body, url), judge=judges[fold_of(site_of(url or ""))]).article)

    return run


def _found(article: newscrawl.Article) -> Found:
    return Found(article.text, article.title, article.authors, written_day(article))


def written_day(article: newscrawl.Article) -> date | None:
    """The day or time of publication as the page writes it, in its own zone, which the moment in UTC does not tell."""
    if article.published_at is None or article.published_precision == "day":
        return article.published_at and article.published_at.date()
    raw = article.published_raw or ""
    with suppress(ValueError):
        return datetime.fromisoformat(raw)
    languages = (article.language,) if article.language else ()
    written = read_date(raw, order_of(languages, top_level(article.url)), languages)
    if written is not None and abs(written.day - article.published_at.date()) <= timedelta(days=1):
        return written.day
    return article.published_at


def _trafilatura(**options: bool) -> Callable[[], Run]:
    def load() -> Run:
        trafilatura = importlib.import_module("trafilatura")

        def run(body: bytes, url: str | None) -> Found:
            document = trafilatura.bare_extraction(body, url=url, include_comments=False, with_metadata=True, **options)
            if document is None:
                return Found()
            authors = tuple(name.strip() for name in (document.author or "").split(";") if name.strip())
            published = date.fromisoformat(document.date) if document.date else None
            return Found(document.text or "", document.title, authors, published)

        return kept_on_disk(f"trafilatura {trafilatura.__version__} {sorted(options)}", run)

    return load


def cache_folder() -> Path | None:
    """Where answers of other extractors are kept from one run to the next; None unless NEWSCRAWL_BENCH_CACHE says."""
    folder = os.environ.get("NEWSCRAWL_BENCH_CACHE")
    return Path(folder) if folder else None


def kept_on_disk(name: str, run: Run) -> Run:
    """The same extractor, but a page that it has read before is answered from disk. Times are worth nothing then."""
    folder = cache_folder()
    if folder is None:
        return run

    def answer(body: bytes, url: str | None) -> Found:
        key = hashlib.sha256(f"{name}\n{url}\n".encode() + body).hexdigest()
        path = folder / key[:2] / f"{key}.pickle"
        if path.is_file():
            found: Found = pickle.loads(path.read_bytes())
            return found
        found = run(body, url)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(pickle.dumps(found))
        part.replace(path)
        return found

    return answer


def _newspaper() -> Run:
    article = importlib.import_module("newspaper").article

    def run(body: bytes, url: str | None) -> Found:
        page = article(url or "", input_html=_string(body), fetch_images=False, follow_meta_refresh=False)
        return Found(page.text, page.title, tuple(page.authors), page.publish_date or None)

    return run


def _readability() -> Run:
    document_of = importlib.import_module("readability").Document

    def run(body: bytes, url: str | None) -> Found:
        document = document_of(_string(body), url=url)
        return Found(plain_text(document.summary(html_partial=True)), document.short_title())

    return run


def plain_text(fragment: str) -> str:
    """The text of a piece of HTML, a block a line."""
    root = lxml_html.fragment_fromstring(fragment, create_parent="div")
    for element in root.iter("*"):
        if element.tag not in _INLINE:
            element.text = "\n" + (element.text or "")
            element.tail = "\n" + (element.tail or "")
    return "\n".join(line.strip() for line in str(root.text_content()).split("\n") if line.strip())


def _resiliparse() -> Run:
    extract = importlib.import_module("resiliparse.extract.html2text").extract_plain_text

    def run(body: bytes, url: str | None) -> Found:  # noqa: ARG001 - it looks at the page alone
        return Found(extract(_string(body), main_content=True))

    return run


def _news_please() -> Run:
    from_html = importlib.import_module("newsplease").NewsPlease.from_html

    def run(body: bytes, url: str | None) -> Found:
        page: Any = from_html(_string(body), url=url, fetch_images=False)
        return Found(page.maintext or "", page.title, tuple(page.authors or ()), page.date_publish)

    return run


def _goose() -> Run:
    goose = importlib.import_module("goose3").Goose()

    def run(body: bytes, url: str | None) -> Found:  # noqa: ARG001 - it would fetch the page
        page = goose.extract(raw_html=_string(body))
        return Found(page.cleaned_text or "", page.title, tuple(page.authors or ()), page.publish_datetime_utc)

    return run


def _string(body: bytes) -> str:
    return body.decode("utf-8", "replace")


BASELINE = "trafilatura"

EXTRACTORS = {
    extractor.name: extractor
    for extractor in (
        Extractor("ours", _ours),
        Extractor("ours-out-of-fold", _ours_out_of_fold),
        Extractor("ours-by-trafilatura", _ours_by_trafilatura),
        Extractor(BASELINE, _trafilatura()),
        Extractor("trafilatura-precision", _trafilatura(favor_precision=True)),
        Extractor("trafilatura-recall", _trafilatura(favor_recall=True)),
        Extractor("trafilatura-fast", _trafilatura(fast=True)),
        Extractor("newspaper4k", _newspaper),
        Extractor("readability", _readability, frozenset({"title"})),
        Extractor("resiliparse", _resiliparse, frozenset()),
        Extractor("news-please", _news_please),
        Extractor("goose3", _goose),
    )
}
