"""An explanation as a page for a browser."""

from __future__ import annotations

import base64
import hashlib
import html

from newscrawl.cli.explanation import MARKS, Explanation
from newscrawl.items import Block
from newscrawl.text import printable


def html_page(title: str, style: str, body: str, language: str = "") -> str:
    """Make a whole page. `body` is HTML of `escape`d parts; its only style is the one given here."""
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
    """Text as HTML that shows it: no mark-up, no attribute's end, no control character but the line's end."""
    return html.escape("\n".join(map(printable, text.split("\n"))))


# What is dropped is told by its label, its dashed edge and its smaller type, and only then by its colour.
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
    """The facts and every block. Addresses are text: the page came from strangers, and so did its links."""
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
