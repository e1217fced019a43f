"""An article to take along: as a citation, as Markdown, as an entry of a bibliography."""

from __future__ import annotations

import re
from collections.abc import Iterable

from newscrawl.items import Block, kept_text
from newscrawl.storage.lookup import Facts
from newscrawl.text import tidy

_MARKUP = re.compile(r"([\\`*_\[\]<>#|~])")
_LIST = re.compile(r"^(\d{0,9})([-+=.)])", re.ASCII)
_TEX = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", **{sign: f"\\{sign}" for sign in "$&#%_"}}
_TEX |= {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_PREFIXES = {"heading": "## ", "list_item": "- ", "quote": "> "}


def citation(article: Facts) -> str:
    """Return a reference in plain text: authors, title, site, day, address."""
    published = article["published_at"]
    parts = [
        ", ".join(article["authors"]),
        f"“{article['title']}”" if article["title"] else "",
        article["source"],
        f"{published:%Y-%m-%d}" if published else "no date",
        article["canonical_url"] or article["url"] or article["url_key"],
    ]
    return ". ".join(tidy(part).rstrip(".") for part in parts if part)


def markdown(article: Facts, blocks: Iterable[Block]) -> str:
    """Return the article in Markdown; what would be markup in its texts is escaped."""
    blocks = tuple(blocks)
    title = article["title"]
    lines = [f"# {_escaped(title)}"] if title else []
    lines.append(_escaped(citation(article)))
    if article["description"]:
        lines.append(f"**{_escaped(article['description'])}**")
    if kept_text(blocks) != article["text"]:  # the site's `adjust` wrote it
        blocks = tuple(Block("paragraph", line) for line in article["text"].split("\n"))
    lines += [_PREFIXES.get(block.kind, "") + _escaped(block.text) for block in blocks if block.reason is None]
    return "\n\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return _LIST.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", " ".join(tidy(text).split())))


def bibtex(article: Facts) -> str:
    """Return the article as BibTeX (biblatex's `@online`)."""
    published = article["published_at"]
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in article["authors"]),
        "title": f"{{{_tex(article['title'] or article['url_key'])}}}",
        "organization": _tex(article["source"] or ""),
        "date": f"{published:%Y-%m-%d}" if published else "",
        "url": re.sub(r"[{}\\\s]", _percent, article["canonical_url"] or article["url"] or ""),
        "urldate": f"{article['fetched_at']:%Y-%m-%d}",
        "langid": re.sub(r"[^a-zA-Z-]", "", article["language"] or ""),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@online{{newscrawl{article['id']},", *lines, "}"]) + "\n"


def _percent(sign: re.Match[str]) -> str:
    return f"%{ord(sign[0]):02X}"


def _tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in " ".join(tidy(text).split()))
