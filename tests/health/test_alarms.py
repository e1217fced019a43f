"""How an alarm begins, lasts and ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from newscrawl.health import Run, catch_up
from tests.health.made import LISTINGS, healthy, history


def undated(number: int, articles: int = 20, dated: int = 0) -> Run:
    """A run whose articles have no date."""
    run = healthy(number, articles)
    made = run.measures.copy()
    made.without["date"] = articles - dated
    return replace(run, measures=made)


def test_alarm_lasts_until_it_is_over():
    """It begins once, stays while the fault does, however long, and ends with the first healthy run."""
    runs = [*(undated(number) for number in range(61, 161)), healthy(161), healthy(162)]
    changes = [change for _, change in catch_up(history(60), runs, {}, LISTINGS)]
    assert [[verdict.symptom for verdict in change.begun] for change in changes[:3]] == [["date"], [], []]
    assert all([verdict.symptom for verdict in change.lasting] == ["date"] for change in changes[1:100])
    assert all(change.shown == {"date"} for change in changes[:100])
    assert [verdict.symptom for verdict in changes[100].over] == ["date"]
    assert not changes[101].over


def test_run_without_articles_ends_nothing():
    """Who has nothing to show has not shown that it is well."""
    empty = replace(healthy(62), measures=healthy(62).measures.__class__(known=Counter({"not_modified": 5})))
    changes = [change for _, change in catch_up(history(60), [undated(61), empty], {}, LISTINGS)]
    assert not changes[1].over
    assert not changes[1].begun


def test_small_site_is_found_by_several_runs_together():
    """One article an hour is judged by the hours before it, and the alarm names the first of them."""
    changes = [
        change for _, change in catch_up(history(200, 2), [undated(n, 1) for n in range(201, 211)], {}, LISTINGS)
    ]
    (first,) = [verdict for change in changes for verdict in change.begun]
    assert (first.symptom, first.since) == ("date", 201)
    assert 3 <= first.sample <= 8


def test_broken_runs_are_no_measure():
    """What lasts for weeks does not become normal: the numbers before are those of health."""
    runs = [undated(number) for number in range(61, 61 + 35 * 24, 8)]
    *_, (_, last) = catch_up(history(60), runs, {}, LISTINGS)
    (verdict,) = last.lasting
    assert verdict.before < 0.05
