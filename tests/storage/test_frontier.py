"""What a crawl is to fetch next, and what it remembers of what it fetched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event

from newscrawl.items import Link, Listing, Outcome, Visit
from newscrawl.storage import listings as listings_room
from newscrawl.storage.frontier import Seed, Take
from newscrawl.storage.store import Store
from newscrawl.window import Wanted, Window
from tests.conftest import ONLY_SQLITE
from tests.database import query
from tests.storage.test_store import candidate

SITE = "https://bao.example"
FEED = f"{SITE}/rss"
SITEMAP = f"{SITE}/sitemap.xml"
ALL = ("sitemap", "feed", "section", "article")
DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


def article_url(number: int) -> str:
    return f"{SITE}/bai-{number}.html"


def links(*numbers: int, modified_at: datetime | None = None) -> tuple[Link, ...]:
    return tuple(Link(article_url(number), "article", modified_at) for number in numbers)


def listing(*named: Link, url: str = FEED, kind: str = "feed", **facts) -> Listing:
    """A feed, as it was read."""
    visit = Visit(url, kind, 200, (("ETag", facts.pop("etag", '"1"')),))
    return Listing(url, url, "bao", visit, now(), named, **facts)


def visited(number: int, text: str = "Một đoạn văn.", **facts):
    """An article's page, fetched now."""
    url = article_url(number)
    item = candidate(text, url, fetched_at=now(), **facts)
    visit = Visit(url, "article", 200, (("ETag", f'"{number}"'),))
    return replace(item, page=replace(item.page, source="bao", visit=visit))


def ended(number: int, outcome: str, reason: str, **facts) -> Outcome:
    """A visit that brought no article."""
    url = article_url(number)
    return Outcome(url, outcome, reason, f"{url}: {reason}", now(), url, "bao", Visit(url, "article", **facts))


def run(database, **wanted) -> Store:
    """Begin a run of the site's spider."""
    store = Store.open(database.url, "bao", {})
    store.wanted = Wanted(**wanted)
    return store


def take(store: Store, limit: int = 100, kinds=ALL, **facts) -> list[str]:
    """Take what is due, by URL."""
    (result,) = store.write([Take("bao", limit, kinds, store.wanted.window, **facts)])
    return [page.url for page in result.due]


@pytest.fixture
def store(database):
    store = run(database)
    yield store
    store.close()


def test_what_a_feed_names_is_due_once(store):
    """Its pages are queued with it, in one transaction, and no run is given a page twice."""
    (result,) = store.write([listing(*links(1, 2))])
    assert (result.outcome, result.news) == ("listed", 2)
    assert take(store) == [article_url(1), article_url(2)]
    assert take(store) == []


def test_listings_are_taken_before_articles_and_young_ones_before_old(store):
    """So that a run that is cut short has what is new."""
    named = links(1, modified_at=now() - DAY) + links(2, modified_at=now()) + (Link(f"{SITE}/s2.xml", "sitemap"),)
    store.write([listing(*named, url=SITEMAP, kind="sitemap")])
    assert take(store) == [f"{SITE}/s2.xml", article_url(2), article_url(1)]


def test_pages_of_a_dead_run_are_due_again(database):
    """What it had in hand is not lost; what it stored is not fetched again."""
    first = run(database)
    first.write([listing(*links(1, 2))])
    assert len(take(first)) == 2
    first.write([visited(1)])
    first.finish("killed")
    first.close()
    second = run(database)
    assert take(second, kinds=("article",)) == [article_url(2)]
    second.close()


def test_two_living_runs_share_the_work(database):
    """What one has taken the other does not get."""
    first, second = run(database), run(database)
    first.write([listing(*links(1, 2, 3))])
    assert take(first, limit=2) == [article_url(1), article_url(2)]
    assert take(second) == [article_url(3)]
    first.close()
    second.close()


def test_sources_are_apart(store):
    """A run is given nothing of another site."""
    store.write([replace(listing(*links(1)), source="other")])
    assert take(store) == []


