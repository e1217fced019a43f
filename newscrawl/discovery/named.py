"""Sections by their names: as people say them, as addresses have them, and as feeds call their categories."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from newscrawl.items import Link

_APART = re.compile(r"[\W_]+")
_FEEDS = frozenset(("feed", "rss", "atom", "index", "page"))
"""Last parts of the addresses of a section's feed, and of its further pages."""


def folded(name: str) -> str:
    """Return a name as an address would have it: lower case, without accents, words joined by hyphens."""
    letters = unicodedata.normalize("NFKD", name[:200].casefold().replace("đ", "d").replace("ß", "ss"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _APART.sub("-", unicodedata.normalize("NFC", plain)).strip("-")


def folders_of(url: str) -> list[str]:
    """Return the parts of an address's path, folded, and without an ending."""
    try:
        parts = [part for part in unquote(urlsplit(url).path).split("/") if part]
    except ValueError:
        return []
    if parts:
        parts[-1] = PurePosixPath(parts[-1]).stem if "." in parts[-1] else parts[-1]
    return [folded(part) for part in parts]


@dataclass(frozen=True, slots=True)
class Section:
    """A section that a run is limited to."""

    given: str
    """As the user wrote it: a name, or a path."""

    @property
    def path(self) -> tuple[str, ...]:
        """Its parts, folded; a name has one."""
        return tuple(filter(None, map(folded, self.given.split("/"))))

    def is_called(self, name: str | None) -> bool:
        """Say whether a name is the section's: "Thời sự" is ``thoi-su``."""
        return name is not None and len(self.path) == 1 and folded(name) == self.path[0]

    def has_folder(self, url: str) -> bool:
        """Say whether an address stands below one that is called like the section."""
        return self._is_in(folders_of(url)[:-1])

    def is_listing(self, url: str, label: str | None = None) -> bool:
        """Say whether an address is that of the section's own page or feed, or of one below it."""
        return self.is_called(label) or self._is_in([one for one in folders_of(url) if one not in _FEEDS])

    def has(self, link: Link) -> bool:
        """Say whether an article is the section's, by its address or the categories that a feed gives it."""
        names = (*link.facts.categories, *link.facts.tags) if link.facts else ()
        return self.has_folder(link.url) or any(map(self.is_called, names))

    def _is_in(self, parts: Sequence[str]) -> bool:
        size = len(self.path)
        return any(tuple(parts[at : at + size]) == self.path for at in range(len(parts) - size + 1))
