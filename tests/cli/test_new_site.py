"""`newscrawl new-site`, whole: local newspapers, a user's project, and what a person does next."""

from __future__ import annotations

import ast
import json
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from newscrawl.cli import main
from newscrawl.recordings import EXPECTED, NOT_REVIEWED, read_expected, read_recordings
from testing.newspaper import Options, Site, running
from tests.conftest import ROOT, article
from tests.database import query
from tests.projects import COMMAND, SETTINGS, environment, make_project, run
from tests.test_recordings import test_every_recorded_article_is_extracted_as_expected as check_recorded_article

LOCAL = {"NEWSCRAWL_ALLOW_PRIVATE_ADDRESSES": "127.0.0.1", "NEWSCRAWL_CONTACT": "test@news.example"}
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0")
"""The newspaper is this machine's own."""
FEEDS = ("rss/kinh-te.rss", "rss/thoi-su.rss", "rss/the-gioi.rss", "rss/the-thao.rss", "atom.xml")


def new_site(project: Path, *arguments: str, **variables: str):
    """Run the command in a project."""
    return run(COMMAND, "new-site", *FAST, *arguments, cwd=project, **LOCAL | variables)


def told(result, code: int) -> str:
    """Return the one line that a run ended with."""
    assert result.returncode == code, result.stderr
    (line,) = result.stderr.splitlines()
    assert line.startswith("newscrawl new-site: ")
    assert "wrote" not in result.stdout
    return line.removeprefix("newscrawl new-site: ")


def files(project: Path) -> dict[str, bytes]:
    """What is in a project."""
    paths = (path for path in project.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(project)): path.read_bytes() for path in paths}


def attributes(path: Path) -> dict[str, object]:
    """The attributes of a spider's module, read without running it."""
    spider = ast.parse(path.read_text("utf-8")).body[-1]
    assert isinstance(spider, ast.ClassDef)
    return {one.targets[0].id: ast.literal_eval(one.value) for one in spider.body[1:]}


@pytest.fixture
def project(tmp_path) -> Path:
    """A project without a spider of its own."""
    return make_project(tmp_path / "project")


@pytest.fixture(scope="module")
def newspaper() -> Iterator[Site]:
    """A site with feeds and sitemaps."""
    with running(Options(articles=120, sections=4, multipage=0.5)) as site:
        yield site


@pytest.fixture(scope="module")
def made(newspaper, tmp_path_factory):
    """A project with the newspaper's spider, and what the command said."""
    project = make_project(tmp_path_factory.mktemp("made") / "project")
    result = new_site(project, f"{newspaper.url}/", "--name", "paper")
    assert result.returncode == 0, result.stderr
    return project, result


def test_a_spider_is_written_as_the_site_is(made, newspaper):
    """Its listings, the form of its addresses, its zone and its language."""
    project, result = made
    url = newspaper.url
    assert attributes(project / "sites" / "paper.py") == {
        "name": "paper",
        "allowed_domains": ("127.0.0.1",),
        "home": f"{url}/",
        "feeds": tuple(f"{url}/{path}" for path in FEEDS),
        "sitemaps": (f"{url}/sitemap.xml",),
        "sections": (f"{url}/kinh-te/", f"{url}/thoi-su/"),
        "article_url": rf"https?://127\.0\.0\.1:{newspaper.port}/[\w-]+/[\w-]+-\d+\.html",
        "timezone": "Asia/Ho_Chi_Minh",
        "language": "vi",
    }
    assert result.stderr == ""
    assert "wrote sites/paper.py\n" in result.stdout
    assert "newscrawl crawl paper -s FIXTURES_DIR=fixtures" in result.stdout


def test_the_site_is_asked_little_and_as_robots_txt_wants(made, newspaper):
    """robots.txt first, each page once, nothing that is forbidden, and about fifteen in all."""
    asked = [request.path for request in newspaper.requests() if not request.path.startswith("/lich")]
    assert asked[0] == "/robots.txt"
    assert len(asked) == len(set(asked)) <= 20
    assert all(request.user_agent.endswith("(+test@news.example)") for request in newspaper.requests())


def test_the_spider_crawls_its_recordings_offline(made, newspaper, tmp_path):
    """The crawl that the command names stores the recorded articles, and the site is not asked."""
    project, _ = made
    newspaper.forget()
    database = tmp_path / "try.db"
    options = ("-s", "FIXTURES_DIR=fixtures", "-s", f"DATABASE_URL=sqlite:///{database}", "-s", "ARCHIVE_DIR=")
    result = run(COMMAND, "crawl", "paper", *options, *FAST, "-L", "WARNING", cwd=project, **LOCAL)
    assert result.returncode == 0, result.stderr
    expected = read_expected(project / "fixtures" / "paper")
    assert len(expected) == 3
    stored = query(database, "SELECT url, title FROM articles")
    assert set(stored) == {(url, facts["title"]) for url, facts in expected.items()}
    assert newspaper.requests() == []


