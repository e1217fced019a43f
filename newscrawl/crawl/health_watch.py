"""Evaluate the health of a site after a crawl, and run the user's alarm command."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from newscrawl.base_spiders import SiteSpider
from newscrawl.crawl.exit_status import STORAGE_FAILED
from newscrawl.storage.backends import shown_address
from newscrawl.storage.errors import StorageError
from newscrawl.storage.group_commit import commit_of
from newscrawl.storage.health import judge_run, judge_within, mark_reported, unreported_alarms
from newscrawl.storage.leases import LEASE_LOST
from newscrawl.storage.outages import Patience, note_round, note_round_within
from newscrawl.text import printable


class CommandFailed(Exception):  # noqa: N818 - of somebody else's program
    """The alarm command failed. The message is one line."""


def run_command(command: str, facts: Mapping[str, Any], messages: Sequence[str], seconds: float) -> None:
    """Run a command with the facts as JSON on its standard input, and the main ones in its environment.

    The command is a program with arguments, run without a shell and without the password of the database; its output is
    discarded. Raises CommandFailed.
    """
    try:
        program = shlex.split(command)
    except ValueError as error:
        raise CommandFailed(f"cannot be parsed: {error}") from None
    environment = _without_passwords() | {
        "NEWSCRAWL_ALARM_SOURCE": str(facts["source"]),
        "NEWSCRAWL_ALARM_STATE": str(facts["state"]),
        "NEWSCRAWL_ALARM_MESSAGE": "\n".join(messages),
    }
    try:
        done = subprocess.run(  # noqa: S603 - the user's own
            program,
            input=json.dumps(facts, ensure_ascii=False, default=_plain),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CommandFailed(f"it took more than {seconds:g} s and was killed") from None
    except (OSError, ValueError) as error:
        raise CommandFailed(printable(str(error))) from None
    if done.returncode:
        last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "")
        raise CommandFailed(f"it exited with {done.returncode}" + (f": {printable(last)[:200]}" if last else ""))


def _without_passwords() -> dict[str, str]:
    """Return the environment as an alarm may have it: the address of the database without its password."""
    environment = {name: value for name, value in os.environ.items() if name != "PGPASSWORD"}
    if url := environment.pop(_DATABASE, None):
        with suppress(StorageError):
            environment[_DATABASE] = shown_address(url)
    return environment


def _plain(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


logger = logging.getLogger(__name__)

_DATABASE = "NEWSCRAWL_DATABASE_URL"
PATIENCE = timedelta(hours=1)
"""For so long an idle run of a worker is left to the next one."""
_NOT_EVALUATED = {"shutdown", STORAGE_FAILED, LEASE_LOST}


class HealthWatch:
    """Evaluates a run after its record is closed. A failure is logged, and does not fail the crawl."""

    def __init__(self, crawler: Crawler) -> None:
        if crawler.settings["FIXTURES_DIR"]:
            raise NotConfigured
        self.crawler = crawler
        self.reason = ""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals at the end of the crawl, after the pipelines are closed."""
        watch = cls(crawler)
        crawler.signals.connect(watch.spider_closed, signals.spider_closed)
        crawler.signals.connect(watch.engine_stopped, signals.engine_stopped)
        return watch

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """Remember why the crawl ended."""
        self.reason = reason

    async def engine_stopped(self) -> None:
        """Evaluate the run and report alarms; after a signal or a failure of the database, the next run does so."""
        run_id = self.crawler.stats.get_value("newscrawl/run_id") if self.crawler.stats else None
        if run_id is None or self.reason in _NOT_EVALUATED or not isinstance(self.crawler.spider, SiteSpider):
            return
        url = self.crawler.settings["DATABASE_URL"]
        shared = commit_of(url)
        given = run_id, self._robots_failures(), self._patience()
        try:
            if shared is None:
                change = await asyncio.to_thread(note_round, url, *given)
                sources = await asyncio.to_thread(judge_run, url, run_id)
            else:
                change = await asyncio.wrap_future(
                    shared.call(lambda connection: note_round_within(connection, *given))
                )
                sources = await asyncio.wrap_future(
                    shared.call(lambda connection: judge_within(connection, run_id, PATIENCE))
                )
            if change is not None:
                logger.warning("%s: %s", self.crawler.spider.name, change.message)
            await asyncio.to_thread(self._report_all, sources)
        except StorageError as error:
            logger.error("the health of the site could not be evaluated: %s", error)

    def _robots_failures(self) -> list[str]:
        """Return the reasons why a robots.txt could not be fetched."""
        assert self.crawler.stats is not None
        prefix = "newscrawl/robots_failed/"
        return [name.removeprefix(prefix) for name in self.crawler.stats.get_stats() if name.startswith(prefix)]

    def _patience(self) -> Patience:
        settings = self.crawler.settings
        days = settings.getfloat("SITE_DEAD_DAYS"), settings.getfloat("SITE_DEAD_CHECK_DAYS")
        return Patience(*(timedelta(days=number) for number in days))

    def _report_all(self, sources: Sequence[str]) -> None:
        settings = self.crawler.settings
        for source in sources:
            self._report(source, settings["DATABASE_URL"], settings["ALARM_COMMAND"])

    def _report(self, source: str, url: str, command: str) -> None:
        begun, over = unreported_alarms(url, source)
        if not begun and not over:
            return
        for alarm in begun:
            logger.warning("%s: %s, since run %s (%s)", source, alarm.message, alarm.run_id, alarm.example)
        for alarm in over:
            logger.warning("%s: recovered: %s", source, alarm.message)
        if not command:
            return
        messages = [alarm.message for alarm in begun] + [f"recovered: {alarm.message}" for alarm in over]
        facts = {
            "source": source,
            "state": "broken" if begun else "over",
            "begun": [asdict(alarm) for alarm in begun],
            "over": [asdict(alarm) for alarm in over],
        }
        try:
            run_command(command, facts, messages, self.crawler.settings.getfloat("ALARM_MAX_SECONDS"))
        except CommandFailed as error:
            logger.error("ALARM_COMMAND failed for %s; it runs again after the next crawl: %s", source, error)
            return
        mark_reported(url, begun, over)
