"""Machines that share sites: how long a round takes beside the ideal, and what a crash of a worker costs.

    python -m benchmarks.fleet --engine worker queue due --seeds 1 2 3
    python -m benchmarks.fleet --takeover

The first is the fleet test (`tests/fleet/trial.py` says what happens to the machines, and what the ideal is), told in
figures: four workers as processes with host names of their own, one PostgreSQL, 50 newspapers on loopback. It ends
with an error where an article is missing or stored twice. The second kills a worker with all its sites, and measures
how soon they are crawled again. Needs the programs of PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from testing.newspaper.many import many_running
from testing.postgres import cluster
from tests.fleet.machines import Machine
from tests.fleet.trial import ENGINES, FULL, fleet
from tests.projects import COMMAND
from tests.rounds.papers import Newsroom

CASES = {
    "another worker, on the same machine": ("one", True),
    "the same worker, started again at once": ("one", False),
    "a worker on another machine": ("two", True),
}
"""Who takes over: its machine, and whether it was running before."""


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", nargs="*", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--seeds", nargs="*", type=int, default=[1])
    parser.add_argument("--sites", type=int, default=FULL.sites)
    parser.add_argument("--peace", action="store_true", help="let nothing happen to the machines")
    parser.add_argument("--takeover", action="store_true", help="measure what a crash of a worker costs instead")
    given = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each process would compile what it imports
    if given.takeover:
        take_over(min(given.sites, 20))
    else:
        run_trials(given.engine, given.seeds, given.sites, peace=given.peace)


def run_trials(engines: list[str], seeds: list[int], sites: int, *, peace: bool) -> None:
    """Run a trial for each engine and seed."""
    names = ("engine", "seed", "seconds", "ideal", "ratio", "requests", "read again", "unchanged", "hurry")
    names += ("killed", "lost", "refused", "connections", "load")
    print(f"| {' | '.join(names)} |\n{'|---' * len(names)}|", flush=True)
    plan = replace(FULL, sites=sites, events=() if peace else FULL.events)
    for engine in engines:
        for seed in seeds:
            with tempfile.TemporaryDirectory() as name, fleet(Path(name), engine, plan) as own:
                found = own.run(seed, seconds=600)
                stored = sorted(url for (url,) in own.ask("select url from articles"))
                if stored != own.wanted:
                    sys.exit(f"{engine}, seed {seed}: {len(stored)} articles instead of {len(own.wanted)}\n{own.log}")
            print(
                f"| {engine} | {seed} | {found.seconds:.0f} | {found.ideal:.0f} | {found.ratio:.2f} | {found.requests} "
                f"| {found.read_again} | {found.unchanged} | {found.hurry:.2f} s | {found.killed} "
                f"| {found.lost_leases} | {found.refused} | {found.connections} | {found.load:.0f} |",
                flush=True,
            )


def take_over(count: int) -> None:
    """Kill a worker that crawls so many sites, for each of the cases."""
    print("| who takes over | sites | first request after the kill: median | last | read again | lost | load |")
    print("|---|---|---|---|---|---|---|")
    for case, (host, was_running) in CASES.items():
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            print(
                f"| {case} | {count} | {_taken_over(stack, Path(name), count, host, was_running=was_running)} |",
                flush=True,
            )


def _taken_over(stack: ExitStack, folder: Path, count: int, host: str, *, was_running: bool) -> str:
    server = stack.enter_context(cluster())
    plan = replace(FULL, sites=count, articles=24)
    sites = stack.enter_context(many_running(plan.papers))
    room = Newsroom(folder, sites, folder)
    room.url = server.create_with_tables()
    wanted = sorted(url for site in room.sites.values() for url in site.urls())
    command = [COMMAND, "worker", "-s", "DOWNLOAD_DELAY=1"]
    first, other = (Machine(name, room, folder, command) for name in ("one", host))
    first.start()
    stack.callback(first.kill)
    while room.query("select count(*) from leases where run_id is not null") != [(count,)]:
        time.sleep(0.1)
    if was_running:
        other.start()
        stack.callback(other.kill)
        time.sleep(10)  # it has looked for what is due by then, and found that everything is taken
    while room.query("select count(*) from articles") < [(len(wanted) // 3,)]:
        time.sleep(0.1)
    killed = time.monotonic()
    first.kill()
    if not was_running:
        other.start()
        stack.callback(other.kill)
    while room.query("select count(*) from articles") < [(len(wanted),)]:
        time.sleep(0.1)
    asked = {name: site.requests() for name, site in room.sites.items()}
    waits = sorted(min(one.started for one in some if one.started > killed) - killed for some in asked.values())
    bodies = Counter((name, one.path) for name, some in asked.items() for one in some if one.status != 304)
    stored = sorted(url for (url,) in room.query("select url from articles"))
    lost = len(set(wanted) - set(stored))
    return (
        f"{statistics.median(waits):.0f} s | {waits[-1]:.0f} s | {sum(bodies.values()) - len(bodies)} of {len(bodies)} "
        f"| {lost} | {os.getloadavg()[0]:.0f}"
    )


if __name__ == "__main__":
    main()
