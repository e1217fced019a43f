"""A fleet to which everything happens that goes wrong with machines: run, and told in figures."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

import psycopg

from testing.newspaper import Options
from testing.newspaper.journal import Request
from testing.newspaper.many import many_running
from testing.postgres import Cluster, cluster
from tests.database import Database, query
from tests.fleet.machines import Machine
from tests.projects import COMMAND
from tests.rounds.papers import Newsroom

NAMES = ("one", "two", "three", "four")
CLOCKS = (0, 0, 3600, -3600)
"""Seconds by which their clocks are ahead."""
AT_A_TIME = 2
"""Sites that a machine crawls at a time, where its engine can be told."""
_IMPATIENT = (
    "from newscrawl.rounds import worker; worker.PLAN_INTERVAL = worker.RETRY_SOON = 2; "
    "from newscrawl.cli import main; main()"
)
_CRON = 'while :; do "$@"; sleep 4; done'
ENGINES = {
    "worker": [sys.executable, "-c", _IMPATIENT, "worker", "--sites", str(AT_A_TIME)],
    "queue": [COMMAND, "fleet", "--jobs", str(AT_A_TIME), "--every", "* * * * * */5"],
    "due": ["sh", "-c", _CRON, "cron", COMMAND, "crawl", "--due"],
}
"""How a machine crawls: a worker that goes on, a queue, and `crawl --due` again and again."""
SLOTS = {"worker": 4 * AT_A_TIME, "queue": 4 * AT_A_TIME, "due": 400}
"""Sites that the four machines crawl at a time; `crawl --due` takes up to a hundred."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a trial is, and what happens in it."""

    sites: int
    articles: int
    """Of each site."""
    delay: float
    """Seconds between two requests to a site."""
    lease: float
    """Seconds."""
    events: Sequence[str]
    quiet: float
    """Most seconds of quiet before an event."""

    @property
    def papers(self) -> list[Options]:
        """The sites."""
        paper = {"sections": 2, "articles": self.articles, "copies": 0, "multipage": 0, "live": 0}
        return [Options(**paper, seed=seed) for seed in range(self.sites)]

    def command(self, engine: str) -> list[str]:
        """The command that a machine runs."""
        settings = {
            "LEASE_SECONDS": self.lease,
            "DOWNLOAD_DELAY": self.delay,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "AUTOTHROTTLE_ENABLED": False,
        }
        return [*ENGINES[engine], *(part for name, value in settings.items() for part in ("-s", f"{name}={value}"))]


SMALL = Plan(8, 16, 0.5, 3.0, ("pause", "kill", "terminate", "restart", "pause"), 0.0)
FULL = Plan(50, 10, 1.0, 10.0, ("pause", "kill", "terminate", "restart", "pause", "kill", "terminate", "pause"), 8.0)


@dataclass(slots=True)
class Figures:
    """How a trial went."""

    seconds: float = 0.0
    """From the first site that a machine took to the last article in the database."""
    ideal: float = 0.0
    """What it would take at least: see `_ideal`."""
    requests: int = 0
    read_again: int = 0
    """Answers with a body that a site gave for an address that it had answered before."""
    unchanged: int = 0
    """Answers without one: nothing had changed (304)."""
    hurry: float = 0.0
    """Most seconds by which any requests to a site were ahead of its pace, of all machines together."""
    lost_leases: int = 0
    """Runs that lost their site."""
    refused: int = 0
    """Writes of theirs that were refused."""
    killed: int = 0
    """Runs that were killed."""
    connections: int = 0
    """Most connections to the server at a time."""
    load: float = 0.0
    """The machine's, as the average of the last minute."""

    @property
    def ratio(self) -> float:
        """How many times the ideal it took."""
        return self.seconds / self.ideal if self.ideal else 0.0


