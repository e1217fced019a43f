"""One article under several addresses."""

from __future__ import annotations

import random
import string
from bisect import bisect_left
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest
from w3lib.url import safe_url_string

from newscrawl.discovery.links import absolute
from newscrawl.items import Candidate, Link, Listing, Visit
from newscrawl.storage.frontier import Seed, Take
from newscrawl.storage.lookup import history
from newscrawl.storage.maintenance import delete_article
from newscrawl.storage.runs import report_run
from newscrawl.storage.store import Store
from newscrawl.urls import LONGEST_URL, fits, url_key
from tests.database import database_in, query
from tests.storage.test_store import candidate

NOW = datetime.now(UTC).replace(microsecond=0)
PLAIN = "https://www.example.com/world/story-1.html"
AMP = "https://www.example.com/amp/world/story-1.html"
MOBILE = "https://m.example.com/world/story-1.html"
TEXT = "\n".join(
    f"Paragraph {word} of the story says what the {word} witness saw that morning at the harbour of the old town."
    for word in ("one", "two", "three", "four", "five", "six")
)
OTHER_TEXT = "\n".join(
    f"In chapter {word} the council argues at length about a budget for {word} new schools and their teachers."
    for word in ("one", "two", "three", "four", "five", "six")
)


def page(url: str, text: str = TEXT, asked: str | None = None, **facts) -> Candidate:
    """A page as a crawl fetched it."""
    made = candidate(text, url, source="example.com", fetched_at=NOW, **facts)
    visit = Visit(asked or url, "article", 200, ())
    return replace(made, page=replace(made.page, key=url_key(url), source="example.com", visit=visit))


@pytest.fixture
def store(database):
    """A run that writes."""
    store = Store.open(database.url, "test", {})
    yield store
    store.close()


def addresses(database: Path) -> tuple[list, list]:
    """The articles' own addresses, and the others."""
    others = query(database, "select url_key, article_id, relation from article_urls order by url_key")
    return query(database, "select id, url_key, revision, duplicate_of from articles order by id"), others


LONG = {
    "letters": "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=LONGEST_URL)),
    "letters that become three": "".join(map(chr, random.Random(2).choices(range(0x4E00, 0x9000), k=LONGEST_URL))),
    "signs that become three in a key": "?q=" + "".join(random.Random(3).choices("/:;,()!'@", k=LONGEST_URL)),
}


@pytest.mark.parametrize("kind", LONG)
def test_the_longest_address_can_be_stored(store, database, kind):
    """PostgreSQL indexes 2,704 bytes at most; what is longer could not be recorded, and would be asked for again."""

    def longest(host: str) -> str:
        def made(size: int) -> str:
            return f"https://{host}.example.com/{LONG[kind][:size]}"

        def is_too_long(size: int) -> bool:
            return not (fits(made(size)) and fits(safe_url_string(made(size))))

        return made(bisect_left(range(LONGEST_URL), True, key=is_too_long) - 1)

    page_url, asked, canonical = map(longest, ("www", "news", "old"))
    stored = page(safe_url_string(page_url), asked=safe_url_string(asked), canonical_url=canonical)
    assert [result.outcome for result in store.write([stored])] == ["stored"]
    listed = safe_url_string(longest("listed"))
    assert absolute(listed, PLAIN) == listed
    store.write([listing(listed)])
    known = query(database, "select url_key from pages union select url_key from articles")
    assert {url_key(safe_url_string(url)) for url in (page_url, asked, listed)} <= {key for (key,) in known}
    assert max(len(key) for (key,) in known) >= LONGEST_URL - 10
    assert query(database, "select canonical_url from articles") == [(canonical,)]


@pytest.mark.parametrize("order", list(permutations((PLAIN, AMP, MOBILE))))
def test_forms_of_one_page_are_one_article_in_any_order(store, database, order):
    """The plain address is its own, whichever came first, and its text is the one that is kept."""
    texts = {PLAIN: TEXT, AMP: TEXT + "\nRead the full story on our site.", MOBILE: TEXT}
    for url in order:
        store.write([page(url, texts[url])])
    assert addresses(database) == ([(1, PLAIN, 1, None)], [(MOBILE, 1, "form"), (AMP, 1, "form")])
    assert query(database, "select text, url from articles") == [(TEXT, PLAIN)]
    assert query(database, "select count(*) from article_revisions") == [(0,)]
    pages = query(database, "select url_key, outcome, article_id from pages order by url_key")
    assert pages == [(url, "stored", 1) for url in sorted((PLAIN, AMP, MOBILE))]


