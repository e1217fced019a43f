"""The header Retry-After, as strangers write it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

BUSY = frozenset({429, 503})
"""The statuses with which a server asks for patience."""

LONGEST = timedelta(days=30)
"""What a server may ask for; a longer wish is cut to it, for a crawl would else never come back."""


def retry_after(value: str | bytes | None, now: datetime) -> datetime | None:
    """Return when to come back, in UTC: never before now nor later than LONGEST; None where the header says nothing.

    Seconds or an HTTP date (RFC 9110, 10.2.3).
    """
    if value is None:
        return None
    text = (value.decode("latin-1") if isinstance(value, bytes) else value).strip()
    now = now.astimezone(UTC)
    if text.isascii() and text.isdigit():
        seconds = int(text) if len(text) < 10 else LONGEST.total_seconds()
        return now + min(timedelta(seconds=seconds), LONGEST)
    try:
        when = parsedate_to_datetime(text[:64])
        when = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(max(when, now), now + LONGEST)
