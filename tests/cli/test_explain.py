"""`newscrawl explain`, as a person runs it: real files, a real database, a process of its own."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import subprocess
from datetime import UTC, datetime

import click
import pytest
from lxml import html

from newscrawl.boilerplate.repeated import THRESHOLD
from newscrawl.cli.explain import NotExplainedError
from newscrawl.cli.explain import explain as explained
from newscrawl.cli.explanation import Explanation, as_html, as_text
from newscrawl.cli.options import wrapped
from newscrawl.items import Article, Block, Extraction
from newscrawl.storage.boilerplate import TEMPLATE_KEPT, prune_blocks
from newscrawl.storage.engine import write_transaction
from newscrawl.storage.store import Store
from tests.boilerplate.test_repeated import BOX
from tests.conftest import PROVIDED, ROOT, article
from tests.projects import COMMAND, invoke, run_on_a_terminal
from tests.storage.test_templates import page as boxed_page

DUMP = str(PROVIDED / "001_89b347cee3ab0069.txt")
HOSTILE = "Họp\x1b[2J\x1b]0;x\x07 </title><script>alert(1)</script><img src=x onerror=alert(1)>\u202e \"'&amp;"
"""A title that would clear the screen and run in a browser."""


def explain(*arguments: object, cwd=ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return invoke("explain", *arguments, cwd=cwd, **environment)


def refused(*arguments: object, **options) -> str:
    """Run the command, which must end with one line on stderr, and return that."""
    result = explain(*arguments, **options)
    assert (result.returncode, result.stdout) == (1, ""), result.stderr
    (line,) = result.stderr.splitlines()
    assert line.startswith("newscrawl explain: ")
    return line.removeprefix("newscrawl explain: ")


def fault(page: object, database: str = "sqlite:///nowhere.db") -> str:
    """What the command says of something that it cannot explain."""
    with pytest.raises(NotExplainedError) as raised:
        explained(str(page), database)
    return str(raised.value)


@pytest.fixture
def hostile(tmp_path):
    """A dump with a title like that, and a manifest with an address for it."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    (folder / "page.txt").write_text(article("Huế").replace(article("Huế").partition("\n")[0], HOSTILE), "utf-8")
    url = "https://bao.example/?q=<script>alert(1)</script>&x='\"onload=x"
    (folder / "pages.json").write_text(json.dumps({"page.txt": {"url": url, "source": "<b>Bao"}}), "utf-8")
    return folder / "page.txt"


def test_every_block_is_shown_in_order_with_what_became_of_it(expected):
    """The kept ones are the article, each dropped one has its reason, and the last line counts them."""
    result = explain(DUMP, COLUMNS="60")
    assert result.returncode == 0, result.stderr
    assert max(len(line) for line in result.stdout.splitlines() if line != DUMP) <= 60
    # A continued line stands below the text, not below the reason.
    title, *rows, _, summary = result.stdout.replace("\n" + " " * 14, " ").splitlines()
    document = expected["001_89b347cee3ab0069.txt"]
    assert " ".join([title, rows[0]]) == document["title"]
    assert ["source", "thoidai"] in [row.split() for row in rows]
    kept = [row[14:].removeprefix("# ") for row in rows if row.startswith("+ kept ")]
    assert kept == document["text"].split("\n")
    dropped = [row.split()[1] for row in rows if row.startswith("- ")]
    assert set(dropped) == {"related", "teaser", "caption", "image"}
    summary = " ".join(result.stdout.splitlines()[-2:])
    assert re.search(
        rf"kept {len(kept)} blocks, 647 words; dropped {len(dropped)} blocks, 679 words \(related \d+, .*\)$", summary
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("một hai ba", ["một hai", "ba"]),
        ("mộthaibabốn năm", ["mộthaib", "abốn", "năm"]),
        ("新聞報道很長", ["新聞報", "道很長"]),
        ("e\u0301e\u0301e\u0301e\u0301 abc", ["e\u0301e\u0301e\u0301e\u0301", "abc"]),
        ("", [""]),
        ("dòng", ["dòng"]),
    ],
)
def test_width_is_what_a_terminal_shows(text, lines):
    """Wide characters count twice, combining ones not at all, and text without spaces is broken too."""
    assert wrapped(text, 7) == lines


