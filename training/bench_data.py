"""The pages with known answers, and the text dumps that are made of them.

Dumps are cached, because making the seven of a page takes half a second.
"""

from __future__ import annotations

import hashlib
import pickle
import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import html2text
import inscriptis
import trafilatura

from newscrawl.extraction.decode import decode
from newscrawl.items import UnreadablePage
from newscrawl.urls import site_of
from testing.datasets import NoPages, Page, bench_folder, load_dataset

DATASETS = ("vn", "fundus", "wcxb", "goose3", "newspaper4k", "zh", "defuddle", "extras")
"""Sets whose known answers hold the text, of which only the open half is read. ``portal`` is left out, because its
answers hold captions, which are no text here, and ``readability``, because its answers are what a tool gave."""

SHARE = {"themes": 0.2}
"""Share of the pages of a set of which dumps are made."""
FORMATS = ("recall", "recall-images", "recall-markdown", "html2text", "html2text-wide", "html2text-plain", "inscriptis")
TRAFILATURA = FORMATS[:3]
LANGUAGES = ("vi", "en", "de", "fr", "es", "other")

DUMPS_VERSION = b"2"
"""Raise it when the makers below change: it is part of the cache's key."""

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "textdumps"
"""Made dumps and trained judges; within the project, for what is unpickled must be one's own."""


@dataclass(frozen=True, slots=True)
class BenchPage:
    """A page with its answer and its dumps."""

    name: str
    dataset: str
    domain: str
    """Registrable domain: the unit of cross-validation."""
    language: str
    title: str
    gold: str
    lead: str
    """The description; may stand in the text or not."""
    dumps: dict[str, str]
    """Text dump by format: a title line, then what the extractor gave."""


def load_pages(datasets: tuple[str, ...] = DATASETS, themes: Path | None = None) -> list[BenchPage]:
    """All pages with a gold text, dumps made or read from the cache; where there are none, one line and exit code 1.

    ``themes`` is a data set of generated pages.
    """
    try:
        saved = {name: load_dataset(bench_folder(), name) for name in datasets}
        if themes is not None:
            saved["themes"] = [replace(page, dataset="themes") for page in load_dataset(themes.parent, themes.name)]
        return [page for name, pages in saved.items() for page in _load(name, pages)]
    except NoPages as error:
        sys.exit(str(error))


def _load(name: str, pages_of_set: list[Page]) -> list[BenchPage]:
    saved = [page for page in pages_of_set if page.half == "open" and _is_chosen(page)]
    key = hashlib.sha256(DUMPS_VERSION + "".join(page.name + (page.gold.text or "") for page in saved).encode())
    cache = CACHE / f"{name}-{key.hexdigest()[:16]}.pickle"
    if cache.is_file():
        pages: list[BenchPage] = pickle.loads(cache.read_bytes())
        return pages
    pages = [_with_dumps(page, page.gold.text) for page in saved if page.gold.text]
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_bytes(pickle.dumps(pages))
    return pages


def _is_chosen(page: Page) -> bool:
    """Whether dumps are made of a page, which takes half a second each: of the large sets a share is enough."""
    number = hashlib.sha256(page.name.encode()).digest()[0]
    return number < 256 * SHARE.get(page.dataset, 1.0)


def _with_dumps(page: Page, gold: str) -> BenchPage:
    html = _decoded(page.body())
    title = _clean(page.gold.title or _html_title(html))
    return BenchPage(
        name=f"{page.dataset}/{page.name}",
        dataset=page.dataset,
        domain=site_of(page.url or "") or page.name,
        language=_language(page.dataset, html),
        title=title,
        gold=_clean(gold),
        lead=_clean(page.gold.lead or ""),
        dumps={name: _clean(f"{title}\n{make(html)}") for name, make in _MAKERS.items()},
    )


def _decoded(body: bytes) -> str:
    try:
        return decode(body)
    except UnreadablePage:
        return body.decode("utf-8", "replace").replace("\0", "")


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\0", ""))


def _html_title(html: str) -> str:
    found = re.search(r"<title[^>]*>([^<]*)", html, re.IGNORECASE)
    return " ".join(found[1].split()) if found else ""


def _language(dataset: str, html: str) -> str:
    found = re.search(r"<html[^>]*?\blang\s*=\s*[\"']?([a-zA-Z]{2})", html[:5000])
    language = "vi" if dataset == "vn" else found[1].lower() if found else "en"
    return language if language in LANGUAGES else "other"


def _recall(**options: object) -> Callable[[str], str]:
    def make(html: str) -> str:
        return trafilatura.extract(html, favor_recall=True, **options) or ""

    return make


def _html2text(**options: object) -> Callable[[str], str]:
    def make(html: str) -> str:
        parser = html2text.HTML2Text()
        for name, value in options.items():
            setattr(parser, name, value)
        return parser.handle(html)

    return make


def _inscriptis(html: str) -> str:
    try:
        return inscriptis.get_text(html)
    except (ValueError, IndexError, AttributeError):
        return ""


_MAKERS: dict[str, Callable[[str], str]] = dict(
    zip(
        FORMATS,
        (
            _recall(),
            _recall(include_images=True, include_formatting=True),
            _recall(output_format="markdown", include_images=True, include_links=True, include_formatting=True),
            _html2text(),
            _html2text(body_width=0),
            _html2text(body_width=0, ignore_links=True, ignore_images=True, ignore_emphasis=True),
            _inscriptis,
        ),
        strict=True,
    )
)
