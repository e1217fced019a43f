"""What is special about a site, as data that any process can be handed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """How the pages of one site are read; the defaults fit any site."""

    prune_xpath: tuple[str, ...] = ()
    """What is cut from the page before anything is read: boxes that the site's author knows."""
    timezone: str | None = None
    """IANA name, for times that the page writes without a zone."""
    language: str | None = None
    """ISO 639-1 code, where the page does not say it."""
    adjust: str | None = None
    """``module:function`` of a pure function (article, page) -> article, called last."""


NO_RULES = SiteRules()