@pytest.mark.slow
def test_colour_is_for_terminals_and_who_asks_for_it():
    """A file or a pipe gets none; NO_COLOR holds, an option holds more."""
    assert "\x1b" not in explain(DUMP).stdout
    coloured = explain(DUMP, "--color")
    assert "\x1b[32m+ kept" in coloured.stdout
    assert "\x1b[31m- related" in coloured.stdout
    assert "\x1b[32m+ kept" in run_on_a_terminal(COMMAND, "explain", DUMP, cwd=ROOT)
    assert "\x1b" not in run_on_a_terminal(COMMAND, "explain", DUMP, cwd=ROOT, NO_COLOR="1")


def test_saved_page_is_read_as_a_crawl_reads_it(tmp_path):
    """Packed, with the URL of its manifest."""
    page = f"<html><body><h1>T</h1>{''.join(f'<p>{line}</p>' for line in article('Huế').splitlines())}</body></html>"
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(page.encode()))
    (tmp_path / "pages.json").write_text(json.dumps({"a.html.gz": "https://www.bao.example/a.html"}), "utf-8")
    lines = [line.split() for line in explain("a.html.gz", cwd=tmp_path).stdout.splitlines()]
    assert ["url", "https://www.bao.example/a.html"] in lines
    assert ["source", "bao.example"] in lines


def test_refused_page_shows_what_was_made_of_it(tmp_path):
    """Why it is no article, by what evidence, and every block with its chance to be one."""
    notice = "The page that you asked for does not exist or has been moved. Please check the address for mistakes."
    links = "".join(f"<li><a href='/{n}'>Another story of the town, number {n}</a></li>" for n in range(9))
    page = tmp_path / "gone.html"
    body = f"<body><h1>Error 404</h1><p>{notice}</p><ul>{links}</ul></body>"
    page.write_text(f"<html><head><title>Page not found</title></head>{body}")
    shown = explained(str(page), "sqlite:///nowhere.db")
    assert shown.refusal is not None
    assert "in the place of an article" in shown.refusal
    facts = dict(shown.facts)
    assert facts["no article"] == shown.refusal
    assert "wall_words" in facts["is an article"]
    assert notice in [block.text for block in shown.blocks]
    assert len(shown.notes) == len(shown.blocks)
    assert any("in the place of an article" in line for line in as_text(shown, 200))


def test_stored_article_is_found_by_url_and_by_number(crawl, database, hostile):
    """By any form of the URL that has the same key, and by the key of a file; it looks as the file did."""
    crawl("-a", f"path={hostile},{DUMP}")
    url = "HTTPS://BAO.example/?q=<script>alert(1)</script>&x='\"onload=x#top"
    shown = [explain(page, "--database", f"sqlite:///{database}") for page in (hostile, url, 1)]
    assert [result.returncode for result in shown] == [0, 0, 0], shown[1].stderr
    assert f"\narticle 1 in {database}\n" in shown[1].stdout
    assert shown[1].stdout == shown[2].stdout
    assert shown[0].stdout.partition("\n\n")[2] == shown[1].stdout.partition("\n\n")[2]
    key = "file:provided/001_89b347cee3ab0069.txt"
    assert explain(key, NEWSCRAWL_DATABASE_URL=f"sqlite:///{database}").returncode == 0


