"""What many sites cost in one process, beside a process for each: CPU time per site, and memory.

    python -m benchmarks.worker --sites 200 --sample 10

The sites are newspapers on loopback, asked at the pace that newscrawl has by default. Each is crawled twice: the first
time its articles are fetched and extracted, the second time nothing has changed. A sample of them is crawled by
`newscrawl crawl` as well, in the same run, into a database of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process_tree import Spent, run
from testing.newspaper import Options, Site
from testing.newspaper.many import many_running

NEWSCRAWL = Path(sys.executable).with_name("newscrawl")

_SPIDER = '''
"""A newspaper on this machine."""

from newscrawl.base_spiders import SiteSpider


class Paper(SiteSpider):
    """As it stands on its first day."""

    name = "{name}"
    home = "{url}/"
    allowed_domains = ("{host}",)
    feeds = ("{url}/rss/home.rss",)
'''
_SETTINGS = """
from newscrawl.settings import *

SPIDER_MODULES = ["sites"]
ALLOW_PRIVATE_ADDRESSES = "127.0.0.0/8"
CONTACT = "bench@news.example"
"""


@dataclass(frozen=True, slots=True)
class Project:
    """Sites with a spider each, and where they are crawled into."""

    folder: Path
    names: Sequence[str]

    @classmethod
    def of(cls, folder: Path, sites: Sequence[Site]) -> Project:
        """Write the project."""
        (folder / "sites").mkdir(parents=True)
        (folder / "sites" / "__init__.py").touch()
        (folder / "scrapy.cfg").write_text("[settings]\ndefault = project_settings\n", "utf-8")
        (folder / "project_settings.py").write_text(_SETTINGS, "utf-8")
        names = [f"paper{number:03}" for number in range(len(sites))]
        for name, site in zip(names, sites, strict=True):
            source = _SPIDER.format(name=name, url=site.url, host=site.host)
            (folder / "sites" / f"{name}.py").write_text(source, "utf-8")
        return cls(folder, names)

    def environment(self, database: str) -> Mapping[str, str]:
        """Return the variables of a crawl into one of several databases."""
        return {
            "NEWSCRAWL_DATABASE_URL": f"sqlite:///{self.folder / database}.db",
            "NEWSCRAWL_ARCHIVE_DIR": str(self.folder / f"{database}.archive"),
            "PYTHONPATH": str(self.folder),
        }

    def run(self, database: str, *arguments: str) -> Spent:
        """Run `newscrawl`. A command that fails ends the benchmark."""
        spent = run([NEWSCRAWL, *arguments], self.folder, self.environment(database))
        if spent.exit_code:
            sys.exit(f"newscrawl {' '.join(arguments)[:200]}: exit code {spent.exit_code}\n{spent.output[-4000:]}")
        return spent

    def let_listings_be_due(self, database: str) -> None:
        """Let the next round ask for all listings again."""
        with closing(sqlite3.connect(self.folder / f"{database}.db")) as connection, connection:
            past = "next_fetch_at = '2000-01-01 00:00:00.000000'"
            connection.execute(f"update pages set {past} where kind <> 'article' and next_fetch_at is not null")

    def requests_of_last(self, database: str, runs: int) -> float:
        """Return the requests per site of the last runs."""
        with closing(sqlite3.connect(self.folder / f"{database}.db")) as connection:
            last = "select requests from runs order by id desc limit ?"
            return float(connection.execute(f"select avg(requests) from ({last})", (runs,)).fetchone()[0])


def measure(project: Project, sample: int, at_once: int) -> dict[str, dict[str, float]]:
    """Crawl all sites by a worker and some by processes, twice each."""
    some = list(project.names[:sample])
    worker = ["worker", "--once", "--quiet", "--sites", str(at_once)]
    found = {}
    for round_ in ("first", "idle"):
        if round_ == "idle":
            project.let_listings_be_due("worker")
            project.let_listings_be_due("crawl")
            project.let_listings_be_due("crawl of one site")
        commands: dict[str, tuple[int, list[str]]] = {
            "worker": (len(project.names), worker),
            "crawl": (sample, ["crawl", "--quiet", "--jobs", "2", *some]),
            "crawl of one site": (1, ["crawl", "-L", "WARNING", some[0]]),
        }
        for name, (count, command) in commands.items():
            spent = project.run(name, *command)
            found[f"{name}, {round_} round"] = {
                "sites": count,
                "requests per site": round(project.requests_of_last(name, count), 1),
                "CPU s": round(spent.cpu, 2),
                "CPU s per site": round(spent.cpu / count, 4),
                "wall s": round(spent.wall, 1),
            }
            if name != "crawl":  # whose processes are in groups of their own, which are not looked at
                largest = max(max(look.memory.values(), default=0) for look in spent.looks)
                found[f"{name}, {round_} round"] |= {"peak MB": spent.peak, "peak MB of one process": largest}
            print(f"{name}, {round_} round: {json.dumps(found[f'{name}, {round_} round'])}", flush=True)
    return found


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=200, help="sites that the worker crawls at a time")
    parser.add_argument("--articles", type=int, default=5, help="articles of each site")
    parser.add_argument("--sample", type=int, default=10, help="sites that are crawled by a process each as well")
    given = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each process would compile what it imports
    paper = {"sections": 2, "articles": given.articles, "copies": 0, "multipage": 0, "live": 0}
    folder = Path(tempfile.mkdtemp(prefix="newscrawl-worker-"))
    try:
        with many_running([Options(**paper, seed=seed) for seed in range(given.sites)]) as sites:
            found = measure(Project.of(folder / "project", sites), given.sample, given.at_once)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ratio = found["crawl, idle round"]["CPU s per site"] / found["worker, idle round"]["CPU s per site"]
    print(f"an idle site takes {ratio:.0f} times less CPU time in the worker; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
