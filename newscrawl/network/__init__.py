"""Between Scrapy's engine and the socket: where requests may go, when they leave, and what may come back."""

from __future__ import annotations
