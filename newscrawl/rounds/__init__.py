"""A round: several crawls in parallel, each in a process of its own, as cron starts them."""

from newscrawl.rounds.child import SiteResult, summary
from newscrawl.rounds.round import Choice, Round, in_order

__all__ = ["Choice", "Round", "SiteResult", "in_order", "summary"]
