"""A made site: its language, name, people and habits, and the posts that an engine is to render."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from training.themes.articles import Article, draw_kind, with_blocks, write_article
from training.themes.boxes import Boxes, Maker, draw_boxes
from training.themes.composer import Block, hidden_copy, joined, opening, wrapped
from training.themes.prose import Language, Writer, capitalized, load_language
from training.themes.style import Style, draw_style

START, END = "ARTICLESTARTSHERE", "ARTICLEENDSHERE"
"""Where the body begins and ends in a rendered page, as text in an element of its own, for generators take comments
out; taken out before the page is saved."""
MORE = "<!-- more -->"
"""Where listings cut the body."""

_SHARED = ("place", "name")
"""What related articles speak of as well."""


@dataclass(frozen=True, slots=True)
class Post:
    """One article as an engine takes it."""

    slug: str
    article: Article
    body: str
    """HTML with the marks START, END and perhaps MORE."""
    around: tuple[Block, ...]
    """Boxes to be put before or after the elements that hold the body."""
    over: Block | None
    """A dialog over the page."""
    comments: tuple[tuple[str, str], ...]
    """Names and texts, for engines that show them."""
    words: Language
    """Phrases that the article does not use, for what else is on its page."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site of one theme in one language."""

    theme: str
    number: int
    language: str
    name: str
    slogan: str
    host: str
    author: str
    menu: tuple[str, ...]
    right_to_left: bool
    posts: tuple[Post, ...]

    @property
    def url(self) -> str:
        """Address of the home page without the last slash."""
        return f"https://{self.host}"


def draw_site(theme: str, number: int, language: str, *, size: int, seed: int, kinds: Sequence[str] = ()) -> Site:
    """The site of a theme with this number; the same for the same arguments."""
    dice = random.Random(f"{seed} {theme} {number} {language}")
    words = load_language(language)
    writer = Writer(words, dice)
    style, boxes = draw_style(dice), draw_boxes(dice)
    author = writer.name()
    excerpts = dice.random() < 0.6
    menu = tuple(words.labels["menu"])
    short = re.sub(r"[^a-z0-9]+", "-", theme.lower()).strip("-")
    slugs: set[str] = set()
    posts = []
    for index in range(size):
        kind = kinds[index % len(kinds)] if kinds else draw_kind(dice)
        own, other = words.parted(dice)
        article = write_article(kind, own, style, dice, author=author, section=dice.choice(menu))
        beside = Writer(other, dice)
        beside.topic = {kind: text for kind, text in article.topic.items() if kind in _SHARED}
        posts.append(_post(article, _slug(dice, slugs), style, boxes, beside, excerpts=excerpts))
    return Site(
        theme=theme,
        number=number,
        language=language,
        name=f"{writer.phrase('places')}{words.space}{capitalized(menu[0])}",
        slogan=writer.phrase("headings"),
        host=f"www.{language}{number}.{short}.example",
        author=author,
        menu=menu,
        right_to_left=words.right_to_left,
        posts=tuple(posts),
    )


def _slug(dice: random.Random, taken: set[str]) -> str:
    """Words of an English headline, as addresses are written in all languages."""
    words = Writer(load_language("en"), dice)
    while True:
        plain = unicodedata.normalize("NFKD", words.title()).encode("ascii", "ignore").decode().lower()
        slug = "-".join(re.findall(r"[a-z0-9]+", plain)[: dice.randint(3, 8)])
        if slug and slug not in taken:
            taken.add(slug)
            return slug


def _post(article: Article, slug: str, style: Style, boxes: Boxes, writer: Writer, *, excerpts: bool) -> Post:
    dice = writer.dice
    headings = [block.gold[0] for block in article.blocks if block.heading]
    maker = Maker(writer, article.author, headings)
    laid = [*opening(article.title, article.description, style), *maker.scatter(article.blocks, boxes)]
    html = list(joined(laid, style))
    if excerpts and len(html) > 2:
        html[1:] = [MORE, *wrapped(html[1:], style, dice)]
    else:
        html = list(wrapped(html, style, dice))
    body = f"<div>{START}</div>\n" + "\n".join(html) + f"\n<div>{END}</div>"
    around = tuple(maker.box(make) for make in boxes.around if dice.random() < 0.8)
    if style.hidden_copy:
        around = (*around, hidden_copy(article.text))
    over = maker.box(boxes.consent) if boxes.consent else None
    comments = tuple(maker.comment() for _ in range(dice.choice((0, 0, 1, 3, 8))))
    return Post(slug, with_blocks(article, laid), body, around, over, comments, writer.language)
