"""What a page files its article under: section and tags, and whether it is free to read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.marks import Mark, Marks
from newscrawl.extraction.metadata.meta_tags import MetaTags, text_of
from newscrawl.extraction.metadata.site_names import is_site, leads_home
from newscrawl.extraction.metadata.vicinity import Vicinity

MOST_TAGS = 30
LONGEST = 80
LONGEST_SECTION = 40
MOST_LINKS = 2000
MOST_MARKED = 100
NEAR = 3
"""Elements before a headline, and around it, where a section may stand above it."""

MOST_BESIDE, MOST_STEPS_BESIDE = 3, 4
"""Links of a list beside the headline, and elements around the headline of which one holds the list as well."""
MOST_AROUND_HOME, MOST_STEPS, LONGEST_TRAIL = 3, 6, 160
"""Elements around a link to the home page that may be a path from there, and the links and characters of it."""
_SIGNS = re.compile(r"\A[^\w(\[«“\"'#&]+|[^\w)\]»”\"'!?.%+&]+\Z")
"""Arrows, bullets and pictures around the name of a section."""

_STEP = re.compile(r"[>»›→❯⟩]+")
"""What divides the steps of a path; bars and strokes divide menus as well."""

_SECTIONS = ("article:section", "og:article:section", "articlesection", "section", "parsely-section", "category")
_TAGS = ("article:tag", "og:article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")
_NO_TAG = re.compile(r"https?:|\A[\W\d]*\Z|\A[0-9a-f]{8}-[0-9a-f-]{27}\Z|\A_|\A[^\s]*[:=][^\s]*\Z", re.IGNORECASE)
_TAGGED = re.compile(r"(?<![a-z])tags?(?![a-z])|(?<=[a-z])Tags?(?![a-z])")
_OTHERS = re.compile(
    r"cloud|sidebar|related|popular|trending|hot|menu|nav|footer|header|teaser|card|comment|list-?news|recommend|widget",
    re.IGNORECASE,
)
_MARGIN = re.compile(
    r"cloud|sidebar|related|popular|trending|menu|(?<![a-z])nav|teaser|comment|widget|recommend", re.IGNORECASE
)
_HOME = re.compile(
    r"\A(?:home|start(?:seite)?|accueil|inicio|início|trang chủ|главная|ホーム|首页|hjem|hem|beranda|anasayfa)\Z",
    re.IGNORECASE,
)


def section_of(
    marks: Marks,
    head: MetaTags,
    structured: JsonLd,
    near: Vicinity,
    *,
    sites: Collection[str],
    title: str | None,
    url: str | None,
) -> str | None:
    """Return the section of the surest source that names one.

    In this order: JSON-LD, meta tags, the links of the article that are marked as its category, the link above the
    headline, breadcrumbs as shown and as JSON-LD has them, and the link whose address the page's own begins with.
    """

    def is_section(text: str) -> bool:
        named = 1 < len(text) <= LONGEST_SECTION and not _HOME.match(text) and not is_site(text, sites)
        return named and text != title and not text.isdigit()

    for text in (structured.section, *head.all(*_SECTIONS)):
        if text and "://" not in text and not is_site(text, sites) and len(text) <= LONGEST:
            return " ".join(text.split()) or None
    sources = (
        (text_of(link, LONGEST) for link in _own(marks, "category", near)),
        _above(near),
        reversed(_crumbs(marks)),
        _trail(marks.tree, url),
        reversed(structured.breadcrumbs[1:]),
        _in_address(marks.tree, head, url),
    )
    return next((name for source in sources for text in source if is_section(name := _SIGNS.sub("", text))), None)


def _own(marks: Marks, mark: Mark, near: Vicinity) -> Iterator[HtmlElement]:
    """The marked links of the article: none of margins, menus, lists of all of them, and other articles."""
    home = near.home
    if near.heading is None:  # a post without a headline: the only article of its page, or none
        articles = list(islice(marks.tree.iter("article"), 2))
        home = frozenset(articles) if len(articles) == 1 else home
    for link in islice(marks[mark], MOST_MARKED if home else 0):
        around = next(link.iterancestors("article"), None)
        is_inside = around in home or (around is None and near.heading is not None)
        if is_inside and not near.elsewhere(_list_beside(link, near), _MARGIN):
            yield link


def _list_beside(link: HtmlElement, near: Vicinity) -> HtmlElement:
    """The list that the link is in, where it is a short one beside the headline; else the link."""
    around = next(link.iterancestors("ul", "ol"), None)
    if around is None or near.heading is None or len(list(islice(around.iter("a"), MOST_BESIDE + 1))) > MOST_BESIDE:
        return link
    shared = next((part for part in around.iterancestors() if part in near.home), None)
    is_beside = shared is not None and shared.tag not in ("body", "main")
    return around if is_beside and near.distance(around) <= MOST_STEPS_BESIDE else link


def _above(near: Vicinity) -> Iterator[str]:
    """The link that is all there is in an element right above the headline, as a kicker is."""
    around = () if near.heading is None else (near.heading, *islice(near.heading.iterancestors(), NEAR - 1))
    for element in around:
        if element.tag in ("body", "main"):
            return
        before = element.getprevious()
        if before is None or not isinstance(before.tag, str) or before.tag == "nav":
            continue
        links = list(islice(before.iter("a"), 2))
        if len(links) == 1 and (text := text_of(links[0], LONGEST)) and text == text_of(before, LONGEST):
            yield text


def _crumbs(marks: Marks) -> list[str]:
    links = dict.fromkeys(link for trail in islice(marks["crumbs"], 5) for link in trail.iter("a"))
    return [text_of(link, LONGEST) for link in islice(links, 20)]


def _trail(tree: HtmlElement, url: str | None) -> Iterator[str]:
    """The links of the first line that is a path by its signs, as in Home > News > Cities, the deepest first."""
    for link in islice(tree.iter("a"), MOST_LINKS):
        if not (leads_home(link.get("href") or "", url) or _HOME.match((link.text or "").strip())):
            continue
        for around in islice(link.iterancestors(), MOST_AROUND_HOME):
            links = list(islice(around.iter("a"), MOST_STEPS + 1))
            line = text_of(around, LONGEST_TRAIL + 1)
            if len(links) > MOST_STEPS or len(line) > LONGEST_TRAIL:
                break
            steps = {" ".join(step.split()) for step in _STEP.split(line)}
            if links[0] is link and len(links) > 1 and len(steps) >= len(links):
                yield from (text for step in reversed(links[1:]) if (text := text_of(step, LONGEST)) in steps)
                return


def _in_address(tree: HtmlElement, head: MetaTags, url: str | None) -> Iterator[str]:
    """The names of links to the folders in which the page lies, the deepest first."""
    parts = _parts(url or head.links.get("canonical"))[:-1]
    wanted = [tuple(parts[:length]) for length in range(len(parts), 0, -1) if not parts[length - 1].isdigit()]
    if not wanted:
        return
    named: dict[tuple[str, ...], str] = {}
    for link in islice(tree.iter("a"), MOST_LINKS):
        address = link.get("href") or ""
        # A category's page often lies below a folder of its own: /category/news for /news/story.
        steps = tuple(_parts(address)) if any(one[-1] in address for one in wanted) else ()
        found = next((one for one in wanted if steps in (one, (*steps[:1], *one))), None)
        if found and found not in named and (text := text_of(link, LONGEST)):
            named[found] = text
    yield from (named[one] for one in wanted if one in named)


def _parts(address: str | None) -> list[str]:
    try:
        path = unquote(urlsplit(address or "").path[:1000])
    except ValueError:
        return []
    return [part for part in path.lower().split("/") if part]


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
    sources: Iterable[Iterable[str]] = chain(
        (head.all(_TAGS[0], _TAGS[1]), structured.keywords),
        (head.all(name) for name in _TAGS[2:]),
        (_shown(marks, near) for _ in range(1)),  # when nothing else has any
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


def _shown(marks: Marks, near: Vicinity) -> list[str]:
    """The links of the article that lead to tags, else those of the first element that is marked as its tags."""
    own = [text_of(link, LONGEST).lstrip("#") for link in _own(marks, "tag", near)]
    if 0 < len(own) <= MOST_TAGS:
        return own
    marked = (element for element in marks["tags"] if next(element.iterdescendants("a"), None) is not None)
    for element in islice(marked, MOST_MARKED):
        names = element.get("class") or element.get("id") or ""
        if _TAGGED.search(names) and not _OTHERS.search(names) and not near.elsewhere(element, _OTHERS):
            links = list(islice(element.iter("a"), MOST_TAGS + 1))
            texts = [text_of(link, LONGEST) for link in links]
            if 0 < len(links) <= MOST_TAGS and sum(map(len, texts)) >= len(text_of(element, MOST_TAGS * LONGEST)) / 2:
                return texts
    return []


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
