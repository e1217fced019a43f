"""The ways in which a request ends before, or instead of, its response."""

from __future__ import annotations

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, ResponseDataLossError, StopDownload

from newscrawl.text import printable


class Refused(IgnoreRequest):
    """The request is not made. ``reason`` is a word to count by; the message is one line for a person."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(printable(message))
        self.reason = reason


class Ending(Refused):
    """The crawl is being ended. This says nothing about the page: the next crawl should ask for it."""

    def __init__(self) -> None:
        super().__init__("ending", "the crawl was ended before the answer came")


class BodyCut(ResponseDataLossError):  # noqa: N818
    """The body is not whole, although the connection says so."""


class UnwantedType(StopDownload):
    """The body is of a kind that holds no article; it was not read."""

    def __init__(self, content_type: str) -> None:
        super().__init__(fail=True)
        self.content_type = content_type

    def __str__(self) -> str:
        return printable(f"it is {self.content_type[:80]}, which holds no article")


class TooManyHeaders(Exception):  # noqa: N818
    """The response's headers go on for longer than any server needs."""


def refuse(crawler: Crawler, reason: str, message: str) -> Refused:
    """Count a refusal, and return it to be raised."""
    assert crawler.stats is not None
    crawler.stats.inc_value(f"newscrawl/refused/{reason}")
    return Refused(reason, message)
