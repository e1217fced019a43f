"""Local files: text dumps, saved pages and WARC files, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from scrapy.settings import BaseSettings
from scrapy.utils.conf import closest_scrapy_cfg

from newscrawl.base_spiders import LocalSpider
from newscrawl.base_spiders.local import TRUST


class FixturesSpider(LocalSpider):
    """Reads files below `path`; without it, the two documents that come with the project."""

    name = "fixtures"
    arguments: ClassVar = {"path": "a file, folder or glob, or several with commas between", "trust": TRUST}

    def default_path(self, settings: BaseSettings) -> str:
        """Return the folder of the two documents."""
        return str(Path(closest_scrapy_cfg()).parent / "fixtures" / "provided")