def test_only_its_own_address_is_fetched_again(store, database):
    """Another form of a page brings nothing new."""
    for url in (AMP, PLAIN, MOBILE):
        store.write([page(url)])
    store.write([page(AMP)])
    planned = query(database, "select url_key from pages where next_fetch_at is not null")
    assert (PLAIN,) in planned
    assert (MOBILE,) not in planned
    assert (AMP,) not in planned


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_canonical_link_leads_to_the_article(store, database, order):
    """The page that the other one names is the article's own."""
    named = "https://www.example.com/story-1"
    pages = [page(named), page("https://www.example.com/topic/harbour?story=1", canonical_url=named)]
    for place in order:
        store.write([pages[place]])
    assert addresses(database) == (
        [(1, named, 1, None)],
        [("https://www.example.com/topic/harbour?story=1", 1, "canonical")],
    )


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        (page(PLAIN), page(f"{PLAIN}/"), "form"),
        (page(PLAIN.replace("www.", "")), page(PLAIN), "form"),
        (page(PLAIN, canonical_url=f"{PLAIN}?a=1"), page(f"{PLAIN}?a=1", canonical_url=PLAIN), "canonical"),
        (page(f"{PLAIN}?b", canonical_url=PLAIN), page(f"{PLAIN}?cc", canonical_url=PLAIN), "canonical"),
    ],
)
def test_addresses_that_are_equals_make_the_same_article_in_any_order(tmp_path, one, other, relation):
    """A slash, www, canonical links to each other or to a third address."""
    for number, order in enumerate(permutations((one, other))):
        database = database_in(tmp_path, number)
        store = Store.open(database.url, "test", {})
        for item in order:
            store.write([item])
        store.close()
        assert addresses(database) == ([(1, one.page.key, 1, None)], [(other.page.key, 1, relation)])


def test_one_canonical_link_for_all_pages_joins_none_of_them(store, database):
    """A common fault of templates costs no article."""
    named = "https://www.example.com/story-1"
    store.write([page(named), page("https://www.example.com/story-2", OTHER_TEXT, canonical_url=named)])
    articles, others = addresses(database)
    assert [row[1] for row in articles] == [named, "https://www.example.com/story-2"]
    assert others == []


def test_canonical_link_to_another_site_makes_a_copy(store, database):
    """No page takes an article of another site over, or gives itself away."""
    store.write([page(PLAIN)])
    foreign = candidate(TEXT, "https://thief.org/story", source="thief.org", canonical_url=PLAIN, fetched_at=NOW)
    store.write([foreign])
    articles, others = addresses(database)
    assert articles == [(1, PLAIN, 1, None), (2, "https://thief.org/story", 1, 1)]
    assert others == []


def test_copies_on_one_site_with_other_addresses_stay_two(store, database):
    """The same text published twice is two publications."""
    store.write([page(PLAIN), page("https://www.example.com/archive/story-99.html")])
    articles, others = addresses(database)
    assert articles == [(1, PLAIN, 1, None), (2, "https://www.example.com/archive/story-99.html", 1, 1)]
    assert others == []


def test_article_that_moves_keeps_its_number_and_its_past(store, database):
    """A redirect from its address to another one with the same text is a move, and a change of the text a revision."""
    moved = "https://www.example.com/2020/story-1.html"
    store.write([page(PLAIN)])
    store.write([page(moved, TEXT + "\nUpdate: the harbour was opened again at noon.", asked=PLAIN)])
    assert addresses(database) == ([(1, moved, 2, None)], [(PLAIN, 1, "redirect")])
    assert query(database, "select text, cause from article_revisions") == [(TEXT, "publisher")]


def test_report_of_a_run_names_an_article_once(store, database):
    """However many addresses led to it."""
    store.write([page(PLAIN, asked="https://www.example.com/s/1"), page(AMP)])
    report = report_run(database.url, store.run_id)
    assert [article.url_key for article in report.articles] == [PLAIN]
    assert (report.article_count, report.total_articles) == (1, 1)


def test_redirect_of_an_unknown_address_is_remembered(store, database):
    """An article is found by the address that a feed gave for it."""
    short = "https://www.example.com/s/1"
    store.write([page(PLAIN, asked=short)])
    assert addresses(database) == ([(1, PLAIN, 1, None)], [(short, 1, "redirect")])
    found = history(database.url, short)
    assert found is not None
    assert found.article["url_key"] == PLAIN


def test_address_that_shows_another_text_later_is_an_article_of_its_own(store, database):
    """What an address was is not held against it."""
    store.write([page(PLAIN), page(AMP)])
    store.write([page(AMP, OTHER_TEXT)])
    articles, others = addresses(database)
    assert articles == [(1, PLAIN, 1, None), (2, AMP, 1, None)]
    assert others == []


