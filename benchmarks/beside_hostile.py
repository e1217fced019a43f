"""A crawl of a good site alone, and beside a crawl of a hostile one: ``python -m benchmarks.beside_hostile``.

It reports how much longer the good site takes, whether it stores everything, the most memory of the main processes, and
by how much their reactors were late: on the wall clock, which other programs share, and in CPU time of their own. With
`--sigterm N` it ends both at so many random moments, and reports how long that took.

    python -m benchmarks.beside_hostile [--articles 60] [--delay 0.5] [--sigterm 50]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from newscrawl.settings import EXTENSIONS
from testing.hostile_site import HOSTS, hostile_site
from testing.newspaper import Options, Site, running

ROOT = Path(__file__).parent.parent
_TICKER = json.dumps(EXTENSIONS | {"benchmarks.reactor_ticker.Ticker": 0})
_LOOK = 0.1
"""Seconds between two looks at the memory of a process."""
HOSTILE_MINUTES = 2
"""Limit of the hostile site's run."""


@dataclass
class Crawl:
    """A crawl in a process of its own."""

    folder: Path
    name: str
    process: subprocess.Popen[bytes]
    megabytes: int = 0

    def look(self) -> bool:
        """Note its memory; return whether it goes on."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text("ascii", "replace")
        except OSError:
            status = ""
        peaks = [int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")]
        self.megabytes = max(self.megabytes, *peaks, 0)
        return self.process.poll() is None

    def has_begun(self) -> bool:
        """Whether it handles SIGTERM, or has ended; before, the signal simply kills it."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text("ascii", "replace")
        except OSError:
            return True
        caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt")), "")
        return not caught or bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)

    def late(self) -> tuple[float, float]:
        """Return by how many seconds its reactor was late at most: of the clock, and of its own CPU time."""
        late = json.loads((self.folder / f"{self.name}.ticks").read_text("utf-8")).get("late", [])
        return max((one[1] for one in late), default=0.0), max((one[2] for one in late), default=0.0)


def start(folder: Path, name: str, url: str, delay: float, hosts: str) -> Crawl:
    """Start a crawl of a site with its own database in `folder`."""
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / 'news.db'}",
        "ARCHIVE_DIR": folder / "archive",
        "ALLOW_PRIVATE_ADDRESSES": hosts,
        "CONTACT": "test@news.example",
        "DOWNLOAD_DELAY": delay,
        "AUTOTHROTTLE_ENABLED": 0,
        "DOWNLOAD_TIMEOUT": 5,
        "RETRY_TIMES": 0,
        "EXTRACT_MAX_SECONDS": 10,
        "EXTRACT_WORKERS": 1,
        "CRAWL_MAX_MINUTES": HOSTILE_MINUTES,
        "EXTENSIONS": _TICKER,
        "TICKER_FILE": folder / f"{name}.ticks",
        "LOG_LEVEL": "ERROR",
    }
    options = [part for key, value in settings.items() for part in ("-s", f"{key}={value}")]
    command = [sys.executable, "-m", "newscrawl", "crawl", "site", "-a", f"url={url}", *options]
    with (folder / f"{name}.log").open("wb") as log:
        return Crawl(folder, name, subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log))


def stored(folder: Path, host: str) -> int:
    """Return how many articles of a site are in the database."""
    with closing(sqlite3.connect(folder / "news.db", timeout=60)) as connection:
        (count,) = connection.execute(
            "select count(*) from articles where url like ?", (f"http://{host}:%",)
        ).fetchone()
    return int(count)


@contextmanager
def both(articles: int) -> Iterator[tuple[Site, str]]:
    """Serve a good site and the hostile one."""
    options = Options(articles=articles, sections=3, copies=0, multipage=0, live=0)
    with ExitStack() as stack:
        good = stack.enter_context(running(options, host="127.0.0.30"))
        yield good, stack.enter_context(hostile_site()).url


def measure(articles: int, delay: float) -> dict[str, object]:
    """Crawl the good site alone, then beside the hostile one."""
    seconds: dict[str, float] = {}
    figures: dict[str, object] = {}
    with both(articles) as (good, hostile), tempfile.TemporaryDirectory() as place:
        for name in ("alone", "beside"):
            folder = Path(place) / name
            folder.mkdir()
            crawls = [start(folder, "hostile", hostile, delay, ",".join(HOSTS))] if name == "beside" else []
            time.sleep(10 if crawls else 0)  # until it is in the midst of it
            began = time.monotonic()
            crawls.append(start(folder, "good", f"{good.url}/", delay, good.host))
            while crawls[-1].look():
                for crawl in crawls[:-1]:
                    crawl.look()
                time.sleep(_LOOK)
            seconds[name] = round(time.monotonic() - began, 1)
            figures[f"{name}: stored of {len(good.urls())}"] = stored(folder, good.host)
            while sum(crawl.look() for crawl in crawls):
                time.sleep(_LOOK)
            for crawl in crawls:
                figures[f"{name}: {crawl.name}, exit code"] = crawl.process.returncode
                figures[f"{name}: {crawl.name}, MB"] = crawl.megabytes
                figures[f"{name}: {crawl.name}, reactor late, ms (CPU ms)"] = "{:.0f} ({:.0f})".format(
                    *(1000 * late for late in crawl.late())
                )
    return {"seconds": seconds, "ratio": round(seconds["beside"] / seconds["alone"], 2), **figures}


def end_at_random(times: int, delay: float, seed: int) -> dict[str, object]:
    """Start both, end them at a random moment, and look at what is left; so many times."""
    chance = random.Random(seed)
    took, codes, faults = [], [], 0
    with both(60) as (good, hostile), tempfile.TemporaryDirectory() as place:
        for number in range(times):
            folder = Path(place) / str(number)
            folder.mkdir()
            crawls = [
                start(folder, "hostile", hostile, delay, ",".join(HOSTS)),
                start(folder, "good", f"{good.url}/", delay, good.host),
            ]
            while not all(crawl.has_begun() for crawl in crawls):
                time.sleep(_LOOK)
            time.sleep(chance.uniform(0, 40))
            for crawl in crawls:
                crawl.process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            for crawl in crawls:
                crawl.process.wait(120)
                took.append(round(time.monotonic() - began, 1))
                codes.append(crawl.process.returncode)
            if (folder / "news.db").exists():
                with closing(sqlite3.connect(folder / "news.db")) as connection:
                    faults += connection.execute("pragma integrity_check").fetchone() != ("ok",)
            faults += any("Traceback" in path.read_text("utf-8", "replace") for path in folder.glob("*.log"))
            print(f"{number + 1}: {took[-2:]} s, exit codes {codes[-2:]}", file=sys.stderr, flush=True)
    return {
        "moments": times,
        "longest, s": max(took),
        "over 10 s": sum(one > 10 for one in took),
        "exit codes": sorted(set(codes)),
        "faults": faults,
    }


def main() -> None:
    """Run what is asked for, and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--delay", type=float, default=0.5, help="seconds between two requests")
    parser.add_argument("--sigterm", type=int, default=0, metavar="N", help="end both at N random moments instead")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.sigterm:
        figures = end_at_random(given.sigterm, given.delay, given.seed)
    else:
        figures = measure(given.articles, given.delay)
    print(json.dumps({"load": os.getloadavg()[0], **figures}, indent=2))


if __name__ == "__main__":
    main()
