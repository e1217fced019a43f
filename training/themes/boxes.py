"""Boxes that are not the article: within its text, at its end, around it, and over the page.

A site draws the make of each of its boxes once and uses it on all of its pages, as real sites do. Names, elements,
headings and what a teaser shows are drawn independently, so that no name or place gives a box away.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from training.themes.composer import Block
from training.themes.prose import Writer
from training.themes.style import hashed

_CONTAINERS = ("div", "div", "div", "aside", "section", "ul", "p", "blockquote", "nav", "table", "figure")
_NAMES = (
    "",
    "",
    "related",
    "related-posts",
    "read-also",
    "more-on-this",
    "c-teaser",
    "widget",
    "box",
    "inline-card",
    "story__aside",
    "wp-block-group has-background",
    "yarpp yarpp-related",
    "kg-card kg-callout-card",
    "module",
    "article__block",
    "content-insert",
    "text-box align-left",
    "post-extra",
    "rec",
    "prompt",
    "article-end",
)
_WITHIN = (
    "line",
    "line",
    "links",
    "links",
    "card",
    "cards",
    "newsletter",
    "promo",
    "listen",
    "ad",
    "share",
    "popular",
    "contents",
    "placeholder",
)
_AFTER = (
    "bio",
    "links",
    "cards",
    "topics",
    "share",
    "newsletter",
    "promo",
    "popular",
    "prompt",
    "licence",
    "rights",
    "counts",
)
_AROUND = (
    "cards",
    "links",
    "comments",
    "popular",
    "newsletter",
    "bio",
    "topics",
    "promo",
    "share",
    "table",
    "contents",
    "licence",
    "rights",
)
_OPENING = ("line", "links", "listen", "share", "contents", "contents", "counts")
_TIMES = (1, 1, 1, 2, 4, 8)
"""How much longer boxes around an article are than those in it."""


@dataclass(frozen=True, slots=True)
class Make:
    """How a site builds one kind of box."""

    kind: str
    container: str
    name: str
    heading: str
    """Element of the heading; empty for none."""
    count: int
    linked: str
    """whole, title or none: what of a line is a link."""
    excerpt: bool
    image: bool
    day: bool
    emphasis: str


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes of one site."""

    opening: Make | None
    """Before the first block, as links below the lead are."""
    within: tuple[Make, ...]
    after: tuple[Make, ...]
    around: tuple[Make, ...]
    consent: Make | None
    often: float
    """Chance of a box between two blocks."""


def draw_boxes(dice: random.Random) -> Boxes:
    """The makes of a new site."""
    return Boxes(
        opening=draw_make(dice.choice(_OPENING), dice) if dice.random() < 0.25 else None,
        within=tuple(draw_make(kind, dice) for kind in dice.sample(_WITHIN, dice.choice((0, 1, 2, 3)))),
        after=tuple(draw_make(kind, dice) for kind in dice.sample(_AFTER, dice.choice((0, 1, 1, 2, 3)))),
        around=tuple(
            draw_make(kind, dice, times=dice.choice(_TIMES))
            for kind in dice.sample(_AROUND, dice.choice((0, 1, 2, 3, 4, 6)))
        ),
        consent=draw_make("consent", dice) if dice.random() < 0.35 else None,
        often=dice.choice((0.05, 0.1, 0.2)),
    )


def draw_make(kind: str, dice: random.Random, times: int = 1) -> Make:
    """A make of boxes of this kind; around an article they have ``times`` as many entries."""
    name = dice.choice(_NAMES)
    return Make(
        kind=kind,
        container=dice.choice(_CONTAINERS),
        name=f"css-{hashed(dice)}" if dice.random() < 0.2 else name,
        heading=dice.choice(("h2", "h3", "h3", "h4", "strong", "div", "p", "span", "")),
        count=dice.randint(1, 6) * times,
        linked=dice.choice(
            ("whole", "whole", "title", "title", "none") if kind == "promo" else ("whole", "whole", "title")
        ),
        excerpt=dice.random() < 0.5,
        image=dice.random() < 0.5,
        day=dice.random() < 0.4,
        emphasis=dice.choice(("", "", "strong", "em", "b", "i")),
    )


