"""Faults between the pipelines and the database."""

from __future__ import annotations

import asyncio
import gc
import json
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from newscrawl.boilerplate.repeated import keys_of
from newscrawl.crawl.pipelines import StorePipeline, _without_article
from newscrawl.dedupe import content_hash, near_duplicate_keys
from newscrawl.extraction import extract_page
from newscrawl.extraction.verdict import WALLS
from newscrawl.items import NoArticle, Page
from newscrawl.rules import NO_RULES
from newscrawl.settings import ITEM_PIPELINES
from newscrawl.storage.errors import StorageError
from newscrawl.workers.candidates import make
from tests.conftest import ROOT, article
from tests.storage.test_templates import NOON


@pytest.fixture
def pages(tmp_path):
    """Three files; a faulty pipeline picks one by its name."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for name in ("a", "crashing-unstorable", "z"):
        (folder / f"{name}.txt").write_text(article(name), "utf-8")
    return folder


def with_pipeline(name: str) -> list[str]:
    """The settings that put a faulty pipeline before the store."""
    return ["-s", f"ITEM_PIPELINES={json.dumps(ITEM_PIPELINES | {f'tests.faulty.{name}': 350})}"]


def test_article_that_the_database_cannot_hold_fails_alone(crawl, rows, pages):
    """It gets a row with its error; its neighbours, in the same batch, are stored."""
    result = crawl("-a", f"path={pages}", *with_pipeline("Unstorable"), env={"PYTHONPATH": str(ROOT)})
    assert result.returncode == 0, result.stderr
    assert rows("select title from articles order by id") == [
        (article(name).partition("\n")[0],) for name in ("a", "z")
    ]
    assert rows("select reason from pages where outcome = 'failed'") == [("unstorable",)]
    assert len([line for line in result.stderr.splitlines() if "the database rejected it" in line]) == 1


def test_unforeseen_error_shows_in_the_exit_code(crawl, rows, pages):
    """A page that ended without an outcome must not look like success."""
    result = crawl("-a", f"path={pages}", *with_pipeline("Crashing"), env={"PYTHONPATH": str(ROOT)})
    assert result.returncode == 2
    assert rows("select count(*) from articles") == [(2,)]


def test_worker_computes_the_keys():
    """Those of the text and of its blocks come with the extraction; the page itself stays where it is."""
    page = Page("file:a.txt", article("a").encode(), "text/plain", NOON)
    made = make(page, NO_RULES)
    candidate = made.of(page)
    assert page not in made
    assert candidate.page is page
    assert candidate.extraction == extract_page(page)
    assert candidate.content_hash == content_hash(candidate.extraction.article.text)
    assert candidate.near_duplicate_keys == near_duplicate_keys(candidate.extraction.article.text)
    assert candidate.block_keys == keys_of(candidate.extraction.blocks)
    assert any(candidate.block_keys)


def test_error_of_a_write_that_is_waited_for_at_the_end_is_told_once(caplog):
    """By whoever has submitted it: asyncio has nothing to add."""
    pipeline = StorePipeline.__new__(StorePipeline)
    failed: Future[None] = Future()
    failed.set_exception(StorageError("the server is gone"))
    pipeline.writer = SimpleNamespace(waiting={failed})
    asyncio.run(pipeline.close_spider())
    gc.collect()
    assert caplog.text == ""


@pytest.mark.parametrize(("kind", "may_pass"), [(kind, kind in {"robot", "maintenance"}) for kind in WALLS])
def test_some_walls_may_pass(kind: str, may_pass: bool):
    """A check for robots and maintenance are of the hour; to pay, to sign in and to be elsewhere are for good."""
    why = NoArticle("wall", f"{WALLS[kind]} in the place of an article (9 words of text)")
    page = Page("https://news.example/a", b"", "text/html", NOON, "https://news.example/a")
    assert _without_article(page, "no_article", why).may_pass is may_pass
    assert not _without_article(page, "no_article", NoArticle("too_short", str(why))).may_pass
