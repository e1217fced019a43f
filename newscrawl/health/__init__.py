"""Whether a site is as it always was: a run against the site's own past. Knows neither Scrapy nor a database."""

from newscrawl.health.judge import Changes, catch_up
from newscrawl.health.measures import Measures, Visited
from newscrawl.health.runs import ListingPage, Run, Verdict, in_words

__all__ = ["Changes", "ListingPage", "Measures", "Run", "Verdict", "Visited", "catch_up", "in_words"]
