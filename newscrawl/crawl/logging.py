"""The log of a crawl: rotated files, and one JSON line per event."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.settings import Settings
from twisted.python.failure import Failure

from newscrawl.network.identity import SettingsError
from newscrawl.storage.locks import file_name
from newscrawl.text import printable


class JsonFormatter(logging.Formatter):
    """Formats an event as one JSON line: time, level, logger, message, run; spider and exception if there are any."""

    def __init__(self, run_id: int, spider: str | None = None) -> None:
        """`spider` is whose event it is, where it does not say so itself."""
        super().__init__()
        self._run_id = run_id
        self._spider = spider

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as one line of JSON."""
        event: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "run": self._run_id,
        }
        spider = getattr(record, "spider", None)
        name = spider.name if isinstance(spider, Spider) else self._spider
        if name is not None:
            event["spider"] = name
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, default=str)  # ASCII, so that no character of a page can break or reorder the line


class RotatingLog(RotatingFileHandler):
    """A rotated log file. If it cannot be written, one message says so and the crawl continues."""

    has_failed = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        """Print one message for the first error."""
        if not self.has_failed:
            self.has_failed = True
            error = sys.exc_info()[1]
            print(f"newscrawl crawl: cannot write the log: {printable(str(error))}", file=sys.stderr)  # noqa: T201


def log_path(settings: Settings, name: str) -> Path | None:
    """Return the log file of a site's crawls; None if Scrapy handles the log."""
    folder = settings["LOG_DIR"]
    return Path(folder) / f"{file_name(name)}.log" if folder and not settings["LOG_FILE"] else None


def begin_log(settings: Settings, name: str) -> None:
    """Create the log folder, and keep Scrapy from opening its own log. Raises SettingsError."""
    path = log_path(settings, name)
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("a").close()
        except OSError as error:
            raise SettingsError(f"LOG_DIR: {printable(str(path))} cannot be written ({error.strerror})") from None
    if path is not None or settings.getbool("LOG_JSON"):
        settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")


_ABOUT_THE_START = ("scrapy.addons", "scrapy.crawler", "scrapy.middleware", "scrapy.utils.log")
"""Loggers that list versions, settings and components, 80 lines at the start of each crawl."""


def quiet_start(settings: Settings) -> None:
    """Leave Scrapy's lists of versions, settings and components out of the log, but for ``-L DEBUG``.

    By a filter, for Scrapy sets the levels of its loggers again.
    """
    for name in _ABOUT_THE_START:
        if settings["LOG_LEVEL"] == "DEBUG":
            logging.getLogger(name).removeFilter(_is_warning)
        else:
            logging.getLogger(name).addFilter(_is_warning)


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def open_log(settings: Settings, name: str, run_id: int) -> None:
    """Direct the log as the settings say, unless Scrapy does so itself."""
    if settings.getbool("LOG_INSTALL_ROOT_HANDLER"):
        return
    path = log_path(settings, name)
    handler: logging.Handler
    if not settings.getbool("LOG_ENABLED"):
        handler = logging.NullHandler()
    elif path is not None:
        megabytes, kept = settings.getint("LOG_MAX_MEGABYTES"), settings.getint("LOG_KEEP")
        handler = RotatingLog(path, maxBytes=megabytes * 1_000_000, backupCount=kept, encoding="utf-8")
    elif settings["LOG_FILE"]:
        handler = logging.FileHandler(settings["LOG_FILE"], encoding="utf-8")
    else:
        handler = logging.StreamHandler()
    as_text = logging.Formatter(settings["LOG_FORMAT"], settings["LOG_DATEFORMAT"])
    handler.setFormatter(JsonFormatter(run_id) if settings.getbool("LOG_JSON") else as_text)
    handler.setLevel(settings["LOG_LEVEL"])
    logging.root.setLevel(logging.NOTSET)
    logging.root.addHandler(handler)


class OneLineLogFormatter(LogFormatter):
    """Formats Scrapy's messages, with a dropped page as one line without the item."""

    def dropped(
        self,
        item: Any,
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:
        """Format which page was dropped, and why."""
        result = super().dropped(item, exception, response, spider)
        level = getattr(logging, str(result["level"]), result["level"])
        return {"level": level, "msg": "%(page)s", "args": {"page": printable(str(exception))}}
