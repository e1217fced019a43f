"""The shapes of a site's addresses, learned from what its own feeds and sitemaps name.

A shape is an address with its variable parts replaced: ``/archives/{number}``, ``/{year}/{n}/{n}/{slug}/``,
``/sport/{slug}.html``. Folder names stay, so that ``/tag/{slug}/`` and ``/sport/{slug}/`` differ.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from newscrawl.items import SiteShape
from newscrawl.urls import url_key

MOST_SHAPES = 200
"""Shapes of one kind that are kept of a site."""
_LONGEST = 150
"""Characters of a shape; longer addresses have none."""
FEWEST = 3
"""Articles of one shape, folder names aside, from which other folders are inferred."""
_MANY = 10
"""Articles that show how all addresses of a site look."""

_STEM = re.compile(r"(?P<stem>.*?)(?P<ending>\.[A-Za-z]{2,6}\d?)?", re.ASCII | re.DOTALL)
_YEAR = re.compile(r"(?:19[89]|20[0-4])\d")
_NUMBER_LAST = re.compile(r".+[-_.,][A-Za-z]{0,4}\d{3,}")
_NUMBER_FIRST = re.compile(r"\d{4,}[-_].+")
_CODE = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{7,40}", re.IGNORECASE)
_IDENTITY = re.compile(r"\{(?:number|year|slug-number|number-slug|code)\}")


@lru_cache(maxsize=4096)
def shape_of(url: str) -> str | None:
    """Return the shape of an address; None for a home page and for what is too long or no address."""
    try:
        parts = urlsplit(url_key(url))
    except ValueError:
        return None
    segments = unquote(parts.path).split("/")[1:]
    has_slash = len(segments) > 1 and not segments[-1]
    *folders, last = segments[:-1] if has_slash else segments or [""]
    query = "&".join(
        f"{name}={{{'number' if value.isdecimal() else 'word'}}}" for name, value in sorted(parse_qsl(parts.query))
    )
    if not last and not query:
        return None
    shape = "/".join(("", *map(_folder, folders), _last(last) + "/" * has_slash)) + ("?" + query if query else "")
    return shape if len(shape) <= _LONGEST else None


def _folder(name: str) -> str:
    return _digits(name) if name.isdecimal() else name.lower().replace("{", "(")


def _digits(name: str) -> str:
    return "{year}" if _YEAR.fullmatch(name) else "{n}" if len(name) <= 2 else "{number}"


def _last(name: str) -> str:
    match = _STEM.fullmatch(name)
    assert match is not None
    stem, ending = match["stem"], match["ending"] or ""
    if not stem:
        return name
    if stem.isdecimal():  # whatever its length: the tenth article comes before the hundredth
        return "{number}" + ending
    if len(stem) <= _LONGEST * 4:
        if _NUMBER_LAST.fullmatch(stem):
            return "{slug-number}" + ending
        if _NUMBER_FIRST.fullmatch(stem):
            return "{number-slug}" + ending
    return ("{code}" if _CODE.fullmatch(stem) else "{slug}") + ending


def _any_folder(shape: str) -> str:
    """The shape with each folder name replaced by a star."""
    path, mark, query = shape.partition("?")
    *folders, last = path[1:].split("/")
    if not last and folders:  # a trailing slash
        *folders, last = *folders[:-1], folders[-1] + "/"
    return "/".join(("", *(one if one.startswith("{") else "*" for one in folders), last)) + mark + query


@dataclass(slots=True)
class Shapes:
    """What is known of a site's addresses: how often each shape was an article's, and how often a listing's."""

    articles: Counter[str] = field(default_factory=Counter)
    listings: Counter[str] = field(default_factory=Counter)
    _general: Counter[str] | None = None
    """Articles by shape, whatever their folders; None where it must be counted again."""
    _folders: dict[str, set[str]] = field(default_factory=dict)

    def learn(self, known: Iterable[SiteShape]) -> None:
        """Take in what a listing says, or what is stored of a site."""
        for one in known:
            counter = self.articles if one.kind == "article" else self.listings
            counter[one.shape] = max(counter[one.shape], one.addresses)
        self._general = None

    def has(self, url: str) -> bool:
        """Say whether feeds or sitemaps named articles of exactly this shape, and hardly a listing has it."""
        shape = shape_of(url)
        return shape is not None and self.articles[shape] > 0 and not self._is_of_listings(shape)

    def _is_of_listings(self, shape: str) -> bool:
        """Whether listings have a shape too, and not one among very many articles."""
        return self.listings[shape] * _MANY > self.articles[shape]

    def is_article(self, url: str) -> bool | None:
        """Say whether an address has the shape of the site's articles; None where that is not known.

        The same shape with other folders counts where the articles at hand stand in several folders. A shape that
        listings have as well tells nothing.
        """
        shape = shape_of(url)
        if shape is None:
            return None
        if self.articles[shape]:
            return None if self._is_of_listings(shape) else True
        general = _any_folder(shape)
        counts = self._generalised()
        if counts[general] >= FEWEST and len(self._folders[general]) > 1 and not self.listings[shape]:
            return None if any(_any_folder(one) == general for one in self.listings) else True
        if sum(counts.values()) >= _MANY and not _IDENTITY.search(shape):
            # Where every article has a number or a date, an address without one is something else.
            return False if all(_IDENTITY.search(one) for one in counts) else None
        return None

    def _generalised(self) -> Counter[str]:
        if self._general is None:
            self._general, self._folders = Counter(), {}
            for shape, count in self.articles.items():
                general = _any_folder(shape)
                self._general[general] += count
                self._folders.setdefault(general, set()).add(shape)
        return self._general


def shapes_of(urls: Iterable[str], kind: Literal["article", "listing"]) -> tuple[SiteShape, ...]:
    """Return the shapes of the addresses that a listing names, the most frequent first, each with an example."""
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for url in urls:
        shape = shape_of(url)
        if shape is not None:
            counts[shape] += 1
            examples.setdefault(shape, url)
    common = counts.most_common(MOST_SHAPES)
    return tuple(SiteShape(shape, kind, number, examples[shape]) for shape, number in common)
