# ruff: noqa: ARG001 - all are called alike
"""Ten ways in which a site breaks, one of them twice, as what a run measures of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from newscrawl.health import Measures, Run
from newscrawl.health.measures import rounded
from testing.health_sites import MadeSite

Breakage = Callable[[Measures, MadeSite, random.Random], None]


def selector_gone(made: Measures, site: MadeSite, dice: random.Random) -> None:
    """Most pages give no text, the others a few words."""
    articles = made.articles
    lost = round(articles * dice.choice((1.0, 0.8)))
    _shorten(made, 0.12)
    _drop_articles(made, lost, "no_text")
    if made.compared and site.conditional < 0.5:
        made.lost["text"] = made.known["revised"] = made.compared
        made.known["same"] = 0


def text_halved(made: Measures, site: MadeSite, dice: random.Random) -> None:
    """Pages have half the text: new ones, and those that are visited again, which are not as they were."""
    new_halved(made, site, dice)
    again = made.compared + made.known["not_modified"]
    made.lost["text"] = made.known["revised"] = again
    made.known["same"] = made.known["not_modified"] = 0


def new_halved(made: Measures, site: MadeSite, dice: random.Random) -> None:
    """New pages have half the text, old ones are left as they were."""
    _shorten(made, dice.uniform(0.45, 0.55))


def dates_gone(made: Measures, site: MadeSite, dice: random.Random) -> None:
    """No date on any page."""
    made.without["date"] = made.articles


def all_copies(made: Measures, site: MadeSite, dice: random.Random) -> None:
    """Every page shows the same text."""
    made.copies = max(made.articles - 1, 0)
    made.words = Counter({rounded(60): made.articles} if made.articles else {})


def feed_empty(made: Measures, site: MadeSite, dice: random.Random) -> None:
    """All listings are there, and name nothing."""
    empty = dice.choice(((0, 0), "broken", "empty"))
    _no_fresh(made)
    made.listings = dict.fromkeys(made.listings, empty)


def forbidden(made: Measures, site: MadeSite, dice: random.Random) -> None:
    """We are refused; after ten refusals the run gives up."""
    pages = made.fresh.total() + made.known.total()
    _no_fresh(made)
    made.listings = dict.fromkeys(list(made.listings)[:10], "http_403")
    made.known = Counter({"http_403": min(max(10 - len(made.listings), 0), pages)})


def soft_404(made: Measures, site: MadeSite, dice: random.Random) -> None:
    """Every page says, with status 200, that it is not there."""
    _drop_articles(made, made.articles, dice.choice(("too_short", "no_text", "listing")))
    if site.conditional < 0.5:
        made.known["too_short"], made.known["same"], made.known["revised"] = made.compared, 0, 0


def charset(made: Measures, site: MadeSite, dice: random.Random) -> None:
    """Pages cannot be decoded, or their letters are others."""
    if site.width < 1.1 or dice.random() < 0.5:
        _drop_articles(made, round(made.articles * dice.uniform(0.85, 1)), "undecodable")
        return
    garbled = 1.0 if dice.random() < 0.5 else site.width * 1.35
    made.width, made.width_squares = made.articles * garbled, made.articles * (garbled**2 + 0.0004)


def section_dead(made: Measures, site: MadeSite, dice: random.Random) -> None:
    """One of the listings is gone, or empty."""
    if made.listings:
        page = min(made.listings)
        made.listings[page] = dice.choice(("http_404", "http_410", (0, 0), "no_listing"))


def moved(made: Measures, site: MadeSite, dice: random.Random) -> None:
    """Everything leads to another domain; or the feeds name only pages of it."""
    _no_fresh(made)
    listed = dice.choice(("offsite_redirect", (0, 0)))
    made.listings = dict.fromkeys(made.listings, listed)
    made.known = Counter({"offsite_redirect": made.known.total()})
    made.lost = Counter()


BREAKAGES: dict[str, Breakage] = {
    "selector gone": selector_gone,
    "text halved": text_halved,
    "of new pages only": new_halved,
    "dates gone": dates_gone,
    "all copies": all_copies,
    "feed empty": feed_empty,
    "403 for us": forbidden,
    "soft 404s": soft_404,
    "charset changed": charset,
    "one section dead": section_dead,
    "site moved": moved,
}


def broken(run: Run, site: MadeSite, kind: str, dice: random.Random) -> Run:
    """The run as it would have been."""
    made = run.measures.copy()
    BREAKAGES[kind](made, site, dice)
    return replace(run, measures=made)


def _shorten(made: Measures, factor: float) -> None:
    shorter: Counter[int] = Counter()
    for length, count in made.words.items():
        shorter[rounded(round(length * factor))] += count
    made.words = shorter


def _drop_articles(made: Measures, count: int, reason: str) -> None:
    left = made.articles - count
    made.fresh["stored"], made.fresh["elsewhere"] = left, 0
    made.fresh[reason] += count
    share = left / (left + count) if count else 1.0
    made.words = _thinned(made.words, left)
    made.width, made.width_squares = made.width * share, made.width_squares * share
    made.copies = round(made.copies * share)
    made.without = Counter({name: round(n * share) for name, n in made.without.items()})


def _thinned(words: Counter[int], left: int) -> Counter[int]:
    return Counter(sorted(words.elements())[:left])


def _no_fresh(made: Measures) -> None:
    made.fresh, made.without, made.words = Counter(), Counter(), Counter()
    made.copies, made.width, made.width_squares = 0, 0.0, 0.0
