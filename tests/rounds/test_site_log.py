"""The log of a process that crawls many sites, and the code of one of them that holds up the others."""

from __future__ import annotations

import asyncio
import json
import logging
import time

import pytest
from scrapy.settings import Settings

from newscrawl.rounds.site_log import CURRENT, SiteLog, SiteLogHandler
from newscrawl.rounds.stuck import CallbackStuck, StuckWatch

_SETTINGS = {"LOG_DIR": "", "LOG_JSON": False, "LOG_MAX_MEGABYTES": 1, "LOG_KEEP": 1, "LOG_LEVEL": "INFO"}


def log_as(site: SiteLog | None, handler: logging.Handler, message: str) -> None:
    """Log a line as the code of a crawl does."""
    token = CURRENT.set(site)
    handler.handle(logging.LogRecord("news", logging.WARNING, "", 0, message, None, None))
    CURRENT.reset(token)


def test_each_line_says_of_which_site_it_is(capsys):
    """That of the process says nothing, and a crawl keeps its last lines for who asks why it failed."""
    handler = SiteLogHandler(Settings(_SETTINGS | {"LOG_FORMAT": "%(message)s"}))
    site = SiteLog("bao", 7)
    log_as(site, handler, "slow")
    log_as(None, handler, "planned")
    assert capsys.readouterr().err == "bao: slow\nplanned\n"
    assert list(site.lines) == ["bao: slow"]
    quiet = SiteLogHandler(Settings(_SETTINGS | {"LOG_FORMAT": "%(message)s"}), is_quiet=True)
    log_as(site, quiet, "slower")
    assert capsys.readouterr().err == ""
    assert list(site.lines) == ["bao: slow", "bao: slower"]


def test_each_site_has_a_file_of_its_own(tmp_path, capsys):
    """As one process each would write it."""
    handler = SiteLogHandler(Settings(_SETTINGS | {"LOG_DIR": str(tmp_path), "LOG_JSON": True}))
    for name, run_id in (("one", 1), ("two", 2)):
        site = SiteLog(name, run_id)
        log_as(site, handler, f"of {name}")
        site.close()
        event = json.loads((tmp_path / f"{name}.log").read_text("utf-8"))
        assert (event["message"], event["run"], event["spider"]) == (f"of {name}", run_id, name)
    assert capsys.readouterr().err == ""


def test_code_that_holds_up_the_others_is_interrupted():
    """The crawl is named and its code raises; what waits in the reactor itself is left alone."""
    stuck: list[SiteLog] = []
    site = SiteLog("bao")

    async def crawl() -> None:
        CURRENT.set(site)
        with pytest.raises(CallbackStuck, match="code of bao held up all crawls"):
            time.sleep(30)

    async def work() -> None:
        watch = StuckWatch(stuck.append, patience=0.03)
        watch.begin()
        await asyncio.create_task(crawl())
        await asyncio.sleep(0.1)
        watch.end()

    asyncio.run(work())
    assert stuck == [site]
