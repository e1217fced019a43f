"""The log of a process that crawls many sites: each line says of which site it is, or goes into that site's file."""

from __future__ import annotations

import logging
from collections import deque
from contextvars import ContextVar
from dataclasses import dataclass, field

from scrapy.settings import Settings
from scrapy.utils.log import configure_logging

from newscrawl.crawl.logging import JsonFormatter, RotatingLog, log_path, quiet_start
from newscrawl.rounds.child import LOG_KEPT, LONGEST_LINE


@dataclass(slots=True, eq=False)
class SiteLog:
    """The log of one crawl."""

    spider: str
    run_id: int | None = None
    handler: logging.Handler | None = None
    """Its own file, if LOG_DIR is set."""
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_KEPT))
    """Its last lines."""

    def close(self) -> None:
        """Close its file."""
        if self.handler is not None:
            self.handler.close()
            self.handler = None


CURRENT: ContextVar[SiteLog | None] = ContextVar("CURRENT", default=None)
"""Of the crawl whose code runs. Tasks and callbacks inherit it from the one that made them."""


class SiteLogHandler(logging.Handler):
    """Writes the lines of each crawl, with the name of its site before them unless they go into a file of its own."""

    def __init__(self, settings: Settings, *, is_quiet: bool = False) -> None:
        """Where the log would go to stderr, `is_quiet` only keeps the last lines of each crawl."""
        super().__init__(settings["LOG_LEVEL"])
        self._settings = settings
        self._is_json = settings.getbool("LOG_JSON")
        self._text = logging.Formatter(settings["LOG_FORMAT"], settings["LOG_DATEFORMAT"])
        path = settings["LOG_FILE"]
        self._shared: logging.Handler = logging.FileHandler(path, encoding="utf-8") if path else logging.StreamHandler()
        if not settings.getbool("LOG_ENABLED") or (is_quiet and not path):
            self._shared = logging.NullHandler()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record where it belongs."""
        site = CURRENT.get()
        try:
            line = self._line(record, site)
            if site is None:
                self._write(self._shared, record, line)
                return
            site.lines.extend(part[:LONGEST_LINE] for part in f"{site.spider}: {line}".splitlines())
            own = self._own(site)
            is_named = own is not None or self._is_json
            self._write(own or self._shared, record, line if is_named else f"{site.spider}: {line}")
        except Exception:  # noqa: BLE001 - as logging does: a log that fails stops nothing
            self.handleError(record)

    def _line(self, record: logging.LogRecord, site: SiteLog | None) -> str:
        if not self._is_json:
            return self._text.format(record)
        return JsonFormatter(site.run_id or 0 if site else 0, site.spider if site else None).format(record)

    def _own(self, site: SiteLog) -> logging.Handler | None:
        path = log_path(self._settings, site.spider)
        if path is None or not self._settings.getbool("LOG_ENABLED"):
            return None
        if site.handler is None:
            megabytes, kept = self._settings.getint("LOG_MAX_MEGABYTES"), self._settings.getint("LOG_KEEP")
            site.handler = RotatingLog(path, maxBytes=megabytes * 1_000_000, backupCount=kept, encoding="utf-8")
        return site.handler

    def _write(self, handler: logging.Handler, record: logging.LogRecord, line: str) -> None:
        made = logging.LogRecord(record.name, record.levelno, "", 0, line, None, None)
        handler.handle(made)


def open_site_logs(settings: Settings, *, is_quiet: bool) -> None:
    """Direct the log of this process, whose crawls have a log each. Once, in the place of what Scrapy would do."""
    quiet_start(settings)
    settings.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="cmdline")
    configure_logging(settings)
    # A record that nobody writes costs as much as a small query, and each crawl makes hundreds.
    logging.getLogger("scrapy").setLevel(settings["LOG_LEVEL"])
    logging.root.setLevel(settings["LOG_LEVEL"])
    logging.root.addHandler(SiteLogHandler(settings, is_quiet=is_quiet))
