"""What the spiders of local files inherit: they read in a thread, as fast as the pipelines take pages."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections import Counter
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from scrapy import Request, signals
from scrapy.http import Response
from scrapy.settings import BaseSettings

from newscrawl.archive import ReadingStopped
from newscrawl.base_spiders.arguments import switch
from newscrawl.base_spiders.base import ArgumentError, NewsSpider
from newscrawl.items import ArchiveRead, Outcome, Page
from newscrawl.local_files import (
    ENDINGS,
    FoundFile,
    PassedOver,
    PathError,
    find_files,
    is_warc,
    load_archive,
    load_page,
    path_text,
    split_paths,
)
from newscrawl.storage.archives import loaded
from newscrawl.text import printable
from newscrawl.window import Window

TRUST = "1: these pages were fetched by you, so they count as fetched and may replace what was crawled; also --trust"

logger = logging.getLogger(__name__)

_MOST_PASSED_OVER = 1_000
"""Records that are passed over before a crawl that is ending can end: a file may have a million, and each is quick."""


_LOOK = 0.02
"""Seconds between two looks whether all pages of a file are stored."""

_Item = Page | Outcome | ArchiveRead | PassedOver


class LocalSpider(NewsSpider):
    """Reads the files below `path`."""

    endings: ClassVar[Sequence[str]] = ENDINGS
    """Of the names of the files that are read."""
    # Bounds the pages in memory: Scrapy takes three times as many from a callback before it waits.
    custom_settings = {  # noqa: RUF012 - as Scrapy declares it
        "CONCURRENT_ITEMS": max(8, 4 * (os.cpu_count() or 1)),
    }

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        path = given.get("path")
        self._given_paths = split_paths(path) if isinstance(path, str) else path and [str(part) for part in path]
        self.is_trusted = switch(given, "trust")
        self.window = Window()
        """The days on which a page of a WARC file was fetched, where only some are wanted."""
        self.skips_loaded = False
        """Whether web archives are passed over that were loaded before."""
        self._records: Counter[str] = Counter()
        self._read = self._done = self._lost = 0
        """Pages that were handed over, those of them with which the pipelines are done, and those without a row."""
        if self._given_paths is not None:
            _check(self._given_paths, self.endings)

    def default_path(self, settings: BaseSettings) -> str:
        """Return where to read where no `path` is given. Raises ArgumentError."""
        raise ArgumentError("path: name a file, a folder or a glob")

    def found_files(self, settings: BaseSettings) -> Iterator[FoundFile]:
        """Find the files to read. Raises ArgumentError where there are none."""
        yield from find_files(self.check(settings), self.endings)

    def own_archive(self, settings: BaseSettings) -> Path | None:
        """Return the folder whose files count as fetched; None if no raw pages are kept."""
        folder = settings["ARCHIVE_DIR"]
        return Path(folder) if folder else None

    def check(self, settings: BaseSettings) -> Sequence[str]:
        """Return what to read. Raises ArgumentError where that is nothing."""
        paths = [self.default_path(settings)] if self._given_paths is None else self._given_paths
        _check(paths, self.endings)
        return paths

    async def start(self) -> AsyncIterator[Request]:
        """Ask for nothing, without a network: Scrapy slows a callback down to what the pipelines take, not `start`."""
        self.check(self.settings)
        yield Request("data:,", callback=self.read_files, dont_filter=True)

    async def read_files(self, response: Response) -> AsyncIterator[Page | Outcome | ArchiveRead]:
        """Read one page after the other, each when those before it are nearly done.

        In a thread: what is passed over in a big WARC file would hold up the crawl for seconds.
        """
        self.crawler.signals.connect(self._note_done, signals.item_scraped)
        self.crawler.signals.connect(self._note_error, signals.item_error)
        self.crawler.signals.connect(self._note_dropped, signals.item_dropped)
        items = self._load()
        while not self.is_closing and (item := await asyncio.to_thread(self._next, items)) is not None:
            if isinstance(item, PassedOver) or (isinstance(item, ArchiveRead) and not await self._all_stored()):
                continue
            self._read += 1
            yield item

    def _note_done(self) -> None:
        self._done += 1

    def _note_error(self) -> None:
        self._done += 1
        self._lost += 1

    def _note_dropped(self, exception: BaseException) -> None:
        self._done += 1
        self._lost += getattr(exception, "is_lost", False)

    async def _all_stored(self) -> bool:
        """Wait for the pipelines; return whether they have stored what became of every page of the last file."""
        while self._done < self._read and not self.is_closing:
            await asyncio.sleep(_LOOK)
        lost, self._lost = self._lost, 0
        return self._done == self._read and not lost

    def _next(self, items: Iterator[_Item]) -> _Item | None:
        """Return the next page that is wanted; what is passed over only after so much of it; None at the end."""
        with contextlib.suppress(ReadingStopped):
            for number, item in enumerate(items):
                if isinstance(item, PassedOver):
                    self._records[item.reason] += 1
                elif isinstance(item, Page) and not self.window.holds(item.fetched_at):
                    self._records["other_days"] += 1
                else:
                    return item
                if number == _MOST_PASSED_OVER:
                    return PassedOver("")
        return None

    def _load(self) -> Iterator[_Item]:
        max_size = self.settings.getint("DOWNLOAD_MAXSIZE")
        known = loaded(self.settings["DATABASE_URL"]) if self.skips_loaded else None
        for found in self.found_files(self.settings):
            if not is_warc(found.path.name):
                yield load_page(found, max_size, trusted=self.is_trusted)
                continue
            read = self.as_read(found.path)
            if known is not None and read is not None and known.holds(read):
                self._records["loaded_before"] += 1
                continue
            is_readable = yield from self._load_archive(found, max_size)
            if is_readable and read is not None and read == self.as_read(found.path):
                yield read

    def _load_archive(self, found: FoundFile, max_size: int) -> Generator[_Item, None, bool]:
        """Return whether the file could be read, be it damaged or not."""
        archive = self.own_archive(self.settings)
        is_readable = True
        for item in load_archive(found, max_size, archive, trusted=self.is_trusted, is_over=lambda: self.is_closing):
            is_readable = is_readable and not (isinstance(item, Outcome) and item.reason == "unreadable")
            yield item
        return is_readable

    def as_read(self, path: Path) -> ArchiveRead | None:
        """Return what is recorded of a web archive once it is read; None for one that is not there."""
        names = ("since", "until", "trust")
        arguments = {name: str(self.given[name]) for name in names if self.given.get(name)}
        with contextlib.suppress(OSError):
            return ArchiveRead(path_text(path), path.stat().st_size, arguments)
        return None

    def closed(self, reason: str) -> None:
        """Say what was passed over."""
        assert self.crawler.stats is not None
        for name, count in self._records.items():
            self.crawler.stats.set_value(f"newscrawl/records/{name}", count)
        if self._records:
            counts = ", ".join(f"{name} {count}" for name, count in self._records.most_common())
            logger.info("records of WARC files without a page that is wanted: %s", counts)


def _check(paths: Sequence[str], endings: Sequence[str]) -> None:
    try:
        for part in paths:
            if next(find_files([part], endings), None) is None:
                names = ", ".join(endings)
                raise PathError(f"nothing to read in {printable(part)}: no file ends in {names}, or .gz or .zst")
    except PathError as error:
        raise ArgumentError(f"path: {error}") from None
    if not paths:
        raise ArgumentError("path: names nothing; give a file, a folder or a glob")
