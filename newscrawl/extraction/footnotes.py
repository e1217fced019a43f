"""Footnotes: links to a note that leads back to where it is referred to, as no menu and no list of contents does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote

from lxml.html import HtmlElement

MOST_LINKS, MOST_MARKS, MOST_BACK = 5000, 500, 30
MOST_STEPS = 3
"""Elements around a mark, and beside it, that may have the name to which its note leads back."""
LONGEST = 200
MARK = re.compile(r"\s*[\[(]?(?:\d{1,3}|[a-z*†‡§¶])[\])]?\s*")
"""What a footnote is marked with."""
_HOLDERS = frozenset("article aside blockquote body dd div dl footer li ol p section td tr ul".split())


def footnotes(tree: HtmlElement) -> dict[HtmlElement, HtmlElement]:
    """Return the element with the note for each link that marks one: in the text, and in the note, which leads back.

    The note holds a link back: to the mark, to an element close around it, or to the one beside it.
    """
    marks = [link for link in islice(tree.iter("a"), MOST_LINKS) if "#" in (link.get("href") or "") and _is_mark(link)]
    if not marks:
        return {}
    named: dict[str, HtmlElement] = {}
    for element in tree.iter("*"):
        for name in _names(element):
            named.setdefault(name, element)
    found: dict[HtmlElement, HtmlElement] = {}
    links_of: dict[HtmlElement, list[HtmlElement]] = {}
    for mark in marks[:MOST_MARKS]:
        if mark in found:  # of a pair the first one stands in the text
            continue
        target = named.get(_fragment(mark))
        note = target if target is None or target.tag in _HOLDERS else _holder(target)
        if note is None or note.tag == "body" or note in mark.iterancestors():
            continue
        places = {
            mark,
            *islice(mark.iterancestors(), MOST_STEPS),
            *islice(mark.itersiblings(), MOST_STEPS),
            *islice(mark.itersiblings(preceding=True), MOST_STEPS),
        }
        if note not in links_of:
            links_of[note] = list(islice(note.iter("a"), MOST_BACK))
        back = [link for link in links_of[note] if named.get(_fragment(link)) in places]
        if back:
            found[mark] = note
            found.update((link, note) for link in back if _is_mark(link) or not any(map(str.isalnum, _label(link))))
    return found


def _is_mark(link: HtmlElement) -> bool:
    return MARK.fullmatch(_label(link)) is not None


def _label(link: HtmlElement) -> str:
    return "".join(piece[:9] for piece in islice(link.itertext(), 4))


def _names(element: HtmlElement) -> Iterator[str]:
    names = (element.get("id"), element.get("name") if element.tag == "a" else None)
    return (name[:LONGEST] for name in names if name)


def _fragment(link: HtmlElement) -> str:
    return unquote((link.get("href") or "").partition("#")[2][:LONGEST])


def _holder(element: HtmlElement) -> HtmlElement | None:
    return next((part for part in element.iterancestors() if part.tag in _HOLDERS), None)
