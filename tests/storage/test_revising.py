"""What a publisher changed, when, and in which order it was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import click
import pytest

from newscrawl.cli.show import as_text
from newscrawl.dedupe import content_hash
from newscrawl.items import Block, Candidate, kept_text
from newscrawl.storage.lookup import history
from newscrawl.storage.store import Store
from tests.database import query
from tests.storage.test_store import URL, candidate

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
FIRST = "Hà Nội chống ngập.\nCuộc họp bắt đầu sáng nay.\nKết luận sẽ có vào buổi chiều."
SECOND = FIRST.replace("bắt đầu sáng nay", "đã kết thúc")


@pytest.fixture
def store(database):
    """A run that writes."""
    store = Store.open(database.url, "test", {})
    yield store
    store.close()


def seen(text: str, hours: float, **facts) -> Candidate:
    """The page, as it was some hours after the first visit."""
    body = f"{facts.get('title')} {text} {hours}".encode()
    return candidate(text, fetched_at=START + timedelta(hours=hours), body=body, **facts)


def shown(database) -> str:
    """What a person sees of it."""
    found = history(database.url, URL)
    assert found is not None
    return click.unstyle("\n".join(line.rstrip() for line in as_text(found, 100)))


def test_there_and_back_are_two_changes(store, database):
    """Each text is kept in full, and what came and went is shown for each."""
    for hours, text in enumerate((FIRST, SECOND, FIRST)):
        store.write([seen(text, hours)])
    assert query(database, "select text, revision from articles") == [(FIRST, 3)]
    assert query(database, "select number, text, cause from article_revisions order by number") == [
        (1, FIRST, "publisher"),
        (2, SECOND, "publisher"),
    ]
    one, other = shown(database).partition("Change 1")[2].split("Change 2")
    gone, come = "Cuộc họp bắt đầu sáng nay.", "Cuộc họp đã kết thúc."
    assert (f"- removed     {gone}" in one, f"+ added       {come}" in one) == (True, True)
    assert (f"- removed     {come}" in other, f"+ added       {gone}" in other) == (True, True)
    assert "Hà Nội chống ngập." not in one + other.partition("Where it came from")[0]


def test_changed_title_alone_is_shown(store, database):
    """As what went and what came; a title that is only spaced otherwise is no change."""
    store.write([seen(FIRST, 0, title="Chống  ngập")])
    store.write([seen(FIRST, 1, title="Chống ngập")])
    assert query(database, "select revision, title from articles") == [(1, "Chống ngập")]
    store.write([seen(FIRST, 2, title="Hết ngập")])
    assert query(database, "select revision from articles") == [(2,)]
    change = shown(database).partition("Change 1")[2].partition("Where it came from")[0]
    assert [line.split()[1:] for line in change.splitlines() if line.startswith(("-", "+"))] == [
        ["removed", "Chống", "ngập"],
        ["added", "Hết", "ngập"],
    ]


def test_counter_of_comments_among_the_lines_is_no_change(store, database):
    """The latest is stored, and nothing is put aside."""
    for hours, count in enumerate((3, 14, 1_205)):
        store.write([seen(f"{FIRST}\n{count} bình luận", hours)])
    assert query(database, "select revision, text like '%1205 bình luận' from articles") == [(1, 1)]
    assert query(database, "select count(*) from article_revisions") == [(0,)]
    assert "Change" not in shown(database)


def test_other_boxes_beside_the_text_are_no_change(store, database):
    """Whatever the extractor dropped."""
    for hours in range(3):
        item = seen(FIRST, hours, sidebar=f"Tin khác {hours}")
        more = Block("caption", f"Ảnh {hours}", "caption")
        blocks = (more, *item.extraction.blocks)
        store.write([replace(item, extraction=replace(item.extraction, blocks=blocks))])
    assert query(database, "select revision from articles") == [(1,)]
    assert query(database, "select count(*) from article_revisions") == [(0,)]


@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("ago", [timedelta(days=3), timedelta(minutes=2)])
def test_two_processes_leave_the_latest_text_whoever_writes_first(database, order, ago):
    """A page that another one has fetched since is older, also by seconds; its text changes nothing any more."""
    texts = [FIRST, SECOND, f"{SECOND}\nCập nhật."]
    then = datetime.now(UTC) - ago
    pages = [candidate(text, fetched_at=then + timedelta(seconds=number)) for number, text in enumerate(texts)]
    stores = [Store.open(database.url, "test", {}) for _ in range(2)]
    for turn, place in enumerate(order):
        stores[turn % 2].write([pages[place]])
    for store in stores:
        store.close()
    ((text, revision),) = query(database, "select text, revision from articles")
    assert text == texts[2]
    earlier = [row[0] for row in query(database, "select text from article_revisions order by number")]
    assert earlier == sorted(earlier, key=texts.index)
    assert revision == 1 + len(earlier)


def judged(hours: float, *lines: tuple[str, str | None], **facts) -> Candidate:
    """A page of some lines, each kept or dropped with a reason."""
    item = seen(FIRST, hours, **facts)
    blocks = tuple(Block("paragraph", text, reason) for text, reason in lines)
    article = replace(item.extraction.article, text=kept_text(blocks))
    extraction = replace(item.extraction, article=article, blocks=blocks)
    return replace(item, extraction=extraction, content_hash=content_hash(article.text))


BODY, DOUBT = ("Cuộc họp bắt đầu sáng nay.", None), "Hai lăm tuyến đường được nạo vét xong trước mùa mưa."


@pytest.mark.parametrize(("before", "after"), [(None, "teaser"), ("teaser", None)])
def test_line_that_is_judged_otherwise_is_no_change(store, database, before, after):
    """Where both pages have it, whichever boxes stand around it; the facts follow."""
    store.write([judged(0, BODY, (DOUBT, before), ("Tin cũ", "related"))])
    stored = query(database, "select text, content_hash from articles")
    (result,) = store.write([judged(1, BODY, (DOUBT, after), ("Tin mới", "related"), section="Kinh tế")])
    assert (result.outcome, result.revised) == ("unchanged", False)
    assert query(database, "select text, content_hash from articles") == stored
    assert query(database, "select revision, section from articles") == [(1, "Kinh tế")]
    assert query(database, "select count(*) from article_revisions") == [(0,)]


@pytest.mark.parametrize(
    "after",
    [
        [BODY],  # the line is gone from the page
        [BODY, (DOUBT, None), ("Thêm một đoạn.", None)],
        [(BODY[0].replace("sáng", "chiều"), None), (DOUBT, "teaser")],
        [(DOUBT, "lead"), BODY],  # it was there twice, and the article's own is gone
    ],
)
def test_what_the_page_says_otherwise_is_a_change(store, database, after):
    """Also beside a line in doubt."""
    store.write([judged(0, *([(DOUBT, "lead")] if (DOUBT, "lead") in after else []), BODY, (DOUBT, None))])
    (result,) = store.write([judged(1, *after)])
    assert (result.outcome, result.revised) == ("stored", True)
    assert query(database, "select cause from article_revisions") == [("publisher",)]


def test_other_extractor_may_judge_otherwise(store, database):
    """Its text is stored, and the earlier one kept."""
    store.write([judged(0, BODY, (DOUBT, None))])
    (result,) = store.write([judged(1, BODY, (DOUBT, "teaser"), extractor="test 2")])
    assert result.outcome == "stored"
    assert query(database, "select text from articles") == [(BODY[0],)]