def listing(*urls: str) -> Listing:
    """A feed that names pages."""
    feed = "https://www.example.com/feed"
    links = tuple(Link(url) for url in urls)
    return Listing(feed, feed, "example.com", Visit(feed, "feed", 200, ()), NOW, links)


def test_listings_queue_no_other_form_of_what_is_known_or_named(store, database):
    """An article is fetched once, also where a sitemap has it for telephones as well; what has no plain form is."""
    store.write([page(PLAIN)])
    second, alone = "https://www.example.com/world/story-2.html", "https://m.example.com/world/only-here.html"
    store.write([listing(AMP, MOBILE, "https://m.example.com/world/story-2.html", second, alone)])
    (result,) = store.write([Take("example.com", 10, ("article",))])
    assert {due.url for due in result.due} == {second, alone}


def test_deleted_article_is_deleted_at_all_its_addresses(store, database):
    """No address of it is fetched again, and its site's blocks are counted without it."""
    shared = (
        "\nThe newspaper thanks its readers for their letters, and answers every one of them by the end of the week."
    )
    store.write([page(PLAIN, TEXT + shared), page(AMP, TEXT + shared)])
    store.write([page("https://www.example.com/x.html", OTHER_TEXT + shared)])
    counted = "select articles, count(*) from site_blocks group by articles order by articles"
    assert query(database, counted) == [(1, 12), (2, 1)]
    assert delete_article(database.url, 1, None) is not None
    assert query(database, "select count(*) from article_urls") == [(0,)]
    assert query(database, counted) == [(1, 7)]
    store.write([listing(PLAIN, AMP)])
    (result,) = store.write([Take("example.com", 10, ("article",))])
    assert result.due == ()
    (result,) = store.write([Seed("example.com", (Link(PLAIN),), unknown_only=True)])
    assert result.due == ()


@pytest.mark.parametrize(
    ("url", "asked", "canonical"),
    [
        (PLAIN, "https://www.example.com/r/77", None),
        (PLAIN.replace("https", "http"), None, None),
        (PLAIN.replace("www.", ""), None, None),
        (AMP, None, None),
        ("https://www.example.com/viet/story-1-of-today.html", None, PLAIN),
    ],
)
def test_deleted_article_comes_back_under_no_other_address(store, database, url, asked, canonical):
    """Neither by a redirect, in another form, nor by a page that names its address; each such page says so."""
    store.write([page(PLAIN)])
    assert delete_article(database.url, 1, None) is not None
    (result,) = store.write([page(url, TEXT, asked, canonical_url=canonical)])
    assert result.outcome == "skipped"
    assert query(database, "select count(*) from articles") == [(0,)]
    assert set(query(database, "select outcome, reason from pages")) == {("skipped", "deleted")}
    store.write([listing(url, asked or url)])
    (result,) = store.write([Take("example.com", 10, ("article",))])
    assert result.due == ()


def test_copy_in_a_file_does_not_bring_a_deleted_article_back(store, database):
    """A web archive may hold it for ever."""
    store.write([page(PLAIN)])
    assert delete_article(database.url, 1, None) is not None
    copy = candidate(TEXT, PLAIN, source="example.com", fetched_at=NOW)
    store.write([replace(copy, page=replace(copy.page, key=url_key(PLAIN), origin="archive"))])
    assert query(database, "select count(*) from articles") == [(0,)]
    assert query(database, "select outcome, reason from pages") == [("skipped", "deleted")]


def test_deleted_article_that_is_asked_for_is_stored(store, database):
    """By exactly its address."""
    store.write([page(PLAIN)])
    assert delete_article(database.url, 1, None) is not None
    later = Store.open(database.url, "test", {"urls": PLAIN})
    (result,) = later.write([Seed("example.com", (Link(PLAIN),))])
    assert [due.url for due in result.due] == [PLAIN]
    later.write([page(PLAIN)])
    later.close()
    assert query(database, "select outcome, reason from pages") == [("stored", None)]
    assert query(database, "select url from articles") == [(PLAIN,)]


def test_canonical_link_of_all_pages_hides_no_article(store, database):
    """A site whose template names one address in every page loses nothing when that article is deleted."""
    store.write([page(PLAIN, canonical_url=PLAIN)])
    store.write([page("https://www.example.com/x.html", OTHER_TEXT, canonical_url=PLAIN)])
    assert delete_article(database.url, 1, None) is not None
    (result,) = store.write([page("https://www.example.com/y.html", "Quite another text.", canonical_url=PLAIN)])
    assert result.outcome == "stored"
