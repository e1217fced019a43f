"""Saved pages with known answers, as the extraction benchmark reads them.

A data set is a folder with ``pages.jsonl``: a line a page with ``html`` (path of the gzipped page), ``url`` and
``gold``. Absent, null and empty in the gold mean not known. The folder of the data sets is ``NEWSCRAWL_BENCH`` or
``../shared/bench`` beside the project. The public article-extraction-benchmark of Zyte (scrapinghub) is read from
a local clone.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from newscrawl.urls import site_of

KNOWN = ("vn", "fundus", "wcxb", "portal")
"""Sets that rules and limits were chosen on, whole. ``portal`` is two sites of 2013; its gold text holds captions."""
HALVED = (
    "trafeval",
    "htmldate",
    "mercury",
    "readability",
    "goose3",
    "zh",
    "mediacloud",
    "newspaper4k",
    "defuddle",
    "extras",
)
"""Sets of which one half of the sites is open, to look at and to learn from, and the other is blind."""
DATASETS = (*KNOWN, *HALVED)

AEB = "aeb"

Half = Literal["open", "blind"]


class NoPages(Exception):  # noqa: N818 - an answer about the machine rather than a fault
    """The pages are not on this machine; the message says what to set."""


@dataclass(frozen=True, slots=True)
class Gold:
    """What is known of a page; None or empty where nothing is."""

    text: str | None = field(default=None, repr=False)
    """The body without the title."""
    lead: str | None = field(default=None, repr=False)
    """May stand in the text or not."""
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    """A day, or a time in the page's zone."""
    language: str | None = None
    tags: tuple[str, ...] = ()
    is_article: bool = True
    """False for a list, a wall or a missing page, of which nothing else is known."""
    must: tuple[str, ...] = field(default=(), repr=False)
    must_not: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """A saved page and what is known of it."""

    dataset: str
    name: str
    url: str | None
    path: Path
    gold: Gold

    def body(self) -> bytes:
        """The page as it was served."""
        return gzip.decompress(self.path.read_bytes())

    @property
    def site(self) -> str:
        """The registrable domain, which is the unit of halves and folds; the page's name where it has no address."""
        return site_of(self.url or "") or self.name

    @property
    def half(self) -> Half:
        """Which half the page is in, by a hash of its site, so that no site is in both."""
        if self.dataset not in HALVED:
            return "open"
        return "blind" if hashlib.sha256(f"half {self.site}".encode()).digest()[0] % 2 else "open"


def bench_folder() -> Path:
    """The folder of the data sets."""
    root = Path(__file__).resolve().parent.parent
    return Path(os.environ.get("NEWSCRAWL_BENCH") or root / ".." / "shared" / "bench").resolve()


def load_dataset(folder: Path, name: str, limit: int | None = None) -> list[Page]:
    """The first pages of one data set. Raises NoPages where it is not there."""
    listing = folder / name / "pages.jsonl"
    if not listing.is_file():
        raise NoPages(f"no benchmark pages at {listing}: set NEWSCRAWL_BENCH to the folder that holds {name}/")
    with listing.open(encoding="utf-8") as lines:
        return list(islice(_pages(name, listing.parent, lines), limit))


def _pages(dataset: str, folder: Path, lines: Iterator[str]) -> Iterator[Page]:
    for line in lines:
        record = json.loads(line)
        name = str(record.get("id") or Path(record["html"]).name.removesuffix(".html.gz"))
        yield Page(dataset, name, record.get("url"), folder / record["html"], _gold(record.get("gold") or {}))


def _gold(record: dict[str, Any]) -> Gold:
    return Gold(
        text=record.get("text") or None,
        lead=record.get("description") or None,
        title=record.get("title") or None,
        authors=tuple(record.get("authors") or ()),
        published=next((day for key in ("published_at", "date") if isinstance(day := record.get(key), str)), None),
        language=record.get("language") or None,
        tags=tuple(record.get("tags") or ()),
        is_article=record.get("article", True) is not False,
        must=tuple(record.get("must") or ()),
        must_not=tuple(record.get("must_not") or ()),
    )


def load_aeb(folder: Path, limit: int | None = None) -> list[Page]:
    """The pages of a clone of the article-extraction-benchmark. Raises NoPages where there is none."""
    truth = folder / "ground-truth.json"
    if not truth.is_file():
        raise NoPages(f"no article-extraction-benchmark at {folder}: clone it and give its folder to --aeb")
    answers = json.loads(truth.read_text("utf-8"))
    return [
        Page(AEB, name, answer.get("url"), folder / "html" / f"{name}.html.gz", Gold(text=answer.get("articleBody")))
        for name, answer in islice(sorted(answers.items()), limit)
    ]
