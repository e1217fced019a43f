"""Crawls of many sites: all in one process (`worker`), or each in a process of its own, several at a time (`round`)."""

from newscrawl.rounds.child import SiteResult, summary
from newscrawl.rounds.round import Choice, Round, in_order

__all__ = ["Choice", "Round", "SiteResult", "in_order", "summary"]
