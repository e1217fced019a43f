"""Four machines, one PostgreSQL, and everything that goes wrong with them."""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from testing.newspaper import Options
from testing.newspaper.many import many_running
from testing.postgres import Cluster, cluster
from tests.database import Database, query
from tests.fleet.machines import Machine
from tests.projects import COMMAND
from tests.rounds.papers import Newsroom

pytestmark = pytest.mark.slow

SITES, ARTICLES = 8, 16
PAPER = {"sections": 2, "articles": ARTICLES, "copies": 0, "multipage": 0, "live": 0}
LEASE = 3.0
DELAY = 0.5
SETTINGS = {
    "LEASE_SECONDS": LEASE,
    "DOWNLOAD_DELAY": DELAY,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "AUTOTHROTTLE_ENABLED": False,
}
EVENTS = ("pause", "kill", "terminate", "restart", "pause")
_IMPATIENT = (
    "from newscrawl.rounds import worker; worker.PLAN_INTERVAL = worker.RETRY_SOON = 2; "
    "from newscrawl.cli import main; main()"
)
ENGINES = {
    "worker": [sys.executable, "-c", _IMPATIENT, "worker", "--sites", "2"],
    "queue": [COMMAND, "fleet", "--jobs", "2", "--every", "* * * * * */5"],
}


class Fleet:
    """Machines, their database and their sites."""

    def __init__(self, room: Newsroom, server: Cluster, machines: list[Machine]) -> None:
        self.room = room
        self.server = server
        self.machines = machines
        self.dice = random.Random(19)

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """Ask the database, which may be restarting."""
        while True:
            try:
                return query(Database(self.room.url), statement)
            except psycopg.OperationalError:
                time.sleep(0.1)

    def until(self, condition: Callable[[], object], seconds: float = 60) -> bool:
        """Wait until something is so; say whether it came so far. Machines that have given up are switched on again."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            for machine in self.machines:
                if not machine.is_up:
                    machine.start()
            time.sleep(0.1)
        return True

    def crawled_by(self, machine: Machine) -> str:
        """The sites that a machine has, as a condition of SQL on leases."""
        return f"host = '{machine.name}' and expires_at > clock_timestamp()"

    def happen(self, event: str) -> None:
        """Let something go wrong with whoever is at work."""
        self.until(lambda: self.ask("select 1 from leases where expires_at > clock_timestamp() and run_id is not null"))
        (host,) = self.dice.choice(
            self.ask("select distinct host from leases where expires_at > clock_timestamp()") or [("one",)]
        )
        machine = next(one for one in self.machines if one.name == host)
        getattr(self, f"_{event}")(machine)

    def _kill(self, machine: Machine) -> None:
        machine.kill()
        machine.start()

    def _pause(self, machine: Machine) -> None:
        """Stop a machine until others have what it had, or nobody wants that, and let it go on."""
        held = self.ask(f"select source, token from leases where {self.crawled_by(machine)}")
        machine.signal(signal.SIGSTOP)
        others = " or ".join(f"(source = '{source}' and token > {token})" for source, token in held) or "true"
        self.until(lambda: self.ask(f"select 1 from leases where {others}"), seconds=6 * LEASE)
        machine.signal(signal.SIGCONT)

    def _terminate(self, machine: Machine) -> None:
        with psycopg.connect(self.room.url, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where pid <> pg_backend_pid() and datname = current_database() and random() < 0.5"
            )

    def _restart(self, machine: Machine) -> None:
        self.server.stop()
        time.sleep(0.5)
        self.server.start()


@contextmanager
def fleet(folder: Path, engine: str) -> Iterator[Fleet]:
    """Four machines; the clock of one is an hour ahead, that of another an hour behind."""
    with ExitStack() as stack:
        server = stack.enter_context(cluster())
        sites = stack.enter_context(many_running([Options(**PAPER, seed=seed) for seed in range(SITES)]))
        room = Newsroom(folder, sites, folder)
        room.url = server.create_with_tables()
        clocks = (0, 0, 3600, -3600)
        options = [part for name, value in SETTINGS.items() for part in ("-s", f"{name}={value}")]
        machines = [
            Machine(name, room, folder, [*ENGINES[engine], *options], clock)
            for name, clock in zip(("one", "two", "three", "four"), clocks, strict=True)
        ]
        for machine in machines:
            machine.start()
            stack.callback(machine.kill)
        yield Fleet(room, server, machines)


@pytest.mark.timeout(280)
@pytest.mark.parametrize("engine", ["worker", pytest.param("queue", marks=pytest.mark.soak)])
def test_every_article_is_stored_once_and_no_site_is_hurried(tmp_path: Path, engine: str) -> None:
    """Whatever dies, stops, wakes up, or is cut off."""
    with fleet(tmp_path, engine) as own:
        for event in EVENTS:
            own.happen(event)
        wanted = sorted(url for site in own.room.sites.values() for url in site.urls())
        own.until(lambda: own.ask("select count(*) from articles") == [(len(wanted),)], seconds=100)
        log = "".join(line for machine in own.machines for line in machine.log)
        assert sorted(url for (url,) in own.ask("select url from articles")) == wanted, log
        for machine in own.machines:
            machine.stop()
        assert "Traceback" not in log, log
        for name, site in own.room.sites.items():
            moments = sorted(request.started for request in site.requests())
            assert min(after - before for before, after in pairwise(moments)) > DELAY / 2, name
        assert own.ask("select 1 from runs where reason = 'lease_lost'")
