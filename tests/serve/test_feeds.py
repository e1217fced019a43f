"""Feeds, as a feed reader reads them."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import feedparser

from tests.database import Database
from tests.serve.conftest import HERE, client_of
from tests.serve.json_feed import valid


def test_feed_of_a_search(client):
    """What was written is read back, by Atom and by JSON Feed."""
    answer = client.get("/feeds/search.atom?q=ngap&all_copies=1")
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert (feed.version, feed.feed.title) == ("atom10", "newscrawl: ngap")
    assert [entry.title for entry in feed.entries] == ["Mưa lớn", "Ngập ở Đà Nẵng", "Đà Nẵng ngập"]
    last = feed.entries[-1]
    assert (last.link, last.author, last.published) == (f"{HERE}/articles/1", "Trần Ý", "2020-09-10T12:00:00Z")
    assert last.content[0].value.startswith("<p>Theo TTXVN, mưa lớn")
    assert client.get("/feeds/search.atom?q=ngap", headers={"If-None-Match": answer.headers["etag"]}).status_code == 200
    same = client.get("/feeds/search.atom?q=ngap&all_copies=1", headers={"If-None-Match": answer.headers["etag"]})
    assert same.status_code == 304

    answer = client.get("/feeds/search.json?source=ttx")
    assert answer.headers["content-type"] == "application/feed+json"
    (item,) = valid(answer.json())["items"]
    assert (item["url"], item["external_url"], item["language"]) == (
        f"{HERE}/articles/1",
        "https://ttx.example/1",
        "vi",
    )
    assert client.get("/feeds/search.json?since=x").status_code == 400


def test_feed_of_changes_has_the_difference(client):
    """What was removed and added, in marks."""
    (entry,) = feedparser.parse(client.get("/feeds/revisions.atom").content).entries
    assert entry.link == f"{HERE}/articles/4/revisions?n=1"
    assert entry.title == "Changed: 東京の雨 サッカー"
    assert entry.content[0].value == "<p><ins>Đã sửa.</ins></p>"
    (item,) = valid(client.get("/feeds/revisions.json?source=bao").json())["items"]
    assert item["content_html"] == "<p><ins>Đã sửa.</ins></p>"
    assert client.get("/feeds/revisions.json?source=ttx").json()["items"] == []


def test_list_of_feeds_leads_to_them(client):
    """A feed for each site."""
    outlines = list(ElementTree.fromstring(client.get("/feeds/sites.opml").content).iter("outline"))
    assert [outline.get("text") for outline in outlines] == ["bao", "tin", "ttx"]
    feed = feedparser.parse(client.get(outlines[2].get("xmlUrl")).content)
    assert [entry.title for entry in feed.entries] == ["Đà Nẵng ngập"]


def test_hostile_texts_stay_texts(own):
    """Markup, controls and what XML cannot hold."""
    bad = "<script>alert(1)</script>]]>&\x0b\ufffe\x1b[2J"
    Database(own.url).execute(
        f"update articles set title = '{bad}', text = '{bad}', description = '{bad}', source = '{bad}'",
        "update articles set url = 'javascript:x'",
    )
    client = client_of(own.url)
    for name in ("search", "revisions"):
        feed = feedparser.parse(client.get(f"/feeds/{name}.atom").content, sanitize_html=False)
        assert not feed.bozo
        assert "<script>alert(1)</script>" in feed.entries[0].title
        assert "<script" not in feed.entries[0].content[0].value
        assert "javascript:" not in json.dumps(feed.entries[0].links)
        assert "<script" not in valid(client.get(f"/feeds/{name}.json").json())["items"][0]["content_html"]
    ElementTree.fromstring(client.get("/feeds/sites.opml").content)
