"""Copies among many articles that have nothing but the same standing line."""

from __future__ import annotations

import pytest

from newscrawl.storage.store import Store
from tests.storage.test_duplicates import heads, page, story

LINE = "Watch the full video below."
NOTICE = "This article is for subscribers. Please log in or choose one of our offers to go on reading it here today."


def title(number: int) -> str:
    """A title that has no word of another."""
    return story(100 + number, 1)[0][:30]


@pytest.mark.parametrize(("text", "source"), [(LINE, None), (NOTICE, "bao")])
def test_copy_is_found_behind_many_other_articles(database, text, source):
    """Titles are compared before only a few texts are."""
    store = Store.open(database.url, "test", {})
    for number in range(20):
        store.write([page(f"n{number}", text, number, title=title(number), source=source or f"site{number}")])
    store.write([page("copy", text, 30, title=title(15), source=source or "other")])
    store.close()
    assert heads(database) == {f"n{number}": None for number in range(20)} | {"copy": "n15"}


def test_near_copy_is_found_behind_many_other_articles(database):
    """Also where the texts differ by a word."""
    store = Store.open(database.url, "test", {})
    for number in range(20):
        store.write([page(f"n{number}", NOTICE, number, title=title(number), source="bao")])
    store.write([page("copy", f"{NOTICE} Thanks.", 30, title=title(15), source="bao")])
    store.close()
    assert heads(database) == {f"n{number}": None for number in range(20)} | {"copy": "n15"}
