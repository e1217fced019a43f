"""What a spider of newscrawl inherits."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, ClassVar

from scrapy import Spider


class ArgumentError(ValueError):
    """A wrong spider argument. The message is one line for a person."""


class NewsSpider(Spider):
    """A spider that yields `Page` and `Outcome`, and never extracts.

    Arguments are declared in `arguments`, name and meaning; any other is refused.
    """

    arguments: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **given: Any) -> None:
        super().__init__()
        self.given = given
        for argument in given:
            if argument not in self.arguments:
                raise ArgumentError(f"unknown argument {argument!r}{self._hint(argument)}")

    def _hint(self, argument: str) -> str:
        close = difflib.get_close_matches(argument, self.arguments, n=1)
        known = ", ".join(self.arguments) or "none"
        return f"; did you mean {close[0]!r}?" if close else f"; {self.name} knows: {known}"

    @property
    def is_closing(self) -> bool:
        """Whether the crawl is being ended: Scrapy lets a running callback go on to its last item."""
        engine = self.crawler.engine
        return engine is None or not engine.running or engine._slot is None or engine._slot.closing is not None
