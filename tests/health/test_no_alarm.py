"""What is no reason to wake anybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from newscrawl.health import Measures, Run, catch_up
from testing.health_sites import MadeSite
from tests.health.made import LISTINGS, begun, healthy, history


def changed(run: Run, **values: object) -> Run:
    """A run that measured something else."""
    made = run.measures.copy()
    for name, value in values.items():
        setattr(made, name, value)
    return replace(run, measures=made)


def test_first_runs():
    """A site of which little is known is not judged, whatever it does."""
    past = history(3)
    assert begun(past, changed(healthy(4), without=Counter({"date": 20, "title": 20}), copies=20)) == []


def test_few_pages():
    """Two articles without a date are chance."""
    assert begun(history(60), changed(healthy(61, 2), without=Counter({"date": 2}))) == []
    assert [alarm.symptom for alarm in begun(history(60), changed(healthy(61, 4), without=Counter({"date": 4})))] == [
        "date"
    ]


def test_outage():
    """A site that does not answer is down for three runs before it is said."""
    out = Measures(fresh=Counter({"timeout": 10}), listings=dict.fromkeys(LISTINGS, "timeout"))
    down = [replace(healthy(number), measures=out) for number in (61, 62, 63)]
    assert begun(history(60), *down[:2]) == []
    (alarm,) = begun(history(60), *down)
    assert alarm.symptom == "unreachable"


def test_one_listing_that_fails_now_and_then():
    """A time-out of one feed is nothing, and a 404 of one that has them every week is nothing new."""
    assert begun(history(60), changed(healthy(61), listings={1: "timeout"})) == []
    past = [changed(run, listings={1: "http_404" if run.id % 20 == 0 else (25, 3)}) for run in history(60)]
    assert begun(past, changed(healthy(61), listings={1: "http_404"})) == []


def test_old_sitemap_that_is_taken_away():
    """A sitemap that brought nothing for days is not missed."""
    past = [changed(run, listings={3: (300, 0)}) for run in history(100)]
    assert begun(past, changed(healthy(101), listings={3: "http_404"})) == []


def test_news_sitemap_on_a_quiet_day():
    """A list of the last two days that was never long may be empty."""
    past = [changed(run, listings={3: (run.id % 30, 1)}) for run in history(100)]
    assert begun(past, changed(healthy(101), listings={3: (0, 0)})) == []


def test_texts_that_are_short_at_night():
    """What is short every night is as it always was, though it is half of what the days bring."""
    past = []
    for run in history(14 * 24):
        half = Counter({length // 2: count for length, count in run.measures.words.items()})
        past.append(changed(run, words=half) if run.started_at.hour < 6 else run)
    night = next(run for run in past if run.started_at.hour == 3)
    tonight = replace(night, id=len(past) + 1, started_at=night.started_at + timedelta(days=14))
    assert begun(past, tonight) == []
    noon = replace(tonight, started_at=tonight.started_at + timedelta(hours=9))
    assert [alarm.symptom for alarm in begun(past, noon)] == ["text"]


def test_silence():
    """A quiet Sunday is none; a week without anything is one, and says how much is missing."""
    past = history(28 * 24)
    silent = Measures(known=Counter({"not_modified": 30}), listings=dict.fromkeys(LISTINGS))
    quiet = [replace(healthy(len(past) + hour), measures=silent) for hour in range(1, 30)]
    assert begun(past, *quiet[:3]) == []
    (alarm,) = begun(past, *quiet)
    assert (alarm.symptom, alarm.since) == ("silence", len(past) + 1)


@pytest.mark.parametrize("seed", [201, 202])
def test_hundred_runs_of_a_made_site(seed):
    """Rhythm, Sundays, bursts, errors: nothing is said in a hundred runs."""
    site = MadeSite(seed)
    runs = [site.crawl(moment) for moment in site.times(160)]
    found = catch_up(runs[:60], runs[60:], {}, site.listings)
    assert [verdict for _, changes in found for verdict in changes.begun] == []
