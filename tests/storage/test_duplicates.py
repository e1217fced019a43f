"""Which articles are copies of one another."""

from __future__ import annotations

import itertools
import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newscrawl.dedupe import near_duplicate_keys
from newscrawl.items import Link, Listing, Outcome, Visit
from newscrawl.storage.duplicates import MOST_HELD, remove_links
from newscrawl.storage.engine import write_transaction
from newscrawl.storage.rebuilding import rebuild
from newscrawl.storage.schema import articles
from newscrawl.storage.store import Store
from tests.conftest import PROVIDED
from tests.database import query
from tests.storage.test_store import NOON, candidate

LINKS = """
    select a.url_key, head.url_key, a.similarity from articles a left join articles head on head.id = a.duplicate_of
    order by a.url_key
"""


def story(seed: int, sentences: int = 16) -> list[str]:
    """Sentences of an article, in words that no other article has."""
    rng = random.Random(seed)
    return [
        " ".join("".join(rng.choices("abcdefghiklmnoprstu", k=rng.randint(3, 8))) for _ in range(14)) + "."
        for _ in range(sentences)
    ]


def page(name: str, sentences: list[str] | str, hour: float = 0, **facts):
    """An article of a site, published at an hour of the day, and fetched ten minutes later."""
    text = sentences if isinstance(sentences, str) else "\n".join(sentences)
    facts = {"published_at": NOON + timedelta(hours=hour)} | facts
    facts = {"fetched_at": (facts["published_at"] or NOON) + timedelta(minutes=10)} | facts
    item = candidate(text, f"https://{name}.example/", **facts)
    return replace(item, near_duplicate_keys=near_duplicate_keys(item.extraction.article.text))


def copied(sentences: list[str], seed: int) -> list[str]:
    """Another newsroom's version: its own lead, and one sentence less."""
    return [*story(seed, 1), *sentences[1:7], *sentences[8:]]


@pytest.fixture
def store(database):
    """A run that writes."""
    store = Store.open(database.url, "test", {})
    yield store
    store.close()


def heads(database) -> dict[str, str | None]:
    """Whom each article points to, by the names of their sites."""
    rows = query(database, LINKS)
    return {key[8:-9]: head[8:-9] if head else None for key, head, _ in rows}


def unique(database) -> list[str]:
    """The stories that a reader sees."""
    return [key[8:-9] for (key,) in query(database, "select url_key from unique_articles order by 1")]


def test_copy_with_another_lead_points_to_the_original(store, database):
    """And says how much they have in common."""
    store.write([page("a", story(1)), page("b", copied(story(1), 2), 1), page("c", story(3), 2)])
    assert heads(database) == {"a": None, "b": "a", "c": None}
    ((similarity,),) = query(database, "select similarity from articles where duplicate_of is not null")
    assert 0.7 < similarity < 0.9
    assert unique(database) == ["a", "c"]


def test_older_original_that_comes_later_leads(store, database):
    """All point to it, none to one who points to another."""
    store.write([page("b", copied(story(1), 2), 1), page("c", copied(story(1), 3), 2), page("a", story(1))])
    assert heads(database) == {"a": None, "b": "a", "c": "a"}


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(9)))
def test_order_of_arrival_makes_no_difference(tmp_path_factory, order):
    """Three stories and their copies end with the same heads and the same measures, whoever came first."""
    pages = [
        page(f"{name}{number}", story(number) if number == 0 else copied(story(seed), 10 * seed + number), hour)
        if number
        else page(f"{name}0", story(seed), hour)
        for (seed, name), hours in zip(enumerate("abc"), ((0, 1, 2), (5, 4, 3), (7, 8, 6)), strict=True)
        for number, hour in enumerate(hours)
    ]
    found = []
    for arrival in (range(9), order):
        path = tmp_path_factory.mktemp("order") / "x.db"
        store = Store.open(f"sqlite:///{path}", "test", {})
        for place in arrival:
            store.write([pages[place]])
        store.close()
        found.append(query(path, LINKS))
    assert found[0] == found[1]
    assert [head for _, head, _ in found[0]].count(None) == 3


def test_chain_points_to_its_head(store, database):
    """A copy of a copy belongs to the first publication, though the two have less in common."""
    first = story(1, 24)
    second = [*story(2, 6), *first[6:]]
    third = [*second[:-6], *story(3, 6)]
    for order in itertools.permutations([page("a", first), page("b", second, 1), page("c", third, 2)]):
        store.write(order)
        assert heads(database) == {"a": None, "b": "a", "c": "a"}


def test_bridge_that_goes_parts_a_chain(store, database):
    """Two versions that only a third one tied together stand for themselves when its text is another."""
    first = story(1, 24)
    second = [*story(2, 6), *first[6:]]
    third = [*second[:-7], *story(3, 7)]
    store.write([page("a", first), page("b", second, 1), page("c", third, 2)])
    assert heads(database) == {"a": None, "b": "a", "c": "a"}
    store.write([page("b", story(9, 24), 1)])
    assert heads(database) == {"a": None, "b": None, "c": None}


