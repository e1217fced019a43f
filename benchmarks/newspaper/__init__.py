"""A news site to crawl on loopback: deterministic by seed, changed and broken on demand; it records all requests."""

from __future__ import annotations

from benchmarks.newspaper.client import Site, running
from benchmarks.newspaper.faults import Fault
from benchmarks.newspaper.journal import Request
from benchmarks.newspaper.options import Options
from benchmarks.newspaper.paper import Newspaper
from benchmarks.newspaper.state import State
from benchmarks.newspaper.story import Gold

__all__ = ["Fault", "Gold", "Newspaper", "Options", "Request", "Site", "State", "running"]
