"""Show why an article was extracted as it is: its facts and its blocks, as text or HTML."""

from __future__ import annotations

import base64
import hashlib
import html
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

import click

from newscrawl.cli.options import wrapped
from newscrawl.items import Article, Block, BlockKind, DatePrecision, Extraction, Judgement, kept_text
from newscrawl.text import printable

MARKS: dict[BlockKind, str] = {
    "paragraph": "",
    "heading": "# ",
    "list_item": "• ",
    "quote": "> ",
    "table_row": "| ",
    "image": "[image] ",
}
"""Prefixes of blocks in plain text."""

_FORMATS: dict[DatePrecision, str] = {
    "day": "%Y-%m-%d",
    "minute": "%Y-%m-%d %H:%M UTC",
    "second": "%Y-%m-%d %H:%M:%S UTC",
}
_SHOWN_ELSEWHERE = ("title", "text", "images", "published_raw", "published_source", "published_precision")
_PAYWALLED = {True: "yes", False: "no", None: None}


@dataclass(frozen=True, slots=True)
class Explanation:
    """The extraction of one page, to be shown."""

    place: str
    """Where the page or its article is."""
    extraction: Extraction
    notes: Mapping[int, str] = field(default_factory=dict)
    """Additional notes on blocks, by index."""
    refusal: str | None = None
    """Why the page is no article, in a sentence; None where it is one."""

    @classmethod
    def of_refused(cls, place: str, extraction: Extraction, refusal: str) -> Explanation:
        """Explain a page that is no article: its blocks as they would have been, each with its chance."""
        judgement = extraction.judgement
        chances = judgement.chances if judgement is not None else ()
        notes = {index: f"the article with a chance of {chance:.0%}" for index, chance in enumerate(chances)}
        return cls(place, extraction, notes, refusal)

    @property
    def title(self) -> str:
        """The headline."""
        return self.extraction.article.title or "(no title)"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Names and values of the article's columns; missing ones are listed together."""
        said, missing = _facts(self.extraction.article)
        if missing:
            said.append(("not said", ", ".join(missing)))
        if self.refusal is not None:
            said = [("no article", self.refusal), *said, *_judgement(self.extraction.judgement)]
        return [*said, ("extractor", self.extraction.extractor)]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every block in reading order."""
        return self.extraction.blocks

    @property
    def summary(self) -> str:
        """Number of blocks and words kept, and dropped by reason."""
        kept = [block for block in self.blocks if block.reason is None]
        dropped = [block for block in self.blocks if block.reason is not None]
        words: Counter[str] = Counter()
        for block in dropped:
            words[block.reason or ""] += block.words
        reasons = ", ".join(f"{reason} {count}" for reason, count in words.most_common())
        text = f"kept {_amount(kept)}; dropped {_amount(dropped)}" + (f" ({reasons})" if reasons else "")
        is_adjusted = kept_text(self.blocks) != self.extraction.article.text
        return text + ("; the site's own `adjust` changed the text after that" if is_adjusted else "")


def _facts(article: Article) -> tuple[list[tuple[str, str]], list[str]]:
    values = {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "source": article.source,
        "authors": ", ".join(article.authors),
        "published_at": _published(article),
        "modified_at": _moment(article.modified_at, "second"),
        "section": article.section,
        "tags": ", ".join(article.tags),
        "language": article.language,
        "paywalled": _PAYWALLED[article.paywalled],
        "description": article.description,
        "image_url": article.image_url,
    }
    # Fields that have no format of their own here are shown all the same.
    others = (fact.name for fact in fields(Article) if fact.name not in {*values, *_SHOWN_ELSEWHERE})
    values |= {name: str(getattr(article, name) or "") for name in others}
    said = [(name, value) for name, value in values.items() if value]
    said += [("images", f"{image.url} {image.caption or ''}".rstrip()) for image in article.images]
    missing = [name for name, value in values.items() if not value]
    return said, missing if article.images else [*missing, "images"]


def _judgement(judgement: Judgement | None) -> list[tuple[str, str]]:
    """What the judge said of the whole page."""
    if judgement is None:
        return []
    asked = [("trafilatura", "asked, for the judge was unsure")] if judgement.asked_trafilatura else []
    if judgement.article is None:
        return asked
    evidence = ", ".join(f"{name} {value:g}" for name, value in judgement.evidence)
    return [*asked, ("is an article", f"with a chance of {judgement.article:.0%}: {evidence}")]


def _published(article: Article) -> str | None:
    moment = _moment(article.published_at, article.published_precision or "second")
    if moment is None or article.published_source is None:
        return moment
    return f"{moment}, from {article.published_source}: {article.published_raw}"


def _moment(moment: datetime | None, precision: DatePrecision) -> str | None:
    return None if moment is None else moment.strftime(_FORMATS[precision])


def _amount(blocks: list[Block]) -> str:
    words = sum(block.words for block in blocks)
    return f"{len(blocks)} block{'' if len(blocks) == 1 else 's'}, {words} word{'' if words == 1 else 's'}"


def html_page(title: str, style: str, body: str, language: str = "") -> str:
    """Return an HTML page. `body` is HTML with all text passed through `escape`; no style but `style` is allowed."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return "\n".join(
        [
            f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body>",
            body,
            "</body></html>\n",
        ]
    )