def test_growing_live_blog_is_a_revision_of_itself(store, database):
    """Its keys follow it, so that a copy of its last state is found."""
    store.write([page("live", story(1, 6))])
    for sentences in (12, 24, 40):
        store.write([page("live", story(1, sentences), fetched_at=NOON + timedelta(minutes=sentences))])
    assert query(database, "select count(*), max(revision), max(duplicate_of) from articles") == [(1, 4, None)]
    store.write([page("copy", story(1, 40)[2:], 1)])
    assert heads(database) == {"live": None, "copy": "live"}
    keys = query(database, "select count(*) from near_duplicate_keys where article_id = 1")
    assert keys == [(len(near_duplicate_keys("\n".join(story(1, 40)))),)]


def test_text_that_becomes_another_leaves_its_copies(store, database):
    """The next oldest leads them; and who changes back comes back."""
    pages = [page("a", story(1)), page("b", copied(story(1), 2), 1), page("c", copied(story(1), 3), 2)]
    store.write(pages)
    store.write([page("a", story(9))])
    assert heads(database) == {"a": None, "b": None, "c": "b"}
    store.write([pages[0]])
    assert heads(database) == {"a": None, "b": "a", "c": "a"}


def test_changed_copy_is_measured_again(store, database):
    """What it has in common with its head is what it has now, also where it is the head that changed."""
    store.write([page("a", story(1)), page("b", story(1)[1:], 1)])
    ((before,),) = query(database, "select similarity from articles where duplicate_of is not null")
    store.write([page("b", story(1)[3:], 1)])
    ((after,),) = query(database, "select similarity from articles where duplicate_of is not null")
    store.write([page("a", story(1)[3:])])
    assert query(database, "select similarity from articles where duplicate_of is not null") == [(1.0,)]
    assert after < before < 1


def test_changed_date_changes_the_head(store, database):
    """Within a site the oldest publication leads, by the latest that is known."""
    store.write([page("a", story(1), source="bao"), page("b", copied(story(1), 2), 1, source="bao")])
    store.write([page("a", story(1), 2, source="bao")])
    assert heads(database) == {"a": "b", "b": None}


@pytest.mark.parametrize("claim", [timedelta(days=9000), timedelta(hours=4)])
def test_a_claimed_date_takes_no_story_over(store, database, claim):
    """A copy with another headline that says it is older than what it copies; what newscrawl saw first leads."""
    store.write([page("original", story(1), source="original")])
    forged = {"published_at": NOON - claim, "fetched_at": NOON + timedelta(minutes=20), "title": "Tin giả"}
    store.write([page("forged", copied(story(1), 2), source="forged", **forged)])
    assert heads(database) == {"original": None, "forged": "original"}


def test_a_plausible_date_counts_among_sites(store, database):
    """Of two crawls in an hour the later one may see what was published first."""
    store.write([page("copy", story(1), 0.4, source="copy", fetched_at=NOON + timedelta(minutes=30))])
    store.write([page("original", copied(story(1), 2), source="original", fetched_at=NOON + timedelta(minutes=50))])
    assert heads(database) == {"copy": "original", "original": None}


def test_what_a_listing_named_first_was_seen_first(store, database):
    """However long it waited for its visit."""
    url, feed = "https://original.example/", "https://original.example/rss"
    named = Listing(feed, feed, "original", Visit(feed, "feed", 200), NOON, (Link(url),))
    store.write([named])
    soon, later = (datetime.now(UTC) + timedelta(hours=hours) for hours in (1, 2))
    store.write([page("copy", story(1), source="copy", published_at=None, fetched_at=soon)])
    store.write([page("original", story(1), source="original", published_at=None, fetched_at=later)])
    assert heads(database) == {"copy": "original", "original": None}


def test_local_pages_lead_no_story_that_was_fetched(store, database):
    """Whatever they say of their age; among themselves the first leads."""
    for name, hour in (("file", 0), ("other", 1)):
        local = page(name, story(1), hour, source=name)
        store.write([replace(local, page=replace(local.page, origin="file"))])
    assert heads(database) == {"file": None, "other": "file"}
    store.write([page("fetched", copied(story(1), 2), 9, source="fetched")])
    assert heads(database) == {"fetched": None, "file": "fetched", "other": "fetched"}


def test_a_rebuild_gives_stories_back_to_whom_was_seen_first(store, database):
    """A database of an earlier version has them by the dates that their articles claimed."""
    store.write([page("original", story(1)), page("forged", copied(story(1), 2), 1)])
    database.execute(
        "update articles set duplicate_of = 2, similarity = 0.5 where id = 1",
        "update articles set duplicate_of = null, similarity = null where id = 2",
    )
    list(rebuild(database.url))
    assert heads(database) == {"original": None, "forged": "original"}


