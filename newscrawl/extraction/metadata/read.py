"""What a page says about its article: title, authors, dates, section, tags, pictures."""

from __future__ import annotations

from datetime import datetime

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.authors import read_authors
from newscrawl.extraction.metadata.date_search import search_date
from newscrawl.extraction.metadata.dates import (
    Reading,
    candidates,
    in_local_time,
    modified,
    published,
    shown_instead,
)
from newscrawl.extraction.metadata.filing import paywalled, section_of, tags_of
from newscrawl.extraction.metadata.headline import headline_element, title_of
from newscrawl.extraction.metadata.images import images_of, main_image
from newscrawl.extraction.metadata.json_ld import JsonLd, read_json_ld
from newscrawl.extraction.metadata.language import language_of, locales_of
from newscrawl.extraction.metadata.lead import lead_of
from newscrawl.extraction.metadata.marks import Marks
from newscrawl.extraction.metadata.meta_tags import MetaTags, read_meta_tags
from newscrawl.extraction.metadata.site_names import site_names
from newscrawl.extraction.metadata.vicinity import vicinity_of
from newscrawl.extraction.metadata.zones import order_of, top_level, zone_of
from newscrawl.items import Article
from newscrawl.urls import fits


def read_metadata(
    tree: HtmlElement,
    url: str | None,
    fetched_at: datetime,
    timezone: str | None = None,
    language: str | None = None,
    *,
    structured: JsonLd | None = None,
) -> Article:
    """Return an article without text, with everything else that the page says about it. The tree stays as it is.

    `timezone` (an IANA name) is that of times that the page writes without one, `language` is taken where the page does
    not say its own, and `structured` saves reading the JSON-LD again.
    """
    structured = read_json_ld(tree) if structured is None else structured
    head = read_meta_tags(tree, url)
    sites = site_names(tree, head, structured, url)
    heading = headline_element(tree, head, structured, sites, url)
    title = title_of(heading, head, structured, sites)
    near = vicinity_of(heading)
    marks = Marks(tree)
    locales = locales_of(tree, head, structured, language)
    lead = lead_of(near.lines, head, structured, title)
    code = language_of(tree, (title, lead), locales)
    languages = tuple(dict.fromkeys(filter(None, (code, *(locale[:2] for locale in locales)))))
    domain = top_level(url)
    reading = Reading(fetched_at, zone_of(timezone, domain), order_of(_of_text(code, locales), domain), languages)
    when = published(candidates(marks, head, structured, near, url), reading)
    if when.at is None:
        when = search_date(tree, head, structured, near, reading, title=title)
    else:
        when = in_local_time(shown_instead(when, head, near, reading), head, near, reading)
    return Article(
        title=title,
        text="",
        url=url,
        canonical_url=_canonical(head),
        description=lead,
        authors=read_authors(marks, head, structured, near, sites=sites, language=code),
        section=section_of(marks, head, structured, near, sites=sites, title=title, url=url),
        tags=tags_of(marks, head, structured, near, sites=sites, title=title),
        language=code,
        image_url=main_image(tree, head, structured, near),
        images=images_of(tree, head, near),
        published_at=when.at,
        published_raw=when.raw,
        published_source=when.source,
        published_precision=when.precision,
        modified_at=modified(head, structured, when.at, reading),
        paywalled=paywalled(head, structured),
    )


def _canonical(head: MetaTags) -> str | None:
    """The page's canonical link; one that is too long to be any page's is none."""
    link = head.absolute(head.links.get("canonical"))
    try:
        return link if link is not None and fits(link) else None
    except ValueError:  # an address that has no key
        return None


def _of_text(code: str | None, locales: tuple[str, ...]) -> tuple[str, ...]:
    """The locales that are of the text's own language; a page's locale in another one says nothing about its dates."""
    own = tuple(locale for locale in locales if locale[:2] == code)
    return own or ((code,) if code else ())
