"""What an answer over HTTP is to the store: a page, a listing or the outcome of a visit."""

from __future__ import annotations

from datetime import UTC, datetime

from scrapy.http import Response

from newscrawl.items import Outcome, Page, Visit
from newscrawl.storage import DuePage
from newscrawl.text import printable
from newscrawl.urls import url_key
from newscrawl.web.retry_after import BUSY, retry_after

_TAKEN_AWAY = {404, 410}


def visit_of(response: Response, due: DuePage) -> Visit:
    """Return what a server said around a page."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    now = moment_of(response)
    asked_to_wait = response.status in BUSY and retry_after(response.headers.get("Retry-After"), now)
    return Visit(due.url, due.kind, response.status, headers, asked_to_wait or None)


def moment_of(response: Response) -> datetime:
    """When a page was fetched; of a recorded one, when it was recorded."""
    moment: datetime = response.meta.get("fetched_at") or datetime.now(UTC)
    return moment


def page_of(response: Response, due: DuePage, source: str) -> Page:
    """Return an article's page as it was answered."""
    declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return Page(
        key=url_key(response.url),
        body=response.body,
        content_type=declared or "text/html",
        fetched_at=moment_of(response),
        url=response.url,
        source=source,
        visit=visit_of(response, due),
    )


def outcome_of(response: Response, due: DuePage, source: str) -> Outcome | None:
    """Return how a visit ended that brought no page to read; None where there is one."""
    status = response.status
    if 200 <= status < 300:
        return None
    visit = visit_of(response, due)
    facts = (moment_of(response), due.url, source, visit)
    if status == 304:
        return Outcome(due.key, "unchanged", "not_modified", f"{printable(due.url)}: not modified", *facts)
    if status in _TAKEN_AWAY and due.kind == "article":
        return Outcome(due.key, "gone", f"http_{status}", f"{printable(due.url)}: gone ({status})", *facts)
    return Outcome(due.key, "failed", f"http_{status}", f"{printable(due.url)}: the server answered {status}", *facts)


def failed(due: DuePage, source: str, reason: str, why: str) -> Outcome:
    """Return the outcome of a visit without an answer."""
    message = printable(why if due.url in why else f"{due.url}: {why}")
    return Outcome(due.key, "failed", reason, message, datetime.now(UTC), due.url, source, Visit(due.url, due.kind))


def no_article(response: Response, due: DuePage, source: str, reason: str, why: str) -> Outcome:
    """Return the outcome of a visit to a page that is not what was expected."""
    message = f"{printable(due.url)}: {printable(why)}"
    outcome = "no_article" if due.kind == "article" else "failed"
    visit = visit_of(response, due)
    return Outcome(due.key, outcome, reason, message, moment_of(response), due.url, source, visit)  # type: ignore[arg-type]
