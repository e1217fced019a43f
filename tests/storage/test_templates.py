"""What the store learns of the blocks that a site repeats, and what it makes of the pages that have them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.boilerplate.repeated import REMEMBERED, THRESHOLD, Judge, block_key
from newscrawl.dedupe import content_hash
from newscrawl.items import Article, Block, Candidate, Extraction, Page, kept_text
from newscrawl.storage import boilerplate as forgetting_room
from newscrawl.storage.boilerplate import SIGHTING_KEPT, TEMPLATE_KEPT, Judged, keep_block, prune_blocks
from newscrawl.storage.engine import write_transaction
from newscrawl.storage.lookup import article_by_id
from newscrawl.storage.reextractions import Relearned, relearn
from newscrawl.storage.runs import report_run
from newscrawl.storage.store import Store
from tests.boilerplate.test_repeated import BOX, NOTICE, sentence, story
from tests.conftest import ROOT
from tests.database import Database, query

NOON = datetime(2020, 9, 10, 12, tzinfo=UTC)
BOXES = (Block("list_item", BOX), Block("list_item", NOTICE))


def page(number: int, *more: Block, text: int | None = None, **facts) -> Candidate:
    """A page of a site, with boxes below its article; `text` is the number of another's article."""
    url = facts.pop("url", f"https://bao.example/{number}.html")
    blocks = tuple(story(number if text is None else text)) + more
    facts = {"title": f"Bài {number}", "source": "bao", "url": url} | facts
    adjusted = facts.pop("adjusted", None)
    fetched_at = facts.pop("fetched_at", NOON)
    body = facts.pop("body", repr(blocks).encode())
    article = Article(text=adjusted or kept_text(blocks), **facts)
    origin = Page(url, body, "text/html", fetched_at, url, article.source)
    return Candidate(origin, Extraction(article, blocks, "test 1"), content_hash(article.text))


def texts(database: Path) -> dict[str, str]:
    """The stored texts by page."""
    return dict(query(database, "select url_key, text from articles order by url_key"))


def reasons(database: Path, article_id: int = 1) -> list[str | None]:
    """Why each block of an article was dropped."""
    ((blocks,),) = query(database, f"select blocks from articles where id = {article_id}")
    return [block[2] for block in json.loads(zlib.decompress(blocks))]


@pytest.fixture
def store(database):
    """A run that writes."""
    store = Store.open(database.url, "test", {})
    yield store
    store.close()


def test_first_pages_are_mended_when_a_block_crosses_the_threshold(store, database):
    """Text, counts, keys and links follow; the earlier text is kept, and is no revision of the publisher's."""
    pages = [page(number, *BOXES) for number in range(THRESHOLD)]
    store.write(pages[:-1])
    assert BOX in texts(database)["https://bao.example/0.html"]
    store.write(pages[-1:])
    assert [text.split("\n") for text in texts(database).values()] == [
        [block.text for block in story(number)] for number in range(THRESHOLD)
    ]
    assert reasons(database) == [None] * 6 + ["template"] * 2
    ((hashed, words, revision),) = query(
        database, "select content_hash, word_count, revision from articles where id = 1"
    )
    assert (hashed, words, revision) == (content_hash(kept_text(story(0))), 90, 1)
    earlier = query(database, "select article_id, cause, text from article_revisions order by id")
    assert earlier == [(number + 1, "template", item.extraction.article.text) for number, item in enumerate(pages[:-1])]


def test_later_pages_are_stored_without_it(store, database):
    """The run counts its words as dropped, and its article is what is stored."""
    store.write([page(number, *BOXES) for number in range(THRESHOLD)])
    before = store.counts.words_dropped["template"]
    (result,) = store.write([page(99, *BOXES)])
    assert result.extraction is not None
    assert result.extraction.article.text == texts(database)["https://bao.example/99.html"] == kept_text(story(99))
    assert store.counts.words_dropped["template"] - before == sum(block.words for block in BOXES)
    report = report_run(database.url, store.run_id)
    assert {article.words_kept for article in report.articles} == {90}


