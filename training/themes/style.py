"""How one made site writes HTML: element names, class names and the habits of its editor."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from string import ascii_lowercase, digits

_WORDPRESS = {
    "paragraph": ("", "has-drop-cap", "wp-block-paragraph"),
    "heading": ("wp-block-heading",),
    "list": ("wp-block-list", ""),
    "quote": ("wp-block-quote",),
    "figure": ("wp-block-image size-large", "wp-caption aligncenter"),
    "caption": ("wp-element-caption", "wp-caption-text"),
    "table": ("wp-block-table",),
    "code": ("wp-block-code",),
    "embed": ("wp-block-embed is-type-rich",),
}
_GHOST = {
    "figure": ("kg-card kg-image-card kg-card-hascaption",),
    "embed": ("kg-card kg-embed-card",),
    "code": ("kg-card kg-code-card",),
    "entry": ("kg-card kg-callout-card",),
}
_NEWSROOM = ("article", "story", "c-article", "post", "entry", "rich-text", "detail", "news", "ArticleBody")


@dataclass(frozen=True, slots=True)
class Style:
    """The habits of one site."""

    scheme: str
    """plain, wordpress, ghost, hashed or newsroom: what class names are like."""
    paragraphs: str
    """p, div, span or br: what a paragraph is made of."""
    headings: str
    """h2 to h5, bold, strong, underlined, span, div, anchor, mark or nested: what a heading in the text is made of."""
    numbered: str
    """none, arabic or script: how the headings of a text are numbered."""
    figure: str
    signature: str
    """bold, italic, box or none: how the author is named below the text."""
    lists: str
    code: str
    questions: str
    """bold, name, heading, terms, details or italic: how interviews set questions off."""
    entries: str
    """article, div, item or flat: how live blogs set entries off."""
    containers: str
    """none, whole, each, sections, spaced, cut or table: what the blocks of a body stand in."""
    hard_wrapped: bool
    """Lines end after 80 characters in the source."""
    lead: str
    """none, heading, bold or standfirst: how the description stands over the text, if it does."""
    headline_again: bool
    """The title opens the body once more."""
    drop_cap: bool
    staffed: float
    """Share of articles without a signature below which reporter and editor are named."""
    hidden_copy: bool
    """The whole text stands in the page a second time, unseen, in one piece."""
    salt: str
    stem: str

    def classes(self, role: str) -> str:
        """Class attribute of an element with this role, with a blank before it; or nothing."""
        names = self._names(role)
        return f' class="{names}"' if names else ""

    def _names(self, role: str) -> str:
        dice = random.Random(f"{self.salt} {role}")
        match self.scheme:
            case "wordpress":
                return dice.choice(_WORDPRESS.get(role, ("",)))
            case "ghost":
                return dice.choice(_GHOST.get(role, ("",)))
            case "hashed":
                return f"{dice.choice(('css', 'sc', 'jsx'))}-{hashed(dice)}"
            case "newsroom":
                joint = dice.choice(("__", "-", "_"))
                return f"{self.stem}{joint}{role}" if dice.random() < 0.8 else ""
        return ""

    def tag(self, name: str, role: str, inner: str) -> str:
        """An element with this site's class names."""
        return f"<{name}{self.classes(role)}>{inner}</{name}>"


def hashed(dice: random.Random) -> str:
    """A class name as CSS in JavaScript makes them."""
    return "".join(dice.choices(ascii_lowercase + digits, k=dice.randint(5, 8)))


def draw_style(dice: random.Random) -> Style:
    """The habits of a new site."""
    return Style(
        scheme=dice.choice(("plain", "plain", "wordpress", "ghost", "hashed", "newsroom", "newsroom")),
        paragraphs=dice.choice(("p", "p", "p", "p", "p", "div", "span", "br")),
        headings=dice.choice(
            (
                *("h2", "h2", "h2", "h3", "h3", "h4", "h5", "bold", "bold", "strong"),
                *("underlined", "span", "span", "div", "anchor", "mark", "nested"),
            )
        ),
        numbered=dice.choice(("none", "none", "none", "none", "arabic", "script")),
        figure=dice.choice(("figure", "figure", "nested", "div", "paragraph", "table")),
        signature=dice.choice(("none", "none", "none", "bold", "italic", "box")),
        lists=dice.choice(("plain", "plain", "paragraphs", "spans", "divs")),
        code=dice.choice(("pre", "highlight", "gutter")),
        questions=dice.choice(("bold", "bold", "name", "heading", "terms", "details", "italic")),
        entries=dice.choice(("article", "div", "item", "flat")),
        containers=dice.choice(("none", "none", "none", "whole", "each", "sections", "spaced", "table", "cut", "cut")),
        hard_wrapped=dice.random() < 0.1,
        lead=dice.choice(("none", "none", "none", "heading", "bold", "standfirst")),
        headline_again=dice.random() < 0.06,
        drop_cap=dice.random() < 0.08,
        staffed=dice.choice((0, 0, 0.1, 0.7)),
        hidden_copy=dice.random() < 0.05,
        salt=str(dice.random()),
        stem=dice.choice(_NEWSROOM),
    )


def inline(text: str, dice: random.Random, *, spaced: bool) -> str:
    """The text as HTML, now and then with a link or emphasis around some of it."""
    if dice.random() > 0.35 or len(text) < 30:
        return escape(text, quote=False)
    parts: Sequence[str] = text.split(" ") if spaced else text
    size = dice.randint(1, 4) if spaced else dice.randint(2, 8)
    if len(parts) < size + 4:
        return escape(text, quote=False)
    start = dice.randint(1, len(parts) - size - 2)
    joint = " " if spaced else ""
    before, held, after = (
        escape(joint.join(part), quote=False)
        for part in (parts[:start], parts[start : start + size], parts[start + size :])
    )
    opening, closing = dice.choice(
        (
            (f'<a href="/{hashed(dice)}/">', "</a>"),
            (f'<a href="https://{hashed(dice)}.example/" target="_blank" rel="noopener">', "</a>"),
            ("<strong>", "</strong>"),
            ("<b>", "</b>"),
            ("<em>", "</em>"),
            ("<i>", "</i>"),
            ('<span data-v="1">', "</span>"),
        )
    )
    return f"{before}{joint}{opening}{held}{closing}{joint}{after}"
