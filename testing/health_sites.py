"""Made sites for the benchmark of site health: what hourly crawls of them measure, week after week.

A site has a rhythm by hour and weekday, quiet Sundays, holidays, bursts, growing or shrinking texts, agencies whose
texts it shares, videos without a text, authors that die out slowly, errors now and then, and a crawler that is
off for a while.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from newscrawl.health import ListingPage, Measures, Run
from newscrawl.health.measures import rounded

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
FIELDS = ("title", "date", "authors")
BARREN = ("no_text", "too_short", "listing")
PASSING = ("timeout", "http_500", "http_502", "http_503", "reset", "dns")


class MadeSite:
    """One site, decided by its seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.listings: dict[int, ListingPage] = {}
        dice = self.dice = random.Random(seed)
        self.per_day = math.exp(dice.uniform(math.log(8), math.log(900)))
        self.night, self.weekend = dice.uniform(0.02, 0.3), dice.uniform(0.3, 0.9)
        self.sunday = self.weekend * dice.choice((1, 1, 0.5, 0.15))
        self.peak, self.every = dice.uniform(7, 17), dice.choice((1, 1, 1, 1, 2, 3))
        self.sections = dice.randint(1, 10)
        weights = [dice.uniform(0.3, 3) for _ in range(self.sections)]
        self.weights = [weight / sum(weights) for weight in weights]
        self.typical = [math.log(dice.uniform(200, 700)) + dice.gauss(0, 0.15) for _ in range(self.sections)]
        self.varies, self.shorts = dice.uniform(0.35, 0.75), dice.uniform(0, 0.08)
        self.night_length, self.weekend_length = dice.uniform(0.75, 1.1), dice.uniform(0.9, 1.35)
        self.growth = dice.choice((0, 0, 1)) * dice.uniform(-0.25, 0.25)
        self.missing = {"title": dice.choice((0, 0.003)), "date": dice.choice((0, 0.0, 0.02, 0.05))}
        self.missing["authors"] = dice.choice((0.0, 0.05, dice.uniform(0, 0.8), 1.0))
        self.authors_die = dice.choice((0, 0, dice.uniform(60, 150)))
        self.copied = dice.choice((0.01, 0.03, dice.uniform(0, 0.6)))
        self.barren = dice.choice((0.0, 0.01, dice.uniform(0, 0.3)))
        self.width, self.width_varies = dice.choice(
            ((1.32, 0.03), (1.32, 0.02), (1.006, 0.006), (1.8, 0.02), (2.6, 0.15))
        )
        self.conditional = dice.choice((0.0, 0.9, 0.95))
        self.errors = dice.choice((0.001, 0.003, 0.01))
        self.has_feeds, self.has_sitemap = dice.choice(((True, True), (True, False), (False, True)))
        self.feed_size = dice.choice((10, 20, 25, 50))
        self.holidays = self._spans(0.02, (24, 120))
        self.bursts = self._spans(0.05, (2, 12))
        self.offs = self._spans(0.015, (5, 60))
        self.outages = self._spans(0.03, (1, 2))
        self.crawled: datetime | None = None
        self.stock = 0.0
        self.number = 0
        if self.has_feeds:
            self.listings |= {
                i + 1: ListingPage("feed", f"https://s{self.seed}.example/{i}.rss") for i in range(self.sections)
            }
        else:
            front = {i + 1: ListingPage("section", f"https://s{self.seed}.example/{i}/") for i in range(self.sections)}
            self.listings |= front if not self.has_sitemap else {}
        if self.has_sitemap:
            self.listings[50] = ListingPage("sitemap", f"https://s{self.seed}.example/news.xml")

    def _spans(self, a_day: float, hours: tuple[float, float]) -> list[tuple[datetime, datetime]]:
        spans = []
        for day in range(2, 120):
            if self.dice.random() < a_day:
                begin = BEGIN + timedelta(days=day + self.dice.random())
                spans.append((begin, begin + timedelta(hours=self.dice.uniform(*hours))))
        return spans

    def times(self, count: int) -> list[datetime]:
        """When the crawls begin."""
        found, moment = [], BEGIN + timedelta(minutes=self.dice.uniform(0, 59))
        while len(found) < count:
            moment += timedelta(hours=self.every)
            if not within(self.offs, moment):
                found.append(moment + timedelta(minutes=self.dice.uniform(0, 4)))
        return found

    def pace(self, moment: datetime) -> float:
        """Articles an hour."""
        hour = moment.hour + moment.minute / 60
        wave = max(math.cos((hour - self.peak) / 24 * 2 * math.pi), -0.6) + 0.7
        rate = self.per_day / 24 * max(wave, self.night)
        rate *= {5: self.weekend, 6: self.sunday}.get(moment.weekday(), 1)
        if within(self.holidays, moment):
            rate *= 0.1 + 0.2 * random.Random(f"{self.seed}/{moment.date()}").random()
        return rate * (4 if within(self.bursts, moment) else 1)

    def crawl(self, moment: datetime) -> Run:
        """One healthy run."""
        dice, made = self.dice, Measures()
        hours = (moment - self.crawled) / timedelta(hours=1) if self.crawled else 0.0
        amount = poisson(dice, sum(self.pace(moment - timedelta(hours=back)) for back in range(math.ceil(hours))))
        amount = min(amount, self.sections * self.feed_size) if self.crawled else dice.randint(100, 900)
        self.crawled = moment
        self.number += 1
        self.stock = 0.97 * self.stock + amount
        if within(self.outages, moment) and self.number > 1:
            reason = dice.choice(PASSING)
            made.fresh[reason] += min(10, amount)
            made.listings = dict.fromkeys(self.listings, reason)
            return Run(self.number, moment, made)
        news: Counter[int] = Counter()
        for _ in range(amount):
            section = dice.choices(range(self.sections), self.weights)[0]
            news[section + 1] += 1
            self._visit(made, section, moment)
        self._revisit(made)
        self._list(made, news)
        made.examples = {"words": 1}
        return Run(self.number, moment, made)

    def _visit(self, made: Measures, section: int, moment: datetime) -> None:
        dice = self.dice
        if dice.random() < self.errors:
            made.fresh[dice.choice((*PASSING, "http_404", "http_403", "content_type"))] += 1
            return
        if dice.random() < self.barren:
            made.fresh[dice.choice(BARREN)] += 1
            return
        is_copy = dice.random() < self.copied
        made.fresh["stored"] += 1
        made.copies += is_copy
        days = (moment - BEGIN) / timedelta(days=1)
        dying = min(days / self.authors_die, 1) if self.authors_die else 0.0
        for name in FIELDS:
            chance = self.missing[name]
            if name == "authors":
                chance = max(chance + (0.2 if section % 3 == 2 and chance else 0), dying)
            made.without[name] += dice.random() < chance
        length = self.typical[section] + dice.gauss(0, self.varies) + self.growth * days / 30
        length += math.log(self.night_length) if not 6 <= moment.hour <= 21 else 0
        length += math.log(self.weekend_length) if moment.weekday() > 4 else 0
        words = math.exp(length) if dice.random() > self.shorts else dice.uniform(15, 60)
        made.words[rounded(round(words))] += 1
        width = dice.gauss(self.width, self.width_varies)
        made.width += width
        made.width_squares += width**2

    def _revisit(self, made: Measures) -> None:
        dice = self.dice
        for _ in range(poisson(dice, self.stock * 0.08)):
            if dice.random() < self.errors:
                made.known[dice.choice((*PASSING, "http_404", "http_410"))] += 1
            elif dice.random() < self.conditional:
                made.known["not_modified"] += 1
            else:
                made.known["revised" if dice.random() < 0.08 else "same"] += 1
                made.lost["text"] += dice.random() < 0.003
        if dice.random() < 0.001:  # it tidies up
            made.known["http_404"] += round(0.3 * made.known.total())

    def _list(self, made: Measures, news: Counter[int]) -> None:
        dice = self.dice
        for page, listing in self.listings.items():
            if dice.random() < self.errors:
                made.listings[page] = dice.choice(PASSING)
            elif page == 50:
                made.listings[page] = (self._in_sitemap(), news.total())
            elif news[page] or self.number == 1:
                named = self.feed_size - (dice.randint(0, 2) if listing.kind == "section" else 0)
                made.listings[page] = (named, news[page] if not self.has_sitemap else 0)
            elif listing.kind == "feed" or self.number % 3 == 0:
                made.listings[page] = None

    def _in_sitemap(self) -> int:
        """What the last two days brought."""
        hours = range(0, 48, 2)
        assert self.crawled is not None
        return poisson(self.dice, sum(2 * self.pace(self.crawled - timedelta(hours=hour)) for hour in hours))


def within(spans: list[tuple[datetime, datetime]], moment: datetime) -> bool:
    """Whether a moment lies in one of the spans."""
    return any(begin <= moment < end for begin, end in spans)


def poisson(dice: random.Random, mean: float) -> int:
    """How many, where so many are to be expected."""
    if mean > 50:
        return max(round(dice.gauss(mean, math.sqrt(mean))), 0)
    limit, count, product = math.exp(-mean), 0, dice.random()
    while product > limit:
        count += 1
        product *= dice.random()
    return count
