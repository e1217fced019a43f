"""A site's spider whose own code fails: the run says so in a line, and with its exit code."""

from __future__ import annotations

import pytest

from testing.newspaper import Options, running
from tests.crawl.crawls import SMALL
from tests.crawl.site_crawl import FAST, allowed
from tests.database import query
from tests.projects import COMMAND, make_project, run

SPIDER = """
from newscrawl.base_spiders import SiteSpider

class BaoSpider(SiteSpider):
    name = "bao"
    allowed_domains = ("{host}",)
    home = "{url}/"
    sections = ("{url}/kinh-te/",)
    explores = True

    def {method}:
        raise KeyError("yaer")
"""


@pytest.mark.parametrize("method", ["guesses(self)", "request(self, due)", "always(self)"])
def test_fault_while_pages_are_chosen_is_told(tmp_path, method):
    """Without it, the site's new listings would never be asked for, and every run would look well."""
    with running(Options(**SMALL)) as site:
        spider = SPIDER.format(host=site.host, url=site.url, method=method)
        project = make_project(tmp_path / "news", bao=spider)
        database = tmp_path / "out.db"
        options = [part for name, value in FAST.items() for part in ("-s", f"{name}={value}")]
        crawl = (COMMAND, "crawl", "bao", "-L", "WARNING", *options)
        done = run(*crawl, cwd=project, **allowed(site), NEWSCRAWL_DATABASE_URL=f"sqlite:///{database}")
    assert done.returncode == 2
    assert "never retrieved" not in done.stderr
    assert "Traceback" not in done.stderr
    fault = "the next pages could not be chosen (KeyError: 'yaer')"
    assert done.stderr.count(fault) == 1, done.stderr
    assert query(database, "select reason, exit_code, error from runs") == [("finished", 2, fault)]
