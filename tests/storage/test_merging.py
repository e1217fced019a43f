"""What an older version stored as copies, and is one article under several addresses."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from newscrawl.items import Candidate, Outcome, Visit
from newscrawl.storage import article_writes
from newscrawl.storage import store as store_room
from newscrawl.storage.rebuilding import rebuild
from newscrawl.storage.store import Store
from testing.forkserver import fork_server
from tests.database import Database, query, snapshot
from tests.projects import COMMAND, environment
from tests.storage.test_article_urls import AMP, MOBILE, NOW, OTHER_TEXT, PLAIN, TEXT, addresses, page
from tests.storage.test_store import candidate

CHANGED = TEXT.replace("witness saw", "witness, a fisherman, saw", 1)


def stored_by_an_older_version(database: Database, *items: Candidate | Outcome) -> None:
    """Every page an article, and what has the text of another its copy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(article_writes, "find_twin", lambda *_: None)
        patch.setattr(article_writes, "article_at", lambda *_: None)
        patch.setattr(store_room, "record_redirect", lambda *_: None)
        store = Store.open(database.url, "test", {})
        for item in items:
            store.write([item])
        store.close()


def rebuilt(database: Database) -> int:
    """Rebuild; return how many rows went."""
    return list(rebuild(database.url))[-1].merged


def rows(database: Database, chosen: str) -> list[tuple]:
    """Rows in an order that is the same in every database."""
    return sorted(query(database, f"select {chosen}"), key=repr)


def progress(database: Database) -> tuple | None:
    """How far a rebuild is."""
    return next(iter(query(database, "select stage, position, finished_at from dedupe_rebuilds")), None)


def later(item: Candidate, hours: int) -> Candidate:
    """A page as it was fetched some hours after the others."""
    return replace(item, page=replace(item.page, fetched_at=NOW + timedelta(hours=hours)))


@pytest.mark.parametrize("order", list(permutations((PLAIN, AMP, MOBILE))))
def test_forms_of_one_page_become_one_article(database, order):
    """The row of the plain address stays, whichever came first; what was known of the others follows."""
    stored_by_an_older_version(database, *(page(url, title="A story") for url in order))
    assert len(query(database, "select id from articles")) == 3
    number = 1 + order.index(PLAIN)
    assert rebuilt(database) == 2
    assert addresses(database) == ([(number, PLAIN, 1, None)], [(MOBILE, number, "form"), (AMP, number, "form")])
    pages = query(database, "select url_key, article_id, next_fetch_at is null from pages order by url_key")
    assert pages == [(url, number, url != PLAIN) for url in sorted((PLAIN, AMP, MOBILE))]
    assert query(database, "select count(*) from article_revisions") == [(0,)]
    assert rebuilt(database) == 0


@pytest.mark.parametrize("order", [(PLAIN, AMP, MOBILE), (AMP, PLAIN, MOBILE)])
def test_article_was_first_seen_when_the_first_of_its_forms_was(database, order):
    """Of three that are merged one after the other the earliest counts, not that of the last."""
    stored_by_an_older_version(database, *(page(url) for url in order))
    for url, day in ((PLAIN, 3), (AMP, 1), (MOBILE, 2)):
        moment = f"'2020-05-0{day} 12:00:00.000000'"
        if not database.is_sqlite:
            moment += "::timestamp at time zone 'UTC'"
        database.execute(f"update articles set first_seen_at = {moment}, seen_at = {moment} where url_key = '{url}'")
    assert rebuilt(database) == 2
    first = "2020-05-01 12:00:00.000000"
    assert query(database, "select url_key, first_seen_at, seen_at from articles") == [(PLAIN, first, first)]


def test_rebuild_leaves_what_a_crawl_would_have(database, tmp_path):
    """Articles, copies elsewhere, blocks of the site and their keys."""
    items = [page(url) for url in (AMP, PLAIN)]
    items += [candidate(TEXT, "https://other.org/a", source="other.org", fetched_at=NOW), page(PLAIN + "x", OTHER_TEXT)]
    stored_by_an_older_version(database, *items)
    rebuilt(database)
    alone = Database(f"sqlite:///{tmp_path}/alone.db")
    store = Store.open(alone.url, "test", {})
    for item in items:
        store.write([item])
    store.close()
    assert snapshot(database)["articles"] == snapshot(alone)["articles"]
    for tables in ("url_key, relation from article_urls", "source, block_hash, articles from site_blocks"):
        assert rows(database, tables) == rows(alone, tables)
    keys = "key, url_key from near_duplicate_keys left join articles on id = article_id"
    assert rows(database, keys) == rows(alone, keys)