def test_seeds_come_with_what_their_server_said_last_time(database):
    """So that an unchanged feed costs an empty answer."""
    first = run(database)
    (unknown,) = first.write([Seed("bao", (Link(FEED, "feed"),))])
    first.write([listing(etag='"7"')])
    first.finish("finished")
    first.close()
    second = run(database)
    (known,) = second.write([Seed("bao", (Link(FEED, "feed"),))])
    (passed_over,) = second.write([Seed("bao", (Link(FEED, "feed"),), unknown_only=True)])
    second.close()
    assert [page.etag for page in unknown.due + known.due] == [None, '"7"']
    assert passed_over.due == ()


def test_validators_with_control_characters_are_stored_without(store, database):
    """Of a listing and of an article; PostgreSQL would refuse the rows."""
    article = visited(1)
    headers = (("ETag", '"a\x00b"'), ("Last-Modified", "Mon\x7f, 01 Jan\x01"))
    visit = replace(article.page.visit, headers=headers)
    store.write([listing(etag='"a\x00b"'), replace(article, page=replace(article.page, visit=visit))])
    rows = query(database, "select etag, last_modified from pages order by kind")
    assert rows == [('"ab"', "Mon, 01 Jan"), ('"ab"', None)]


def test_stored_article_rests_until_its_listing_says_that_it_changed(database):
    """A later date of the feed makes it due; the same date does not."""
    first = run(database)
    first.write([listing(*links(1, modified_at=now() - DAY)), visited(1)])
    first.finish("finished")
    first.close()
    for modified_at, due in ((now() - DAY * 2, []), (now() + DAY, [article_url(1)]), (None, [])):
        again = run(database)
        again.write([listing(*links(1, modified_at=modified_at))])
        assert take(again, kinds=("article",)) == due
        if due:
            again.write([visited(1)])
        again.finish("finished")
        again.close()


def test_revisits_grow_apart(database):
    """The first comes within hours, and each unchanged visit puts the next one further off."""
    store = run(database)
    store.write([visited(1, published_at=now())])
    (first,) = query(database, "select next_fetch_at, etag, status, failures from pages")
    assert first[1:] == ('"1"', 200, 0)
    assert datetime.fromisoformat(first[0]).replace(tzinfo=UTC) - now() < timedelta(hours=3)
    store.write([ended(1, "unchanged", "not_modified", status=304)])
    assert query(database, "select outcome, etag from pages") == [("stored", '"1"')]
    store.close()


def test_old_articles_are_left_alone(store, database):
    """What was published long ago is not asked for again by itself."""
    store.write([visited(1, published_at=now() - DAY * 60)])
    assert query(database, "select next_fetch_at from pages") == [(None,)]


def test_failures_back_off_and_end(store, database):
    """Each failure puts the next attempt further off, until there is none."""
    planned = []
    for _ in range(8):
        store.write([ended(1, "failed", "timeout")])
        ((moment, failures),) = query(database, "select next_fetch_at, failures from pages")
        planned.append(moment and datetime.fromisoformat(moment).replace(tzinfo=UTC) - now())
    waits = [wait for wait in planned if wait]
    assert waits == sorted(waits)
    assert waits[-1] > DAY
    assert planned[-1] is None
    assert failures == 8


def test_server_that_asks_for_patience_gets_it_for_the_whole_site(database):
    """None of its articles is due before the moment that it named."""
    first = run(database)
    first.write([listing(*links(1, 2))])
    first.write([ended(1, "failed", "http_429", status=429, retry_at=now() + DAY)])
    first.finish("finished")
    first.close()
    planned = [moment for (moment,) in query(database, "select next_fetch_at from pages where kind = 'article'")]
    assert all(datetime.fromisoformat(moment).replace(tzinfo=UTC) > now() + DAY * 0.9 for moment in planned)
    second = run(database)
    assert take(second, kinds=("article",)) == []
    second.close()


