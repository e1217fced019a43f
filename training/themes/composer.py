"""Blocks of an article's body: each with its HTML and the lines of text that it gives a reader."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from training.themes.prose import Language, Writer
from training.themes.style import Style, hashed, inline

_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page's body."""

    html: str
    gold: tuple[str, ...] = ()
    """Lines of the article, in reading order."""
    others: tuple[str, ...] = ()
    """Lines of a box, which are no part of the article."""
    prose: bool = False
    """A plain paragraph, which is set with its neighbours where a site divides paragraphs by ``<br>``."""
    closed: bool = False
    """Belongs to the block before: no box may stand between them."""
    heading: bool = False


class Composer:
    """Writes the blocks of one article in the style of its site."""

    def __init__(self, language: Language, style: Style, dice: random.Random) -> None:
        self.writer = Writer(language, dice)
        self.language = language
        self.style = style
        self.dice = dice
        self._opened = False
        self._headings = 0

    def paragraph(self, words: float = 55) -> Block:
        """A plain paragraph."""
        return self.said(self.writer.paragraph(words))

    def said(self, text: str, *, closed: bool = False) -> Block:
        """A plain paragraph with this text."""
        html = inline(text, self.dice, spaced=self.language.spaced)
        if self.style.hard_wrapped and self.language.spaced and "<" not in html:
            html = "\n".join(textwrap.wrap(html, 80, break_long_words=False, break_on_hyphens=False))
        if self.style.drop_cap and not self._opened and text[:1].isalpha() and "<" not in html:
            html = f'<span class="{self.style.stem}-dropcap">{html[0]}</span>{html[1:]}'
        self._opened = True
        match self.style.paragraphs:
            case "div":
                html = self.style.tag("div", "paragraph", html)
            case "span":
                html = f"<p{self.style.classes('paragraph')}><span>{html}</span></p>"
            case "p":
                html = self.style.tag("p", "paragraph", html)
        return Block(html, (text,), prose=True, closed=closed)

    def paragraphs(self, words: float) -> list[Block]:
        """Plain paragraphs of about so many words together."""
        return [self.said(text) for text in self.writer.paragraphs(words)]

    def heading(self, text: str = "", level: int = 0) -> Block:
        """A heading within the text."""
        text = text or self._number() + self.writer.heading()
        shown = escape(text, quote=False)
        style, place = self.style, hashed(self.dice)
        match style.headings:
            case "bold":
                html = f"<p><b>{shown}</b></p>"
            case "strong":
                html = style.tag("p", "subhead", f"<strong>{shown}</strong>")
            case "underlined":
                html = f"<p><u>{shown}</u></p>"
            case "span" | "div":
                html = style.tag(style.headings, "subhead", shown)
            case "anchor":
                link = f'<a href="#{place}" class="headerlink" title="{escape(text)}"></a>'
                html = f'<h2 id="{place}"{style.classes("heading")}>{link}{shown}</h2>'
            case "mark":
                link = f'<a class="headerlink" href="#{place}">{"¶" if style.salt < "0.5" else "#"}</a>'
                html = f'<h3 id="{place}"{style.classes("heading")}>{shown}{link}</h3>'
            case "nested":
                html = f'<h3{style.classes("heading")}><span style="color:#333"><strong>{shown}</strong></span></h3>'
            case name:
                name = f"h{min(int(name[1]) + level, 6)}"
                html = f'<{name} id="{place}"{style.classes("heading")}>{shown}</{name}>'
        return Block(html, (text,), heading=True)

    def _number(self) -> str:
        self._headings += 1
        match self.style.numbered:
            case "arabic":
                return f"{self._headings}. "
            case "script" if not self.language.space and self._headings <= len(_NUMERALS):
                return f"{_NUMERALS[self._headings - 1]}、"
        return ""

    def listing(self, items: Iterable[str], name: str = "ul") -> Block:
        """A list, all of it text."""
        items = tuple(items)
        html = ""
        for item in items:
            inner = inline(item, self.dice, spaced=self.language.spaced)
            match self.style.lists:
                case "paragraphs":
                    inner = f"<p>{inner}</p>"
                case "spans":
                    inner = f"<span{self.style.classes('item')}>{inner}</span>"
                case "divs":
                    inner = self.style.tag("div", "item", inner)
            html += f"<li>{inner}</li>\n"
        return Block(f"<{name}{self.style.classes('list')}>\n{html}</{name}>", items)

    def table(self, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Block:
        """A table, a line a row."""
        rows = list(rows)
        cells = "".join(f"<th>{escape(cell, quote=False)}</th>" for cell in head)
        html = f"<thead><tr>{cells}</tr></thead>" if self.dice.random() < 0.7 else f"<tr>{cells}</tr>"
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell, quote=False)}</td>" for cell in row) + "</tr>\n" for row in rows
        )
        html += f"<tbody>{body}</tbody>" if "thead" in html else body
        table = f"<table>{html}</table>"
        if self.dice.random() < 0.4:
            table = self.style.tag(self.dice.choice(("div", "figure")), "table", table)
        return Block(table, tuple(" ".join(row) for row in (head, *rows)))

    def quote(self) -> Block:
        """A quotation set off from the text."""
        text = self.writer.paragraph(1)
        inner = f"<p>{escape(text, quote=False)}</p>"
        gold = [text]
        if self.dice.random() < 0.4:
            name = self.writer.name()
            inner += (
                f"<cite>{escape(name)}</cite>" if self.dice.random() < 0.5 else f"<footer>— {escape(name)}</footer>"
            )
            gold.append(name)
        return Block(self.style.tag("blockquote", "quote", inner), tuple(gold))

    def figure(self, *, told: bool = False) -> Block:
        """A picture with its caption, which is text only where the pictures are the story."""
        caption = self.writer.paragraph(25) if told else self.writer.paragraph(1)
        credit = self.writer.label("credit")
        image = f'<img src="/images/{hashed(self.dice)}.jpg" width="1200" height="800" alt="">'
        words = escape(caption, quote=False)
        gave = escape(credit, quote=False)
        small = f'<span class="{self.dice.choice(("credit", "copyright", "source"))}">{gave}</span>'
        words = f"{words} {small}" if self.dice.random() < 0.6 and not told else words
        match self.style.figure:
            case "figure":
                html = self.style.tag("figure", "figure", image + self.style.tag("figcaption", "caption", words))
            case "nested":
                inner = f"<div><picture>{image}</picture></div><figcaption><p>{words}</p></figcaption>"
                html = self.style.tag("figure", "figure", inner)
            case "div":
                html = self.style.tag("div", "figure", image + self.style.tag("div", "caption", words))
            case "paragraph":
                name = self.style.classes("caption") or ' class="caption"'
                html = f"{self.style.tag('p', 'figure', image)}<p{name}><em>{words}</em></p>"
            case _:
                cell = f'<tr><td class="caption">{words}</td></tr>'
                html = f'<table class="picture" align="center"><tr><td>{image}</td></tr>{cell}</table>'
        if told:
            return Block(html, (caption,))
        return Block(html, others=(caption, f"{caption} {credit}"))

    def signature(self, name: str) -> Block:
        """The author below the text, which is no part of it."""
        shown = escape(name)
        match self.style.signature:
            case "bold":
                html = f'<p style="text-align:right"><strong>{shown}</strong></p>'
            case "italic":
                html = f"<p><em>{shown}</em></p>"
            case _:
                html = self.style.tag("div", "author", shown)
        return Block(html, others=(name,))

    def staff(self) -> Block:
        """Who reported and edited, below the text, which is no part of it."""
        text = self.writer.label("staff", name=self.writer.name())
        shown = escape(text, quote=False)
        shown = f"<em>{shown}</em>" if self.style.signature == "italic" else shown
        return Block(f"<p>{shown}</p>", others=(text,))

    def code(self) -> Block:
        """Lines of a program, as highlighters set them."""
        dice = self.dice
        names = [hashed(dice) for _ in range(3)]
        lines = [f"def {names[0]}({names[1]}, {names[2]}=None):"]
        lines += [
            f'    {dice.choice(names)} = {dice.choice(names)}.get("{hashed(dice)}", {dice.randint(1, 99)})'
            for _ in range(dice.randint(2, 9))
        ]
        lines.append(f"    return {names[1]}")
        shown = [escape(line) for line in lines]
        match self.style.code:
            case "pre":
                html = f'<pre><code class="language-python">{chr(10).join(shown)}\n</code></pre>'
            case "highlight":
                words = [re.sub("def|return", r'<span class="k">\g<0></span>', line, count=1) for line in shown]
                html = f'<div class="highlight"><pre><span></span><code>{chr(10).join(words)}\n</code></pre></div>'
            case _:
                numbers = "<br>".join(f'<span class="line">{index + 1}</span>' for index in range(len(lines)))
                marked = "<br>".join(f'<span class="line">{line}</span>' for line in shown)
                cells = f'<td class="gutter"><pre>{numbers}</pre></td><td class="code"><pre>{marked}</pre></td>'
                html = f'<figure class="highlight python"><table><tr>{cells}</tr></table></figure>'
        return Block(html, tuple(lines))

    def embed(self) -> Block:
        """A post of a network, a video or another frame; the words of a post are text."""
        dice = self.dice
        handle = hashed(dice)
        address = f"https://social.example/{handle}/status/{dice.randint(10**9, 10**10)}"
        chance = dice.random()
        if chance < 0.5:
            text, name = self.writer.paragraph(1), self.writer.name()
            day = f"{dice.randint(1, 28)}.{dice.randint(1, 12)}.{dice.randint(2015, 2024)}"
            signed = f"— {name} (@{handle})"
            name = dice.choice(("twitter-tweet", "social-embed", "mastodon-embed"))
            html = (
                f'<blockquote class="{name}"><p dir="auto">{escape(text, quote=False)}</p>'
                f'{escape(signed)} <a href="{address}">{day}</a></blockquote>\n'
                '<script async src="https://platform.social.example/widgets.js" charset="utf-8"></script>'
            )
            return Block(html, (text, f"{signed} {day}"))
        html = f'<iframe src="https://video.example/embed/{handle}" width="560" height="315" allowfullscreen></iframe>'
        if chance < 0.75:
            html = self.style.tag("figure", "embed", html)
        else:
            html = f'<div class="video-wrapper" style="position:relative;padding-bottom:56%">{html}</div>'
        return Block(html)

    def note(self) -> Block:
        """What the editors say about the article."""
        text = self.writer.label("note")
        return Block(f"<p><em>{escape(text, quote=False)}</em></p>", (text,))


