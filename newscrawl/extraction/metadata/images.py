"""The pictures of an article, with what stands under them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import MetaTags, text_of
from newscrawl.extraction.metadata.vicinity import HEADLINE, LONG, Vicinity
from newscrawl.extraction.metadata.words import phrases
from newscrawl.items import Image

MOST_LOOKED_AT = 500
MOST_IMAGES = 60
MOST_CAPTION = 1000
MOST_UNMARKED = 300
"""Characters of a caption that nothing but its place tells."""

LONGEST_ADDRESS = 3000
MOST_ANCESTORS = 12
LEAST_PARAGRAPHS = 3
SHORTEST_NAME = 4
"""Letters of a picture's name that tell its page from another."""
SMALLEST = 60
"""Pixels of width or height below which a picture is an icon."""

_SOURCES = ("data-src", "data-original", "data-lazy-src", "data-full-src", "data-image", "data-url", "data-lazy", "src")
_SOURCE_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_INLINED = re.compile("(?:data|about|blob|javascript):", re.IGNORECASE)
_NO_PICTURE = re.compile(
    phrases(
        r"""
        logo|icon|avatar|sprite|pixel|blank\.|spacer|placeholder|tracking|1x1|/ads?/|doubleclick|beacon|emoji|gravatar|banner
        |loading|no-?images?\b|userdef|(?:facebook|twitter|linkedin|pinterest|zalo)\d?\.(?:gif|png|svg)
        """
    ),
    re.IGNORECASE,
)
_SITE_PICTURE = re.compile(
    r"(?<![a-z])(?:logo|favicon|icon|placeholder|avatar|no-?image)(?![a-z])[^/]*\Z", re.IGNORECASE
)
"""In the name of a file that is named as the picture of every page."""
_DESIGN = re.compile(r"\.svg(?:\?|\Z)|/themes/|/flags/", re.IGNORECASE)
"""Drawings, and pictures of the site's design rather than of the article."""
_ELSEWHERE = re.compile(
    phrases(
        r"""
        related|recommend|sidebar|avatar|author|byline|share|social|comment|newsletter|promo|advert|(?:^|[\s_-])ads?(?:[\s_-]|$)
        |teaser|most-?read|latest|popular|lien-?quan|card|logo|icon
        """
    ),
    re.IGNORECASE,
)
_WHOLE = frozenset(("article", "main", "body", "html"))
_FAR = frozenset(("aside", "nav", "footer", "header", "form", "button", "noscript"))
_FULL_SIZE = re.compile(
    r"\A(?:#|javascript:)|\.(?:jpe?g|png|webp|gif|avif)(?:\?|\Z)|/(?:photo|image|bild|foto|gallery)", re.IGNORECASE
)
_LOOSE = re.compile(r" (?=[.,;:!?)\]])")
_CAPTION = re.compile(
    phrases("caption|legende|bildunterschrift|chu[-_]?thich|pie-?de-?foto|didascalia|desc_cap|photo-?credit"),
    re.IGNORECASE,
)


def main_image(tree: HtmlElement, head: MetaTags, structured: JsonLd, near: Vicinity) -> str | None:
    """Return the absolute address of the main picture: the one that the page names, else one above the text."""
    candidates = (*head.all("og:image", "og:image:secure_url", "og:image:url"), structured.image)
    candidates += (*head.all("twitter:image", "twitter:image:src", "image"), head.links.get("image_src"))
    addresses = (head.absolute(one) for one in candidates)
    named = next((one for one in addresses if one and not _SITE_PICTURE.search(one.partition("?")[0])), None)
    return named or _picture_above(tree, head, near)


def _picture_above(tree: HtmlElement, head: MetaTags, near: Vicinity) -> str | None:
    for element in islice(_container(near.heading, tree).iter("img", "p"), MOST_LOOKED_AT):
        if element.tag == "p" and len(text_of(element, LONG)) >= LONG:
            return None
        found = _picture(element, head, near) if element.tag == "img" else None
        if found is not None and not _DESIGN.search(found[0]):
            return found[0]
    return None


def images_of(tree: HtmlElement, head: MetaTags, near: Vicinity) -> tuple[Image, ...]:
    """Return the pictures within the article's element, in reading order, each once."""
    found: dict[str, Image] = {}
    for element in islice(_container(near.heading, tree).iter("img"), MOST_LOOKED_AT):
        picture = _picture(element, head, near)
        if picture is None:
            continue
        address, frame = picture
        key = address.partition("?")[0]
        caption = _caption(frame, element)
        # A picture that stands above the text and in it may say more there.
        if key not in found or len(caption or "") > len(found[key].caption or ""):
            found[key] = Image(address, caption)
        if len(found) >= MOST_IMAGES:
            break
    return tuple(found.values())


def _picture(image: HtmlElement, head: MetaTags, near: Vicinity) -> tuple[str, HtmlElement] | None:
    """The address of a picture, and what holds it and its caption; None where it is not the article's."""
    frame = _frame(image, near.home)
    address = None if frame is None else head.absolute(_address(image))
    return None if frame is None or address is None or _NO_PICTURE.search(address) else (address, frame)


def _container(heading: HtmlElement | None, tree: HtmlElement) -> HtmlElement:
    """The element of the article: the nearest to the headline that holds paragraphs, else the first, else the page."""
    for element in heading.iterancestors() if heading is not None else ():
        if next(islice(element.iter("p"), LEAST_PARAGRAPHS - 1, LEAST_PARAGRAPHS), None) is not None:
            return element
    return next(islice(tree.iter("article", "main"), 1), tree)


