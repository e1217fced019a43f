"""Values of JSON-LD, which may be a string, an object, a reference, a list of them, or anything else."""

from __future__ import annotations

import html
from dataclasses import dataclass
from itertools import islice
from typing import Any

from newscrawl.extraction.metadata.meta_tags import line_of

MOST_VALUES = 100
_NAMES = ("name", "@value", "headline", "title", "value")


@dataclass(frozen=True, slots=True)
class Author:
    """An author as JSON-LD names it; the name is as written."""

    name: str
    organization: bool = False
    """Whether the page says that it is no person."""


def texts(value: Any, by_id: dict[str, dict[str, Any]] | None = None) -> list[str]:
    """Every text that a value names, in order: of an object its name, of a reference that of what it refers to."""
    found = []
    for one in islice(value, MOST_VALUES) if isinstance(value, list) else (value,):
        text = _named(one, by_id or {})
        if text and text.strip():
            found.append(text)
    return found


def _named(value: Any, by_id: dict[str, dict[str, Any]]) -> str | None:
    if isinstance(value, dict):
        if not any(value.get(key) for key in _NAMES):
            value = by_id.get(str(value.get("@id")), value)
        value = next((value[key] for key in _NAMES if value.get(key)), None)
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, str) else None


def first_text(value: Any, by_id: dict[str, dict[str, Any]] | None = None) -> str | None:
    """Return the first of `texts`."""
    return next(iter(texts(value, by_id)), None)


def authors_of(value: Any, by_id: dict[str, dict[str, Any]]) -> tuple[Author, ...]:
    """Return the authors of an ``author`` value, each once; a list under ``name`` is several."""
    found: dict[str, Author] = {}
    for one in islice(value, MOST_VALUES) if isinstance(value, list) else (value,):
        node = by_id.get(str(one.get("@id")), one) if isinstance(one, dict) and not one.get("name") else one
        kind = str(node.get("@type")) if isinstance(node, dict) else ""
        names = texts(node.get("name")) if isinstance(node, dict) else texts(node)
        for name in names:
            author = Author(plain_line(name) or "", "rganization" in kind or "Brand" in kind)
            found.setdefault(author.name, author)
    return tuple(found.values())


def unescaped(text: str | None) -> str | None:
    """Resolve character references, which HTML does not resolve in a script but many publishers write."""
    return html.unescape(text) if text and "&" in text else text


def plain_line(text: str | None) -> str | None:
    """A value as it may be stored, on one line: JSON may hold any character, and half of one."""
    return line_of(unescaped(text) or "") or None


def truth(value: Any) -> bool | None:
    """Return a boolean that may be written as a string or a URL; None for anything else."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bool):
        return value
    word = value.strip().lower().rpartition("/")[2] if isinstance(value, str) else ""
    return {"true": True, "false": False}.get(word)
