"""Web archives (WARC, ARC, WACZ): the raw pages of earlier crawls, or anybody's, such as CC-NEWS of Common Crawl."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from scrapy.settings import BaseSettings

from newscrawl.archive import ArchiveError, SharedFolder, archive_at, files_of
from newscrawl.base_spiders import ArgumentError, LocalSpider
from newscrawl.base_spiders.arguments import switch, window
from newscrawl.base_spiders.local import TRUST
from newscrawl.local_files import ARCHIVES, FoundFile, is_warc


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

    def found_files(self, settings: BaseSettings) -> Iterator[FoundFile]:
        """Find the files to read; of an archive in an object store each is downloaded for as long as it is read."""
        shared = None if self._given_paths is not None else _shared(settings)
        if shared is None:
            yield from super().found_files(settings)
            return
        copies = shared.reading
        for file in files_of(shared):
            if is_warc(file.name):
                copy = copies / file.name
                shared.copy(file.name, copy)
                yield FoundFile(copy, copies)
                copy.unlink(missing_ok=True)

    def own_archive(self, settings: BaseSettings) -> Path | None:
        """Return where copies of the files of an object store are, or the folder that the settings name."""
        shared = _shared(settings)
        return super().own_archive(settings) if shared is None else shared.reading

    def check(self, settings: BaseSettings) -> Sequence[str]:
        """Return what to read. Raises ArgumentError where that is nothing."""
        shared = None if self._given_paths is not None else _shared(settings)
        return super().check(settings) if shared is None else [str(shared)]

    def default_path(self, settings: BaseSettings) -> str:
        """Return the project's own archive."""
        folder = settings["ARCHIVE_DIR"]
        if not folder:
            raise ArgumentError("path: none is given, and ARCHIVE_DIR is empty")
        return str(folder)


def _shared(settings: BaseSettings) -> SharedFolder | None:
    """Return the object store that holds the project's archive, if one does. Raises ArgumentError."""
    try:
        place = archive_at(settings["ARCHIVE_DIR"], settings["ARCHIVE_SPOOL"]) if settings["ARCHIVE_DIR"] else None
    except ArchiveError as error:
        raise ArgumentError(f"ARCHIVE_DIR: {error}") from None
    return place if isinstance(place, SharedFolder) else None
