"""The pages in Chromium."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from newscrawl.archive import ArchiveWriter
from newscrawl.storage.store import Store
from testing.browser import browser, chromium, serving
from tests.cli.made import page as made_page
from tests.database import Database, query
from tests.serve.conftest import Filled
from tests.serve.test_site_plots import add_runs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]

ALL = [
    "/",
    "/?q=ngap&all_copies=1",
    "/articles/1",
    "/articles/1?view=blocks",
    "/articles/4/revisions",
    "/articles/1/raw",
]
ALL += ["/stories/1?a=1&b=2", "/sites", "/sites/ttx", "/runs", "/runs/1", "/storage", "/api", "/counts", "/nope"]
ALL += ["/?since=x", "/articles/1/raw"]


AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """A browser for all tests."""
    if chromium() is None:
        assert not os.environ.get("CI"), "Chromium is not installed"
        pytest.skip("needs Chromium: apt-get install chromium")
    with browser() as running:
        yield running


@pytest.fixture
def place(own: Filled) -> Iterator[str]:
    """The small database, served, with an article of several changes and a broken site."""
    store = Store.open(own.url, "made", {}, ArchiveWriter(own.archive, "later"))
    for number in range(3):
        text = f"Một bài báo khác hẳn về bóng đá.\nĐã sửa lần {number} rồi."
        store.write([made_page(4, text, 9 + number, source="bao", title="東京の雨 サッカー")])
    store.finish("finished")
    store.close()
    add_alarm(own.url)
    add_runs(own.url, "ttx")
    with serving(own.url, own.archive) as address:
        yield address


def add_alarm(url: str) -> None:
    """Say that a site is broken."""
    moment = datetime(2020, 9, 11, tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    Database(url).execute(
        "insert into alarms (source, symptom, message, now, before, sample, page_id, run_id, since, shown_at)"
        f" values ('ttx', 'title', '10 of 12 articles have no title', 0.8, 0, 12, 1, 1, '{moment}', '{moment}')"
    )


@contextmanager
def opened(chrome: Browser, **options) -> Iterator[Page]:
    """A page that reports what went wrong in it, and every request that it makes."""
    context = chrome.new_context(**options)
    shown = context.new_page()
    wrong: list[str] = []
    shown.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    shown.on("pageerror", lambda error: wrong.append(str(error)))
    shown.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
    shown.wrong = wrong  # type: ignore[attr-defined]
    yield shown
    context.close()


def test_reading_by_keyboard(chrome, place):
    """Search without accents, step through results, open one, and see what was dropped."""
    with opened(chrome) as page:
        page.goto(f"{place}/stories/5")
        page.keyboard.press("/")
        page.wait_for_url(f"{place}/")
        page.keyboard.press("/")
        expect(page.locator("#q")).to_be_focused()
        page.keyboard.type("da nang ngap /jk")
        page.locator("#q").fill("ngap")
        page.locator("#q").press("Enter")
        page.wait_for_url("**/?q=ngap*")
        expect(page.locator(".result mark").first).to_have_text("ngập")
        expect(page.locator(".plot svg a")).to_have_count(1)
        page.goto(f"{place}/?all_copies=1")
        for key in "jjk":
            page.keyboard.press(key)
        expect(page.locator(".result.current a").first).to_be_focused()
        first = page.locator(".result h2 a").first.get_attribute("href")
        page.keyboard.press("o")
        page.wait_for_url(f"**{first}")
        page.keyboard.press("d")
        page.wait_for_url("**?view=blocks")
        expect(page.locator(".block.dropped .label").first).to_contain_text("dropped: related")
        assert page.wrong == []


def test_plot_is_brushed(chrome, place):
    """Dragging over it chooses days."""
    with opened(chrome) as page:
        page.goto(f"{place}/?all_copies=1")
        box = page.locator(".plot svg").bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 20, steps=4)
        page.mouse.up()
        page.wait_for_url("**since=2020-09-11*until=2020-09-11*")
        expect(page.locator(".result")).to_have_count(1)
        assert page.wrong == []


def test_revisions_slide(chrome, place):
    """The difference follows the slider, without a new page."""
    with opened(chrome) as page:
        page.goto(f"{place}/articles/4/revisions")
        expect(page.locator(".slider output")).to_have_text("4")
        page.locator("#n").focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#difference ins").first).to_contain_text("0")
        expect(page.locator(".slider output")).to_have_text("2")
        assert "n=" not in page.url
        page.goto(f"{place}/stories/1")
        page.get_by_label("Article 3 on the right").check()
        page.get_by_role("button", name="Compare the two").click()
        page.wait_for_url("**/stories/1?a=1&b=3#compared")
        expect(page.locator(".sides ins").first).to_have_text("Mưa lớn")
        assert page.wrong == []


@pytest.mark.parametrize(
    ("scheme", "width"), [pytest.param("light", 1000, marks=pytest.mark.soak), ("light", 360), ("dark", 1000)]
)
def test_pages_are_accessible(chrome, place, scheme, width):
    """By the rules of axe for WCAG A and AA, on a phone too, where nothing is wider than the screen."""
    axe = Axe()
    with opened(chrome, viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True) as page:
        for path in ALL:
            page.goto(f"{place}{path}")
            page.wait_for_load_state("networkidle")
            found = axe.run(page, options=AXE)
            assert found.violations_count == 0, f"{path} {width}: {found.generate_report()}"
            assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), f"{path} {width}"


def test_everything_works_without_scripts(chrome, place):
    """Search, filters, the plot, comparing, revisions."""
    with opened(chrome, java_script_enabled=False) as page:
        page.goto(place)
        page.locator("#q").fill("da nang")
        page.get_by_role("button", name="Search").click()
        expect(page.locator(".result")).to_have_count(1)
        page.get_by_role("link", name="Articles over time").click()
        expect(page.locator(".plot svg a")).to_have_count(1)
        page.goto(f"{place}/articles/4/revisions")
        page.locator("#n").press("ArrowLeft")
        page.get_by_role("button", name="Show").click()
        assert page.url.endswith("?n=3")


def test_operator_acts_and_nobody_else(chrome, own):
    """A reader sees no forms; who signs in accepts an alarm; a page elsewhere cannot make the browser do so."""
    token = "a token of some length"
    add_alarm(own.url)
    ended = "select count(*) from alarms where ended_by = 'accepted'"
    with serving(own.url, own.archive, token) as place:
        with opened(chrome) as page:
            page.goto(f"{place}/sites/ttx")
            expect(page.get_by_role("button", name="Crawl now")).to_have_count(0)
            with page.expect_response("**/sign-in") as answer:
                page.get_by_role("link", name="Sign in").click()
            assert answer.value.status == 401
        with opened(chrome, bypass_csp=True, http_credentials={"username": "anybody", "password": token}) as page:
            page.goto(f"{place}/sign-in")
            page.goto(f"{place}/sites/ttx")
            secret = page.locator("[name=secret]").first.get_attribute("value")
            page.goto("about:blank")
            fields = "".join(
                f"<input name={name} value={value}>" for name, value in (("source", "ttx"), ("secret", secret))
            )
            page.set_content(f"<form method=post action={place}/actions/accept>{fields}<button>x</button></form>")
            page.get_by_role("button").click()
            expect(page.locator("main")).to_contain_text("This request comes from a page of another site.")
            assert query(Database(own.url), ended) == [(0,)]
            page.goto(f"{place}/sites/ttx")
            found = Axe().run(page, options=AXE)
            assert found.violations_count == 0, found.generate_report()
            page.get_by_role("button", name="accept it as healthy").click()
            page.wait_for_url("**/sites/ttx?done=accept#done")
            expect(page.get_by_role("status")).to_have_text("The state of the site is accepted as healthy.")
            assert query(Database(own.url), ended) == [(1,)]


RAW = """<!doctype html><title>x</title><meta http-equiv=refresh content="0;url=http://127.0.0.1:9/refresh">
<link rel=stylesheet href="http://127.0.0.1:9/style.css"><link rel=preconnect href="http://127.0.0.1:9">
<img src="http://127.0.0.1:9/i.png"><script>parent.document.title = "taken"; alert(1)</script>
<body onload="alert(2)"><form action="http://127.0.0.1:9/"><button>b</button></form><p>Đà Nẵng</p>
<iframe src="http://127.0.0.1:9/frame"></iframe><style>@import "http://127.0.0.1:9/import.css";</style>"""
CANARY = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script><svg onload=alert(3)>{{7*7}}${alert(4)}"


def test_raw_page_does_nothing(chrome, own):
    """It is drawn, and asks nobody for anything."""
    store = Store.open(own.url, "made", {}, ArchiveWriter(own.archive, "later"))
    made = made_page(7, "Đà Nẵng có mưa to.", source="bao", title="x")
    trap = socket.create_server(("127.0.0.1", 0))
    trap.setblocking(False)
    raw = RAW.replace("127.0.0.1:9", f"127.0.0.1:{trap.getsockname()[1]}")
    store.write([replace(made, page=replace(made.page, body=raw.encode()))])
    store.close()
    with serving(own.url, own.archive) as place, opened(chrome) as page:
        page.goto(f"{place}/articles/6/raw")
        page.locator("iframe").scroll_into_view_if_needed()
        expect(page.frame_locator("iframe").locator("p")).to_have_text("Đà Nẵng")
        page.wait_for_timeout(500)
        with pytest.raises(BlockingIOError):
            trap.accept()
        assert page.title().startswith("Raw page: x")
        assert not [message for message in page.wrong if message.startswith("dialog")]
    trap.close()


def test_no_text_runs(chrome, own):
    """A canary in every field of every table that is shown, and in every question."""
    add_alarm(own.url)
    quoted = CANARY.replace("'", "''")
    name = json.dumps(CANARY).replace("'", "''")
    columns = "title, description, source, section, language, published_raw, published_source, extractor, url, url_key"
    texts = ", ".join(f"{column} = '{quoted}' || id" for column in columns.split(", "))
    Database(own.url).execute(
        f"update articles set {texts}, authors = '[{name}]', tags = '[{name}]', archive_file = null",
        f"update articles set text = '{quoted}' where id != 4",
        f"update article_revisions set title = '{quoted}', text = '{quoted}', cause = '{quoted}'",
        f"update pages set url = '{quoted}' || id, outcome = '{quoted}', source = '{quoted}'",
        f"update pages set kind = 'feed', reason = '{quoted}'",
        f"update runs set spider = '{quoted}', reason = '{quoted}', error = '{quoted}'",
        f"update run_sources set source = '{quoted}1'",
        f"insert into site_shapes (source, kind, shape, addresses, example, seen_at)"
        f" values ('{quoted}1', 'article', '{quoted}', 9, '{quoted}', '2020-09-10 12:00:00.000000')",
        f"update alarms set source = '{quoted}1', message = '{quoted}', symptom = '{quoted}'",
        f"update runs set arguments = '{{\"x\": {name}}}'",
    )
    asked = urlencode(dict.fromkeys(("q", "source", "language", "section", "author"), CANARY))
    site = urlencode({"x": f"{CANARY}1"})[2:].replace("+", "%20")
    with serving(own.url, own.archive) as place, opened(chrome) as page:
        strange = [f"/?{asked}", f"/counts?{asked}", f"/?since={asked}", f"/sites/{site}", f"/runs?spider={asked}"]
        for path in [*ALL, *strange]:
            page.goto(f"{place}{path}")
            page.wait_for_load_state("networkidle")
            bad = [message for message in page.wrong if "404" not in message and "400" not in message]
            assert bad == [], path
            assert not page.locator("img, svg[onload], [onerror]").count(), path
        page.goto(f"{place}/articles/1")
        expect(page.locator("h1")).to_have_text(f"{CANARY}1")