def escape(text: str) -> str:
    """Escape text for HTML content and attributes; control characters except line breaks are made visible."""
    return html.escape("\n".join(map(printable, text.split("\n"))))


_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --kept: #1a7f37; --dropped: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #16181c; --kept: #56d364; --dropped: #ff8a80 } }
body { font: 17px/1.6 sans-serif; max-width: 48em; margin: 2em auto; padding: 0 1em;
  color: var(--ink); background: var(--paper); overflow-wrap: anywhere }
h1 { line-height: 1.25 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1em; font-size: .85em }
dd { margin: 0 }
.block { padding: .1em 0 .1em 1em; margin: .6em 0; border-left: 4px solid var(--kept) }
.heading { font-weight: bold }
.dropped { font-size: .85em; margin-left: 2em; border-left: 4px dashed var(--dropped) }
.label { color: var(--dropped); font: bold .85em monospace }
"""


def as_html(explanation: Explanation) -> str:
    """Return an HTML page with the facts and all blocks. URLs are plain text, because links of a page are untrusted."""
    facts = "\n".join(
        f'<dt lang="en">{escape(name)}</dt><dd dir="auto">{escape(value)}</dd>' for name, value in explanation.facts
    )
    body = [
        f'<h1 dir="auto">{escape(explanation.title)}</h1>',
        f'<p lang="en">{escape(explanation.place)}</p>',
        f"<dl>{facts}</dl>",
        f'<p lang="en"><b>{escape(explanation.summary)}</b></p>',
        *(_block(block, explanation.notes.get(index)) for index, block in enumerate(explanation.blocks)),
    ]
    language = explanation.extraction.article.language or ""
    return html_page(explanation.title, _STYLE, "\n".join(body), language)


def _block(block: Block, note: str | None) -> str:
    text = escape(MARKS[block.kind] + block.text)
    if block.reason is None:
        return f'<div class="block {block.kind}" dir="auto">{text}</div>'
    why = f"{block.reason}, {note}" if note else block.reason
    label = f'<span class="label" lang="en">dropped: {escape(why)}</span>'
    return f'<div class="block dropped" dir="auto">{label}<br>{text}</div>'


_LABEL = 14
"""Width of the names on the left, in columns; the longest is `canonical_url`."""


def as_text(explanation: Explanation, width: int) -> Iterator[str]:
    """Yield coloured lines, wrapped to a terminal's width; the path is not wrapped, so that it can be copied."""
    yield from (click.style(line, bold=True) for line in wrapped(printable(explanation.title), width))
    yield printable(explanation.place)
    yield ""
    for name, value in explanation.facts:
        yield from _row(name, value, width, fg="cyan")
    yield ""
    for index, block in enumerate(explanation.blocks):
        text = MARKS[block.kind] + block.text
        if block.reason is None:
            yield from _row("+ kept", text, width, fg="green")
        else:
            yield from _row(f"- {block.reason}", text, width, fg="red", dim=True)
        if index in explanation.notes:
            yield from _row("", f"({explanation.notes[index]})", width, fg="red")
    yield ""
    yield from (click.style(line, bold=True) for line in wrapped(printable(explanation.summary), width))


def _row(label: str, text: str, width: int, *, fg: str, dim: bool = False) -> Iterator[str]:
    first, *rest = wrapped(printable(text), max(width - _LABEL, 20))
    yield (click.style(f"{label:<{_LABEL}}", fg=fg) + click.style(first, dim=dim)).rstrip()
    for line in rest:
        yield " " * _LABEL + click.style(line, dim=dim)
