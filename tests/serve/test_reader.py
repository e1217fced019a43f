"""What a reader sees."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode

import lxml.html

from newscrawl.archive import ArchiveWriter
from newscrawl.dedupe import content_hash
from newscrawl.extraction import extract_page
from newscrawl.items import Candidate, Page, Visit
from newscrawl.storage.engine import check_database
from newscrawl.storage.store import Store
from tests.cli.made import NOON, page
from tests.conftest import ROOT
from tests.database import Database
from tests.serve.conftest import client_of


def tree(client, path: str, status: int = 200) -> lxml.html.HtmlElement:
    """A page, parsed."""
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return lxml.html.document_fromstring(answer.text)


def words(element) -> str:
    """What a person reads, with single spaces."""
    for cell in element.iter("dt", "dd", "td", "br"):
        cell.tail = f" {cell.tail or ''}"
    return " ".join(element.text_content().split())


def test_search_finds_without_accents_and_folds_copies(client):
    """The best first, with marks, facts that filter, and copies below the oldest; all of it in the address."""
    found = tree(client, "/?q=da+nang+ngap")
    (result,) = found.find_class("result")
    assert [mark.text for mark in result.cssselect("h2 mark")] == ["Đà", "Nẵng", "ngập"]
    assert words(result.find_class("facts")[0]) == "ttx · 2020-09-10 12:00 UTC · Xã hội · Trần Ý · 24 words"
    (copies,) = result.find_class("copies")
    assert words(copies[0]) == "2 copies"
    assert [link.get("href") for link in copies.iterlinks().__iter__() and copies.cssselect("a")] == [
        "/articles/2",
        "/articles/3",
        "/stories/1",
    ]
    filters = [link.get("href") for link in result.cssselect("p.facts")[0].iter("a")]
    assert filters == [
        "/?q=da+nang+ngap&source=ttx",
        "/?q=da+nang+ngap&section=X%C3%A3+h%E1%BB%99i",
        "/?q=da+nang+ngap&author=Tr%E1%BA%A7n+%C3%9D",
    ]
    for path in filters:
        assert len(tree(client, path).find_class("result")) == 1
    every = tree(client, "/?all_copies=1&since=2020-09-10&until=2020-09-10&source=bao&source=tin&language=vi")
    assert [link.get("href") for link in every.cssselect(".result h2 a")] == ["/articles/2"]
    assert every.cssselect("input[name=all_copies]")[0].get("checked") is not None
    assert [field.get("value") for field in every.cssselect("input[name=source]")] == ["bao", "tin"]


def test_search_says_what_is_wrong_or_missing(client, tmp_path):
    """Nothing found, a page beyond the last, a wrong day, too many words, no articles, no database."""
    assert "Nothing was found" in words(tree(client, "/?q=khongco"))
    assert "without the filters" in words(tree(client, "/?q=khongco&source=bao"))
    assert "no more results" in words(tree(client, "/?page=3"))
    for query, message in (
        ("since=10.9.2020", "since must be a day, as in 2020-09-01"),
        ("until=2020-13-01", "until must be a day, as in 2020-09-01"),
        ("page=0", "page must be a number from 1 to 50"),
        ("page=99999999999999999999", "page must be a number from 1 to 50"),
        ("all_copies=perhaps", "all_copies must be true or false"),
        ("q=" + "+".join(f"w{number}" for number in range(250)), "a query may have up to 200 words"),
    ):
        assert message in words(tree(client, f"/?{query}", 400))
    check_database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert "No articles yet: run make crawl" in words(tree(client_of(f"sqlite:///{tmp_path / 'empty.db'}"), "/"))
    missing = f"sqlite:///{tmp_path / 'missing.db'}"
    assert "missing.db does not exist; run a crawl" in words(tree(client_of(missing), "/", 503))
    assert "missing.db" not in words(tree(client_of(missing, is_public=True), "/", 503))


def test_counts_are_bars_that_filter(client):
    """By day, with words as well; a part of a page where a script asks for it."""
    plot = tree(client, "/counts?q=ngap&all_copies=1")
    bars = [(words(bar[0]), bar.get("href")) for bar in plot.cssselect("svg a")]
    assert bars == [
        ("2020-09-10: 2 articles", "/?q=ngap&since=2020-09-10&until=2020-09-10&all_copies=1"),
        ("2020-09-11: 1 article", "/?q=ngap&since=2020-09-11&until=2020-09-11&all_copies=1"),
    ]
    part = client.get("/counts", headers={"HX-Request": "true"}).text
    assert part.startswith("<figure")
    assert "No article of these has a date" in words(tree(client, "/counts?q=khongco"))


def test_article_has_its_text_blocks_and_facts(client):
    """As it is read; with what was dropped; where facts were found; and links out that tell nothing."""
    read = tree(client, "/articles/1")
    (article,) = read.iter("article")
    assert (article.get("lang"), words(article.find(".//h1"))) == ("vi", "Đà Nẵng ngập")
    assert words(article).endswith("thành phố Đà Nẵng và vùng lân cận.")
    assert "Tin khác" not in words(article)
    assert "2 copies" in words(article)
    out = [link for link in read.iter("a") if link.get("href").startswith("http")]
    assert {(link.get("href"), link.get("rel")) for link in out} == {
        ("https://ttx.example/1", "noreferrer noopener nofollow external")
    }
    assert "Theo" not in words(read.find_class("citation")[0])
    assert words(read.find_class("citation")[0]) == "Trần Ý. “Đà Nẵng ngập”. ttx. 2020-09-10. https://ttx.example/1"
    shown = tree(client, "/articles/1?view=blocks")
    kept, dropped = shown.find_class("block")
    assert words(kept).startswith("kept Theo TTXVN")
    assert words(dropped) == "dropped: related · list item Tin khác"
    assert client.get("/articles/99").status_code == 404
    assert client.get(f"/articles/{2**70}").status_code == 404
    assert client.get("/articles/-1").status_code == 404


def test_certainty_is_that_of_the_raw_page(own):
    """Each block beside its chance; or why there is none."""
    (saved,) = (ROOT / "fixtures" / "plo").glob("*.html")
    url = "https://plo.vn/toa-an-huyen-may-thap-hoa-giai-post1.html"
    made = Page(url, saved.read_bytes(), "text/html; charset=utf-8", NOON, url, "plo", Visit(url, status=200))
    extraction = extract_page(made)
    store = Store.open(own.url, "made", {}, ArchiveWriter(own.archive, "other"))
    store.write([Candidate(made, extraction, content_hash(extraction.article.text))])
    store.close()
    client = client_of(own.url, own.archive)
    asked = tree(client, "/articles/6?view=blocks&certainty=1")
    assert "Chance of the page to be an article" in words(asked)
    chances = [float(meter.get("value")) for meter in asked.cssselect(".kept meter")]
    assert len(chances) == len(asked.find_class("kept")) > 3
    assert min(chances) > float(asked.cssselect(".dropped meter")[0].get("value"))
    assert "The raw page was not kept." in words(tree(client_of(own.url), "/articles/6?view=blocks&certainty=1"))
    own.archive.rename(own.folder / "elsewhere")
    assert "does not exist" in words(tree(client, "/articles/6?view=blocks&certainty=1"))


def test_story_shows_copies_and_their_differences(client):
    """The first, the others with their delay, and two side by side; a copy leads to its story."""
    answer = client.get("/stories/3")
    assert (answer.status_code, answer.headers["location"]) == (303, "/stories/1")
    story = tree(client, "/stories/1?a=1&b=2")
    assert "3 publications of one text. The first that is known: ttx" in words(story)
    rows = [words(row) for row in story.cssselect("form tbody tr")]
    assert rows[1] == "bao Ngập ở Đà Nẵng 2020-09-10 14:00 UTC 2 h 100%"
    assert rows[2] == "tin Mưa lớn 2020-09-11 18:00 UTC 1 d 6 h 100%"
    changed = story.cssselect(".sides tr.changed")[0]
    assert [mark.text for mark in changed.iter("del", "ins")] == ["ngập", "Ngập ở "]
    assert "alone has this text" in words(tree(client, "/stories/5"))
    assert client.get("/stories/1?a=1&b=x").status_code == 400
    assert not tree(client, "/stories/1?a=1&b=4").cssselect(".sides")


def test_revisions_can_be_stepped_through(client):
    """One change after the other, by word; a part of the page where a script asks for it."""
    shown = tree(client, "/articles/4/revisions")
    assert (shown.cssselect("#n")[0].get("max"), shown.cssselect("#n")[0].get("value")) == ("1", "1")
    assert [mark.text for mark in shown.cssselect(".sides ins")] == ["Đã sửa."]
    assert "the publisher changed the page" in words(shown)
    part = client.get("/articles/4/revisions?n=1", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "Đã sửa." in part.text
    assert client.get("/articles/4/revisions?n=2").status_code == 400
    assert "No changes are known" in words(tree(client, "/articles/1/revisions"))


def test_copies_to_take_along(own):
    """As text, Markdown and BibTeX, where nothing in a title is markup."""
    client = client_of(own.url)
    Database(own.url).execute("update articles set title = '1. *a* {b} \\x & <i>_c_' where id = 1")
    assert client.get("/articles/1/text").text.startswith("1. *a* {b} \\x & <i>_c_\nTheo TTXVN")
    assert client.get("/articles/1/markdown").text.startswith("# 1\\. \\*a\\* {b} \\\\x & \\<i\\>\\_c\\_\n\n")
    entry = client.get("/articles/1/bibtex").text
    assert "title = {{1. *a* \\{b\\} \\textbackslash{}x \\& <i>\\_c\\_}}" in entry
    assert "author = {{Trần Ý}}" in entry


RAW = """<!doctype html><meta charset=utf-8><base href="https://evil.example/"><title>x</title>
<LINK rel=preconnect href=https://evil.example><meta http-equiv=refresh content="0;url=https://evil.example">
<iframe src=https://evil.example></iframe><script>parent.document.title = 'taken'</script><p>Đà Nẵng</p>"""


