"""Elements by what their names and addresses say they hold: bylines, dates, categories, tags, breadcrumbs.

One pass through the elements of the page finds all marks but those of links, which take another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Literal

from lxml.html import HtmlElement

Mark = Literal["byline", "date", "tags", "crumbs", "category", "tag"]

_CLASSES: dict[Mark, tuple[str, ...]] = {
    "byline": ("uthor", "yline", "writer", "tac-gia"),
    "date": ("date", "Date", "ublish", "time", "posted", "ngay"),
    "tags": ("tag", "Tag"),
    "crumbs": ("readcrumb",),
}
"""Parts of class names."""
_OF_AUTHORITY = re.compile("[Aa]uthori[szt]")
_NEVER = frozenset(("body", "html", "img", "meta", "script", "article"))
_NEITHER: dict[Mark, frozenset[str]] = {
    "byline": _NEVER | {"link", "figure"},
    "date": _NEVER | {"time"},
    "tags": frozenset(),
    "crumbs": frozenset(),
}
"""Elements that a mark says nothing about."""
_NAMING = frozenset(("class", "id", "itemprop", "rel", "data-role"))
_CATEGORY = re.compile(
    r"categor|kategor|rubri[ck]|ressort|article-?section|section-?(?:name|link|label)|chuyen-?muc", re.IGNORECASE
)
"""In the class or address of a link to what an article is filed under."""
_LIST_OF_ALL = re.compile(
    r"(?:\A|/)(?:categor(?:y|ies|ie|ia|ias)|kategori(?:en)?|rubri(?:ken|ques)|tags?)/?\Z", re.IGNORECASE
)
"""The address of a page that lists all categories or tags."""

_IN_CATEGORY = ("ategor", "rubri", "ressort", "section", "chuyen")
_TAG = re.compile(r"/(?:tags?|etiquetas?|schlagwort\w*|topics?|keywords?)/", re.IGNORECASE)
_IN_TAG = ("/tag", "/etiqueta", "/schlagwort", "/topic", "/keyword")
"""A part of what each pattern matches, which is looked for first: a page has hundreds of links."""


class Marks:
    """The marked elements of a page, looked for when they are first asked for."""

    def __init__(self, tree: HtmlElement) -> None:
        self.tree = tree

    def __getitem__(self, mark: Mark) -> Iterator[HtmlElement]:
        """The elements that have the mark, in the order of the page; of ``category`` and ``tag`` they are links."""
        return iter(self._links[mark] if mark in self._links_to else self._elements[mark])

    _links_to = ("category", "tag")

    @cached_property
    def _elements(self) -> dict[Mark, list[HtmlElement]]:
        found: dict[Mark, list[HtmlElement]] = {mark: [] for mark in _CLASSES}
        for element in self.tree.iter("*"):
            marks: tuple[Mark, ...] = ()
            for name, value in element.items():
                if name in _NAMING and (named := _marks_of(name, value)):
                    marks += named
            for mark in dict.fromkeys(marks) if marks else ():
                if element.tag not in _NEITHER[mark]:
                    found[mark].append(element)
        return found

    @cached_property
    def _links(self) -> dict[Mark, list[HtmlElement]]:
        found: dict[Mark, list[HtmlElement]] = {"category": [], "tag": []}
        for element in self.tree.iter("a"):
            if mark := _link_mark(element):
                found[mark].append(element)
        return found


def _link_mark(link: HtmlElement) -> Literal["category", "tag"] | None:
    """Whether a link leads to a category or a tag: by its rel, its class and its parent's, else by its address."""
    rel = link.get("rel") or ""
    parent = link.getparent()
    address = (link.get("href") or "")[:300]
    if _LIST_OF_ALL.search(address):
        return None
    if (
        "category" in rel
        or _names_category(link.get("class"))
        or (parent is not None and _names_category(parent.get("class")))
    ):
        return "category"
    if "tag" in rel:
        return "tag"
    folded = address.lower()
    if any(part in folded for part in _IN_TAG) and _TAG.search(address):
        return "tag"
    return "category" if any(part in folded for part in _IN_CATEGORY) and _CATEGORY.search(address) else None


@lru_cache(maxsize=8192)
def _names_category(classes: str | None) -> bool:
    return classes is not None and _CATEGORY.search(classes) is not None


@lru_cache(maxsize=8192)
def _marks_of(name: str, value: str) -> tuple[Mark, ...]:
    match name:
        case "class":
            value = _OF_AUTHORITY.sub("", value) if "uthori" in value else value
            return tuple(mark for mark, parts in _CLASSES.items() if any(part in value for part in parts))
        case "id":
            return ("tags",) if "tag" in value else ()
        case "itemprop":
            return (*(("byline",) if "author" in value else ()), *(("date",) if value == "datePublished" else ()))
        case "rel":
            return ("byline",) if value == "author" else ()
        case _:
            roles: dict[str, tuple[Mark, ...]] = {"author": ("byline",), "publishdate": ("date",)}
            return roles.get(value, ())
