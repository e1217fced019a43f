"""A page that got worse replaces nothing, and what it no longer says is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.health import Measures, notes_of
from newscrawl.items import Block, Judgement, Outcome, Visit
from newscrawl.storage.store import Store
from newscrawl.window import Wanted
from tests.database import query
from tests.storage.test_store import candidate

param = pytest.param
URL = "https://news.example/storm"
STORY = "\n".join(f"Đoạn {number} kể về cơn bão đổ bộ vào bờ biển miền Trung đêm qua." for number in range(12))
FLOOD = "\n".join(f"Nước lũ {number} mét tràn qua đê, dân làng phải sơ tán lên núi." for number in range(9))
NOTICE = "Bài viết bạn tìm không còn ở đây nữa.\nMời bạn về trang chủ để đọc tin mới."
LEFT = "\n".join(STORY.split("\n")[:2])
OFFER = Block("paragraph", "Already a subscriber? Sign in", "promo")
MENU = tuple(Block("list_item", f"Chuyên mục {number}", "menu") for number in range(8))


def visit(
    text: str = STORY,
    url: str = URL,
    *,
    chance: float | None = None,
    menu=MENU,
    asked: str = "",
    withheld=False,
    **facts,
):
    """A page as a crawl fetched it just now."""
    made = candidate(text, url, source="news", fetched_at=facts.pop("fetched_at", datetime.now(UTC)), **facts)
    judgement = None if chance is None else Judgement((), asked_trafilatura=False, article=chance)
    extraction = replace(made.extraction, blocks=(*made.extraction.blocks, *menu), judgement=judgement)
    page = replace(made.page, source="news", visit=Visit(asked or url, status=200), is_withheld=withheld)
    return replace(made, page=page, extraction=extraction)


@pytest.fixture
def store(database):
    """A run that is watched, and has stored the story."""
    store = Store.open(database.url, "news", {})
    store.is_watched = True
    store.write([visit(title="Bão vào bờ")])
    yield store
    store.close()


def stands(database) -> bool:
    """Whether the story is as it was, without a revision."""
    found = query(database, f"select title, text, revision from articles where url_key = '{URL}'")
    return found == [("Bão vào bờ", STORY, 1)] and query(database, "select * from article_revisions") == []


@pytest.mark.parametrize(
    "later",
    [
        param(lambda: visit(NOTICE, title="Không tìm thấy"), id="another title"),
        param(lambda: visit(NOTICE, title="Bão vào bờ"), id="nothing of it"),
        param(lambda: visit(STORY.split("\n")[0], title="Bão vào bờ", paywalled=True), id="a paywall"),
        param(lambda: visit(STORY.split("\n")[0], title="Bão vào bờ", menu=()), id="another template"),
        param(lambda: visit(LEFT, title="Bão vào bờ", menu=(OFFER, *MENU)), id="an offer below it"),
        param(lambda: visit(f"{LEFT}\nĐăng nhập để đọc tiếp.", title="Bão vào bờ"), id="an offer at its end"),
        param(lambda: visit(f"{LEFT}\nĐoạn 2 kể về cơn […]", title="Bão vào bờ"), id="cut within a paragraph"),
        param(lambda: visit(f"{STORY}\nMột câu nữa.", title="Bão vào bờ", withheld=True), id="a feed's text"),
        pytest.param(
            lambda: visit("\n".join([NOTICE] * 5), title="Không tìm thấy", chance=0.3), id="hardly an article"
        ),
    ],
)
def test_a_page_that_got_worse_replaces_nothing(store, database, later):
    """The visit is recorded with its reason, planned again, counted, and told in words."""
    (result,) = store.write([later()])
    assert result.outcome == "no_article"
    assert isinstance(result.instead, Outcome)
    assert stands(database)
    page = "select outcome, reason, article_id, failures, next_fetch_at is null from pages"
    assert query(database, page) == [("no_article", "worse", 1, 1, 0)]
    ((error,),) = query(database, "select error from pages")
    assert error.startswith(URL)
    assert error.endswith("; the stored text stays")
    assert store.counts.reasons == {"worse": 1}
    ((measures,),) = query(database, "select measures from run_sources")
    assert notes_of(Measures.from_json(json.loads(measures))) == (
        "1 pages no longer show their article (worse 1); the stored texts stay",
    )


def test_a_page_that_got_worse_can_be_taken_as_it_is(store, database):
    """A run that was told so makes a revision of it."""
    store.wanted = Wanted(accepted=True)
    later = visit(NOTICE, title="Không tìm thấy")
    (result,) = store.write([later])
    assert result.revised
    assert query(database, "select text, revision from articles") == [(NOTICE, 2)]
    assert query(database, "select text from article_revisions") == [(STORY,)]


def test_one_notice_at_many_addresses_is_no_revision(store, database):
    """However long it is: a text that another article of the site has already is not the next version of this one."""
    notice = "\n".join(f"{number} {NOTICE}" for number in range(9))
    store.write([visit(notice, "https://news.example/gone", title="Không tìm thấy")])
    (result,) = store.write([visit(notice, title="Không tìm thấy")])
    assert result.outcome == "no_article"
    assert stands(database)


@pytest.mark.parametrize(
    "later",
    [
        param(lambda: visit(LEFT, title="Bão vào bờ"), id="cut under its title"),
        pytest.param(lambda: visit("\n".join(STORY.split("\n")[:6]), title="Bão tan"), id="half, under another title"),
        param(lambda: visit(STORY.replace("đêm qua", "sáng nay"), title="Bão tan", chance=0.3), id="rewritten"),
        pytest.param(lambda: visit(STORY.replace("Đoạn", "Phần"), title="Bão tan", chance=0.9), id="another article"),
    ],
)
def test_what_a_publisher_does_is_a_revision(store, database, later):
    """A text may be cut, rewritten, or followed by the next day's at the same address."""
    made = later()
    (result,) = store.write([made])
    assert result.revised
    assert query(database, "select text from articles") == [(made.extraction.article.text,)]