def test_raw_page_may_do_nothing(own):
    """In a frame without any right, under a policy of its own, and without the elements that no policy stops."""
    store = Store.open(own.url, "made", {}, ArchiveWriter(own.archive, "other"))
    made = page(6, "Đà Nẵng có mưa.", source="bao", title="x")
    raw = replace(made.page, body=RAW.encode())
    store.write([replace(made, page=raw), local_file()])
    store.close()
    client = client_of(own.url, own.archive)
    (frame,) = tree(client, "/articles/6/raw").iter("iframe")
    assert (frame.get("sandbox"), frame.get("src")) == ("", "/articles/6/raw/page")
    answer = client.get(frame.get("src"))
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'; ")
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search("<(base|iframe|link|meta)", answer.text, re.IGNORECASE)
    assert "<p>Đà Nẵng</p>" in answer.text
    assert "was not kept" in words(tree(client, "/articles/7/raw"))
    assert client.get("/articles/7/raw/page").status_code == 404
    own.archive.rename(own.folder / "elsewhere")
    assert client.get("/articles/6/raw/page").headers["content-type"].startswith("text/plain")


def local_file():
    """An article of a file, which is not archived."""
    made = page(7, "Một bài khác hẳn, từ một tệp.", source="tệp", title="y")
    return replace(made, page=Page("file:y.txt", b"y", "text/plain", made.page.fetched_at))