def test_gone_articles_are_marked_and_kept(store, database):
    """Their text stays, the view of what is there leaves them out, and they can come back."""
    store.write([visited(1), ended(1, "gone", "http_410", status=410)])
    assert query(database, "select count(*), count(gone_at) from articles") == [(1, 1)]
    assert query(database, "select count(*) from unique_articles") == [(0,)]
    store.write([visited(1)])
    assert query(database, "select count(*) from unique_articles") == [(1,)]


def test_page_that_a_sitemap_drops_is_visited_once(database):
    """It may be gone; when it is still there, nothing more is made of it."""
    first = run(database)
    first.write([listing(*links(1, 2), url=SITEMAP, kind="sitemap"), visited(1), visited(2)])
    first.finish("finished")
    first.close()
    for due in ([article_url(2)], []):
        again = run(database)
        again.write([listing(*links(1), url=SITEMAP, kind="sitemap")])
        assert take(again, kinds=("article",)) == due
        if due:
            again.write([visited(2)])
        again.finish("finished")
        again.close()


@pytest.mark.parametrize(("kind", "complete"), [("feed", True), ("sitemap", False)])
def test_feeds_and_cut_sitemaps_drop_nothing(database, kind, complete):
    """A feed lets go of everything in time, and half a sitemap says nothing of the other half."""
    first = run(database)
    first.write([listing(*links(1, 2), url=SITEMAP, kind=kind), visited(1), visited(2)])
    first.finish("finished")
    first.close()
    again = run(database)
    again.write([listing(*links(1), url=SITEMAP, kind=kind, complete=complete)])
    assert take(again, kinds=("article",)) == []
    again.close()


def test_days_of_a_run_choose_among_what_listings_name(database):
    """What lies outside is known, and waits for a run that asks for it."""
    first = run(database, window=Window(now() - DAY * 3, now() - DAY))
    named = links(1, modified_at=now()) + links(2, modified_at=now() - DAY * 2) + links(3, modified_at=now() - DAY * 9)
    first.write([listing(*named)])
    assert take(first) == [article_url(2)]
    first.finish("finished")
    first.close()
    plain = run(database)
    assert take(plain, kinds=("article",)) == [article_url(2)], "in hand of a run that did not store it"
    plain.finish("finished")
    plain.close()
    later = run(database, window=Window(now() - DAY * 10, now() - DAY * 8))
    assert take(later, kinds=("article",)) == [article_url(3)]
    later.close()


def test_past_of_a_site_is_not_the_business_of_a_plain_run(database, monkeypatch):
    """Beyond a limit only the youngest wait for a visit; the others are known."""
    monkeypatch.setattr(listings_room, "MOST_WAITING", 3)
    store = run(database)
    named = [Link(article_url(age), "article", now() - DAY * age) for age in (5, 1, 3, 2, 4)]
    (result,) = store.write([listing(*named)])
    assert result.news == 3
    assert take(store, kinds=("article",)) == [article_url(1), article_url(2), article_url(3)]
    assert query(database, "select count(*) from pages where outcome = 'skipped' and reason = 'older'") == [(2,)]
    store.close()


def test_everything_is_due_when_a_run_asks_for_it(database):
    """What is known as well, each once."""
    first = run(database)
    first.write([listing(*links(1)), visited(1)])
    first.finish("finished")
    first.close()
    full = run(database, everything=True)
    full.write([listing(*links(1))])
    assert take(full, kinds=("article",)) == [article_url(1)]
    full.write([visited(1), listing(*links(1))])
    assert take(full, kinds=("article",)) == []
    full.close()


def test_only_named_pages_are_taken_where_a_run_is_about_them(store):
    """The rest of the queue waits."""
    store.write([listing(*links(1, 2, 3))])
    assert take(store, within=frozenset({article_url(2)})) == [article_url(2)]


def test_address_that_redirects_leads_to_the_article(store, database):
    """Both rows point to it, and only the page's own address is visited again."""
    item = visited(1)
    item = replace(item, page=replace(item.page, visit=replace(item.page.visit, requested_url=f"{SITE}/cu")))
    store.write([item])
    rows = query(database, "select url_key, outcome, article_id, next_fetch_at is null from pages order by url_key")
    assert rows == [(article_url(1), "stored", 1, 0), (f"{SITE}/cu", "stored", 1, 1)]


