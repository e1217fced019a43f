"""Who wrote an article: structured data, meta tags, and the line of text that says it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import islice, zip_longest

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.date_text import read_date
from newscrawl.extraction.metadata.dates import before_change, is_dateline
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.marks import Marks
from newscrawl.extraction.metadata.meta_tags import MetaTags, text_of
from newscrawl.extraction.metadata.names import (
    chosen,
    credited,
    is_full_name,
    is_label,
    is_name,
    is_person,
    names_in,
    names_in_han,
    starts_as_byline,
)
from newscrawl.extraction.metadata.site_names import is_site
from newscrawl.extraction.metadata.vicinity import PROFILE, Vicinity
from newscrawl.extraction.metadata.words import phrases

MOST_MARKED = 60
MOST_PARAGRAPHS = 500
MOST_BELOW = 40
LONGEST_SIGNATURE = 80
LONGEST_CREDIT = 300
LONGEST = 200
MOST_IN_LINE = 8
SENTENCE_END = (".", ":", "!", "?", "…")
SURE = 2
"""From which rank on a marked element may hold anything, and only what looks like a name is taken for one."""

_META = (
    *("author", "article:author", "parsely-author", "cxenseparse:author", "sailthru.author", "byl", "dc.creator"),
    *("dcterms.creator", "citation_author", "og:article:author", "twitter:data1", "article:author_name", "creator"),
)
_UNMARKED = re.compile(
    phrases(
        r"""
        comment|related|sidebar|widget|caption|photo|image|avatar|bio\b|about|recommend|footer|teaser|card|share|social
        |popular|newsletter|date|time|list|promo|title|desc|position|role|job|media
        """
    ),
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"comment|related|sidebar|caption|recommend|footer|teaser|popular|most-read|latest", re.IGNORECASE
)


_AUTHORS_NAME = re.compile(r"author[a-z_-]{0,12}name", re.IGNORECASE)
_BETWEEN = re.compile(r"(?<!\s)\s++[-–—]\s++")
_RIGHT = re.compile(r"text-align\s*:\s*right|\Aright\Z|(?<![a-z])(?:text-?|align-?|pull-?)right(?![a-z])")
_BOLD = ("b", "strong")
_BRACKETED = re.compile(r"[（(【\[][^（()）【】\[\]]{2,200}[）)】\]]\s*\Z")


def read_authors(
    marks: Marks,
    head: MetaTags,
    structured: JsonLd,
    near: Vicinity,
    *,
    sites: Collection[str],
    language: str | None,
) -> tuple[str, ...]:
    """Return the authors: of JSON-LD, else of the meta tags, the byline or the signature; a person before an office."""
    said = [(author, names_in(author.name)) for author in structured.authors]
    told = chosen((name for _, names in said for name in names), sites, language)
    if any(is_person(name, sites) for author, names in said if not author.organization for name in names):
        return told
    tagged = chosen((name for text in _tagged(head) for name in names_in(text)), sites, language)
    if any(is_person(name, sites) for name in tagged):
        return tagged
    written = [names for place in _written(marks, near, sites) if (names := chosen(place, sites, language))]
    for names in written:
        if any(is_person(name, sites) for name in names):
            return names
    offices = told or tagged or next(iter(written), ())
    last = _last_paragraph(marks.tree)
    if credits_ := chosen(_credits(last), sites, language):
        return credits_
    signed = _signature(last, sites) if all(is_site(name, sites) for name in offices) else []
    return chosen(signed, sites, language) or offices or chosen(_beside_date(near, sites), sites, language)


def _tagged(head: MetaTags) -> Iterator[str]:
    for name in _META:
        texts = head.all(name)
        if name == "twitter:data1" and "by" not in (head.first("twitter:label1") or "").lower().split():
            continue
        found = [text for text in texts if "://" not in text]
        if any(names_in(text) for text in found):
            yield from found
            return


def _written(marks: Marks, near: Vicinity, sites: Collection[str]) -> list[list[str]]:
    """The names in each place of the page's text that may be a byline, the surest place first."""
    ranked = _marked(marks, near, sites)
    places = [ranked.get(0, [])]
    places += [[name for text in line.profiles for name in names_in(text)] for line in near.lines]
    for line, following in zip_longest(near.lines, near.lines[1:]):
        if is_label(line.text) and following:
            places.append(names_in(following.text)[:MOST_IN_LINE])
        elif len(line.text) <= LONGEST and starts_as_byline(line.text) and not line.text.endswith(SENTENCE_END):
            places.append(names_in(line.text)[:MOST_IN_LINE])
        elif len(line.text) <= LONGEST and not line.text.endswith(("。", "다.", "？", "！")):
            places.append(names_in_han(line.text))
    places += [ranked.get(rank, []) for rank in (1, 2, 3)]
    dated = (before_change(line.text) for line in near.lines if is_dateline(line.text) and read_date(line.text, "dmy"))
    places += [[name for name in names_in(text) if is_person(name, sites)] for text in dated]
    # A link to all that an author wrote says their name within a sentence.
    known = {name for names in places for name in names if is_name(name, sites)}
    return [[name for name in names if not any(one in name and one != name for one in known)] for names in places]


