"""Between Scrapy's engine and the socket: allowed destinations, robots.txt, pacing, retries, limits of responses."""

from __future__ import annotations
