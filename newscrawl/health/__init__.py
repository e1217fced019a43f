"""Site health: compare a run with the site's own past. Independent of Scrapy and the database."""

from newscrawl.health.judge import Changes, catch_up
from newscrawl.health.measures import Measures, Visited
from newscrawl.health.notes import notes_of
from newscrawl.health.runs import ListingPage, Run, Verdict, in_words

__all__ = ["Changes", "ListingPage", "Measures", "Run", "Verdict", "Visited", "catch_up", "in_words", "notes_of"]