def test_person_undoes_what_was_learned(store, database):
    """The block is text again, in earlier articles and later ones, whatever is learned, until that is taken back."""
    count = THRESHOLD + 1
    store.write([page(number, *BOXES) for number in range(count)])
    asked = "select id, template_at is null, kept_at is null from site_blocks where block_hash = "
    ((number, *learned),) = query(database, f"{asked}{block_key(BOX)}")
    assert learned == [0, 1]
    assert keep_block(database.url, "another", number, is_kept=True) is None
    assert keep_block(database.url, "bao", number, is_kept=True) == Judged(count, count)
    assert keep_block(database.url, "bao", number, is_kept=True) == Judged(count, 0)
    store.write([page(99, *BOXES)])
    assert [relearned.changed for relearned in relearn(database.url)][-1] == 0
    with write_transaction(store.engine) as connection:
        prune_blocks(connection, datetime.now(UTC) + TEMPLATE_KEPT + timedelta(days=1))
    store.write([page(100, *BOXES)])
    assert query(database, f"{asked}{block_key(BOX)}") == [(number, 1, 0)]
    assert all(BOX in text for text in texts(database).values())
    assert NOTICE not in texts(database)["https://bao.example/0.html"]
    assert keep_block(database.url, "bao", number, is_kept=False) is not None
    list(relearn(database.url))
    assert not [text for text in texts(database).values() if BOX in text]


def links(seed: int) -> tuple[Block, ...]:
    """A box of links to other articles, with excerpts, as it is at one moment."""
    die = random.Random(seed)
    return tuple(Block("list_item", sentence(die), box="c0ffee") for _ in range(4))


def test_a_box_of_links_that_turns_makes_no_revision(store, database):
    """Once a few pages have shown it; what the publisher changes on the same page is a revision."""
    store.write([page(number, *links(number)) for number in range(THRESHOLD + 1)])
    assert texts(database) == {f"https://bao.example/{n}.html": kept_text(story(n)) for n in range(THRESHOLD + 1)}
    store.write([page(0, *links(100), fetched_at=NOON + timedelta(hours=1))])
    store.write([page(1, *links(101), text=77, fetched_at=NOON + timedelta(hours=1))])
    rows = query(database, "select revision, text from articles where id <= 2 order by id")
    assert rows == [(1, kept_text(story(0))), (2, kept_text(story(77)))]
    causes = query(database, "select article_id, cause from article_revisions where article_id <= 2 order by id")
    assert causes == [(1, "template"), (2, "template"), (2, "publisher")]


def test_mended_article_joins_its_copies(store, database):
    """Two sites with one text and boxes of their own, until these are known."""
    store.write([page(0, *BOXES), page(0, source="other", url="https://other.example/0.html")])
    store.write([page(number, *BOXES) for number in range(1, THRESHOLD)])
    assert query(database, "select url_key, similarity from articles where duplicate_of is not null") == [
        ("https://other.example/0.html", 1.0)
    ]


def test_sites_learn_apart_and_files_without_one_not_at_all(store, database):
    """What one site repeats may be another's text."""
    store.write([page(number, *BOXES) for number in range(THRESHOLD - 1)])
    store.write([page(99, *BOXES, source="other", url="https://other.example/")])
    store.write([page(number, *BOXES, source=None) for number in range(100, 100 + THRESHOLD)])
    assert all(BOX in text for text in texts(database).values())
    assert query(database, "select distinct source from site_blocks order by 1") == [("bao",), ("other",)]


def test_one_page_is_counted_once(store, database):
    """However often it is read, changed or not."""
    for hour in range(THRESHOLD + 2):
        text = Block("paragraph", f"Cập nhật lần thứ {hour}.")
        store.write([page(1, *BOXES), page(2, text, *BOXES, fetched_at=NOON + timedelta(hours=hour))])
    key = block_key(BOX)
    assert query(database, f"select articles, template_at from site_blocks where block_hash = {key}") == [(2, None)]


def test_copies_of_one_story_teach_nothing(store, database):
    """A syndicated text under many addresses of one site stays whole."""
    items = [page(number, text=0) for number in range(THRESHOLD + 2)]
    store.write(items)
    assert texts(database) == {item.page.key: item.extraction.article.text for item in items}


def test_what_adjust_wrote_is_left_as_it_is(store, database):
    """Its text is no longer the join of the blocks; it counts for the others all the same."""
    store.write([page(0, *BOXES, adjusted=f"Lời của trang.\n{BOX}")])
    store.write([page(number, *BOXES) for number in range(1, THRESHOLD)])
    store.write([page(99, *BOXES, adjusted=f"Lời của trang sau.\n{BOX}")])
    written = texts(database)
    assert written.pop("https://bao.example/0.html") == f"Lời của trang.\n{BOX}"
    assert written.pop("https://bao.example/99.html") == f"Lời của trang sau.\n{BOX}"
    assert not any(BOX in text for text in written.values())


