"""The settings of crawls that share a process."""

from __future__ import annotations

import pytest
from scrapy.settings import Settings

from newscrawl import settings as defaults
from newscrawl.rounds.worker_settings import CrawlSettings, worker_settings


@pytest.fixture
def shared() -> CrawlSettings:
    """Those of the project."""
    settings = Settings()
    settings.setmodule(defaults, priority="project")
    made = worker_settings(settings)
    assert isinstance(made, CrawlSettings)
    return made


def test_copy_says_the_same_and_is_a_crawls_own(shared):
    """What a spider or an add-on changes, in a component list as well, changes no other crawl."""
    one = shared.copy()
    assert one.copy_to_dict() == Settings(shared).copy_to_dict()
    assert {name: one.getpriority(name) for name in one} == {name: shared.getpriority(name) for name in shared}
    one.set("DOWNLOAD_DELAY", 9, priority="spider")
    one["EXTENSIONS"]["a.B"] = 5
    one["SPIDER_MODULES"].append("more")
    one.freeze()
    other = shared.copy()
    assert (other["DOWNLOAD_DELAY"], other.frozen) == (defaults.DOWNLOAD_DELAY, False)
    assert "a.B" not in other["EXTENSIONS"]
    assert other["SPIDER_MODULES"] == defaults.SPIDER_MODULES


def test_settings_of_a_site_win_over_those_of_the_project(shared):
    """As they do in a process of its own."""
    one = shared.copy()
    one.setdict({"DOWNLOAD_DELAY": 3}, priority="spider")
    assert one.getfloat("DOWNLOAD_DELAY") == 3
    assert one["EXTENSIONS"]["newscrawl.crawl.progress.ProgressLine"] is None
