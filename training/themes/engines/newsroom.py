"""Portals of newsrooms, drawn here: heavy pages such as no theme of a blog has, one layout for each number.

A page has menus, columns, boxes in dozens, a lead outside of the body, lines to other articles within it, and a text
that may be shorter than any of its boxes. Home and section pages of the same sites are lists of headlines with leads.
What a layout calls its elements, and in which order they stand, is drawn: nothing but the text tells where it is.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from training.themes.boxes import Make, Maker, draw_make
from training.themes.composer import Block
from training.themes.pages import Rendered
from training.themes.prose import Writer, load_language
from training.themes.site import Post, Site
from training.themes.style import hashed

_ROLES = {
    "body": "article-body detail-content fck_detail content-detail story-body entry-content singular-content cms-body "
    "text articleBody content ArticleText knc-content",
    "article": "article detail post story main-detail news-item page-content c-detail",
    "lead": "sapo lead summary standfirst description chapo intro deck",
    "byline": "byline meta author-info article-meta date-line info post-meta",
    "title": "title headline article-title detail-title entry-title",
    "card": "item news-item card teaser story box-item col-6 media",
    "list": "list list-news news-list stream related-list items box",
    "column": "sidebar right col-right aside column-2 rail",
}
_KINDS = ("cards", "cards", "links", "popular", "popular", "promo", "newsletter", "table", "topics", "share", "links")
_WITHIN_BODY = ("links", "cards", "line", "topics", "share", "promo", "newsletter", "bio", "rights", "licence")
_HEAD = ("trail", "title", "byline", "lead", "share", "hero")


@dataclass(frozen=True, slots=True)
class Layout:
    """How the pages of one portal are built."""

    names: dict[str, str]
    """Class of each role; "" for none."""
    outer: tuple[str, ...]
    """Elements around the article, the outermost first."""
    body: str
    """Element of the text."""
    head: tuple[str, ...]
    """What stands over the text, in order."""
    lead: str
    """Element of the description, or "" where the page shows none."""
    lead_in_body: bool
    below_lead: Make | None
    """Links between lead and text."""
    ending: tuple[Make, ...]
    """Boxes at the end of the element of the text, and behind it."""
    ends_within: bool
    columns_first: bool
    column: tuple[Make, ...]
    below: tuple[Make, ...]
    excerpts: bool
    """Cards of other articles of the site show their leads."""
    menu: int
    """Lines of the menu, each said twice."""
    day: str
    claims: bool
    """Structured data says that it is an article."""


def draw_layout(number: str) -> Layout:
    """The layout with this number."""
    dice = random.Random(f"newsroom {number}")
    scheme = dice.choice(("plain", "plain", "hashed", "none"))
    names = {}
    for role, choice in _ROLES.items():
        name = f"css-{hashed(dice)}" if scheme == "hashed" else dice.choice(choice.split())
        names[role] = "" if scheme == "none" or dice.random() < 0.15 else name
    head = [part for part in _HEAD if part == "title" or dice.random() < 0.7]
    if dice.random() < 0.3:
        dice.shuffle(head)
    return Layout(
        names=names,
        outer=tuple(
            dice.choice(("div", "div", "div", "section", "main", "article")) for _ in range(dice.randint(1, 5))
        ),
        body=dice.choice(("div", "div", "div", "article", "section")),
        head=tuple(head),
        lead=dice.choice(("h2", "p", "div", "p", "")),
        lead_in_body=dice.random() < 0.3,
        below_lead=draw_make(dice.choice(("links", "line")), dice) if dice.random() < 0.35 else None,
        ending=tuple(draw_make(kind, dice) for kind in dice.sample(_WITHIN_BODY, dice.randint(0, 4))),
        ends_within=dice.random() < 0.5,
        columns_first=dice.random() < 0.25,
        column=tuple(
            draw_make(dice.choice(_KINDS), dice, times=dice.choice((1, 2, 3))) for _ in range(dice.randint(1, 5))
        ),
        below=tuple(
            draw_make(dice.choice((*_KINDS, "comments")), dice, times=dice.choice((1, 2, 4, 6)))
            for _ in range(dice.randint(1, 6))
        ),
        excerpts=dice.random() < 0.5,
        menu=dice.randint(6, 40),
        day=dice.choice(("%d/%m/%Y %H:%M", "%H:%M, %d/%m/%Y", "%Y-%m-%d %H:%M", "%d.%m.%Y", "%d-%m-%Y - %H:%M %p")),
        claims=dice.random() < 0.5,
    )


def render(site: Site, package: str, _folder: Path, _cache: Path) -> Iterator[Rendered]:
    """The pages of a portal with the layout of this number."""
    newsroom = Newsroom(site, draw_layout(package))
    for post in site.posts:
        yield newsroom.article(post)
    yield newsroom.home()
    for index, section in enumerate(site.menu):
        yield newsroom.section(section, index)


class Newsroom:
    """Builds the pages of one portal."""

    def __init__(self, site: Site, layout: Layout) -> None:
        self.site = site
        self.layout = layout

    def article(self, post: Post) -> Rendered:
        """The page of an article."""
        site, layout, article = self.site, self.layout, post.article
        dice = random.Random(f"{site.host} {post.slug} page")
        maker = Maker(Writer(post.words, dice), article.author)
        others: list[str] = []

        def box(make: Make) -> str:
            block = maker.box(make)
            others.extend(block.others)
            return block.html

        lead = self._tag(layout.lead, "lead", escape(article.description, quote=False)) if layout.lead else ""
        moment = escape(article.published.strftime(layout.day))
        shares = maker.box(draw_make("share", random.Random(site.host)))
        parts = {
            "trail": f'<div><a href="/">{escape(site.name)}</a> › <a href="/s/">{escape(article.section)}</a></div>',
            "title": self._tag("h1", "title", escape(article.title, quote=False)),
            "byline": self._tag("div", "byline", f"<span>{escape(article.author)}</span> <span>{moment}</span>"),
            "lead": "" if layout.lead_in_body else lead,
            "share": shares.html,
            "hero": self._hero(maker, others) if dice.random() < 0.6 else "",
        }
        head = "\n".join(parts[part] for part in layout.head)
        above = (lead if layout.lead_in_body else "") + (box(layout.below_lead) if layout.below_lead else "")
        ending = "\n".join(box(make) for make in layout.ending)
        end, behind = (ending, "") if layout.ends_within else ("", ending)
        body = self._tag(layout.body, "body", f"{above}{post.body}{end}")
        inner = f"{head}\n{body}\n{behind}"
        for number, name in enumerate(reversed(layout.outer)):
            inner = self._tag(name, "article" if number == 0 else "", inner)
        fellows = self._cards([one for one in site.posts if one is not post], dice, excerpts=layout.excerpts)
        below = fellows + "\n".join(box(make) for make in layout.below)
        column = self._tag("div", "column", "\n".join(box(make) for make in layout.column))
        middle = f"{column}\n{inner}" if layout.columns_first else f"{inner}\n{column}"
        html = self._page(article.title, f"<div>{middle}</div>\n{below}", dice, self._claims(post))
        return Rendered(f"{site.url}/{post.slug}-{dice.randint(10**5, 10**8)}.html", html, post.slug, tuple(others))

    def home(self) -> Rendered:
        """The front page: a leading story with its lead, cards and boxes."""
        dice = random.Random(f"{self.site.host} home")
        first, *rest = self.site.posts
        top = self._tag("div", "card", f"<h2>{self._link(first)}</h2><p>{self._described(first)}</p>")
        return Rendered(f"{self.site.url}/", self._listing(self.site.name, top, rest, dice), "")

    def section(self, name: str, index: int) -> Rendered:
        """A section page: headlines with their leads and times, below the section's name."""
        dice = random.Random(f"{self.site.host} section {index}")
        posts = dice.sample(self.site.posts, len(self.site.posts))
        top = f"<h1>{escape(name)}</h1>" if dice.random() < 0.7 else f'<div class="crumb"><a>{escape(name)}</a></div>'
        if dice.random() < 0.4:
            top += f"<p>{escape(self._writer(dice).paragraph(25), quote=False)}</p>"
        slug = dice.choice(
            ("thoi-su.htm", "business", "kinh-te.chn", "politics/", "world/asia/", "tag/harbour", "c/12")
        )
        return Rendered(f"{self.site.url}/{slug}?p={index}", self._listing(name, top, posts, dice), "")

    def _listing(self, title: str, top: str, posts: Sequence[Post], dice: random.Random) -> str:
        maker = Maker(self._writer(dice), self.site.author)
        cards = [self._cards(posts, dice, excerpts=True)]
        cards += [maker.box(make).html for make in (*self.layout.below, *self.layout.column)]
        for _ in range(dice.choice((0, 1, 3))):
            make = draw_make("cards", dice, times=dice.choice((1, 3, 6)))
            cards.insert(dice.randint(0, len(cards)), maker.box(make).html)
        inner = top + "\n".join(cards)
        for name in self.layout.outer[:2]:
            inner = f"<{name}>{inner}</{name}>"
        return self._page(f"{title} - {self.site.slogan}", inner, dice, "")

    def _cards(self, posts: Sequence[Post], dice: random.Random, *, excerpts: bool) -> str:
        form = random.Random(f"{self.site.host} cards")
        heading, image, day = form.choice(("h2", "h3", "h4", "div")), form.random() < 0.7, form.random() < 0.5
        is_list = form.random() < 0.5
        found = ""
        for post in posts:
            picture = f'<a href="/{post.slug}.html"><img src="/t/{hashed(dice)}.jpg" alt=""></a>' if image else ""
            inner = f"{picture}<{heading}>{self._link(post)}</{heading}>"
            inner += f"<span>{post.article.published.strftime(self.layout.day)}</span>" if day else ""
            inner += f"<p>{self._described(post)}</p>" if excerpts else ""
            found += self._tag("li" if is_list else "div", "card", inner) + "\n"
        return self._tag("ul" if is_list else "div", "list", found)

    def _hero(self, maker: Maker, others: list[str]) -> str:
        """The picture over the text, with its caption, which is no text."""
        caption = maker.writer.paragraph(1)
        others.append(caption)
        image = f'<img src="/photos/{hashed(maker.dice)}.jpg" alt="">'
        return f"<figure>{image}<figcaption>{escape(caption, quote=False)}</figcaption></figure>"

    def _link(self, post: Post) -> str:
        return f'<a href="/{post.slug}.html">{escape(post.article.title, quote=False)}</a>'

    def _described(self, post: Post) -> str:
        return escape(post.article.description, quote=False)

    def _writer(self, dice: random.Random) -> Writer:
        return Writer(load_language(self.site.language), dice)

    def _tag(self, name: str, role: str, inner: str) -> str:
        given = self.layout.names.get(role)
        return f'<{name} class="{given}">{inner}</{name}>' if given else f"<{name}>{inner}</{name}>"

    def _claims(self, post: Post) -> str:
        article = post.article
        described = f'<meta name="description" content="{escape(article.description)}">'
        if not self.layout.claims:
            return described
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "datePublished": _iso(article.published),
            "author": {"@type": "Person", "name": article.author},
        }
        told = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
        kind = '<meta property="og:type" content="article">'
        return f'{described}{kind}<script type="application/ld+json">{told}</script>'

    def _page(self, title: str, inner: str, dice: random.Random, head: str) -> str:
        site = self.site
        writer = self._writer(random.Random(f"{site.host} menu"))
        entries = [*site.menu, *(writer.phrase("places") for _ in range(self.layout.menu))]
        menu = "".join(f'<li><a href="/m/{number}/">{escape(name)}</a></li>' for number, name in enumerate(entries))
        imprint = Block(f"<p>{escape(site.slogan)}</p><p>© {escape(site.name)} · {escape(site.author)}</p>")
        direction = ' dir="rtl"' if site.right_to_left else ""
        return (
            f'<!doctype html>\n<html lang="{site.language}"{direction}><head><meta charset="utf-8">'
            f"<title>{escape(title)} | {escape(site.name)}</title>{head}</head>\n<body>\n"
            f"<header><a href='/'>{escape(site.name)}</a><nav><ul>{menu}</ul></nav></header>\n{inner}\n"
            f"<footer><ul>{menu}</ul>{imprint.html}</footer></body></html>"
        )


def _iso(moment: datetime) -> str:
    return moment.isoformat()