def test_clock_that_went_back_hides_nothing(store, database):
    """A visit planned in a far future was planned by a wrong clock, and is due now."""
    store.write([listing(*links(1))])
    query(database, "select 1")
    connection = store.engine.raw_connection()
    connection.execute("update pages set next_fetch_at = '2031-01-01 00:00:00.000000' where kind = 'article'")
    connection.execute("update pages set fetched_at = '2030-12-30 00:00:00.000000' where kind = 'article'")
    connection.commit()
    connection.close()
    assert take(store, kinds=("article",)) == [article_url(1)]


def test_change_seen_by_a_clock_that_went_back_is_a_revision(store, database):
    """What was fetched just now is newer than what is stored, whatever the time of that."""
    item = visited(1)
    store.write([replace(item, page=replace(item.page, fetched_at=now() + DAY))])
    (result,) = store.write([visited(1, "Một đoạn văn khác.")])
    assert result.revised


def queue(database, count: int) -> None:
    """Queue so many articles of an earlier day by their addresses, which no listing dates."""
    moment = "'2020-09-10 12:00:00.000000'" + ("" if database.is_sqlite else "::timestamp at time zone 'UTC'")
    address = "'https://bao.example/2019/03/04/bai-' || i || '.html'"
    database.execute(
        "insert into pages (url_key, url, source, kind, outcome, queued_at, next_fetch_at, failures) "
        f"with recursive numbers(i) as (select 1 union all select i + 1 from numbers where i < {count}) "
        f"select {address}, {address}, 'bao', 'article', 'queued', {moment}, {moment}, 0 from numbers"
    )


@pytest.mark.slow
def test_article_of_a_run_for_some_days_is_found_behind_any_number_of_others(database):
    """The others' addresses hold another day, and no listing says one."""
    queue(database, 101_000)
    wanted = f"{SITE}/2020/05/01/bai.html"
    days = Window(
        datetime(2020, 5, 1, tzinfo=UTC), datetime(2020, 5, 2, tzinfo=UTC), date(2020, 5, 1), date(2020, 5, 1)
    )
    store = run(database, window=days)
    store.write([listing(Link(wanted))])
    assert take(store, kinds=("article",)) == [wanted]
    assert take(store, kinds=("article",)) == []
    store.close()


def test_named_pages_are_taken_in_order_however_many_there_are(store):
    """The latest first, though they are looked up some at a time."""
    day = now().replace(microsecond=0)
    named = [Link(article_url(number), "article", day - DAY * (number % 7)) for number in range(1_200)]
    store.wanted = Wanted(everything=True)
    store.write([listing(*named)])
    due = take(store, limit=1_000, within=frozenset(link.url for link in named))
    assert due == [link.url for link in sorted(named, key=lambda link: link.modified_at, reverse=True)][:1_000]


@ONLY_SQLITE
def test_named_pages_are_found_by_their_keys(store, database):
    """Not among all pages of their site, as many as it may have."""
    store.write([listing(*links(1, 2, 3))])
    asked = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    wanted = frozenset(map(article_url, range(2, 500)))
    assert take(store, within=wanted) == [article_url(2), article_url(3)]
    (named,) = [one for one in asked if "pages.url_key IN" in one[0] and "discovered_from" in one[0]]
    plan = "\n".join(row[-1] for row in query_plan(database, *named))
    assert "(url_key=?)" in plan, plan


def query_plan(database, statement: str, parameters) -> list[tuple]:
    """How SQLite answers a statement."""
    with database.snapshot() as connection:
        return connection.execute(f"explain query plan {statement}", parameters).fetchall()


def read_earlier(database, age: timedelta) -> None:
    """Let all listings have been read so long ago."""
    moment = now() - age
    database.execute(f"update pages set fetched_at = '{moment:%F %T.%f}', next_fetch_at = '{moment:%F %T.%f}'")