class Fleet:
    """Machines, their database and their sites."""

    def __init__(self, room: Newsroom, server: Cluster, machines: list[Machine], plan: Plan, engine: str) -> None:
        self.room = room
        self.server = server
        self.machines = machines
        self.plan = plan
        self.engine = engine
        self.wanted = sorted(url for site in room.sites.values() for url in site.urls())
        self._stopped = 0.0
        """Seconds for which places of machines stood still, summed over the places."""
        self._has_lost_leases = False
        self._patience = 0.0
        """Seconds for which a machine is stopped at most; others may have to do first what has waited longer."""
        self._connections = 0
        self._looked = 0.0
        self._began: float | None = None
        self._ended: float | None = None

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
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
            self._look()
            for machine in self.machines:
                if not machine.is_up:
                    machine.start()
            time.sleep(0.1)
        return True

    def _look(self) -> None:
        """Look twice a second whether all articles are there, and how many connections the server has."""
        now = time.monotonic()
        if self.is_done or now - self._looked < 0.5:
            return
        self._looked = now
        clients = "select count(*) from pg_stat_activity where backend_type = 'client backend'"
        numbers = f"select (select count(*) from articles), ({clients}), (select count(*) from leases)"
        ((stored, connections, taken),) = self.ask(numbers)
        if taken and self._began is None:
            self._began = now
        self._connections = max(self._connections, connections - 1)
        if stored == len(self.wanted):
            self._ended = now

    @property
    def is_done(self) -> bool:
        """Whether the database has had as many articles as there are."""
        return self._ended is not None

    @property
    def log(self) -> str:
        """What all machines have logged."""
        return "".join(line for machine in self.machines for line in machine.log)

    def run(self, seed: int, seconds: float) -> Figures:
        """Let everything happen in an order that the seed decides, and wait for the last article that long."""
        dice = random.Random(seed)
        events = list(self.plan.events)
        if events and self.plan.quiet:  # the last stays the last
            events[:-1] = dice.sample(events[:-1], len(events) - 1)
        for number, event in enumerate(events):
            self.until(lambda: self.is_done, dice.uniform(0, self.plan.quiet))
            if not (self.is_done and self.plan.quiet):
                self._patience = 200 if number == len(events) - 1 else 3 * self.plan.lease
                self._happen(event, dice)
        self.until(lambda: self.is_done, seconds)
        return self._figures(self._ended or time.monotonic())

    def _happen(self, event: str, dice: random.Random) -> None:
        """Let something go wrong with whoever is at work."""
        at_work = "select distinct host from leases where expires_at > clock_timestamp()"
        self.until(lambda: self.ask(f"{at_work} and run_id is not null"))
        (host,) = dice.choice(sorted(self.ask(at_work)) or [(NAMES[0],)])
        machine = next(one for one in self.machines if one.name == host)
        getattr(self, f"_{event}")(machine)

    def _places(self, machine: Machine) -> int:
        """How many sites it has."""
        ((count,),) = self.ask(f"select count(*) from leases where {_held_by(machine)}")
        return int(count)

    def _kill(self, machine: Machine) -> None:
        self._stopped += self.plan.lease * self._places(machine)
        self._has_lost_leases = True
        machine.kill()
        machine.start()

    def _pause(self, machine: Machine) -> None:
        """Stop a machine until others have what it had, or we have waited enough, and let it go on."""
        held = self.ask(f"select source, token from leases where {_held_by(machine)}")
        machine.signal(signal.SIGSTOP)
        began = time.monotonic()
        others = " or ".join(f"(source = '{source}' and token > {token})" for source, token in held) or "true"
        self.until(lambda: self.ask(f"select 1 from leases where {others}"), seconds=self._patience)
        machine.signal(signal.SIGCONT)
        self._stopped += (time.monotonic() - began) * len(held)
        self._has_lost_leases = True

    def _terminate(self, machine: Machine) -> None:
        with psycopg.connect(self.room.url, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where pid <> pg_backend_pid() and datname = current_database() and random() < 0.5"
            )

    def _restart(self, machine: Machine) -> None:
        began = time.monotonic()
        self.server.stop()
        time.sleep(0.5)
        self.server.start()
        self._stopped += (time.monotonic() - began) * min(SLOTS[self.engine], self.plan.sites)

    def requests(self) -> dict[str, list[Request]]:
        """What each site was asked, in order."""
        return {name: sorted(site.requests(), key=attrgetter("started")) for name, site in self.room.sites.items()}

    def _figures(self, ended: float) -> Figures:
        asked = {name: [one for one in some if one.started <= ended] for name, some in self.requests().items()}
        every = [one for some in asked.values() for one in some]
        runs = self.ask("select reason, counts from runs")
        reasons = Counter(reason for reason, _ in runs)
        bodies = Counter((name, one.path) for name, some in asked.items() for one in some if one.status != 304)
        began = min([one.started for one in every] + ([] if self._began is None else [self._began]))
        return Figures(
            seconds=ended - began,
            ideal=self._ideal(asked),
            requests=len(every),
            read_again=sum(bodies.values()) - len(bodies),
            unchanged=sum(one.status == 304 for one in every),
            hurry=max(ahead([one.started for one in some], self.plan.delay) for some in asked.values()),
            lost_leases=reasons["lease_lost"],
            refused=sum(json.loads(counts)["reasons"].get("lease_lost", 0) for _, counts in runs),
            killed=reasons["killed"],
            connections=self._connections,
            load=os.getloadavg()[0],
        )

    def _ideal(self, asked: dict[str, list[Request]]) -> float:
        """Return what the round takes at least, by what the sites were asked.

        A site takes a delay for each address that it was asked for, once each; the whole takes as long as its longest
        site, or as the work of all sites and the time for which places stood still, divided among the places, if
        that is more. A place that was killed stands still for a lease, one that is paused for the pause; while the
        server restarts all of them do. That programs have to start and pages to be read counts for nothing.
        """
        least = [self.plan.delay * (len({one.path for one in some}) - 1) for some in asked.values()]
        places = min(SLOTS[self.engine], len(least))
        longest = max(least) + self.plan.lease * self._has_lost_leases
        return max(longest, (sum(least) + self._stopped) / places)


def ahead(moments: Sequence[float], delay: float) -> float:
    """Return by how many seconds requests were ahead of their pace at most, any of them counted from any before."""
    most, slowest = 0.0, float("-inf")
    for number, moment in enumerate(moments):
        plain = moment - number * delay
        slowest = max(slowest, plain)
        most = max(most, slowest - plain)
    return most


def _held_by(machine: Machine) -> str:
    """The sites that a machine has, as a condition of SQL on leases."""
    return f"host = '{machine.name}' and expires_at > clock_timestamp()"


@contextmanager
def fleet(folder: Path, engine: str, plan: Plan) -> Iterator[Fleet]:
    """Four machines; the clock of one is an hour ahead, that of another an hour behind."""
    with ExitStack() as stack:
        server = stack.enter_context(cluster())
        sites = stack.enter_context(many_running(plan.papers))
        room = Newsroom(folder, sites, folder)
        room.url = server.create_with_tables()
        command = plan.command(engine)
        machines = [Machine(name, room, folder, command, clock) for name, clock in zip(NAMES, CLOCKS, strict=True)]
        for machine in machines:
            machine.start()
            stack.callback(machine.kill)
        yield Fleet(room, server, machines, plan, engine)