def test_articles_come_of_different_listings_and_are_whole(made, newspaper):
    """Not of one section alone, and each on one page: a fixture of a part would be half an article."""
    project, _ = made
    found = [newspaper.gold(url) for url in read_expected(project / "fixtures" / "paper")]
    assert len({gold.section for gold in found}) >= 2
    assert all(len(gold.pages) == 1 for gold in found)


def test_everything_is_recorded_from_the_site_itself(made):
    """The evidence says so, and nothing else lies in the folder."""
    recordings = read_recordings(made[0] / "fixtures" / "paper")
    assert {one.evidence for one in recordings.values()} == {"recorded"}
    assert {one.status for one in recordings.values()} == {200}
    assert set(read_expected(made[0] / "fixtures" / "paper")) < set(recordings)


def test_expectations_fail_until_a_person_has_reviewed_them(made):
    """The test of recordings says in one line what is to be done, and passes when the mark is gone."""
    folder = made[0] / "fixtures" / "paper"
    expected = read_expected(folder)
    for url, facts in expected.items():
        assert next(iter(facts)) == NOT_REVIEWED
        with pytest.raises(pytest.fail.Exception) as caught:
            check_recorded_article(folder, url)
        assert url in str(caught.value)
        assert "\n" not in str(caught.value)
    path = folder / EXPECTED
    generated = path.read_text("utf-8")
    reviewed = [line for line in generated.splitlines(keepends=True) if NOT_REVIEWED not in line]
    path.write_text("".join(reviewed), "utf-8")
    try:
        for url in expected:
            check_recorded_article(folder, url)
    finally:
        path.write_text(generated, "utf-8")


@pytest.mark.parametrize(
    ("name", "taken", "says"),
    [
        ("paper", None, "there is a spider 'paper' already"),
        ("another", None, "the spider 'paper' reads 127.0.0.1 already"),
        ("site", None, "there is a spider 'site' already"),
    ],
)
def test_no_spider_takes_the_place_of_another(name, taken, says, made, newspaper):
    """What is there stays as it is, and the site is not asked."""
    before = files(made[0])
    newspaper.forget()
    assert says in told(new_site(made[0], newspaper.url, "--name", name), 1)
    assert files(made[0]) == before
    assert newspaper.requests() == []


@pytest.mark.parametrize("taken", ["sites/paper.py", "fixtures/paper"])
def test_no_file_is_overwritten(taken, project, newspaper):
    """A module without a spider stays, and whatever lies where the recordings would."""
    path = project / taken
    path.parent.mkdir(exist_ok=True)
    path.write_text("OTHER = 1\n", "utf-8")
    newspaper.forget()
    assert f"{taken} is there already" in told(new_site(project, newspaper.url, "--name", "paper"), 1)
    assert newspaper.requests() == []
    assert path.read_text("utf-8") == "OTHER = 1\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["http://127.0.0.1:9/x"], "port 9 belongs to a service other than HTTP"),
        (["http://10.0.0.1/"], "10.0.0.1 is not an address on the public Internet"),
        (["http://[::1]/"], "::1 is not an address on the public Internet"),
        (["http://0x7f000002/"], "is not an address on the public Internet"),
        (["http://localhost/"], "localhost is not an address on the public Internet"),
        (["ftp://news.example/"], "only http and https are fetched"),
        (["news.example"], "only http and https are fetched"),
        (["file:///etc/passwd"], "only http and https are fetched"),
        (["https://user:word@news.example/"], "user name or password"),
        (["https://news.example:port/"], "https://news.example:port/"),
        (["https://a\nb.example/"], "is no address of a site"),
        (["https:///path"], "it names no host"),
        (["https://news.example/", "--name", "../x"], "--name ../x: a name has"),
        (["https://news.example/", "-s", "CONTACT"], "write a setting as NAME=VALUE"),
        (["https://news.example/", "-s", "CONTACT=\nnobody"], "CONTACT must be"),
        (["https://news.example/", "-s", "ALLOW_PRIVATE_ADDRESSES=1.2.3.4/99"], "ALLOW_PRIVATE_ADDRESSES"),
        (["https://bnews.vn/"], "there is a spider 'bnews' already"),
        (["https://bnews.vn/", "--name", "other"], "the spider 'bnews' reads bnews.vn already"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_asked(arguments, says, monkeypatch, capsys):
    """One line, and neither a name is resolved nor a connection made."""
    for variable, value in LOCAL.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "newscrawl.settings")
    monkeypatch.setattr("newscrawl.settings.ALLOW_PRIVATE_ADDRESSES", "127.0.0.1")
    monkeypatch.chdir(ROOT)
    for place in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, place, lambda *_, place=place: pytest.fail(f"{place} was called"))
    monkeypatch.setattr("newscrawl.cli.new_site.visit_sites", lambda *_: pytest.fail("the visit was begun"))
    with pytest.raises(SystemExit) as ended:
        main(["new-site", *arguments])
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("newscrawl new-site: ")
    assert says in line