def tag_of(database, asked: Seed | Take) -> str | None:
    """The ETag with which a new run asks for its only page."""
    later = run(database)
    (result,) = later.write([asked])
    later.finish("finished")
    later.close()
    (page,) = result.due
    return page.etag


@pytest.mark.parametrize(("kind", "days"), [("feed", 1), ("section", 1), ("sitemap", 7)])
def test_a_listing_is_asked_for_without_conditions_now_and_then(database, kind, days):
    """Else one whose ETag never changes would be read once, and no more for years."""
    first = run(database)
    first.write([listing(url=FEED, kind=kind, etag='"1"')])
    first.finish("finished")
    first.close()
    for age, tag in ((0, '"1"'), (days, None)):
        read_earlier(database, age * DAY)
        assert tag_of(database, Seed("bao", (Link(FEED, kind),))) == tag
        assert tag_of(database, Take("bao", 9, (kind,))) == tag


def test_an_article_is_always_asked_for_with_its_conditions(database):
    """Most visits to articles find nothing new."""
    first = run(database)
    first.write([visited(1)])
    first.finish("finished")
    first.close()
    read_earlier(database, 30 * DAY)
    assert tag_of(database, Take("bao", 9, ("article",))) == '"1"'


def test_the_etag_of_a_feed_that_lied_is_not_believed_again(store, database):
    """A feed with news under its old ETag may have had others that nobody saw."""
    store.write([listing(*links(1), etag='"1"')])
    store.write([listing(*links(1), etag='"1"')])
    known = "select etag from pages where kind = 'feed'"
    assert query(database, known) == [('"1"',)]
    store.write([listing(*links(1, 2), etag='"1"')])
    assert query(database, known) == [("",)]
    store.write([listing(*links(1, 2), etag='"1"')])
    assert query(database, known) == [("",)]


def test_a_feed_without_an_etag_may_get_one(store, database):
    """That it has news says nothing about what it did not give."""
    plain = listing(*links(1))
    store.write([replace(plain, visit=Visit(FEED, "feed", 200))])
    store.write([replace(listing(*links(1, 2)), visit=Visit(FEED, "feed", 200))])
    store.write([listing(*links(1, 2, 3), etag='"1"')])
    assert query(database, "select etag from pages where kind = 'feed'") == [('"1"',)]


def test_a_listing_that_was_cut_off_is_asked_for_whole(store, database):
    """Else a server that has half a file, and says that it has not changed, would hide the other half."""
    store.write([listing(*links(1), complete=False, etag='"1"')])
    known = "select etag from pages where kind = 'feed'"
    assert query(database, known) == [(None,)]
    store.write([listing(*links(1, 2), etag='"1"')])
    assert query(database, known) == [('"1"',)]


@pytest.mark.parametrize(("may_pass", "due"), [(True, [article_url(1)]), (False, [])])
def test_what_stands_in_an_articles_place_for_a_while_is_waited_for(store, database, may_pass, due):
    """A check for robots or maintenance, on the page or where it redirects, hides an article that comes later."""
    store.write([listing(*links(1))])
    assert take(store, kinds=("article",)) == [article_url(1)]
    wall = replace(ended(1, "no_article", "wall"), may_pass=may_pass)
    for asked in (wall, replace(wall, key=f"{SITE}/maintenance", url=f"{SITE}/maintenance")):
        store.write([asked])
        store.finish("finished")
        database.execute(
            "update pages set next_fetch_at = '2020-01-01 00:00:00.000000' where next_fetch_at is not null"
        )
        later = run(database)
        assert take(later, kinds=("article",)) == due
        later.finish("finished")
        later.close()


def test_an_article_that_never_appears_is_given_up(database):
    """After as many visits as to a page that fails."""
    store = run(database)
    for _ in range(7):
        store.write([replace(ended(1, "no_article", "wall"), may_pass=True)])
    assert query(database, "select failures, next_fetch_at from pages") == [(7, None)]
    store.close()