def test_what_cannot_be_explained_is_one_line(crawl, database, tmp_path):
    """With what to do, exit code 1, and without a traceback."""
    (tmp_path / "empty.txt").touch()
    (tmp_path / "title\n.txt").write_text("Only a title\n", "utf-8")
    (tmp_path / "nothing.html").write_text("<html><body></body></html>", "utf-8")
    manifest = {"nothing.html": "https://bao.example/nothing.html"}
    (tmp_path / "pages.json").write_text(json.dumps(manifest), "utf-8")
    crawl("-a", f"path={tmp_path / 'nothing.html'}")
    stored = f"sqlite:///{database}"
    assert fault(tmp_path / "empty.txt") == f"{tmp_path}/empty.txt: the page is empty"
    assert fault(tmp_path / "title\n.txt") == f"{tmp_path}/title\\n.txt: no article text was found"
    assert fault("no.html") == "no such file: no.html"
    assert fault("README.md").startswith("README.md is not a page: its name must end in .txt, .html")
    assert fault("fixtures") == "fixtures is a folder; name a single file"
    assert fault(99, stored) == f"no article 99 in {database}"
    assert fault("http://[", stored) == "http://[ is no URL (Invalid IPv6 URL)"
    assert fault("https://bao.example/nothing.html", stored).endswith("nothing.html: no article text was found")
    assert fault("https://bao.example/\x1b", stored) == (
        f"https://bao.example/\\x1b is not in the database {database}: crawl it, or save the page and explain the file"
    )
    for page in (1, "https://bao.example/a.html"):
        assert fault(page, "nonsense").startswith("DATABASE_URL is not a database address")
    assert fault(1, f"sqlite:///{tmp_path}/no.db").endswith("no.db does not exist; run a crawl to create it")
    assert refused(tmp_path / "title\n.txt") == fault(tmp_path / "title\n.txt")


def test_hostile_page_cannot_control_the_terminal(hostile):
    """Its escape sequences are shown, or went with the cleaning; the only ones are our colours."""
    for result in (explain(hostile), explain(hostile, "--color")):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", re.sub("\x1b\\[[0-9]+m", "", result.stdout))
        assert "<script>alert(1)</script>" in result.stdout.replace("\n", "")


def test_nothing_that_is_shown_is_trusted():
    """Not even what was cleaned before it was stored, or what a site's own function made up."""
    bad = "\x1b[2J\x9b<b onclick=x>\u202e\0"
    article = Article(title=bad, text=bad, url=bad, authors=(bad,), description=bad, language=bad)
    blocks = (Block("paragraph", bad), Block("paragraph", bad, "site"))
    explanation = Explanation("a.html", Extraction(article, blocks, bad))
    shown = click.unstyle("\n".join(as_text(explanation, 80)))
    page = as_html(explanation)
    assert shown.count("<b onclick=x>") == page.count("&lt;b onclick=x&gt;") - 2 == 8
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown + page)


def test_page_for_a_browser_shows_the_same(tmp_path, expected):
    """Every block, kept or dropped by a word beside it, in the language of the article."""
    target = tmp_path / "explained.html"
    result = explain(DUMP, "--html", target)
    assert result.stdout.startswith("kept ")
    tree = html.fromstring(target.read_bytes())
    document = expected["001_89b347cee3ab0069.txt"]
    assert tree.findtext(".//h1") == tree.findtext(".//title") == document["title"]
    kept = tree.xpath("//div[not(contains(@class, 'dropped'))]")
    assert kept[0].text_content() == document["text"].split("\n")[0]
    labels = tree.xpath("//div[contains(@class, 'dropped')]/span[@class='label']/text()")
    shown = explain(DUMP).stdout
    assert labels == [f"dropped: {reason}" for reason in re.findall(r"^- (\w+)", shown, re.MULTILINE)]
    assert tree.get("lang") == ""
    assert tree.xpath("//*[@lang='en'][text()='source']/following-sibling::dd[1]/text()") == ["thoidai"]


