"""One line a page in the log, which no page can write itself."""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from newscrawl.text import printable


class OneLineLogFormatter(LogFormatter):
    """Scrapy's messages, with dropped pages on one line and without the item."""

    def dropped(
        self,
        item: Any,
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:
        """Say which page was dropped, and why."""
        result = super().dropped(item, exception, response, spider)
        level = getattr(logging, str(result["level"]), result["level"])
        return {"level": level, "msg": "%(page)s", "args": {"page": printable(str(exception))}}
