"""The lead: the sentence or two under the headline that say what an article is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newscrawl.extraction.metadata.datelines import is_dateline
from newscrawl.extraction.metadata.headline import same
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import MetaTags, line_of
from newscrawl.extraction.metadata.vicinity import Line

SHORTEST = 50
SHORTEST_SENTENCE = 25
LONGEST = 1500
LABEL = 30
_MARK_UP = re.compile(r"<[^<>]{1,200}>")
_END = (".", "!", "?", "…", "。", "”", '"', "»")


def lead_of(lines: Sequence[Line], head: MetaTags, structured: JsonLd, title: str | None) -> str | None:
    """Return the lead as the page marks it, else what it tells search engines."""
    told = (structured.description, head.first("og:description"), head.first("description", "twitter:description"))
    texts = [line_of(_MARK_UP.sub(" ", text[:LONGEST])) for text in told if text]
    described = next((text for text in texts if text and not (title and same(text, title))), None)
    for line in lines:
        if line.lead and _is_sentence(line.text) and not (title and same(line.text, title)):
            return line_of(without_kicker(line.text, described))
    return described


def without_kicker(lead: str, described: str | None) -> str:
    """Take off what stands before the words that the description begins with: the site's name, a place, a dash."""
    start = lead.find(described[:LABEL]) if described else -1
    return lead[start:] if 0 < start <= LABEL else lead


def _is_sentence(text: str) -> bool:
    """Whether a text says something: kickers, subtitles and datelines are marked as leads are."""
    return not is_dateline(text) and len(text) >= (SHORTEST_SENTENCE if text.endswith(_END) else SHORTEST)
