"""Ten ways to break, each seen in its first run of twenty articles."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from newscrawl.health import Measures, in_words
from newscrawl.health.measures import rounded
from tests.health.made import begun, healthy, history

PAST = history(60)
LAST = len(PAST) + 1


def alarms(change) -> list[str]:
    """What is said of a run that would have been healthy."""
    run = healthy(LAST)
    made = run.measures.copy()
    change(made)
    return [in_words(verdict) for verdict in begun(PAST, replace(run, measures=made))]


def lose_articles(made: Measures, reason: str) -> None:
    """Let the new pages hold nothing."""
    made.fresh = Counter({reason: made.fresh.total()})
    made.words, made.without = Counter(), Counter()
    made.copies, made.width, made.width_squares = 0, 0.0, 0.0


def lose_all(made: Measures) -> None:
    """Let nothing new be named."""
    lose_articles(made, "no_text")
    made.fresh = Counter()


def test_healthy_run():
    """Nothing is said of one that is as all others."""
    assert alarms(lambda made: None) == []


def test_selector_gone():
    """Pages hold no text any more."""
    said = alarms(lambda made: lose_articles(made, "no_text"))
    assert said == ["new pages have no article: 100% of 21, 5% before (no_text)"]


def test_text_halved():
    """Half of every text is gone."""

    def halve(made: Measures) -> None:
        made.words = Counter({rounded(length // 2): count for length, count in made.words.items()})

    (said,) = alarms(halve)
    assert said.startswith("texts are shorter: ")
    now, before = (int(word) for word in said.split() if word.isdecimal() and word != "20")
    assert now < 0.65 * before


def test_text_halved_in_articles_that_are_known():
    """What is read again lost text, while nothing new comes."""

    def halve(made: Measures) -> None:
        lose_all(made)
        made.lost["text"] = 9

    assert alarms(halve) == ["articles lost more than a third of their text: 82% of 11 refetched, 0% before"]


def test_dates_gone():
    """No page has a date."""

    def undate(made: Measures) -> None:
        made.without["date"] = made.articles

    assert alarms(undate) == ["new articles have no date: 100% of 20, 1% before"]


def test_all_copies():
    """All pages show one text, which is short besides: one alarm."""

    def repeat(made: Measures) -> None:
        made.copies = made.articles - 1
        made.words = Counter({rounded(30): made.articles})

    assert alarms(repeat) == ["new articles are duplicates: 95% of 20, 10% before"]


@pytest.mark.parametrize("reading", [(0, 0), "empty", "broken"])
def test_feed_empty(reading):
    """A feed names nothing, or is nothing."""

    def empty(made: Measures) -> None:
        lose_all(made)
        made.listings = {1: reading}

    (said,) = alarms(empty)
    assert "https://news.example/sport.rss" in said
    assert " 25 " in said


def test_forbidden():
    """Everything is refused: one alarm, not one for each feed."""

    def forbid(made: Measures) -> None:
        lose_all(made)
        made.known = Counter({"http_403": 7})
        made.listings = dict.fromkeys(made.listings, "http_403")

    assert alarms(forbid) == ["the site refuses requests: 100% of 10 pages, 0% before (http_403)"]


def test_soft_404():
    """Pages say with status 200 that they are not there."""
    assert alarms(lambda made: lose_articles(made, "too_short")) == [
        "new pages have no article: 100% of 21, 5% before (too_short)"
    ]


@pytest.mark.parametrize("width", [1.0, 1.75])
def test_charset_changed(width):
    """Letters are lost, or doubled."""

    def garble(made: Measures) -> None:
        made.width, made.width_squares = width * made.articles, width**2 * made.articles

    assert alarms(garble) == [f"texts may be garbled: {width:.2f} bytes per character in 20 articles, 1.30 before"]


def test_charset_that_cannot_be_read():
    """Pages whose bytes mean nothing."""
    (said,) = alarms(lambda made: lose_articles(made, "undecodable"))
    assert said.endswith("(undecodable)")


@pytest.mark.parametrize("reason", ["http_404", "http_410", "no_listing", "offsite_redirect"])
def test_one_section_dead(reason):
    """One feed of several is gone for good."""

    def bury(made: Measures) -> None:
        made.listings[2] = reason

    said = f"a listing cannot be read, which had 25 pages before: https://news.example/world.rss ({reason})"
    assert alarms(bury) == [said]


def test_site_moved():
    """All pages lead to another site."""

    def move(made: Measures) -> None:
        lose_all(made)
        made.known = Counter({"offsite_redirect": 30})
        made.listings = dict.fromkeys(made.listings, "offsite_redirect")

    (said,) = alarms(move)
    assert said.startswith("pages are gone or redirect elsewhere: 100% of 33")
