"""A news site to crawl on loopback: deterministic by seed, changed and broken on demand; it records all requests."""

from __future__ import annotations

from testing.newspaper.client import Site, running
from testing.newspaper.faults import Fault
from testing.newspaper.journal import Request
from testing.newspaper.options import Options
from testing.newspaper.paper import Newspaper
from testing.newspaper.state import State
from testing.newspaper.story import Gold

__all__ = ["Fault", "Gold", "Newspaper", "Options", "Request", "Site", "State", "running"]
