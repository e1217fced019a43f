"""Copies that are hard to know, and what only looks like one: through the store, in any order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from newscrawl.boilerplate.repeated import keys_of
from newscrawl.items import Candidate
from newscrawl.storage.maintenance import delete_article
from newscrawl.storage.rebuilding import rebuild
from newscrawl.storage.store import Store
from tests.database import database_in, query
from tests.storage.test_duplicates import copied, heads, page, story
from tests.storage.test_store import NOON

BRIEF = (
    "Police in {town} arrested a {age}-year-old man on {day} after {thing} was stolen from a shop in {street} Street. "
    "He will appear in court next week. Anyone who saw anything is asked to call the station."
)
WEATHER = (
    "Am {day} wird es in {town} {sky}. Die Temperaturen steigen auf {high} Grad, in der Nacht sinken sie auf {low} "
    "Grad. Der Wind weht schwach aus {wind}. Die Wahrscheinlichkeit für Regen liegt bei {rain} Prozent. Für die "
    "Jahreszeit ist das nach Angaben des Wetterdienstes nicht ungewöhnlich, teilte eine Sprecherin am Morgen mit."
)
LETTERS = {"Chinese": (0x4E00, 0x9FA0), "Japanese": (0x3041, 0x3094), "Thai": (0x0E01, 0x0E2F)}


def linked(tmp_path, *items: Candidate, count: int = 4) -> dict[str, str | None]:
    """Who points to whom, the same in some orders of arrival."""
    found = []
    orders = list(permutations(range(len(items))))
    for number, order in enumerate(random.Random(1).sample(orders, min(count, len(orders)))):
        database = database_in(tmp_path, number)
        store = Store.open(database.url, "test", {})
        for place in order:
            store.write([items[place]])
        store.close()
        found.append(heads(database))
    assert all(one == found[0] for one in found)
    return found[0]


def spaceless(script: str, seed: int, sentences: int = 12) -> list[str]:
    """Sentences without spaces between their words."""
    rng, (first, last) = random.Random(seed), LETTERS[script]
    stop = "" if script == "Thai" else "。"
    return ["".join(chr(rng.randint(first, last)) for _ in range(40)) + stop for _ in range(sentences)]


def test_live_blog_that_quotes_another_is_no_copy_of_it(database):
    """Both grow, each is a revision of itself, and neither leads the other, whatever they quote."""
    store = Store.open(database.url, "test", {})
    first, second = story(1, 40), story(2, 40)
    for size in (6, 12, 24, 40):
        moment = NOON + timedelta(minutes=size)
        quoting = [*second[:size], *first[: size // 4]]
        store.write([page("first", first[:size], fetched_at=moment), page("second", quoting, 1, fetched_at=moment)])
        assert heads(database) == {"first": None, "second": None}
    store.close()
    assert query(database, "select revision from articles") == [(4,), (4,)]
    causes = query(database, "select distinct cause, number from article_revisions order by number")
    assert causes == [("publisher", 1), ("publisher", 2), ("publisher", 3)]


def test_live_blog_with_the_newest_on_top_and_old_entries_gone_is_itself(database):
    """Its beginning is another one each time; a copy of an earlier state leaves it when it has grown past it."""
    store = Store.open(database.url, "test", {})
    entries = story(1, 60)[::-1]
    store.write([page("live", entries[50:])])
    store.write([page("copy", entries[50:], 1)])
    assert heads(database) == {"live": None, "copy": "live"}
    for start in (45, 30, 10, 0):
        moment = NOON + timedelta(minutes=60 - start)
        store.write([page("live", entries[start : start + 40], fetched_at=moment)])
    store.close()
    assert heads(database) == {"live": None, "copy": None}
    assert query(database, "select revision from articles order by id") == [(5,), (1,)]


def test_weather_of_another_day_or_town_is_no_copy(tmp_path):
    """The same wording with other numbers and names, of one site and of several."""
    facts = [
        {"day": "Montag", "town": "Kassel", "sky": "sonnig", "high": 21, "low": 9, "wind": "Westen", "rain": 10},
        {"day": "Dienstag", "town": "Kassel", "sky": "trüb", "high": 17, "low": 11, "wind": "Norden", "rain": 70},
        {"day": "Montag", "town": "Erfurt", "sky": "sonnig", "high": 23, "low": 12, "wind": "Süden", "rain": 20},
        {"day": "Mittwoch", "town": "Kassel", "sky": "sonnig", "high": 22, "low": 8, "wind": "Osten", "rain": 5},
    ]
    items = [page(f"w{number}", WEATHER.format(**one), 24 * number) for number, one in enumerate(facts)]
    assert set(linked(tmp_path, *items).values()) == {None}


def test_short_briefs_with_other_facts_are_apart_and_the_same_brief_is_found(tmp_path):
    """Also under another headline and with an agency's name."""
    one = {"town": "Marford", "age": 31, "day": "Monday", "thing": "a bicycle", "street": "High"}
    two = {"town": "Welby", "age": 44, "day": "Friday", "thing": "a laptop", "street": "Mill"}
    texts = BRIEF.format(**one), BRIEF.format(**two)
    items = [page("a", texts[0]), page("b", texts[1], 1), page("c", f"{texts[1]} (Reuters)", 2, title="Theft in Welby")]
    assert linked(tmp_path, *items) == {"a": None, "b": None, "c": "b"}


