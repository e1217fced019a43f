"""Scrapy's own command line, in any folder."""

from __future__ import annotations

import os


def find_project() -> None:
    """Take the project of the working directory, or newscrawl itself where there is none."""
    from scrapy.utils.conf import closest_scrapy_cfg  # noqa: PLC0415

    if not closest_scrapy_cfg():
        os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "newscrawl.settings")


def run_scrapy(*arguments: str) -> None:
    """Run a command of Scrapy, and end with its exit code."""
    from scrapy.cmdline import execute  # noqa: PLC0415

    find_project()
    execute(["newscrawl", *arguments])