def test_earlier_texts_of_both_are_kept_once_and_in_order(database):
    """A change that both rows saw is one change; a text that only the other form had is kept too."""
    amp = f"{TEXT}\nRead the full story on our site."
    stored_by_an_older_version(
        database, page(AMP, amp), page(PLAIN), later(page(PLAIN, CHANGED), 1), later(page(AMP, CHANGED), 2)
    )
    assert query(database, "select id, revision from articles order by id") == [(1, 2), (2, 2)]
    rebuilt(database)
    assert query(database, "select id, text, revision from articles") == [(2, CHANGED, 3)]
    revisions = query(database, "select article_id, number, text, cause from article_revisions order by number")
    assert revisions == [(2, 1, TEXT, "publisher"), (2, 2, amp, "publisher")]


def test_article_that_moved_keeps_its_first_text(database):
    """A redirect that was followed proves it, with the text; the earlier text is the publisher's."""
    moved = "https://www.example.com/2020/story-1.html"
    stored_by_an_older_version(database, page(PLAIN), later(page(moved, CHANGED, asked=PLAIN), 1))
    rebuilt(database)
    assert addresses(database) == ([(2, moved, 2, None)], [(PLAIN, 2, "redirect")])
    assert query(database, "select text, cause from article_revisions") == [(TEXT, "publisher")]


@pytest.mark.parametrize(
    "other",
    [
        page(AMP, OTHER_TEXT),
        page("https://www.example.com/archive/story-99.html"),
        candidate(TEXT, "https://amp.example.org/world/story-1.html", source="example.org", fetched_at=NOW),
        page("https://www.example.com/story-2", OTHER_TEXT, canonical_url=PLAIN),
    ],
)
def test_what_a_crawl_keeps_apart_stays_apart(database, other):
    """Another text, an address that is no other form, another site, and a canonical link alone."""
    stored_by_an_older_version(database, page(PLAIN), other)
    before = snapshot(database)
    assert rebuilt(database) == 0
    assert snapshot(database) == before
    assert addresses(database)[1] == []


def test_address_that_is_gone_is_no_form_of_one_that_is_there(database):
    """What still can be read is not lost with the other."""
    gone = Outcome(PLAIN, "gone", "http_410", "gone", NOW, PLAIN, "example.com", Visit(PLAIN, status=410))
    stored_by_an_older_version(database, page(PLAIN), page(AMP), gone)
    assert rebuilt(database) == 0
    assert query(database, "select url_key from unique_articles") == [(AMP,)]


@pytest.mark.slow
def test_rebuild_killed_at_any_moment_ends_as_if_it_had_not_been(database, tmp_path):
    """Keys, links, merged rows, revisions, pages and blocks: as undisturbed, however often it dies."""
    items = [
        page(url.replace("story-1", f"story-{number}"), text.replace("the story", f"story {number} of {word}"))
        for number, word in enumerate(("harbour", "river", "school", "bridge") * 4)
        for url, text in ((AMP, f"{TEXT}\n{word} {number}"), (PLAIN, f"{TEXT}\n{word} {number}"))
    ]
    calm = Database(f"sqlite:///{tmp_path}/calm.db")
    for one in (database, calm):
        stored_by_an_older_version(one, *items)
    assert rebuilt(calm) > 0
    command = [COMMAND, "dedupe", "--rebuild", "--database", database.url]
    stopped = []
    for share in (0.1, 0.5, 0.9):
        process = fork_server().start(command, cwd=tmp_path, env=environment())
        state = progress(database)
        while process.poll() is None and (progress(database) == state or random.random() > share):
            time.sleep(0.01)
        process.kill()
        process.wait()
        stopped.append(progress(database))
    assert len(set(stopped)) > 1
    assert fork_server().run(command, cwd=tmp_path, env=environment()).returncode == 0
    assert query(database, "select count(*), count(finished_at) from dedupe_rebuilds") == [(1, 1)]
    assert snapshot(database) == snapshot(calm)
    for tables in (
        "key, article_id from near_duplicate_keys",
        "url_key, article_id, relation from article_urls",
        "source, block_hash, articles from site_blocks",
        "url_key, next_fetch_at is null from pages",
        "id, duplicate_of, similarity from articles",
    ):
        assert rows(database, tables) == rows(calm, tables)