def test_lines_of_a_few_words_are_copies_under_one_title_alone(tmp_path):
    """What everybody writes below a video is no story; the same title and line is; other numbers never are."""
    line = "Watch the full video below."
    items = [
        page("a", line, title="Storm over the bay"),
        page("b", line, 1, title="Council elects its mayor"),
        page("c", line, 2, title="Storm over the bay: video"),
        page("d", "Gold rises by 2 percent.", 3, title="Gold"),
        page("e", "Gold rises by 3 percent.", 4, title="Gold"),
    ]
    assert linked(tmp_path, *items) == {"a": None, "b": None, "c": "a", "d": None, "e": None}


def test_articles_of_nothing_but_a_notice_of_their_site_are_not_one_story(tmp_path):
    """Each is shown; the notice under the same title elsewhere on the site is a copy."""
    notice = (
        "This article is for subscribers. Please log in or choose one of our offers to go on reading it here today."
    )
    titles = ["Storm over the bay", "Council elects its mayor", "Storm over the bay", "Harbour gets a new bridge"]
    items = [page(f"n{number}", notice, number, title=title, source="bao") for number, title in enumerate(titles)]
    assert linked(tmp_path, *items) == {"n0": None, "n1": None, "n2": "n0", "n3": None}


def test_two_pages_of_a_known_notice_alone_stay_whole_and_apart(database):
    """A page that has nothing but what its site repeats keeps it, and is no copy of the next such page."""
    store = Store.open(database.url, "test", {})
    notice = "The newspaper thanks its readers for their letters and answers every one of them by the end of the week."
    for number in range(6):
        text = [*story(number, 6), notice]
        item = page(f"n{number}", text, number, title=f"Title {story(100 + number, 1)[0][:30]}", source="bao")
        store.write([replace(item, block_keys=keys_of(item.extraction.blocks))])
    for number in (7, 8):
        store.write([page(f"n{number}", notice, number, title=f"Title {story(100 + number, 1)[0][:30]}", source="bao")])
    store.close()
    assert query(database, "select count(*) from articles where text like '%thanks its readers%'") == [(2,)]
    assert set(heads(database).values()) == {None}


def test_copies_before_their_original_across_sites_and_years(tmp_path):
    """The oldest leads, though it is found last, in an archive of ten years ago."""
    years = 24 * 365
    items = [
        page("daily", copied(story(1), 2), 9 * years),
        page("weekly", copied(story(1), 3), 4 * years),
        page("agency", story(1)),
        page("blog", story(1), 10 * years, title="Ten years after"),
    ]
    assert linked(tmp_path, *items, count=8) == {
        "agency": None,
        "daily": "agency",
        "weekly": "agency",
        "blog": "agency",
    }


def test_original_without_a_date_leads_what_came_after_it_was_seen(database):
    """When it was first seen stands for its date; a copy that was seen before it leads it."""
    store = Store.open(database.url, "test", {})
    now = datetime.now(UTC)
    store.write([page("unknown", story(1), published_at=None, fetched_at=now)])
    store.write([page("later", copied(story(1), 2), published_at=now + timedelta(minutes=5))])
    assert heads(database) == {"unknown": None, "later": "unknown"}
    store.write([page("older", copied(story(1), 3), published_at=now - timedelta(days=1))])
    assert heads(database) == {"older": None, "unknown": "older", "later": "older"}
    store.close()


@pytest.mark.parametrize("script", LETTERS)
def test_texts_without_spaces(tmp_path, script):
    """A copy with another lead and a sentence less is found; another text of the same letters is none."""
    text = spaceless(script, 1)
    copy = [*spaceless(script, 2, 1), *text[1:6], *text[7:]]
    items = [page("a", text), page("b", copy, 1), page("c", spaceless(script, 3), 2)]
    assert linked(tmp_path, *items) == {"a": None, "b": "a", "c": None}


@pytest.mark.parametrize("way", ["deleted", "gone", "changed"])
def test_when_the_head_of_a_chain_goes_the_next_oldest_leads(database, way):
    """Deleted, taken away by its site or made another text; a rebuild finds the same."""
    store = Store.open(database.url, "test", {})
    store.write([page("a", story(1)), page("b", copied(story(1), 2), 1), page("c", copied(story(1), 3), 2)])
    if way == "deleted":
        assert delete_article(database.url, 1, None) is not None
    elif way == "gone":
        database.execute("update articles set gone_at = '2020-09-11 00:00:00.000000' where id = 1")
        list(rebuild(database.url))
    else:
        store.write([page("a", story(9), fetched_at=NOON + timedelta(hours=1))])
    expected = {"deleted": {}, "gone": {"a": "b"}, "changed": {"a": None}}[way] | {"b": None, "c": "b"}
    assert heads(database) == expected
    list(rebuild(database.url))
    assert heads(database) == expected
    store.close()
