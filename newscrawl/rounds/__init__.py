"""A round: several crawls, each in a process of its own, so many at a time; what cron calls."""

from newscrawl.rounds.result import SiteResult, summary
from newscrawl.rounds.round import Choice, Round, in_order, runnable_sites

__all__ = ["Choice", "Round", "SiteResult", "in_order", "runnable_sites", "summary"]