class Maker:
    """Fills boxes of one page."""

    def __init__(self, writer: Writer, author: str, headings: Sequence[str] = ()) -> None:
        self.writer = writer
        self.author = author
        self.headings = headings
        self.dice = writer.dice

    def scatter(self, blocks: Sequence[Block], boxes: Boxes) -> list[Block]:
        """The blocks of an article with boxes between and after them."""
        laid: list[Block] = [self.box(boxes.opening)] if boxes.opening else []
        for index, block in enumerate(blocks):
            if boxes.within and index and not block.closed and self.dice.random() < boxes.often:
                laid.append(self.box(self.dice.choice(boxes.within)))
            laid.append(block)
        laid.extend(self.box(make) for make in boxes.after if self.dice.random() < 0.8)
        return laid

    def box(self, make: Make) -> Block:
        """One box of a make."""
        kind = make.kind
        if kind == "line":
            return self._line(make)
        if kind == "table":
            return self._quotes_table(make)
        html, lines = {
            "links": self._links,
            "cards": self._cards,
            "card": self._cards,
            "popular": self._links,
            "newsletter": self._newsletter,
            "promo": self._promo,
            "listen": self._listen,
            "ad": self._ad,
            "share": self._share,
            "bio": self._bio,
            "topics": self._topics,
            "comments": self._comments,
            "consent": self._consent,
            "contents": self._contents,
            "placeholder": self._placeholder,
            "prompt": self._prompt,
            "licence": self._licence,
            "rights": self._rights,
            "counts": self._counts,
        }[kind](make)
        container = make.container
        if container in {"ul", "p", "table"}:
            container = "div"
        name = f' class="{make.name}"' if make.name else ""
        return Block(f"<{container}{name}>{html}</{container}>", others=() if kind == "contents" else tuple(lines))

    def _line(self, make: Make) -> Block:
        title = self.writer.title()
        text = self.writer.label("readmore", title=title)
        address = self._address()
        shown = escape(text, quote=False)
        if make.linked == "whole":
            html = f'<a href="{address}">{shown}</a>'
        else:
            html = shown.replace(escape(title, quote=False), f'<a href="{address}">{escape(title, quote=False)}</a>')
        if make.emphasis:
            html = f"<{make.emphasis}>{html}</{make.emphasis}>"
        name = f' class="{make.name}"' if make.name else ""
        match make.container:
            case "ul":
                html = f"<ul{name}><li>{html}</li></ul>"
            case "blockquote" | "aside" | "section":
                html = f"<{make.container}{name}><p>{html}</p></{make.container}>"
            case "p" | "nav" | "table" | "figure":
                html = f"<p>{html}</p>"
            case _:
                html = f"<div{name}>{html}</div>"
        return Block(html, others=(text,))

    def _address(self) -> str:
        folder = self.dice.choice(("news", "story", "2024/03", "a", "p"))
        return f"/{folder}/{hashed(self.dice)}-{self.dice.randint(1000, 99999)}/"

    def _head(self, make: Make, label: str) -> tuple[str, list[str]]:
        if not make.heading:
            return "", []
        text = self.writer.label(label)
        return f"<{make.heading}>{escape(text, quote=False)}</{make.heading}>", [text]

    def _links(self, make: Make) -> tuple[str, list[str]]:
        html, lines = self._head(make, "popular" if make.kind == "popular" else "related")
        items = ""
        for _ in range(make.count + (2 if make.kind == "popular" else 0)):
            title = self.writer.title()
            lines.append(title)
            link = f'<a href="{self._address()}">{escape(title, quote=False)}</a>'
            items += f"<li>{link}{self._day(make)}</li>\n" if make.container != "p" else f"<p>{link}</p>\n"
        if make.container == "p":
            return html + items, lines
        name = "ol" if make.kind == "popular" else "ul"
        return f"{html}<{name}>{items}</{name}>", lines

    def _day(self, make: Make) -> str:
        if not make.day:
            return ""
        dice = self.dice
        year, month, day = dice.randint(2014, 2024), dice.randint(1, 12), dice.randint(1, 28)
        return f' <time datetime="{year}-{month:02}-{day:02}">{day}.{month}.{year}</time>'

    def _cards(self, make: Make) -> tuple[str, list[str]]:
        html, lines = self._head(make, "related")
        count = 1 if make.kind == "card" else make.count
        for _ in range(count):
            title, address = self.writer.title(), self._address()
            lines.append(title)
            image = f'<img src="/thumbs/{hashed(self.dice)}.webp" loading="lazy" alt="">' if make.image else ""
            shown = escape(title, quote=False)
            excerpt = ""
            if make.excerpt:
                text = self.writer.paragraph(self.dice.choice((15, 25, 40)))
                lines.append(text)
                excerpt = f"<p>{escape(text, quote=False)}</p>"
            element = self.dice.choice(("h3", "h4")) if make.heading in {"h2", "h3"} else make.heading or "div"
            head = f"<{element}>{shown}</{element}>"
            if make.linked == "whole":
                inner = f'<a href="{address}">{image}{head}{excerpt}</a>{self._day(make)}'
            else:
                head = f'<{element}><a href="{address}">{shown}</a></{element}>'
                inner = f"{image}{head}{self._day(make)}{excerpt}"
            html += f"<article>{inner}</article>\n" if make.count % 2 else f"<div>{inner}</div>\n"
        return html, lines

    def _newsletter(self, make: Make) -> tuple[str, list[str]]:
        html, lines = self._head(make, "newsletter")
        text, button = self.writer.label("newsletter_text"), self.writer.label("button")
        send = f'<input type="email" name="email"><button type="submit">{escape(button)}</button>'
        return f'{html}<p>{escape(text, quote=False)}</p><form action="/subscribe">{send}</form>', [*lines, text]

    def _prompt(self, make: Make) -> tuple[str, list[str]]:
        """What those read who have not paid for the rest."""
        html, lines = self._head(make, "prompt")
        text = " ".join(self.writer.language.labels["offer"]) if make.excerpt else self.writer.label("offer")
        text = self.writer.fill(text)
        button = f'<a href="/subscribe">{escape(self.writer.label("button"))}</a>' if make.image else ""
        return f"{html}<p>{escape(text, quote=False)}</p>{button}", [*lines, text]

    def _promo(self, make: Make) -> tuple[str, list[str]]:
        text = self.writer.label("promo")
        shown = escape(text, quote=False)
        if make.emphasis:
            shown = f"<{make.emphasis}>{shown}</{make.emphasis}>"
        if make.linked != "none":
            shown = f'<a href="/join/">{shown}</a>'
        return f"<p>{shown}</p>", [text]

    def _listen(self, make: Make) -> tuple[str, list[str]]:
        text = self.writer.label("listen")
        player = f'<audio src="/{hashed(self.dice)}.mp3"></audio>'
        return f'<button type="button">▶</button> <span>{escape(text)}</span> {player}', [text]

    def _ad(self, make: Make) -> tuple[str, list[str]]:
        text = self.writer.label("ad")
        return f'<span>{escape(text)}</span><div id="div-gpt-ad-{self.dice.randint(1, 10**9)}"></div>', [text]

    def _placeholder(self, make: Make) -> tuple[str, list[str]]:
        """The same words in the place of every embedded thing."""
        text = self.writer.language.labels["placeholder"][0]
        return f"<p>{escape(text)}</p><button>{escape(self.writer.label('button'))}</button>", [text]

    def _share(self, make: Make) -> tuple[str, list[str]]:
        texts = list(dict.fromkeys(self.writer.label("share") for _ in range(4)))
        items = "".join(f'<li><a href="#share" rel="nofollow">{escape(text)}</a></li>' for text in texts)
        return f"<ul>{items}</ul>", texts

    def _bio(self, make: Make) -> tuple[str, list[str]]:
        text = self.writer.label("bio", name=self.author)
        image = '<img src="/authors/face.jpg" alt="">' if make.image else ""
        element = make.heading or "div"
        name = f'<{element}><a href="/author/x/">{escape(self.author)}</a></{element}>'
        return f"{image}{name}<p>{escape(text, quote=False)}</p>", [text]

    def _topics(self, make: Make) -> tuple[str, list[str]]:
        html, lines = self._head(make, "tags")
        for _ in range(make.count):
            html += f'<a href="/tag/{hashed(self.dice)}/" rel="tag">{escape(self.writer.phrase("places"))}</a> '
        return html, lines

    def _contents(self, make: Make) -> tuple[str, list[str]]:
        """The headings of the text as links, with or without their numbers."""
        if not self.headings:
            return "", []
        html, _ = self._head(make, "contents")
        items = ""
        for number, text in enumerate(self.headings, 1):
            shown = escape(text, quote=False)
            if make.day:
                shown = f'<span class="toc-number">{number}.</span> <span class="toc-text">{shown}</span>'
            elif make.image:
                shown = f"{number}. {shown}"
            items += f'<li class="toc-item"><a href="#{hashed(self.dice)}">{shown}</a></li>\n'
        name = "ol" if make.excerpt else "ul"
        return f"{html}<{name}>{items}</{name}>", []

    def _licence(self, make: Make) -> tuple[str, list[str]]:
        """Who wrote it, where it stands and who may print it, a line each."""
        lines = [self.writer.fill(text, name=self.author) for text in self.writer.language.labels["licence"]]
        html, shown = "", []
        for text in lines:
            label, joint, rest = text.partition("：" if "：" in text else ":")
            rest = re.sub(r"https:\S+", r'<a href="\g<0>">\g<0></a>', rest)
            shown.append(f"<strong>{label}{joint}</strong>{rest}")
        match make.container:
            case "ul" | "aside" | "nav":
                html += "<ul>" + "".join(f"<li>{line}</li>\n" for line in shown) + "</ul>"
            case "p" | "blockquote":
                html += f"<p>{'<br>'.join(shown)}</p>"
            case "table" | "figure":
                html += "".join(f"<div><span>{line}</span></div>\n" for line in shown)
            case _:
                html += "".join(f"<p>{line}</p>\n" for line in shown)
        return html, lines

    def _rights(self, make: Make) -> tuple[str, list[str]]:
        text = self.writer.label("rights", name=self.author)
        shown = escape(text, quote=False)
        if make.linked != "whole":
            shown = f'{shown} <a href="/licence/" rel="license">CC BY 4.0</a>'
        return f"<{make.emphasis}>{shown}</{make.emphasis}>" if make.emphasis else f"<p>{shown}</p>", [text]

    def _counts(self, make: Make) -> tuple[str, list[str]]:
        """How long the text is and how old."""
        texts = [self.writer.label("counts") for _ in range(2 if make.day else 1)]
        return "".join(f"<span>{escape(text)}</span> " for text in texts), texts

    def _comments(self, make: Make) -> tuple[str, list[str]]:
        html, lines = self._head(make, "comments")
        for _ in range(make.count + 1):
            name, text = self.comment()
            lines.append(text)
            shown = f"<b>{escape(name)}</b>{self._day(make)}<p>{escape(text, quote=False)}</p>"
            shown += f'<a href="#r">{escape(self.writer.label("reply"))}</a>'
            html += f'<div id="comment-{self.dice.randint(1, 9999)}">{shown}</div>\n'
        return f'{html}<form><textarea name="comment"></textarea></form>', lines

    def comment(self) -> tuple[str, str]:
        """Who wrote a comment, and what."""
        writer = self.writer
        text = writer.label("comment") if self.dice.random() < 0.5 else writer.paragraph(self.dice.choice((10, 30, 60)))
        return writer.name(), text

    def _consent(self, make: Make) -> tuple[str, list[str]]:
        text = self.writer.label("consent")
        buttons = "".join(f"<button>{escape(label)}</button>" for label in self.writer.language.labels["accept"])
        return f'<div role="dialog"><p>{escape(text, quote=False)}</p>{buttons}</div>', [text]

    def _quotes_table(self, make: Make) -> Block:
        """Market figures, results or weather in a margin."""
        rows = [
            (self.writer.phrase("places"), f"{self.dice.uniform(-9, 40):.1f}", f"{self.dice.uniform(-3, 3):+.2f} %")
            for _ in range(5)
        ]
        html = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        name = f' class="{make.name}"' if make.name else ""
        return Block(f"<div{name}><table>{html}</table></div>", others=tuple(" ".join(row) for row in rows))
