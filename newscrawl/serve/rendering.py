"""Templates, and how values stand in a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from newscrawl._version import __version__
from newscrawl.search.snippets import Marked
from newscrawl.text import tidy

_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})
"""Languages that are written from right to left, by ISO 639-1."""


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a template. Every value is escaped, whoever wrote it."""
    return HTMLResponse(_environment().get_template(template).render(values), status)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("newscrawl.serve"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "marked": marked,
        "moment": moment,
        "day": day,
        "lag": lag,
        "link": link,
        "share": share,
        "amount": amount,
        "direction": direction,
        "size": size,
        "language_code": language_code,
    }
    environment.globals |= {"version": __version__}
    return environment


def _plain(value: object) -> object:
    """Remove control characters and overrides of the direction from text; what is missing is empty."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup) and not value.isprintable():
        return tidy(value)
    return value


def marked(text: Marked) -> Markup:
    """Return a text with its matches in <mark>."""
    parts, end = [], 0
    for start, stop in text.marks:
        parts += [escape(tidy(text.text[end:start])), Markup("<mark>"), escape(tidy(text.text[start:stop]))]
        parts.append(Markup("</mark>"))
        end = stop
    return Markup("").join([*parts, escape(tidy(text.text[end:]))])


@lru_cache(maxsize=4096)
def moment(value: datetime | None, precision: str | None = "minute") -> Markup:
    """Return a time in UTC; without its time of day where that is not known."""
    if value is None:
        return Markup("")
    utc = value.astimezone(UTC)
    shown = f"{utc:%Y-%m-%d}" if precision == "day" else f"{utc:%Y-%m-%d %H:%M}"
    exact = f"{utc:%Y-%m-%d}" if precision == "day" else f"{utc:%Y-%m-%dT%H:%M:%SZ}"
    zone = "" if precision == "day" else Markup(' <abbr title="Coordinated Universal Time">UTC</abbr>')
    return Markup('<time datetime="{}">{}{}</time>').format(exact, shown, zone)


def day(value: datetime | None) -> Markup:
    """Return the day of a time in UTC."""
    return moment(value, "day")


def lag(value: timedelta) -> str:
    """Return how much later something is, in its two largest units."""
    minutes = abs(int(value.total_seconds())) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{count} {unit}" for count, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if count]
    return ("-" if value < timedelta() else "") + (" ".join(parts[:2]) or "0 min")


def link(url: str | None, text: str | None = None) -> Markup:
    """Return a link to a page of a site's, which is not told where it comes from; only text for any other scheme."""
    shown = tidy(text or url or "")
    try:
        parts = urlsplit(url or "")
        is_web = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web:
        return Markup("<bdi>{}</bdi>").format(shown)
    anchor = Markup('<a href="{}" rel="noreferrer noopener nofollow external" target="_blank"><bdi>{}</bdi></a>')
    return anchor.format(url, shown)


def share(value: float | None) -> str:
    """Return a share as a percentage."""
    return "" if value is None else f"{value:.0%}"


def amount(count: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def size(count: int | None) -> str:
    """Return a number of bytes for people."""
    if count is None:
        return ""
    value, unit = float(count), "bytes"
    for unit in ("bytes", "KB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:,.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:,.1f} {unit}"


def language_code(language: str | None) -> str:
    """Return a language as the attribute `lang` may have it; empty for what is none."""
    code = (language or "").strip()
    return code if code.isascii() and code.replace("-", "").isalnum() and len(code) <= 20 else ""


def direction(language: str | None) -> str:
    """Return the direction in which a language is written; `auto` where the text has to say it."""
    if not language:
        return "auto"
    return "rtl" if language.lower().partition("-")[0] in _RIGHT_TO_LEFT else "auto"