def test_page_for_a_browser_runs_loads_and_links_nothing(hostile, tmp_path):
    """Whatever the explained page holds; and its policy allows its own style alone."""
    target = tmp_path / "explained.html"
    assert explain(hostile, "--html", target).returncode == 0
    text = target.read_text("utf-8")
    tree = html.fromstring(target.read_bytes())
    assert {element.tag for element in tree.iter()} == (
        {"html", "head", "meta", "title", "style", "body", "h1", "p", "b", "dl", "dt", "dd", "div"}
    )
    assert {name for element in tree.iter() for name in element.attrib} == (
        {"lang", "charset", "http-equiv", "content", "name", "class", "dir"}
    )
    assert "<script>alert(1)</script>" in tree.findtext(".//h1")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    digest = base64.b64encode(hashlib.sha256(tree.findtext(".//style").encode()).digest()).decode()
    assert tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content") == [
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ]


@pytest.mark.parametrize("language", ["vi", 'x"><script>alert(1)</script>'])
def test_language_of_the_page_is_that_of_the_article(language):
    """For fonts, hyphens and readers that speak; and no language can end its attribute."""
    page = as_html(Explanation("a.html", Extraction(Article(text="", language=language), (), "test 1")))
    assert html.fromstring(page).get("lang") == language
    assert "<script" not in page


def test_file_is_replaced_whole_or_not_at_all(tmp_path):
    """An earlier explanation is; a folder, a place that is not there, and the page itself are not."""
    target, link = tmp_path / "explained.html", tmp_path / "link.html"
    target.write_text("earlier", "utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    assert explain(DUMP, "--html", link).returncode == 0
    assert link.is_symlink()
    assert target.read_text("utf-8").startswith("<!doctype html>")
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["explained.html", "link.html"]

    before = target.read_bytes()
    assert refused(target, "--html", link) == f"{link} is the page itself; name another file for the explanation"
    assert target.read_bytes() == before
    assert refused(DUMP, "--html", tmp_path) == f"{tmp_path} exists and is not a writable file"
    missing = tmp_path / "no" / "x.html"
    assert refused(DUMP, "--html", missing) == f"{missing} cannot be written (No such file or directory)"


def test_block_that_the_site_repeats_names_other_pages_that_have_it(database):
    """In the terminal below the block, in a browser beside its reason."""
    store = Store.open(f"sqlite:///{database}", "test", {})
    store.write([boxed_page(number, Block("list_item", BOX)) for number in range(THRESHOLD)])
    store.close()
    lines = explain("1", "--database", f"sqlite:///{database}", COLUMNS="300").stdout.splitlines()
    (place,) = [index for index, line in enumerate(lines) if line == f"- template    • {BOX}"]
    others = " and ".join(f"https://bao.example/{number}.html" for number in (1, 2, 3))
    note = f"on {THRESHOLD} pages of the site, such as {others}"
    assert " ".join(map(str.strip, lines[place + 1 : place + 3])) == f"({note})"
    assert f"template, {note}" in as_html(explained("1", f"sqlite:///{database}"))


def test_every_block_that_was_dropped_with_others_says_so(database):
    """A heading goes with what stands below it; of a block whose pages are forgotten that is all there is to say."""
    box = (Block("heading", "Đọc nhiều"), Block("list_item", BOX))
    store = Store.open(f"sqlite:///{database}", "test", {})
    store.write([boxed_page(number, *box) for number in range(THRESHOLD)])
    for forgotten, note in (
        (False, f"on {THRESHOLD} pages of the site, such as https://bao.example/1.html"),
        (True, "the other pages with it have been pruned"),
    ):
        if forgotten:
            with write_transaction(store.engine) as connection:
                prune_blocks(connection, datetime.now(UTC) + 2 * TEMPLATE_KEPT)
        shown = explain("1", "--database", f"sqlite:///{database}", COLUMNS="300").stdout
        dropped = [line.strip() for line in shown.partition("- template")[2].splitlines()]
        assert dropped[1] == "(everything below it is dropped)"
        assert dropped[3].startswith(f"({note}")
    store.close()
