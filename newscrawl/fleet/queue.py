"""The queue of a fleet: one periodic task queues the sites that are due, workers on any machine crawl them.

The queue is Procrastinate's. It decides who begins a crawl, and nothing else: that one process crawls a site at a time
is the business of its lease (`storage.leases`), because no queue knows whether a process that is silent is dead. So a
job that is lost, or run twice, costs a few seconds.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import procrastinate
import psycopg
from procrastinate import exceptions
from procrastinate.jobs import Status
from psycopg import sql
from scrapy.settings import BaseSettings

from newscrawl.base_spiders.registry import project_sites
from newscrawl.rounds import SiteResult
from newscrawl.rounds.child import Child
from newscrawl.rounds.round import GRACE, Watcher, finish_crawl
from newscrawl.storage.backends import server_address
from newscrawl.storage.errors import StorageError
from newscrawl.storage.leases import lease_holders
from newscrawl.storage.plan import plan
from newscrawl.storage.site_rows import register_spiders
from newscrawl.text import printable

logger = logging.getLogger(__name__)

EVERY = "*/5 * * * *"
"""When due sites are queued, as cron writes it; a sixth field is seconds."""
SILENT = 60.0
"""Seconds without a sign of life after which the jobs of a worker are given up."""
_LOCK = 0x71756575
"""Number of the advisory lock of who makes the tables ("queu" in ASCII)."""


class Fleet:
    """The part that this machine has in the work: it queues what is due, and crawls what is queued."""

    def __init__(self, settings: BaseSettings, options: Sequence[str], watcher: Watcher, *, every: str = EVERY) -> None:
        """`options` are command line options of every crawl.

        Raises StorageError for a database that is no PostgreSQL, ValueError for a wrong `every`.
        """
        self._settings = settings
        self._url: str = settings["DATABASE_URL"]
        self._options = options
        self._watcher = watcher
        self._every = every
        self._running: set[Child] = set()
        self._stopped_by = 0
        self.codes: list[int] = []
        """Exit codes of the crawls so far."""
        self.app = self._make_app()

    def _make_app(self) -> procrastinate.App:
        """Return the Procrastinate app with the two tasks."""
        options = {"options": f"-c search_path={schema_name()}", "application_name": "newscrawl-fleet"}
        connector = procrastinate.PsycopgConnector(conninfo=server_address(self._url), kwargs=options)
        app = procrastinate.App(connector=connector)

        @app.periodic(cron=self._every)
        @app.task(name="queue_due", queueing_lock="queue_due", priority=1)
        async def queue_due(timestamp: int) -> None:  # noqa: ARG001 - a periodic task is given the time
            await self._give_up_stalled(app)
            try:
                due = await asyncio.to_thread(self._due)
            except StorageError as error:
                logger.error("due sites could not be queued, which is tried again: %s", error)
                return
            for name in due:
                with suppress(exceptions.AlreadyEnqueued):
                    await crawl.configure(queueing_lock=f"crawl {name}").defer_async(site=name)

        @app.task(name="crawl")
        async def crawl(site: str) -> None:
            await self._crawl(site)

        for task in app.periodic_registry.periodic_tasks.values():
            assert task.croniter  # raises ValueError
        return app

    async def work(self, jobs: int) -> int:
        """Work until a signal comes, at most so many crawls at a time; return its number. Raises StorageError."""
        app = self.app
        await asyncio.to_thread(_make_tables, self._url)
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_note_lost_job)
        try:
            async with app.open_async():
                with suppress(exceptions.AlreadyEnqueued):
                    await app.tasks["queue_due"].defer_async(timestamp=round(time.time()))
                worker = app.run_worker_async(
                    concurrency=jobs,
                    delete_jobs="always",  # what became of a crawl is in `runs`
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=GRACE + 5,
                    stalled_worker_timeout=SILENT,
                )
                task = asyncio.ensure_future(worker)
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.add_signal_handler(number, self._stop, number, task)
                with suppress(asyncio.CancelledError):
                    await task
        except (exceptions.ProcrastinateException, psycopg.Error) as error:
            cause = " ".join(str(error.__cause__ or error).split())
            raise StorageError(f"the queue of the fleet: {printable(cause)}") from error
        return self._stopped_by

    def _due(self) -> list[str]:
        """Return the sites that are due and that nobody crawls, the longest waiting first."""
        own = project_sites(self._settings)
        register_spiders(self._url, list(own.values()))
        held = lease_holders(self._url)
        return [
            one.name
            for one in plan(self._url)
            if one.is_due and one.source not in held and (one.declared_in == "row" or one.name in own)
        ]

    async def _give_up_stalled(self, app: procrastinate.App) -> None:
        """End the jobs of workers that are gone; their sites are queued again when they are due."""
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)

    async def _crawl(self, site: str) -> None:
        if self._stopped_by:
            return  # it stays due
        child = Child(site, self._options, lambda *said: self._watcher.heard(site, *said))
        self._running.add(child)
        try:
            ended = await child.run()
        finally:
            self._running.discard(child)
        result: SiteResult = await asyncio.to_thread(finish_crawl, self._url, ended, {})
        self.codes.append(result.exit_code)
        self._watcher.ended(result)

    def _stop(self, number: int, task: asyncio.Future[None]) -> None:
        if self._stopped_by:  # the second signal: do not wait any longer
            self._kill()
        self._stopped_by = self._stopped_by or number
        for child in self._running:
            child.stop(number, "signal")
        asyncio.get_running_loop().call_later(GRACE, self._kill)
        task.cancel()

    def _kill(self) -> None:
        for child in self._running:
            child.kill()


def _note_lost_job(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say in one line what Procrastinate leaves to asyncio: the end of a job that could not be recorded.

    That is so when the server was gone, or when this machine had stopped for so long that others gave the job up.
    """
    error = context.get("exception")
    if isinstance(error, exceptions.ProcrastinateException):
        cause = " ".join(str(error.__cause__ or error).split())
        logger.warning("the end of a job could not be recorded, which changes nothing: %s", printable(cause))
    else:
        loop.default_exception_handler(context)


def schema_name() -> str:
    """Return the schema of the queue's tables: one for each version of Procrastinate, whose tables differ.

    So none has to be upgraded: the queue holds nothing that is not found again in a minute.
    """
    return f"newscrawl_queue_{'_'.join(procrastinate.__version__.split('.')[:2])}"


def _make_tables(url: str) -> None:
    """Make the queue's tables if there are none. Raises StorageError."""
    name = schema_name()
    try:
        with psycopg.connect(server_address(url), connect_timeout=10) as connection:
            connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
            connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(name)))
            connection.execute(sql.SQL("set local search_path to {}").format(sql.Identifier(name)))
            if connection.execute("select to_regclass('procrastinate_jobs')").fetchone() == (None,):
                connection.execute(procrastinate.schema.SchemaManager.get_schema())
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        raise StorageError(f"the tables of the fleet's queue cannot be made: {printable(said)}") from error
