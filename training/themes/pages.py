"""From what an engine rendered to a page with its answer, and the proof that the answer is true of the page."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from training.themes.articles import NO_ARTICLES
from training.themes.composer import Block
from training.themes.site import END, START, Post, Site

_CLOSING = re.compile(r"\s*</(?:div|section|article|main)>")
_STARTS, _ENDS = (re.compile(rf"<div[^>]*>\s*{mark}\s*</div>") for mark in (START, END))
_MARKS = re.compile(rf"<div[^>]*>\s*(?:{START}|{END})\s*</div>|{START}|{END}")
_BODY = re.compile(r"<body[^>]*>", re.IGNORECASE)
_HIDDEN = ("script", "style", "template", "noscript", "head", "title", "textarea", "select")
_SAME = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."}
)
_FEWEST = 3
"""Posts on a page that is a listing."""
_LEAST = 12
"""Characters of a line that must not be found in the text; a shorter one may stand anywhere."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as an engine gave it."""

    url: str
    html: str
    slug: str
    """The post's; empty for a listing."""
    others: tuple[str, ...] = ()
    """Lines of boxes that the engine drew itself."""


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page with its answer, as the benchmark's data sets hold it."""

    name: str
    url: str
    html: str
    gold: dict[str, Any]
    theme: str
    kind: str
    language: str

    def record(self, path: str) -> dict[str, Any]:
        """The page's line of ``pages.jsonl``."""
        return {
            "html": path,
            "url": self.url,
            "gold": self.gold,
            "theme": self.theme,
            "kind": self.kind,
            "language": self.language,
        }


class WrongAnswer(Exception):  # noqa: N818 - an answer about a page rather than a fault
    """The page does not show what it was to show."""


def finish(site: Site, pages: Iterable[Rendered], failures: list[str]) -> Iterator[MadePage]:
    """Pages with answers; a page whose answer is not true of it is left out and named in ``failures``."""
    posts = {post.slug: post for post in site.posts}
    for page in pages:
        try:
            yield _finish(site, page, posts)
        except WrongAnswer as error:
            failures.append(f"{site.theme} {page.url}: {error}")


def _finish(site: Site, page: Rendered, posts: dict[str, Post]) -> MadePage:
    theme = re.sub("[^a-z0-9]+", "-", site.theme.lower())
    name = f"{theme}-{site.language}{site.number}-{page.slug or _path_name(page.url)}"
    if not page.slug:
        shown = sum(slug in page.html for slug in posts)
        if shown < _FEWEST and not page.url.endswith("/404.html"):
            raise WrongAnswer(f"a listing of {shown} posts")
        html = _MARKS.sub("", page.html)
        return MadePage(name, page.url, html, {"article": False}, site.theme, "listing", site.language)
    post = posts[page.slug]
    html, around = assemble(page.html, post, random.Random(f"{site.host} {page.slug}"))
    others = [line for block in (*post.article.blocks, *around) for line in block.others]
    others += [text for _, text in post.comments]
    others += page.others
    others += [line for other in site.posts if other is not post for line in _teaser(other)]
    gold = answer(post, site, html, others)
    if post.article.kind in NO_ARTICLES:
        gold = {"article": False}
    return MadePage(name, page.url, html, gold, site.theme, post.article.kind, site.language)


def _teaser(post: Post) -> tuple[str, str]:
    """What the pages of other articles show of one."""
    return post.article.title, post.article.description


def _path_name(url: str) -> str:
    path = url.split("/", 3)[-1].removesuffix(".html")
    plain = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")
    if not plain:
        return "home" if not path else f"page-{zlib.crc32(path.encode()):08x}"
    return plain if path.isascii() else f"{plain}-{zlib.crc32(path.encode()):08x}"


def assemble(html: str, post: Post, dice: random.Random) -> tuple[str, list[Block]]:
    """The page with the boxes around its body, without the marks; and the boxes that were put in.

    A box comes before the elements that open right before the body or after those that close right after it, as
    many of them as chance says.
    """
    start, end = _STARTS.search(html), _ENDS.search(html)
    if start is None or end is None or end.start() < start.end():
        raise WrongAnswer("the body is not in it")
    before, body, after = html[: start.start()], html[start.end() : end.start()], html[end.end() :]
    put: list[Block] = []
    for block in post.around:
        put.append(block)
        if dice.random() < 0.2:
            before = f"{before}\n{block.html}\n"
            continue
        place = 0
        for _ in range(dice.choice((0, 1, 1, 2, 3))):
            found = _CLOSING.match(after, place)
            place = found.end() if found else place
        after = f"{after[:place]}\n{block.html}\n{after[place:]}"
    whole = before + body + after
    if post.over is not None:
        found = _BODY.search(whole)
        place = found.end() if found and dice.random() < 0.5 else whole.rfind("</body>")
        if place > 0:
            whole = f"{whole[:place]}\n{post.over.html}\n{whole[place:]}"
            put.append(post.over)
    return _MARKS.sub("", whole), put


def answer(post: Post, site: Site, html: str, others: list[str]) -> dict[str, Any]:
    """What is known of the page, each part of it found there. Raises WrongAnswer where the text is not."""
    shown = pressed(visible_text(html))
    article = post.article
    lines = [line for block in article.blocks for line in block.gold]
    for line in lines:
        if pressed(line) not in shown:
            raise WrongAnswer(f"not shown: {line[:60]!r}")
    if pressed(article.title) not in shown:
        raise WrongAnswer("its title is not shown")
    gold: dict[str, Any] = {"title": article.title, "text": article.text}
    text = pressed(article.text)
    if pressed(article.description) in pressed(html):
        gold["description"] = article.description
    if pressed(article.author) in pressed(html):
        gold["authors"] = [article.author]
    day = article.published
    if re.search(rf"{day:%Y}\D{{0,4}}0?{day.month}\D{{1,4}}0?{day.day}\b|{day:%Y-%m-%d}", html):
        gold["date"] = f"{day:%Y-%m-%d}"
    dice = random.Random(f"{site.host} {post.slug} must")
    long = [line for line in lines if len(line) > 30]
    gold["must"] = [_snippet(line) for line in dice.sample(long, min(4, len(long)))]
    gold["must_not"] = [
        line
        for line in dict.fromkeys(others)
        if len(pressed(line)) >= _LEAST and pressed(line) not in text and pressed(line) in shown
    ]
    return gold


def _snippet(line: str) -> str:
    """The beginning of a line, ending with a word."""
    return line if len(line) <= 90 else line[:90].rsplit(" ", 1)[0]


def visible_text(html: str) -> str:
    """All that a reader can see of a page, and what a page hides by class names alone."""
    tree = lxml_html.document_fromstring(html.encode(), parser=lxml_html.HTMLParser(encoding="utf-8", huge_tree=True))
    etree.strip_elements(tree, *_HIDDEN, with_tail=False)
    return "".join(str(text) for text in tree.itertext())


def pressed(text: str) -> str:
    """The text without white space, and with one kind of quotation marks and dashes."""
    return "".join(text.translate(_SAME).split())