def test_a_refusal_is_a_line_and_a_code(project):
    """Of a process of its own, which writes nothing."""
    before = files(project)
    assert "not an address on the public Internet" in told(new_site(project, "http://10.0.0.1/"), 1)
    assert files(project) == before


def test_outside_of_a_project_it_says_what_to_do(tmp_path):
    """One line; nothing is written into the folder."""
    assert "no Scrapy project here" in told(new_site(tmp_path, "http://127.0.0.1:8000/"), 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("from newscrawl.settings import *\n", "set NEWSPIDER_MODULE to a package of its own"),
        ("SPIDER_MODULES = ['sites']\n", "must begin with: from newscrawl.settings import *"),
        ("import no_such_module\n", "the project's settings cannot be read"),
        (SETTINGS + "SPIDER_MODULES = ['sites', 'nowhere']\n", "the project's spiders cannot be loaded"),
    ],
)
def test_a_project_that_no_spider_can_be_added_to(settings, says, project):
    """newscrawl's own package, installed somewhere, is never written to by another project."""
    (project / "project_settings.py").write_text(settings, "utf-8")
    assert says in told(new_site(project, "http://127.0.0.1:8000/"), 1)


def test_the_folder_of_newspider_module_comes_first(project, newspaper):
    """A project that says where new spiders belong is believed; from a folder below, paths are told as seen there."""
    (project / "more").mkdir()
    (project / "more" / "__init__.py").touch()
    (project / "project_settings.py").write_text(
        SETTINGS + "SPIDER_MODULES += ['more']\nNEWSPIDER_MODULE = 'more'\n", "utf-8"
    )
    result = new_site(project / "more", newspaper.url)
    assert result.returncode == 0, result.stderr
    assert attributes(project / "more" / "site_127_0_0_1.py")["name"] == "site_127_0_0_1"
    assert (project / "fixtures" / "site_127_0_0_1" / EXPECTED).exists()
    assert "wrote site_127_0_0_1.py\n" in result.stdout
    assert "-s FIXTURES_DIR=../fixtures" in result.stdout


@pytest.mark.parametrize(
    ("path", "fault", "says"),
    [
        ("/robots.txt", {"kind": "status", "status": 500}, "the response to its robots.txt had status 500"),
        ("/", {"kind": "status", "status": 404}, "status 404"),
        ("/", {"kind": "close"}, "the connection was lost"),
        ("/", {"kind": "loop"}, "redirects more than"),
        ("/", {"kind": "redirect", "target": "http://127.0.0.2:1/"}, "port 1 belongs to a service other than HTTP"),
        ("/", {"kind": "redirect", "target": "http://10.0.0.1/"}, "not an address on the public Internet"),
        ("/*-1?????.html", {"kind": "status", "status": 503}, "none of 6 pages that it lists is an article"),
        ("/*", {"kind": "empty"}, "names no feed, sitemap or section with articles"),
    ],
)
def test_a_site_that_cannot_be_read(path, fault, says, project):
    """Exit code 2 and one line that says why; nothing is written."""
    before = files(project)
    with running(Options(articles=20, sections=2)) as site:
        site.fault(path, **fault)
        assert says in told(new_site(project, site.url, "-s", "RETRY_TIMES=0", "-s", "RETRY_AFTER_MAX=0"), 2)
    assert files(project) == before


def test_a_closed_door_is_told_in_one_line(project):
    """A server that is not there."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        port = server.server_port
    assert "refuses connections" in told(new_site(project, f"http://127.0.0.1:{port}/", "-s", "RETRY_TIMES=0"), 2)


class Small(BaseHTTPRequestHandler):
    """A site whose pages are a dictionary."""

    pages: dict[str, tuple[str, str]] = {}  # noqa: RUF012 - set by `serving`

    def do_GET(self) -> None:
        kind, text = self.pages.get(self.path, ("", ""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.end_headers()
        self.wfile.write(text.replace("SITE", f"http://127.0.0.1:{self.server.server_port}").encode())

    def log_message(self, *args: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def serving(pages: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Serve pages of the given types; SITE in them is the site's address."""
    handler = type("Handler", (Small,), {"pages": pages})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def page(name: str, title: str = "") -> str:
    """An article about a town, as a web page."""
    headline, *paragraphs = article(name).splitlines()
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f"<head><meta charset=utf-8><title>{title or headline}</title><meta property=og:type content=article></head>"
    return f"<html lang=vi>{head}<body><article><h1>{title or headline}</h1>{body}</article></body></html>"