def _frame(image: HtmlElement, home: Collection[HtmlElement]) -> HtmlElement | None:
    """What holds a picture and its caption; None where the picture is not the article's.

    What holds the headline too is the article's, whatever it is called: a main column may be a "sidebar-1".
    """
    if (
        _ELSEWHERE.search(image.get("class") or "")
        or min(_pixels(image.get(s)) for s in ("width", "height")) < SMALLEST
    ):
        return None
    frame = image
    for ancestor in islice(image.iterancestors(), MOST_ANCESTORS):
        if ancestor in home:
            break
        is_elsewhere = ancestor.tag not in _WHOLE and _ELSEWHERE.search(ancestor.get("class") or "")
        if ancestor.tag in _FAR or (is_elsewhere and not _is_figure_of_text(ancestor)):
            return None
        if ancestor.tag == "a" and not _leads_to_picture(ancestor, image):
            return None  # the teaser of another page
        if ancestor.tag in ("figure", "table") and frame is image:
            frame = ancestor
    return frame


def _is_figure_of_text(element: HtmlElement) -> bool:
    """Whether an element is a figure of a text, which editors' systems call a card: without a headline or a link."""
    if element.tag != "figure" or next(element.iter("h1", "h2", "h3", "h4", "h5", "h6"), None) is not None:
        return False
    return not any(len(text_of(link)) >= HEADLINE for link in element.iter("a"))


def _leads_to_picture(link: HtmlElement, image: HtmlElement) -> bool:
    """Whether a link leads to the picture in it: to a larger one, or from a figure to its page, named after it."""
    href: str = link.get("href") or "#"
    if _FULL_SIZE.search(href):
        return True
    name = href.partition("?")[0].rstrip("/").rpartition("/")[2]
    is_named = len(name) >= SHORTEST_NAME and name in (_address(image) or "")
    return is_named and next(link.iterancestors("figure"), None) is not None


def _pixels(size: str | None) -> float:
    digits = re.match(r"\s*(\d{1,5})(?:px)?\s*\Z", size or "")
    return int(digits[1]) if digits else float("inf")


def _address(image: HtmlElement) -> str | None:
    for name in _SOURCES:
        address: str = (image.get(name) or "").strip()
        if address and len(address) < LONGEST_ADDRESS and not _INLINED.match(address):
            return address
    pictures = islice(image.iterancestors("picture"), 1)
    sources = (source for picture in pictures for source in picture.iter("source"))
    return next(_largest(chain((image,), sources)), None)


def _largest(holders: Iterable[HtmlElement]) -> Iterator[str]:
    for holder in islice(holders, 10):
        for name in _SOURCE_SETS:
            choices = [choice.split() for choice in (holder.get(name) or "")[:5000].split(", ")]
            sized = [
                (_size(choice[1:]), choice[0]) for choice in choices if choice and not choice[0].startswith("data:")
            ]
            if sized:
                yield max(sized, key=lambda one: one[0])[1].rstrip(",")


def _size(descriptor: list[str]) -> float:
    match = re.match(r"(\d{1,6}(?:\.\d{1,3})?)[wx]", descriptor[0]) if descriptor else None
    return float(match[1]) if match else 0.0


def _caption(frame: HtmlElement, image: HtmlElement) -> str | None:
    for element in islice(frame.iter("figcaption"), 1):
        return _caption_text(element)
    around = frame if frame is not image else image.getparent()
    candidates = [] if around is None else [*islice(around.iter("p", "div", "span", "td", "em", "small"), 30)]
    following = around.getnext() if around is not None else None
    candidates += [following] if following is not None and isinstance(following.tag, str) else []
    for element in candidates:
        if _CAPTION.search(element.get("class") or "") or _CAPTION.search(element.get("data-role") or ""):
            return _caption_text(element)
    below = _row_below(image) if frame.tag == "table" else _set_below(image)
    text = "" if below is None else _caption_text(below) or ""
    return text if 0 < len(text) <= MOST_UNMARKED else None


def _row_below(image: HtmlElement) -> HtmlElement | None:
    """The row below one that holds nothing but the picture."""
    row = next(image.iterancestors("tr"), None)
    if row is None or text_of(row, 1):
        return None
    following = row.getnext()
    return following if following is not None and next(following.iter("img"), None) is None else None


def _set_below(image: HtmlElement) -> HtmlElement | None:
    """Emphasized text that is all there is in the picture's paragraph, or in the next one below a picture alone."""
    paragraph = next((one for one in islice(image.iterancestors(), 3) if one.tag in ("p", "div")), None)
    if paragraph is None:
        return None
    if not text_of(paragraph, 1):
        following = paragraph.getnext()
        paragraph = following if following is not None and following.tag == paragraph.tag else None
    emphasized = None if paragraph is None else next(paragraph.iter("em", "i", "small"), None)
    if paragraph is None or emphasized is None or text_of(paragraph) != text_of(emphasized):
        return None
    return emphasized


def _caption_text(element: HtmlElement) -> str | None:
    """The text and the credit are often elements of their own, with nothing between them."""
    return _LOOSE.sub("", text_of(element, MOST_CAPTION, spaced=True)) or None
