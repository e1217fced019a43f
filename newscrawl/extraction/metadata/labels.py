"""What a page files its article under: language, section, tags, and whether it is free to read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.marks import Marks
from newscrawl.extraction.metadata.meta_tags import MetaTags, text_of
from newscrawl.extraction.metadata.site_names import is_site
from newscrawl.extraction.metadata.vicinity import Vicinity

MOST_TAGS = 30
LONGEST = 80
_SECTIONS = ("article:section", "og:article:section", "articlesection", "section", "parsely-section", "category")
_TAGS = ("article:tag", "og:article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")
_NO_TAG = re.compile(r"https?:|\A[\W\d]*\Z|\A[0-9a-f]{8}-[0-9a-f-]{27}\Z|\A_|\A[^\s]*[:=][^\s]*\Z", re.IGNORECASE)
MOST_MARKED = 100
_TAGGED = re.compile(r"(?<![a-z])tags?(?![a-z])|(?<=[a-z])Tags?(?![a-z])")
_OTHERS = re.compile(
    r"cloud|sidebar|related|popular|trending|hot|menu|nav|footer|header|teaser|card|comment|list-?news", re.IGNORECASE
)
_HOME = re.compile(
    r"\A(?:home|start(?:seite)?|accueil|inicio|início|trang chủ|главная|ホーム|首页|hjem|hem|beranda|anasayfa)\Z",
    re.IGNORECASE,
)


def section_of(marks: Marks, head: MetaTags, structured: JsonLd, sites: Collection[str]) -> str | None:
    """Return the section: of JSON-LD, else of the meta tags, else the last but one step of the breadcrumbs."""
    for text in (structured.section, *head.all(*_SECTIONS)):
        if text and "://" not in text and not is_site(text, sites) and len(text) <= LONGEST:
            return " ".join(text.split()) or None
    links = dict.fromkeys(link for trail in islice(marks["crumbs"], 5) for link in trail.iterdescendants("a"))
    crumbs = [text_of(link, LONGEST) for link in islice(links, 20)]
    crumbs = [text for text in crumbs if 1 < len(text) <= 40 and not _HOME.match(text) and not is_site(text, sites)]
    return crumbs[-1] if crumbs else None


def tags_of(
    marks: Marks,
    head: MetaTags,
    structured: JsonLd,
    near: Vicinity,
    *,
    sites: Collection[str],
    title: str | None,
) -> tuple[str, ...]:
    """Return the tags of the first source that has any: meta tags, JSON-LD, last the links that are shown as tags."""
    sources: tuple[Iterable[str], ...] = (
        head.all(_TAGS[0], _TAGS[1]),
        structured.keywords,
        *(head.all(name) for name in _TAGS[2:]),
        _shown(marks, near),
    )
    described = head.first("description", "og:description")
    for source in sources:
        tags = (tag for text in islice(source, 100) if text != described for tag in _split(text))
        found: dict[str, str] = {}
        for tag in tags:
            if _is_tag(tag, sites) and tag != title:
                found.setdefault(tag.casefold(), tag)
        if found:
            return tuple(islice(found.values(), MOST_TAGS))
    return ()


def _shown(marks: Marks, near: Vicinity) -> Iterator[str]:
    """The links of the first element that is marked as the article's tags, not as a cloud of all of them."""
    marked = (element for element in marks["tags"] if next(element.iterdescendants("a"), None) is not None)
    for element in islice(marked, MOST_MARKED):
        names = element.get("class") or element.get("id") or ""
        if _TAGGED.search(names) and not _OTHERS.search(names) and not near.elsewhere(element, _OTHERS):
            links = list(islice(element.iter("a"), MOST_TAGS + 1))
            texts = [text_of(link, LONGEST) for link in links]
            if 0 < len(links) <= MOST_TAGS and sum(map(len, texts)) >= len(text_of(element, MOST_TAGS * LONGEST)) / 2:
                yield from texts
                return


def _split(text: str) -> list[str]:
    return [" ".join(part.split()).strip("#\"'") for part in re.split(r"[,;|，、]", text[:2000])]


def _is_tag(tag: str, sites: Collection[str]) -> bool:
    return 1 < len(tag) <= LONGEST and not _NO_TAG.search(tag) and not is_site(tag, sites)


def paywalled(head: MetaTags, structured: JsonLd) -> bool | None:
    """Return whether the page says that it is not free to read; None where it says nothing, or neither ("metered")."""
    if structured.accessible_for_free is not None:
        return not structured.accessible_for_free
    tier = (head.first("article:content_tier", "og:article:content_tier", "content_tier") or "").lower()
    free = (head.first("isaccessibleforfree") or "").lower()
    if tier == "free" or free == "true":
        return False
    return True if tier in ("locked", "premium", "paid", "subscriber") or free == "false" else None
