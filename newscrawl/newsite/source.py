"""The module of a proposed spider. Every text in it comes from a stranger's site, and stays data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from newscrawl.newsite.propose import Proposal, class_name

MOST_LINES = 25
_WIDTH = 120


def fitted(proposal: Proposal) -> Proposal:
    """Return a proposal whose module is short enough to be read at a glance: with fewer sections, then feeds."""
    while len(_lines(proposal, date.max)) > MOST_LINES and (proposal.sections or len(proposal.feeds) > 1):
        if proposal.sections:
            proposal = replace(proposal, sections=proposal.sections[:-1])
        else:
            proposal = replace(proposal, feeds=proposal.feeds[:-1])
    return proposal


def spider_source(proposal: Proposal, day: date) -> str:
    """Return the module of a spider, formatted as ruff formats."""
    return "\n".join(_lines(proposal, day)) + "\n"


def _lines(proposal: Proposal, day: date) -> list[str]:
    attributes = [f"name = {literal(proposal.name)}", *_tuple("allowed_domains", (proposal.domain,))]
    if proposal.home:
        attributes.append(f"home = {literal(proposal.home)}")
    attributes += _tuple("feeds", proposal.feeds)
    # A spider fills the days of a run into the braces of its sitemaps.
    attributes += _tuple("sitemaps", [url.replace("{", "{{").replace("}", "}}") for url in proposal.sitemaps])
    attributes += _tuple("sections", proposal.sections)
    if proposal.article_url:
        attributes.append(f"article_url = {_raw(proposal.article_url)}")
    if proposal.timezone:
        attributes.append(f"timezone = {literal(proposal.timezone)}")
    if proposal.language:
        attributes.append(f"language = {literal(proposal.language)}")
    if proposal.explores:
        attributes.append("explores = True")
    return [
        f'"""The site {proposal.domain}."""',
        "",
        "from newscrawl.base_spiders import SiteSpider",
        "",
        "",
        f"class {class_name(proposal.name)}(SiteSpider):",
        f'    """As `newscrawl new-site` found it on {day.isoformat()}."""',
        "",
        *(f"    {line}" for line in attributes),
    ]


def literal(text: str) -> str:
    """Return a text as Python, in double quotes where nothing has to be escaped for that."""
    written = ascii(text)
    return written if '"' in text or written.startswith('"') else f'"{written[1:-1]}"'


def _raw(pattern: str) -> str:
    is_plain = pattern.isascii() and pattern.isprintable() and '"' not in pattern and not pattern.endswith("\\")
    return f'r"{pattern}"' if is_plain else literal(pattern)


def _tuple(name: str, values: Sequence[str]) -> list[str]:
    if not values:
        return []
    texts = [literal(value) for value in values]
    line = f"{name} = ({', '.join(texts)}{',' if len(texts) == 1 else ''})"
    if len(line) + 4 <= _WIDTH:
        return [line]
    return [f"{name} = (", *(f"    {text}," for text in texts), ")"]
