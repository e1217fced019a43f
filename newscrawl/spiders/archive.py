"""Web archives (WARC, ARC, WACZ): the raw pages of earlier crawls, or anybody's, such as CC-NEWS of Common Crawl."""

from __future__ import annotations

from typing import Any, ClassVar

from scrapy.settings import BaseSettings

from newscrawl.base_spiders import ArgumentError, LocalSpider
from newscrawl.base_spiders.arguments import switch, window
from newscrawl.base_spiders.local import TRUST
from newscrawl.local_files import ARCHIVES


class ArchiveSpider(LocalSpider):
    """Reads the web archives below `path`, of a folder of thousands as well; without it, the project's own archive."""

    name = "archive"
    endings = ARCHIVES
    arguments: ClassVar = {
        "path": "a WARC, ARC or WACZ file, folder or glob, or several with commas between",
        "trust": TRUST,
        "since": "only pages that were fetched on this day or later, as in 2020-09-01",
        "until": "only pages that were fetched up to this day, the day itself included",
        "unread": "1: pass over files that were read to their end before; as `newscrawl load-warcs` does",
    }

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.window = window(given, "UTC")
        self.skips_loaded = switch(given, "unread")

    def default_path(self, settings: BaseSettings) -> str:
        """Return the project's own archive."""
        folder = settings["ARCHIVE_DIR"]
        if not folder:
            raise ArgumentError("path: none is given, and ARCHIVE_DIR is empty")
        return str(folder)