CANARY = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}"


PLACES = ["/", "/counts", "/articles/1", "/articles/1?view=blocks", "/articles/4/revisions", "/stories/1", "/nope"]


def test_no_text_is_markup(own):
    """Whatever stands in any field, or is asked, it is shown as it is."""
    quoted, names = CANARY.replace("'", "''"), json.dumps([CANARY]).replace("'", "''")
    columns = "title, description, source, section, language, published_raw, published_source, extractor, url, url_key"
    texts = ", ".join(f"{column} = '{quoted}' || id" for column in columns.split(", "))
    Database(own.url).execute(
        f"update articles set {texts}, authors = '{names}', tags = '{names}'",
        f"update articles set text = '{quoted}' where id != 4",
        f"update article_revisions set title = '{quoted}', text = '{quoted}', cause = '{quoted}'",
        f"update pages set url = '{quoted}', outcome = '{quoted}'",
        f"update runs set spider = '{quoted}'",
    )
    client = client_of(own.url, own.archive)
    for path in [*PLACES, "/stories/1?a=1&b=2", f"/?{urlencode({'q': CANARY, 'source': CANARY, 'section': CANARY})}"]:
        answer = client.get(path)
        assert CANARY not in answer.text
        strange = lxml.html.document_fromstring(answer.text).xpath("//script[not(@src)] | //*[@onerror] | //img")
        assert not strange, path
    assert CANARY in unescape(client.get("/articles/1").text)