def opening(title: str, description: str, style: Style) -> Iterator[Block]:
    """What a site puts over the text itself: the title again, the description. Neither is text."""
    if style.headline_again:
        yield Block(style.tag("h2", "headline", escape(title, quote=False)))
    shown = escape(description, quote=False)
    match style.lead:
        case "heading":
            yield Block(style.tag("h2", "lead", shown))
        case "bold":
            yield Block(f"<p><strong>{shown}</strong></p>")
        case "standfirst":
            yield Block(style.tag("div", "standfirst", f"<p>{shown}</p>"))


def hidden_copy(text: str) -> Block:
    """A text a second time, unseen, as pages for readers aloud or for printing have it."""
    return Block(f'<div class="print-only" style="display:none">{escape(" ".join(text.split()), quote=False)}</div>')


def joined(blocks: Iterable[Block], style: Style) -> Iterator[str]:
    """The HTML of the blocks in turn; where the site divides paragraphs by ``<br>``, neighbours share an element."""
    run: list[str] = []
    for block in blocks:
        if block.prose and style.paragraphs == "br":
            run.append(block.html)
            continue
        yield from _run(run, style)
        run = []
        yield block.html
    yield from _run(run, style)


def _run(run: list[str], style: Style) -> Iterator[str]:
    if run:
        dice = random.Random(style.salt)
        yield style.tag(dice.choice(("div", "p")), "text", dice.choice(("<br><br>\n", "<br />\n<br />\n")).join(run))


