"""What a server's answer is to the store: a page to read, or the outcome of a visit."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from scrapy.http import Response

from newscrawl.items import DuePage, Outcome, Page, Visit
from newscrawl.network.retry import BUSY, retry_after
from newscrawl.text import printable
from newscrawl.urls import host_of, url_key

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
    return Visit(due.url, due.kind, response.status, headers, asked_to_wait or None, due.has_text)


def moment_of(response: Response) -> datetime:
    """When a page was fetched; of a recorded one, when it was recorded."""
    moment: datetime = response.meta.get("fetched_at") or datetime.now(UTC)
    return moment


def page_of(response: Response, due: DuePage, source: str) -> Page:
    """Return an article's page as it was answered, or as the answer that a redirect led to."""
    declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
    is_same = not _leads_away(due.url, response.url)
    return Page(
        key=url_key(response.url),
        body=response.body,
        content_type=declared or "text/html",
        fetched_at=moment_of(response),
        url=response.url,
        source=source,
        visit=visit_of(response, due),
        is_named=due.is_named and is_same,
        facts=due.facts if is_same else None,
        withheld=None if url_key(response.url) == url_key(due.url) else withheld_page(due, source, response),
    )


def withheld_page(due: DuePage, source: str, response: Response | None = None) -> Page | None:
    """Return a page whose text the server does not give, where a feed may have it; else None.

    What was answered in its place says nothing of it: a refusal, or the form to sign in that a redirect led to.
    """
    if not due.has_text:
        return None
    return Page(
        key=url_key(due.url),
        body=b"",
        content_type="text/html",
        fetched_at=datetime.now(UTC) if response is None else moment_of(response),
        url=due.url,
        source=source,
        visit=Visit(due.url, due.kind, None if response is None else response.status, had_text=True),
        is_named=due.is_named,
        facts=due.facts,
        is_withheld=True,
    )


def _leads_away(asked: str, answered: str) -> bool:
    """Whether a redirect leads from an article to a section or the home page, of which no feed has said anything."""
    if url_key(asked) == url_key(answered):
        return False
    before, after = urlsplit(asked), urlsplit(answered)
    steps = after.path.strip("/")
    is_of_one_host = host_of(asked) == host_of(answered)  # a proxy of feeds has deep addresses of its own
    return not steps or (is_of_one_host and steps.count("/") < before.path.strip("/").count("/"))


def outcome_of(response: Response, due: DuePage, source: str) -> Outcome | None:
    """Return how a visit ended that brought no page to read; None where there is one."""
    status = response.status
    is_part = status == 206 and not _is_whole(response)
    if 200 <= status < 300 and not is_part:
        return None
    visit = visit_of(response, due)
    facts = (moment_of(response), due.url, source, visit)
    if status == 304 and _has_conditions(response):
        return Outcome(due.key, "unchanged", "not_modified", f"{printable(due.url)}: not modified", *facts)
    if status in _TAKEN_AWAY and due.kind == "article":
        return Outcome(due.key, "gone", f"http_{status}", f"{printable(due.url)}: gone ({status})", *facts)
    parts = " with a part of the page" if is_part else ""
    more = " (not modified), which was not asked for" if status == 304 else parts
    why = f"{printable(due.url)}: the server answered {status}{more}"
    return Outcome(due.key, "failed", f"http_{status}", why, *facts)


def _has_conditions(response: Response) -> bool:
    """Whether it was asked if a page has changed."""
    headers = response.request.headers if response.request is not None else {}
    return any(headers.get(name) for name in ("If-None-Match", "If-Modified-Since"))


def _is_whole(response: Response) -> bool:
    """Whether an answer for a part of a page (RFC 9110, 14.4) has all of it."""
    given = (response.headers.get("Content-Range") or b"").decode("latin-1")
    part = re.fullmatch(r"bytes 0-(\d{1,15})/(\d{1,15})", given.strip(), re.ASCII)
    return part is not None and int(part[1]) + 1 == int(part[2])


def failed(due: DuePage, source: str, reason: str, why: str) -> Outcome:
    """Return the outcome of a visit without an answer."""
    message = printable(why if due.url in why else f"{due.url}: {why}")
    visit = Visit(due.url, due.kind, had_text=due.has_text)
    return Outcome(due.key, "failed", reason, message, datetime.now(UTC), due.url, source, visit)


def no_article(response: Response, due: DuePage, source: str, reason: str, why: str) -> Outcome:
    """Return the outcome of a visit to a page that is not what was expected."""
    message = f"{printable(due.url)}: {printable(why)}"
    outcome = "no_article" if due.kind == "article" else "failed"
    visit = visit_of(response, due)
    return Outcome(due.key, outcome, reason, message, moment_of(response), due.url, source, visit)  # type: ignore[arg-type]
