"""What a listing is read with, beside its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo


@dataclass(frozen=True, slots=True)
class Context:
    """Where and when a listing was fetched, and how much of it is read."""

    url: str
    sites: frozenset[str | None]
    """The registrable domains whose pages are taken from sitemaps and section pages."""
    zone: tzinfo | None
    """Of times without one."""
    now: datetime
    limit: int
    """Links at most."""
