"""Who wrote an article: structured data, meta tags, and the line of text that says it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import chain, islice, pairwise, zip_longest

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.date_text import read_date
from newscrawl.extraction.metadata.datelines import before_change, is_dateline
from newscrawl.extraction.metadata.han_names import has_han_label, is_han, is_han_office, names_in_han
from newscrawl.extraction.metadata.json_ld import Author, JsonLd
from newscrawl.extraction.metadata.marks import Marks
from newscrawl.extraction.metadata.meta_tags import MetaTags, text_of
from newscrawl.extraction.metadata.names import (
    begins_with_author,
    chosen,
    credited,
    is_full_name,
    is_label,
    is_name,
    is_other_credit,
    is_pen_name,
    is_person,
    names_in,
    starts_as_byline,
)
from newscrawl.extraction.metadata.site_names import is_site, without_site
from newscrawl.extraction.metadata.vicinity import MOST_ANCESTORS, PROFILE, Vicinity, leads_away
from newscrawl.extraction.metadata.words import phrases

MOST_MARKED = 60
MOST_PARAGRAPHS = 500
MOST_BELOW = 40
LONGEST_SIGNATURE = 80
LONGEST_CREDIT = 300
LONGEST = 200
MOST_IN_LINE = 8
MOST_BESIDE = 4
"""Lines below the headline among which a name without any mark may stand beside the date."""

MOST_SEARCHED = 3000
"""Elements that are searched for a byline far from the headline."""

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


_HOLDERS = ("a", "p", "span", "div", "li", "td", "h3", "h4", "h5", "h6")
_ANYBODY = re.compile(r"/(?:people|person|profiles?)/", re.IGNORECASE)
"""In the address of a page about somebody who need not be an author."""

_MARGINS = frozenset(("aside", "blockquote", "nav", "figure", "form"))
_AUTHORS_NAME = re.compile(r"author[a-z_-]{0,12}name", re.IGNORECASE)
_BETWEEN = re.compile(r"(?<!\s)\s++[-–—]\s++")
_RIGHT = re.compile(r"text-align\s*:\s*right|\Aright\Z|(?<![a-z])(?:text-?|align-?|pull-?)right(?![a-z])")
_BOLD = ("b", "strong")
_ITS_SITE = re.compile(r"\((?:www\.)?[\w-]{1,40}(?:\.[\w-]{1,20}){0,2}\.[a-z]{2,12}\)", re.IGNORECASE)
"""The address of a site behind the name of whom it belongs to."""

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
    tags = _tagged(head, near, sites)
    tagged = chosen((author.name for author in tags), sites, language)
    if any(is_person(author.name, sites) for author in tags if not author.organization):
        return tagged
    written = [names for place in _written(marks, near, sites) if (names := chosen(place, sites, language))]
    for names in written:
        if any(is_person(name, sites) for name in names):
            return names
        if pen_names := tuple(name for name in names if name in (*told, *tagged) and is_pen_name(name, sites)):
            return pen_names
    named = (names for names in (told, tagged) if any(not is_site(name, sites) for name in names))
    offices = next(named, told or tagged or next(iter(written), ()))
    last = _last_paragraph(marks.tree)
    further = (
        _far_byline(marks.tree, near, sites, sure=bool(offices)),
        chosen(_credits(last), sites, language),
        chosen(_signature(last, sites), sites, language) if all(is_site(name, sites) for name in offices) else (),
    )
    beside = chosen(_beside_date(near, sites), sites, language)
    return next(filter(None, further), offices or beside)


def _tagged(head: MetaTags, near: Vicinity, sites: Collection[str]) -> list[Author]:
    """The authors of the first meta tag that names any, or of the first one with a person whom the page shows."""
    told: list[list[Author]] = []
    for tag in _META:
        if tag == "twitter:data1" and "by" not in (head.first("twitter:label1") or "").lower().split():
            continue
        texts = [text for text in head.all(tag) if "://" not in text]
        authors = [
            Author(name, organization=_ITS_SITE.search(text) is not None)
            for text in texts
            for name in names_in(without_site(text, sites) or text)
        ]
        if authors:
            told.append(authors)
    if len(told) < 2:
        return told[0] if told else []
    shown = " ".join(line.text for line in near.lines)
    persons = (authors for authors in told if any(one.name in shown and is_person(one.name, sites) for one in authors))
    return next(persons, told[0])


def _written(marks: Marks, near: Vicinity, sites: Collection[str]) -> list[list[str]]:
    """The names in each place of the page's text that may be a byline, the surest place first."""
    ranked = _marked(marks, near, sites)
    places = [ranked.get(0, [])]
    credited_lines = (line for line in near.lines if line.profiles and not is_other_credit(line.text))
    places += [[name for text in line.profiles for name in names_in(text)] for line in credited_lines]
    for line, following in zip_longest(near.lines, near.lines[1:]):
        if is_label(line.text) and following:
            places.append(names_in(following.text)[:MOST_IN_LINE])
        elif len(line.text) <= LONGEST and starts_as_byline(line.text) and not line.text.endswith(SENTENCE_END):
            places.append(names_in(line.text)[:MOST_IN_LINE])
        elif len(line.text) <= LONGEST and not line.text.endswith(("。", "다.", "？", "！")):
            places.append(names_in_han(line.text))
    places += [ranked.get(rank, []) for rank in (1, 2, 3)]
    # Above the headline links are the path to the page as often as they are a name.
    free = (line.text for line in near.lines if not (line.before and line.linked))
    dated = (before_change(text) for text in free if is_dateline(text) and read_date(text, "dmy"))
    places += [[name for name in names_in(text) if is_person(name, sites)] for text in dated]
    # A link to all that an author wrote says their name within a sentence.
    known = {name for names in places for name in names if is_name(name, sites)}
    return [[name for name in names if not any(one in name and one != name for one in known)] for names in places]