def wrapped(html: Iterable[str], style: Style, dice: random.Random) -> Iterator[str]:
    """The pieces of a body in the containers of its site: none, one for each, or one for a few in a row."""
    pieces = list(html)
    match style.containers:
        case "each":
            for piece in pieces:
                yield style.tag("div", "component", style.tag("div", "component-inner", piece))
        case "sections":
            yield from _sections(pieces, style, dice)
        case "spaced":
            for piece in pieces:
                yield piece
                if dice.random() < 0.5:
                    yield dice.choice(("<p>&nbsp;</p>", "<p></p>", "<br>", "<div></div>"))
        case "table":
            yield f'<table width="100%" border="0"><tr><td>{chr(10).join(pieces)}</td></tr></table>'
        case "cut":
            yield from _cut(pieces, style, dice)
        case "whole":
            yield style.tag("div", "body", style.tag("div", "body-inner", "\n".join(pieces)))
        case _:
            yield from pieces


def _sections(pieces: list[str], style: Style, dice: random.Random) -> Iterator[str]:
    while pieces:
        count = dice.randint(2, 12)
        yield style.tag(dice.choice(("section", "div")), "section", "\n".join(pieces[:count]))
        del pieces[:count]


def _cut(pieces: list[str], style: Style, dice: random.Random) -> Iterator[str]:
    """The body in two containers: an advertisement parts its end from the rest."""
    end = max(len(pieces) - dice.randint(1, 4), 1)
    yield style.tag("div", "body", "\n".join(pieces[:end]))
    if dice.random() < 0.6:
        yield f'<div id="ad-{hashed(dice)}"></div>'
    if pieces[end:]:
        yield style.tag("div", "rest", "\n".join(pieces[end:]))
