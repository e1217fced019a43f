"""Crawls of a local newspaper with the spider for any site, in processes of their own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from testing.forkserver import fork_server
from testing.newspaper import Site
from tests.conftest import ROOT
from tests.projects import COMMAND, environment

FAST = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 4}
"""The newspaper is this machine's own."""


def command(site: Site, database: Path, *arguments: str, **settings: object) -> list[str]:
    """The crawl of a newspaper into a database, with the raw pages beside it."""
    given = {
        "DATABASE_URL": f"sqlite:///{database}",
        "ARCHIVE_DIR": database.with_suffix(".archive"),
        **FAST,
        **settings,
    }
    options = [part for name, value in given.items() for part in ("-s", f"{name}={value}")]
    return [COMMAND, "crawl", "site", "-a", f"url={site.url}/", "-L", "WARNING", *options, *arguments]


def allowed(site: Site) -> dict[str, str]:
    """The environment in which the newspaper may be reached, and nothing else of this machine."""
    return environment(NEWSCRAWL_ALLOW_PRIVATE_ADDRESSES=site.host, NEWSCRAWL_CONTACT="test@news.example")


def crawl(site: Site, database: Path, *arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """Crawl to the end."""
    arguments = tuple(command(site, database, *arguments, **{"EXTRACT_WORKERS": 0} | settings))
    return fork_server().run(arguments, cwd=ROOT, env=allowed(site), timeout=300)