def test_a_refused_page_counts_as_known_by_the_address_that_was_asked_for(store, database):
    """A "not found" page that every missing article redirects to; the article is tried again later."""
    lost = "https://news.example/404"
    store.write([Outcome(lost, "no_article", "wall", "404", datetime.now(UTC), lost, "news", Visit(URL, status=200))])
    assert stands(database)
    row = f"select outcome, reason, article_id, failures, next_fetch_at is null from pages where url_key = '{URL}'"
    assert query(database, row) == [("no_article", "wall", 1, 1, 0)]
    ((measures,),) = query(database, "select measures from run_sources")
    assert json.loads(measures)["known"] == {"wall": 1}


def test_an_offer_that_was_there_before_is_none(store, database):
    """A site that invites its readers below each text cuts one like any other."""
    with_offer = (OFFER, *MENU)
    store.write([visit(title="Bão vào bờ", url="https://news.example/2", menu=with_offer)])
    (result,) = store.write([visit(LEFT, title="Bão vào bờ", url="https://news.example/2", menu=with_offer)])
    assert result.revised


def test_a_redirect_to_another_text_leaves_the_article(store, database):
    """What stands there is an article of its own."""
    other = visit(FLOOD, "https://news.example/flood", title="Lũ về", asked=URL)
    (result,) = store.write([other])
    assert result.outcome == "stored"
    assert stands(database)
    assert query(database, f"select reason, article_id from pages where url_key = '{URL}'") == [("redirected", 1)]


KNOWN = {
    "authors": ("An Bình",),
    "tags": ("bão",),
    "section": "Thời sự",
    "published_at": datetime(2026, 11, 1, 3, tzinfo=UTC),
    "published_raw": "1/11/2026 10:00",
    "published_source": "byline",
    "published_precision": "minute",
    "modified_at": datetime(2026, 11, 1, 4, tzinfo=UTC),
}


@pytest.mark.parametrize("text", [STORY, STORY + "\nThêm một đoạn."], ids=["same text", "revision"])
def test_what_a_page_no_longer_says_is_kept(store, database, text):
    """A theme that shows no authors takes none away; the run counts it."""
    url = "https://news.example/known"
    store.write([visit(STORY.replace("bão", "mưa"), url, title="Mưa", **KNOWN)])
    columns = ", ".join((*KNOWN, "title"))
    before = query(database, f"select {columns} from articles where url_key = '{url}'")
    (result,) = store.write([visit(text.replace("bão", "mưa"), url, title=None, body=b"another theme")])
    assert query(database, f"select {columns} from articles where url_key = '{url}'") == before
    assert result.extraction is not None
    assert result.extraction.article.authors == ("An Bình",)
    ((measures,),) = query(database, "select measures from run_sources")
    assert json.loads(measures)["lost"] == {"title": 1, "date": 1, "authors": 1, "section": 1, "tags": 1}


def test_the_extractor_may_take_back_what_it_read_from_the_same_page(store, database):
    """The page is as it was, so an author who is gone was none."""
    store.write([visit(title="Bão vào bờ", authors=("Chia sẻ",))])
    store.write([visit(title="Bão vào bờ")])
    assert query(database, "select authors from articles") == [("[]",)]


def test_many_lost_fields_are_a_finding():
    """Few are chance."""
    made = Measures()
    made.known["same"] = 20
    made.lost["authors"], made.lost["tags"] = 18, 3
    assert notes_of(made) == ("18 of 20 pages no longer show their authors; the known values stay",)


def test_an_older_copy_is_no_worse_version(store, database):
    """It changes nothing anyway."""
    older = visit(NOTICE, title="Không tìm thấy", fetched_at=datetime.now(UTC) - timedelta(days=3))
    (result,) = store.write([older])
    assert result.outcome == "unchanged"
    assert stands(database)
