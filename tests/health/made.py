"""A site without surprises, and runs on it."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from newscrawl.health import ListingPage, Measures, Run, Verdict, catch_up
from newscrawl.health.measures import rounded

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LISTINGS = {
    1: ListingPage("feed", "https://news.example/sport.rss"),
    2: ListingPage("feed", "https://news.example/world.rss"),
    3: ListingPage("sitemap", "https://news.example/news.xml"),
}


def healthy(number: int, articles: int = 20) -> Run:
    """One hourly run; the first is of number 1."""
    dice = random.Random(number)
    words = Counter(rounded(round(dice.lognormvariate(6, 0.45))) for _ in range(articles))
    made = Measures(
        fresh=Counter({"stored": articles, "no_text": 1}),
        known=Counter({"same": 10, "revised": 1, "not_modified": 20, "http_404": number % 9 == 0}),
        without=Counter({"authors": articles // 4, "date": number % 7 == 0}),
        copies=articles // 10,
        words=words,
        width=1.3 * articles,
        width_squares=1.3**2 * articles + 0.001 * articles,
        listings={1: (25, articles // 2), 2: (25, articles // 3), 3: (300 + number % 50, 2)},
        examples={"words": number, "date": number, "no_text": number, "copies": number},
    )
    return Run(number, MONDAY + timedelta(hours=number), made)


def history(length: int, articles: int = 20) -> list[Run]:
    """Runs, all of them healthy and judged to be."""
    return [healthy(number, articles) for number in range(1, length + 1)]


def begun(past: list[Run], *runs: Run) -> list[Verdict]:
    """The alarms that begin in runs after a past."""
    return [verdict for _, changes in catch_up(past, runs, {}, LISTINGS) for verdict in changes.begun]