def test_dropped_blocks_that_change_are_no_revision(store, database):
    """A page that is read again with another box than before."""
    store.write([page(number, *BOXES) for number in range(THRESHOLD)])
    (result,) = store.write([page(0, BOXES[1], fetched_at=NOON + timedelta(hours=1))])
    assert (result.outcome, result.revised) == ("unchanged", False)
    assert query(database, "select revision from articles where id = 1") == [(1,)]
    assert query(database, "select count(*) from article_revisions where article_id = 1") == [(1,)]


def test_page_that_was_not_mended_is_when_it_is_read_again(store, database):
    """What the database has forgotten of it does not make a revision of the publisher's."""
    store.write([page(0, *BOXES)])
    with write_transaction(store.engine) as connection:
        prune_blocks(connection, datetime.now(UTC) + 2 * SIGHTING_KEPT)
    store.write([page(number, *BOXES) for number in range(1, THRESHOLD + 1)])
    assert BOX in texts(database)["https://bao.example/0.html"]
    (result,) = store.write([page(0, *BOXES, fetched_at=NOON + timedelta(hours=1), body=b"new")])
    assert (result.outcome, result.revised) == ("unchanged", False)
    assert texts(database)["https://bao.example/0.html"] == kept_text(story(0))
    assert query(database, "select cause from article_revisions where article_id = 1") == [("template",)]
    assert query(database, "select revision from articles where id = 1") == [(1,)]


def test_block_that_is_gone_from_its_pages_comes_back_to_the_others(store, database):
    """When too few are left that have it, it proves nothing any more."""
    store.write([page(number, *BOXES) for number in range(THRESHOLD)])
    store.write([page(0, BOXES[0], fetched_at=NOON + timedelta(hours=1))])
    assert NOTICE in texts(database)["https://bao.example/1.html"]
    assert BOX not in texts(database)["https://bao.example/1.html"]
    key = block_key(NOTICE)
    assert query(database, f"select articles, template_at from site_blocks where block_hash = {key}") == [
        (THRESHOLD - 1, None)
    ]


def test_changed_threshold_restores_and_drops_again(store, database):
    """From the stored blocks alone."""
    store.write([page(number, *BOXES) for number in range(THRESHOLD)])
    mended = texts(database)
    for judge, changed in ((Judge(THRESHOLD + 1), THRESHOLD), (Judge(THRESHOLD + 1), 0), (Judge(), THRESHOLD)):
        assert list(relearn(database.url, "other", judge))[-1].changed == 0
        assert list(relearn(database.url, "bao", judge))[-1] == Relearned(THRESHOLD, THRESHOLD, changed)
        whole = all(BOX in text for text in texts(database).values())
        assert whole == (judge.threshold > THRESHOLD)
    assert texts(database) == mended


def test_forgotten_template_stays_dropped_where_it_was(store, database):
    """A page that is read again after a year is no other one for it."""
    store.write([page(number, *BOXES) for number in range(THRESHOLD)])
    with write_transaction(store.engine) as connection:
        prune_blocks(connection, datetime.now(UTC) + 2 * TEMPLATE_KEPT)
    assert query(database, "select count(*) from site_blocks") == [(0,)]
    for number in (0, 50):
        store.write([page(number, *BOXES, section="Kinh tế", fetched_at=NOON + timedelta(hours=1))])
        assert texts(database)["https://bao.example/0.html"] == kept_text(story(0))
    assert query(database, "select revision from articles where id = 1") == [(1,)]


def test_single_sightings_are_forgotten_and_templates_kept(store, database):
    """So the table stays bounded; what is seen again is as new as on the first day."""
    store.write([page(number, *BOXES) for number in range(THRESHOLD)])
    with write_transaction(store.engine) as connection:
        assert prune_blocks(connection, datetime.now(UTC) + SIGHTING_KEPT / 2) == 0
        assert prune_blocks(connection, datetime.now(UTC) + SIGHTING_KEPT * 1.1) == THRESHOLD * 6
    assert query(database, "select count(*) from site_blocks") == [(2,)]
    assert query(database, "select count(*) from site_block_articles") == [(2 * THRESHOLD,)]


