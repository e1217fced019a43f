"""A server that withholds its pages from crawlers, while a feed has their whole texts."""

from __future__ import annotations

import pytest

from tests.crawl.crawls import paper

ELSEWHERE = "http://id.herald.example/sign-in"
"""On another site, which is never asked."""


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "status", "status": 403}, id="403"),
        pytest.param({"kind": "redirect", "target": "/login"}, id="a form"),
        pytest.param({"kind": "redirect", "target": "/users/sign_in"}, id="a form as deep as articles"),
        pytest.param({"kind": "redirect", "target": "/"}, id="the home page"),
        pytest.param({"kind": "redirect", "target": ELSEWHERE}, id="another site"),
        pytest.param({"kind": "loop"}, id="in circles"),
    ],
)
def test_a_feed_has_what_the_server_withholds(tmp_path, fault):
    """Articles are stored under their own addresses as the feed has them, though a second feed has titles alone.

    Those that were asked for before that feed was read are asked for again.
    """
    with paper(tmp_path, whole_feed=True) as (site, crawls):
        shown, *withheld = site.urls()
        for path in ("/login", "/users/sign_in"):
            site.fault(path, "consent")
        if fault.get("target", "")[:1] == "/":
            fault = fault | {"target": site.url + fault["target"]}
        for url in withheld:
            site.fault(url.removeprefix(site.url), **fault)
        assert crawls().code == 0
        rows = crawls.query("select url, title, text, text_source, revision from articles")
        assert {url for url, *_ in rows} == {shown, *withheld}
        for url, title, text, source, revision in rows:
            gold = site.gold(url)
            assert (title, text, revision) == (gold.title, "\n".join([gold.lead, *gold.text]), 1)
            assert source == ("page" if url == shown else "feed")