HTML = "text/html; charset=utf-8"
TOWNS = ("Huế", "Vinh", "Đà Lạt", "Cần Thơ", "Quy Nhơn", "Nha Trang")


def test_a_site_without_feeds_and_sitemaps_is_known_by_its_sections(project):
    """A section page shows which addresses are articles'."""
    names = [f"/tin/thanh-pho-len-ke-hoach-chong-ngap-{100_200 + number}.html" for number in range(len(TOWNS))]
    listed = "".join(f'<a href="{name}">Thành phố lên kế hoạch chống ngập trong mùa mưa</a>' for name in names)
    pages = {name: (HTML, page(town)) for name, town in zip(names, TOWNS, strict=True)}
    pages["/"] = HTML, '<a href="/kinh-te/">Kinh tế</a><a href="/thoi-su/">Thời sự</a>'
    pages["/kinh-te/"] = HTML, listed
    pages["/thoi-su/"] = HTML, "<p>Trống</p>"
    with serving(pages) as url:
        result = new_site(project, url, "--name", "small")
    assert result.returncode == 0, result.stderr
    found = attributes(project / "sites" / "small.py")
    assert found["sections"] == (f"{url}/kinh-te/",)
    assert found["article_url"].endswith(r"/[\w-]+/[\w-]+-\d+\.html")
    assert not {"feeds", "sitemaps", "unverified"} & set(found)


EVIL = '"+__import__("os").system("touch pwned")+"'
TITLE = "Họp &quot;&quot;&quot;\n__import__('os').system('touch pwned')\n{year}\\ \x1b[2J\u202e"


def test_a_hostile_site_writes_no_code(project):
    """Quotes, braces, newlines and paths in addresses and titles stay data; files stay in their folders."""
    evil = [f"/tin/{number}{EVIL}'{{year.__class__}}" for number in range(6)]
    paths = [*evil, "/..%2f..%2f..%2fpwned.html", "/%0aimport%20os%0a", "/tin/../../../pwned.py"]
    items = "".join(f"<item><link><![CDATA[SITE{path}]]></link></item>" for path in paths)
    article_page = (HTML, page("Huế", TITLE))

    class Anything(dict[str, tuple[str, str]]):
        def get(self, path: str, default: object = None) -> tuple[str, str]:
            return super().get(path) or article_page

    robots = f"User-agent: *\nSitemap: SITE/{EVIL}{{year}}{{0.__class__}}.xml\nSitemap: SITE/{'x' * 3000}.xml\n"
    feeds = f"<link rel=alternate type=application/rss+xml href='/feed/{EVIL}{{day}}.rss'>"
    rss = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
    pages = Anything({"/robots.txt": ("text/plain", robots), "/": (HTML, f"{feeds}<a href='/tin/{EVIL}/'>Tin</a>")})

    class Feeds(Anything):
        def get(self, path: str, default: object = None) -> tuple[str, str]:
            if path.startswith("/feed/"):
                return "application/rss+xml", rss
            return super().get(path, default)

    with serving(Feeds(pages)) as url:
        result = new_site(project, url, "--name", "evil")
    assert result.returncode == 0, result.stderr
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout
    found = attributes(project / "sites" / "evil.py")
    assert len(found["feeds"]) == 1
    for sitemap in found.get("sitemaps", ()):
        assert sitemap.format(year=2026, month=1, day=1).startswith(url)
    listed = run(COMMAND, "list", cwd=project, **LOCAL)
    assert "evil" in listed.stdout.split(), listed.stderr
    assert not list(project.parent.rglob("pwned*"))
    written = {Path(name).parent.as_posix() for name in files(project)}
    assert written == {".", "sites", "fixtures/evil"}
    assert json.loads((project / "fixtures" / "evil" / EXPECTED).read_text("utf-8"))


@pytest.mark.slow
def test_an_ended_visit_writes_nothing(project):
    """Ctrl-C in the middle of a slow site."""
    before = files(project)
    with running(Options(articles=20, sections=2)) as site:
        site.fault("/sitemap.xml", "hang")
        command = [COMMAND, "new-site", site.url, *FAST]
        process = subprocess.Popen(
            command, cwd=project, env=environment(**LOCAL), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline().startswith("front page")
        while not site.count("/sitemap.xml"):
            pass
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "ended" in errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert files(project) == before