def test_source_with_too_many_blocks_loses_the_oldest(store, database, monkeypatch):
    """Also within one long run; templates go last."""
    monkeypatch.setattr(forgetting_room, "MOST_BLOCKS", 40)
    monkeypatch.setattr(forgetting_room, "_PRUNE_INTERVAL", 10)
    store.write([page(number, *BOXES) for number in range(THRESHOLD)])
    store.write([page(number) for number in range(100, 126)])
    assert query(database, "select count(*) from site_blocks") == [(36,)]
    assert query(database, "select count(*) from site_blocks where template_at is not null") == [(2,)]


def test_work_for_a_block_is_bounded(store, database):
    """Of many pages with it the first are remembered, and the others are counted."""
    store.write([page(number, *BOXES) for number in range(REMEMBERED + 5)])
    held = "select b.articles, count(*) from site_blocks b join site_block_articles on block_id = id"
    assert query(database, f"{held} where template_at is not null group by id") == [(REMEMBERED + 5, REMEMBERED)] * 2
    store.write([page(REMEMBERED + 4, *BOXES), page(REMEMBERED + 4, BOXES[0], fetched_at=NOON + timedelta(hours=1))])
    assert sorted(query(database, "select articles from site_blocks where template_at is not null")) == [
        (REMEMBERED + 4,),
        (REMEMBERED + 5,),
    ]


def test_explanation_names_pages_that_share_a_block(store, database):
    """How many there are, and three of the others."""
    store.write([page(number, *BOXES) for number in range(THRESHOLD + 1)])
    found = article_by_id(database.url, 2)
    assert found is not None
    assert sorted(found.shared) == [6, 7]
    assert found.shared[6].articles == THRESHOLD + 1
    assert found.shared[6].pages == tuple(f"https://bao.example/{number}.html" for number in (0, 2, 3))


def outcome(items: Iterable[Candidate]) -> dict[str, str]:
    """The texts after pages were stored one by one."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/x.db")
        store = Store.open(database.url, "test", {})
        for item in items:
            store.write([item])
        store.close()
        return texts(database)


def boxed_pages() -> list[Candidate]:
    """Pages with boxes that turn: some on all, some on a few, some on copies of one story alone."""
    die = random.Random(5)
    boxes = [Block("list_item", f"{BOX} lần thứ {number}") for number in range(6)]
    items = [page(number, BOXES[0], *die.sample(boxes, 2)) for number in range(9)]
    return items + [page(number, BOXES[0], BOXES[1], text=100) for number in (10, 11, 12)]


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.permutations(range(12)))
def test_order_of_pages_does_not_matter(order):
    """Any permutation gives the same texts."""
    items = boxed_pages()
    assert outcome(items[number] for number in order) == outcome(items)


WRITER = """
import sys
from tests.storage.test_templates import boxed_pages
from newscrawl.storage.store import Store
store = Store.open(sys.argv[1], "test", {})
for item in boxed_pages()[int(sys.argv[2]) :: 2]:
    store.write([item])
store.close()
"""


@pytest.mark.slow
def test_two_processes_learn_as_one(database, tmp_path):
    """Each sees what the other has stored, and mends it."""
    Store.open(database.url, "test", {}).close()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, database.url, half], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for half in "01"
    ]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    assert texts(database) == outcome(boxed_pages())
    counted = "select block_hash, articles, template_at is null from site_blocks order by block_hash"
    held = "select count(*) from site_block_articles"
    alone = Database(f"sqlite:///{tmp_path}/alone.db")
    store = Store.open(alone.url, "test", {})
    store.write(boxed_pages())
    store.close()
    assert query(database, counted) == query(alone, counted)
    assert query(database, held) == query(alone, held)


@pytest.mark.parametrize(
    "other",
    [
        lambda text: text.replace(" ", "  "),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: f"{text}\n14 bình luận",
    ],
)
def test_spacing_and_counters_are_no_revision(store, database, other):
    """The stored text follows, without an earlier one."""
    item = page(1)
    article = replace(item.extraction.article, text=other(item.extraction.article.text))
    store.write([item])
    changed = replace(item, extraction=replace(item.extraction, article=article), content_hash="x")
    (result,) = store.write([changed])
    assert result.outcome == "unchanged"
    assert query(database, "select text, content_hash, revision from articles") == [(article.text, "x", 1)]
    assert query(database, "select count(*) from article_revisions") == [(0,)]