def _far_byline(tree: HtmlElement, near: Vicinity, sites: Collection[str], *, sure: bool) -> tuple[str, ...]:
    """The names in the only byline that the rest of the page has: below the text, or far above the headline.

    It is a link to an author's page or a line that begins as a byline; where it must be `sure`, with more than a
    preposition. Empty where there are several different ones: they are those of other stories.
    """
    begins = begins_with_author if sure else starts_as_byline
    found: dict[tuple[str, ...], None] = {}
    for element in islice(tree.iter(*_HOLDERS), MOST_SEARCHED):
        if element.tag == "a":
            if not PROFILE.search(href := element.get("href") or "") or _ANYBODY.search(href):
                continue
        else:
            begin = element.text if (element.text or "").strip() else element[0].text if len(element) else None
            line = " ".join((begin or "")[:LONGEST].split())
            if not line or not (begins(line) or has_han_label(line)):
                continue
        if _is_of_others(element, near):
            continue
        text = text_of(element, LONGEST_SIGNATURE + 1, spaced=True)
        if len(text) > LONGEST_SIGNATURE:
            continue
        han = names_in_han(text) if has_han_label(text) else []
        names = tuple(han or names_in(text))
        if names and (han or all(is_full_name(name, sites) for name in names)):
            found.setdefault(names)
            if len(found) > 1:
                return ()
    return next(iter(found), ())


def _is_of_others(element: HtmlElement, near: Vicinity) -> bool:
    """Whether an element stands in a margin or card, or in an item of a list that leads to another story."""
    for part in islice(chain((element,), element.iterancestors()), MOST_ANCESTORS):
        if part in near.home:
            return False
        of_page = part.tag == "footer" and next(part.iterancestors("article"), None) is None
        if of_page or part.tag in _MARGINS or _ELSEWHERE.search(part.get("class") or ""):
            return True
        if part.tag in ("li", "article") and leads_away(part):
            return True
    return False


def _beside_date(near: Vicinity, sites: Collection[str]) -> Iterator[str]:
    """A name without any mark or link, all by itself between the headline and the date or right below the date."""
    for first, second in pairwise(near.lines[:MOST_BESIDE]):
        if is_dateline(first.text) != is_dateline(second.text):
            line = second if is_dateline(first.text) else first
            if not line.linked and is_full_name(line.text, sites):
                yield line.text
                return


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
        around = element.getparent()
        if around is not None and is_other_credit(text_of(around, LONGEST_SIGNATURE)[:LONGEST_SIGNATURE]):
            continue
        home = next(islice(element.iterancestors(), 2, 3), element)
        if homes.setdefault(rank, home) is not home and homes[rank] not in islice(element.iterancestors(), 6):
            continue
        text = text_of(element, LONGEST, spaced=True)
        names = names_in(text) if 3 <= len(text) <= LONGEST else []
        all_of_it = names == [text] and element.tag != "a" and is_han(text) and not is_han_office(text)
        names = [name for name in names if rank < SURE or all_of_it or is_name(name, sites)]
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
