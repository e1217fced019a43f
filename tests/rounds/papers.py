"""A project whose sites are local newspapers, and rounds of crawls in it as cron calls them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from testing.forkserver import fork_server
from testing.newspaper import Options, Site, running
from tests.database import Database, query
from tests.projects import COMMAND, environment, make_project

SMALL: dict[str, Any] = {"sections": 2, "articles": 12, "copies": 0, "multipage": 0, "live": 0}
"""A paper that is crawled in two seconds."""

SPIDER = '''
"""A newspaper on this machine."""

from newscrawl.base_spiders import SiteSpider


class Paper(SiteSpider):
    """As it stands on its first day."""

    name = "{name}"
    home = "{url}/"
    allowed_domains = ("{host}",)
'''

SETTINGS = """
from newscrawl.settings import *

SPIDER_MODULES = ["newscrawl.spiders.fixtures", "newscrawl.spiders.site", "sites"]
ALLOW_PRIVATE_ADDRESSES = "127.0.0.0/8"
CONTACT = "test@news.example"
DOWNLOAD_DELAY = 0
AUTOTHROTTLE_ENABLED = False
CONCURRENT_REQUESTS_PER_DOMAIN = 4
DOWNLOAD_TIMEOUT = 5
RETRY_TIMES = 0
"""


class Newsroom:
    """Several newspapers, a project with a spider for each, and one database."""

    def __init__(self, folder: Path, sites: Sequence[Site], disk: Path) -> None:
        self.sites = {f"paper{number}": site for number, site in enumerate(sites)}
        spiders = {name: SPIDER.format(name=name, url=site.url, host=site.host) for name, site in self.sites.items()}
        self.project = make_project(folder / "project", **spiders)
        (self.project / "project_settings.py").write_text(SETTINGS, "utf-8")
        self.database = disk / "data" / "news.db"
        self.database.parent.mkdir()
        self.url = f"sqlite:///{self.database}"

    @property
    def ours(self) -> dict[str, str]:
        """The variables that name the database and the archive."""
        return {
            "NEWSCRAWL_DATABASE_URL": self.url,
            "NEWSCRAWL_ARCHIVE_DIR": str(self.database.with_name("archive")),
            "NEWSCRAWL_EXTRACT_WORKERS": "0",
        }

    @property
    def variables(self) -> dict[str, str]:
        """The environment in which cron calls."""
        return environment(**self.ours)

    def start(self, *arguments: object, **options: Any) -> subprocess.Popen[str]:
        """Start `newscrawl crawl`."""
        command = [COMMAND, "crawl", *map(str, arguments)]
        given = {"cwd": self.project, "env": self.variables, "stdout": -1, "stderr": -1, "text": True} | options
        return subprocess.Popen(command, **given)

    def crawl(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Call `newscrawl crawl` and wait for its end; the crawls of its round are processes started anew."""
        command = [COMMAND, "crawl", *map(str, arguments)]
        done = fork_server().run(command, cwd=self.project, env=self.variables, timeout=300)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def report(self, *arguments: object) -> dict[str, Any]:
        """Call `newscrawl crawl --json`, and return what it says, with its sites by name."""
        result = self.crawl(*arguments, "--json")
        said = json.loads(result.stdout)
        assert said["exit_code"] == result.returncode
        return said | {"sites": {site["spider"]: site for site in said["sites"]}, "stderr": result.stderr}

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        return query(Database(self.url), statement)

    @property
    def stored(self) -> set[str]:
        """The addresses of the articles in the database."""
        return {url for (url,) in self.query("select url from articles")}

    def is_whole(self) -> bool:
        """Say whether every article of every paper is there, each once."""
        wanted = [url for site in self.sites.values() for url in site.urls()]
        return sorted(wanted) == sorted(url for (url,) in self.query("select url from articles where gone_at is null"))


@contextmanager
def newsroom(folder: Path, count: int = 2, disk: Path | None = None, **options: Any) -> Iterator[Newsroom]:
    """Serve so many newspapers, each at an address of its own, with the database on a disk."""
    with ExitStack() as stack:
        papers = [
            running(
                Options(**SMALL | {"seed": number} | options),
                host=f"127.0.0.{number + 10}",
                state=folder / f"paper{number}.json",
            )
            for number in range(count)
        ]
        yield Newsroom(folder, [stack.enter_context(paper) for paper in papers], disk or folder)


def lock_files(room: Newsroom, pattern: str) -> list[str]:
    """The names of lock files beside the database."""
    return [path.name for path in room.database.with_name(f"{room.database.name}.locks").glob(f"{pattern}.lock")]