def test_head_that_is_gone_hands_over_and_takes_back(store, database):
    """A reader sees the copy that is still there."""
    store.write([page("a", story(1)), page("b", copied(story(1), 2), 1)])
    url = "https://a.example/"
    visit = Visit(url, status=410)
    moment = NOON + timedelta(hours=2)
    store.write([Outcome(url, "gone", "http_410", "gone", moment, url, "a", visit)])
    assert heads(database) == {"a": "b", "b": None}
    assert unique(database) == ["b"]
    store.write([page("a", story(1))])
    assert heads(database) == {"a": None, "b": "a"}


def test_deleted_head_hands_over(store, database):
    """To the next oldest; nothing of it stays behind."""
    store.write([page("a", story(1)), page("b", copied(story(1), 2), 1), page("c", copied(story(1), 3), 2)])
    with write_transaction(store.engine) as connection:
        remove_links(connection, 1)
        connection.execute(articles.delete().where(articles.c.id == 1))
    assert heads(database) == {"b": None, "c": "b"}
    assert query(database, "select count(*) from near_duplicate_keys where article_id = 1") == [(0,)]


REPORT = """\
Giá vàng sáng {day}/9: Vàng SJC tại Hà Nội được niêm yết ở mức {a} triệu đồng một lượng mua vào và {b} triệu đồng
một lượng bán ra, thay đổi {c} nghìn đồng so với hôm qua. Trên thị trường thế giới, giá vàng giao ngay đứng ở mức {d}
USD một ounce, chênh {e} USD so với phiên trước. Tỷ giá trung tâm được công bố ở mức {f} đồng. Các chuyên gia cho
rằng thị trường còn chờ tin từ cuộc họp của ngân hàng trung ương, và khuyên người dân thận trọng khi mua vào lúc này.
"""


def report(day: int) -> str:
    """Prices of a day."""
    buying, selling = f"{66 + day},{day}", f"{67 + day},{day + 3}"
    return REPORT.replace("\n", " ").format(
        day=day, a=buying, b=selling, c=day * 50, d=1900 + day, e=day + 2, f=23100 + day
    )


def test_daily_reports_are_not_copies(store, database):
    """The same wording with other numbers is another day; the very same numbers elsewhere are a copy."""
    days = [report(day) for day in range(1, 12)]
    store.write([page(f"day{day}", text, 24 * day) for day, text in enumerate(days)])
    store.write([page("copy", days[6].replace("Giá vàng sáng", "Theo TTXVN, giá vàng sáng"), 24 * 6 + 1)])
    assert {name: head for name, head in heads(database).items() if head} == {"copy": "day6"}


def test_preview_and_report_series_and_roundup_are_not_copies(store, database):
    """A background, a note or a brief in common makes no copy."""
    background, note = story(1, 6), story(2, 2)
    store.write([page("preview", [*story(3, 10), *background]), page("report", [*story(4, 10), *background], 1)])
    store.write([page("part1", [*note, *story(5, 12), *note]), page("part2", [*note, *story(6, 12), *note], 1)])
    store.write([page("brief", story(7, 4)), page("roundup", [*story(8, 8), *story(7, 4), *story(9, 8)], 1)])
    assert set(heads(database).values()) == {None}


def test_provided_documents_are_not_copies(store, database):
    """Two stories of one site stay two."""
    texts = [one["text"] for one in json.loads((PROVIDED / "expected.json").read_text("utf-8")).values()]
    store.write([page(f"p{number}", text, number) for number, text in enumerate(texts)])
    assert len(texts) == 2
    assert set(heads(database).values()) == {None}


def test_standing_text_of_a_site_is_bounded_work(store, database):
    """A key holds so many articles and no more; a copy among them is found all the same."""
    standing = story(1, 4)
    store.write([page(f"n{number}", [*standing, *story(100 + number, 3)], number) for number in range(MOST_HELD + 20)])
    ((most,),) = query(database, "select max(n) from (select count(*) n from near_duplicate_keys group by key) held")
    assert most == MOST_HELD
    store.write([page("copy", [*standing, *story(100 + 5, 3), *story(999, 1)], 500)])
    assert heads(database)["copy"] is not None


def test_tone_placement_is_no_difference(store, database):
    """Two spellings of one text are the same text."""
    text = "Hòa Bình khỏe mạnh, thủy điện lớn, tùy theo mùa lũ, xóa đói giảm nghèo."
    other = re.sub("òa", "oà", text).replace("ỏe", "oẻ").replace("ủy", "uỷ").replace("ùy", "uỳ").replace("óa", "oá")
    store.write([page("a", text), page("b", other, 1)])
    assert text != other
    assert query(database, LINKS)[1][1:] == ("https://a.example/", 1.0)


def test_keys_of_another_text_are_not_believed(store, database):
    """Who shares every key and no text is no copy."""
    store.write([page("a", story(1))])
    store.write([replace(page("b", story(2), 1), near_duplicate_keys=near_duplicate_keys("\n".join(story(1))))])
    assert heads(database) == {"a": None, "b": None}


def test_article_without_keys_gets_them(store, database):
    """A candidate that nobody computed keys for is found like others."""
    store.write([replace(page("a", story(1)), near_duplicate_keys=None)])
    store.write([page("b", copied(story(1), 2), 1)])
    assert heads(database) == {"a": None, "b": "a"}
