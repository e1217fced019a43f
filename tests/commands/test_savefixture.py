"""`scrapy savefixture`, whole: a real server on loopback, and the folder that it leaves."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from newscrawl.recordings import RESPONSES, read_expected, read_recordings
from tests.conftest import article
from tests.projects import SCRAPY, make_project, run

SPIDER = """
from newscrawl.base_spiders import NewsSpider

class Local(NewsSpider):
    name = "local"
    allowed_domains = ("127.0.0.1",)
    language = "vi"
"""


def page(name: str) -> bytes:
    """An article about a town, as a web page."""
    title, *paragraphs = article(name).splitlines()
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f"<head><meta charset=utf-8><title>{title}</title><meta property=og:type content=article></head>"
    return f"<html>{head}<body><article><h1>{title}</h1>{body}</article></body></html>".encode()


class Site(BaseHTTPRequestHandler):
    """A small news site."""

    def do_GET(self) -> None:
        status, headers, body = 200, {"Content-Type": "text/html; charset=utf-8", "Set-Cookie": "who=me"}, b""
        if self.path == "/robots.txt":
            headers, body = {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private/\n"
        elif self.path == "/moved":
            status, headers["Location"] = 302, "/hue.html"
        elif self.path == "/gone.html":
            status, body = 404, b"<p>gone</p>"
        elif self.path.startswith("/long.html"):
            number = int(self.path.rpartition("=")[2] or 1) if "=" in self.path else 1
            link = f'<p class=pages><a href="/long.html?page={number + 1}">{number + 1}</a></p>' if number < 3 else ""
            town = ("Huế", "Vinh", "Cần Thơ")[number - 1]
            body = page(town).replace(b"</article>", f"{link}</article>".encode())
        elif self.path == "/packed.html":
            headers["Content-Encoding"], body = "gzip", gzip.compress(page("Vinh"))
        else:
            headers["ETag"], body = '"1"', page(self.path.strip("/").removesuffix(".html").capitalize())
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the site."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a spider for the site."""
    return make_project(tmp_path / "project", local=SPIDER)


def save(project: Path, *urls: str, **variables: str):
    """Run the command as a user would."""
    settings = {"NEWSCRAWL_ALLOW_PRIVATE_ADDRESSES": "127.0.0.1", "NEWSCRAWL_CONTACT": "test@news.example"}
    return run(
        SCRAPY,
        "savefixture",
        *urls,
        "-s",
        "DOWNLOAD_DELAY=0",
        "-s",
        "AUTOTHROTTLE_ENABLED=0",
        cwd=project,
        **settings | variables,
    )


def test_responses_are_recorded_with_what_led_to_them(site, project):
    """The pages, robots.txt and each step of a redirect, decoded, without cookies; and the articles, to be reviewed."""
    result = save(project, "local", f"{site}/moved", f"{site}/packed.html", f"{site}/gone.html")
    assert result.returncode == 0, result.stderr
    folder = project / "fixtures" / "local"
    found = read_recordings(folder)
    assert {url.removeprefix(site): one.status for url, one in found.items()} == {
        "/robots.txt": 200,
        "/moved": 302,
        "/hue.html": 200,
        "/packed.html": 200,
        "/gone.html": 404,
    }
    assert found[f"{site}/packed.html"].body == page("Vinh")
    assert found[f"{site}/hue.html"].header("ETag") == '"1"'
    assert found[f"{site}/hue.html"].header("Set-Cookie") is None
    assert {one.evidence for one in found.values()} == {"recorded"}
    titles = {facts["title"] for facts in read_expected(folder).values()}
    assert titles == {"Thành phố Hue lên kế hoạch chống ngập", "Thành phố Vinh lên kế hoạch chống ngập"}
    assert f"wrote fixtures/local/{RESPONSES}" in result.stdout
    assert "review expected.json" in result.stdout
    assert not (project / "newscrawl.db").exists()


def test_all_pages_of_an_article_are_recorded(site, project):
    """Only the first is named; what is to be reviewed is the whole article, once."""
    result = save(project, "local", f"{site}/long.html")
    assert result.returncode == 0, result.stderr
    folder = project / "fixtures" / "local"
    parts = [f"{site}/long.html", *(f"{site}/long.html?page={number}" for number in (2, 3))]
    assert set(parts) < set(read_recordings(folder))
    expected = read_expected(folder)
    assert list(expected) == parts[:1]
    assert all(town in expected[parts[0]]["text"] for town in ("Huế", "Vinh", "Cần Thơ"))


def test_what_was_recorded_before_stays(site, project):
    """A second run adds to the folder, in any order."""
    assert save(project, "local", f"{site}/hue.html").returncode == 0
    assert save(project, "local", f"{site}/vinh.html").returncode == 0
    folder = project / "fixtures" / "local"
    assert {f"{site}/hue.html", f"{site}/vinh.html"} < set(read_recordings(folder))
    assert {f"{site}/hue.html", f"{site}/vinh.html"} == set(read_expected(folder))


def test_robots_and_domains_are_obeyed(site, project):
    """What a crawl would not ask for is not recorded either, and is told."""
    result = save(project, "local", f"{site}/private/a.html", f"{site.replace('127.0.0.1', 'localhost')}/a.html")
    assert result.returncode == 2
    assert set(read_recordings(project / "fixtures" / "local")) == {f"{site}/robots.txt"}
    assert "/private/a.html: " in result.stderr
    assert "localhost" in result.stderr
    assert result.stderr.count("\n") == 2, result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["local"], "name a spider and the URLs"),
        (["nobody", "http://127.0.0.1/"], "nobody"),
        (["local", "news.html"], "news.html"),
        (["local", "http://127.0.0.1/", "--no-such"], "--no-such"),
    ],
)
def test_wrong_arguments_end_in_one_line(arguments, says, project):
    """Nothing is asked and nothing is written."""
    result = save(project, *arguments)
    assert result.returncode == 1
    assert says in result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    assert not (project / "fixtures").exists()


def test_a_broken_folder_is_not_written_to(site, project):
    """What cannot be read cannot be merged; the file stays as it is."""
    broken = project / "fixtures" / "local" / RESPONSES
    broken.parent.mkdir(parents=True)
    broken.write_text(json.dumps([1]), "utf-8")
    result = save(project, "local", f"{site}/hue.html")
    assert result.returncode == 1
    assert "response 1" in result.stderr
    assert broken.read_text("utf-8") == "[1]"


def test_spider_that_needs_arguments_is_one_line(tmp_path):
    """The one for any site has no site of its own."""
    result = run(SCRAPY, "savefixture", "site", "https://news.example/", cwd=make_project(tmp_path))
    assert result.returncode == 1
    assert result.stderr.startswith("newscrawl savefixture: site is no spider of one site: url: no site is named")
    assert result.stderr.count("\n") == 1
