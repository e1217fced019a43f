"""Local files: text dumps and saved pages, without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response
from scrapy.utils.conf import closest_scrapy_cfg

from newscrawl.files import CONTENT_TYPES, PathError, find_files, load_page, split_paths
from newscrawl.items import Outcome, Page
from newscrawl.sources import ArgumentError, NewsSpider
from newscrawl.text import printable


class FixturesSpider(NewsSpider):
    """Reads .txt dumps and .html pages below `path`; without it, the two documents that come with the project."""

    name = "fixtures"
    arguments: ClassVar = {"path": "a file, folder or glob, or several with commas between"}
    # Bounds the pages in memory: Scrapy takes three times as many from a callback before it waits.
    custom_settings = {  # noqa: RUF012 - as Scrapy declares it
        "CONCURRENT_ITEMS": 8,
    }

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        path = given.get("path", str(Path(closest_scrapy_cfg()).parent / "fixtures" / "provided"))
        self.paths = split_paths(path) if isinstance(path, str) else [str(part) for part in path]
        try:
            for part in self.paths:
                if next(find_files([part]), None) is None:
                    endings = ", ".join(CONTENT_TYPES)
                    raise PathError(f"nothing to read in {printable(part)}: no file ends in {endings}, or .gz")
        except PathError as error:
            raise ArgumentError(f"path: {error}") from None
        if not self.paths:
            raise ArgumentError("path: names nothing; give a file, a folder or a glob")

    async def start(self) -> AsyncIterator[Request]:
        """Ask for nothing, without a network: Scrapy slows a callback down to what the pipelines take, not `start`."""
        yield Request("data:,", callback=self.read_files, dont_filter=True)

    def read_files(self, response: Response) -> Iterator[Page | Outcome]:
        """Read one file after the other, each when the pages before it are nearly done."""
        max_size = self.settings.getint("DOWNLOAD_MAXSIZE")
        for found in find_files(self.paths):
            if self.is_closing:
                return
            yield load_page(found, max_size)