def _beside_date(near: Vicinity, sites: Collection[str]) -> Iterator[str]:
    """A name without any mark or link, all by itself between the headline and the date or right below the date."""
    first, second = (*near.lines[:2], None, None)[:2]
    if first and second and is_dateline(first.text) != is_dateline(second.text):
        line = second if is_dateline(first.text) else first
        if not line.linked and is_full_name(line.text, sites):
            yield line.text


def _marked(marks: Marks, near: Vicinity, sites: Collection[str]) -> dict[int, list[str]]:
    """Names in what is marked as a byline, by how surely it is one; of each rank only those that stand together."""
    ranked: dict[int, list[str]] = {}
    homes: dict[int, HtmlElement] = {}
    for element in islice(marks["byline"], MOST_MARKED):
        if near.elsewhere(element, _ELSEWHERE):
            continue
        rank = _rank(element)
        if rank is None:  # whatever its class says besides
            if not starts_as_byline(text_of(element, LONGEST)):
                continue
            rank = SURE
        home = next(islice(element.iterancestors(), 2, 3), element)
        if homes.setdefault(rank, home) is not home and homes[rank] not in islice(element.iterancestors(), 6):
            continue
        text = text_of(element, LONGEST, spaced=True)
        names = names_in(text) if 3 <= len(text) <= LONGEST else []
        names = [name for name in names if rank < SURE or is_name(name, sites)]
        ranked.setdefault(rank, []).extend(names)
        if not names and not ranked[rank]:
            del homes[rank]
    return ranked


def _rank(element: HtmlElement) -> int | None:
    """How surely the element is the byline: 0 the most; None where it is something else."""
    if element.get("itemprop"):
        return 0
    if element.get("rel") == "author" or (element.tag == "a" and PROFILE.search(element.get("href") or "")):
        return 1
    classes = element.get("class") or ""
    if _UNMARKED.search(classes):
        return None
    if _AUTHORS_NAME.search(classes):
        return 1
    return 2 if "name" in classes.lower() or element.tag == "a" else 3


def _credits(last: HtmlElement | None) -> list[str]:
    """The reporters named in brackets in the last paragraph, or at its end."""
    text = "" if last is None else text_of(last, 10_000)
    bracketed = _BRACKETED.search(text[-LONGEST_CREDIT:])
    return credited(bracketed[0]) if bracketed else []


def _signature(last: HtmlElement | None, sites: Collection[str]) -> list[str]:
    """The names in the last paragraph of the text, where it is bold or on the right and is nothing else."""
    text = "" if last is None else text_of(last, LONGEST_SIGNATURE + 1)
    if last is None or not text or len(text) > LONGEST_SIGNATURE or starts_as_byline(text):
        return []
    bold = next(last.iter(*_BOLD), None)
    signed = text if bold is None else text_of(bold)
    if not _is_on_the_right(last) and (bold is None or signed != text):
        return []
    names = [name for part in _BETWEEN.split(signed) for name in names_in(part)]
    return names if all(is_full_name(name, sites) for name in names) else []


def _last_paragraph(tree: HtmlElement) -> HtmlElement | None:
    """What the element with most text in its paragraphs ends with, if that is a paragraph without links."""
    size: Counter[HtmlElement] = Counter()
    for paragraph in islice(tree.iter("p"), MOST_PARAGRAPHS):
        parent = paragraph.getparent()
        if parent is not None:
            size[parent] += len(text_of(paragraph))
    body = max(size, key=size.__getitem__, default=None)
    children: Iterator[HtmlElement] = iter(()) if body is None else body.iterchildren(reversed=True)
    for child in islice(children, MOST_BELOW):
        if isinstance(child.tag, str) and text_of(child, 1):
            return child if child.tag == "p" and next(child.iter("a"), None) is None else None
    return None


def _is_on_the_right(element: HtmlElement) -> bool:
    return any(_RIGHT.search((element.get(name) or "").lower()) for name in ("style", "align", "class"))
