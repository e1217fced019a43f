"""The boxes around an article, which no extractor should take for it: each page has others, and they turn."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from testing.newspaper.options import FIRST_ID
from testing.newspaper.paper import Newspaper
from testing.newspaper.text import dice_of

RECENT = 60
"""Articles among which a paper's readers choose."""


def _seen(paper: Newspaper, number: int) -> tuple[int, int]:
    """The newest article that the boxes of a page know, and the last change that they know."""
    _, newest, event = paper.state.rotated or (0, FIRST_ID + paper.options.articles - 1, 0)
    return max(newest, number), event


def _those(paper: Newspaper, numbers: Iterable[int], event: int, amount: int) -> list[int]:
    """The first of them that were there when the boxes turned."""
    gone = paper.state.gone
    there = (one for one in numbers if paper.known(one) and not (one in gone and gone[one][1] < event))
    return [one for _, one in zip(range(amount), dict.fromkeys(there), strict=False)]


def related(paper: Newspaper, number: int) -> list[int]:
    """Articles that the author named: they stand for ever."""
    die = dice_of(paper.options.seed, "related", number)
    first, last = max(FIRST_ID, number - 400), number - 1
    return _those(paper, (die.randint(first, last) for _ in range(4)), 0, 3) if last > first + 4 else []


def same_section(paper: Newspaper, number: int) -> list[int]:
    """The articles before this one in its section."""
    step = paper.options.sections
    return _those(paper, range(number - step, number - 12 * step, -step), _seen(paper, number)[1], 5)


def most_read(paper: Newspaper, number: int) -> list[int]:
    """What is read most, or is said to be: another choice on each page."""
    newest, event = _seen(paper, number)
    die = dice_of(paper.options.seed, "read", paper.state.rotations, number)
    return _those(paper, (newest - int(die.random() * RECENT) for _ in range(12)), event, 5)


def latest(paper: Newspaper, number: int) -> list[int]:
    """The newest articles when the boxes turned."""
    newest, event = _seen(paper, number)
    return _those(paper, (one for one in range(newest - number % 7, newest - RECENT, -1) if one != number), event, 6)


def href(paper: Newspaper, number: int, place: str = "") -> str:
    """How a link names an article: with its letters, or percent-encoded in either case; and where it stands."""
    path = paper.path_of(number)
    form = number % 3 if paper.options.unicode_paths else 0
    named = path if form == 1 else quote(path)
    if form == 2:
        named = _lower_escapes(quote(path))
    tail = f"?utm_source=site&amp;utm_medium=box&amp;utm_campaign={place}" if place and paper.options.utm else ""
    return escape(named) + tail


def _lower_escapes(path: str) -> str:
    first, *rest = path.split("%")
    return first + "".join(f"%{part[:2].lower()}{part[2:]}" for part in rest)


def headline(paper: Newspaper, number: int) -> str:
    """What a box calls an article: its first headline, whatever became of it."""
    return escape(paper.title(number, 0))


def box(paper: Newspaper, label: str, numbers: list[int], place: str) -> str:
    """A heading and a list of links; nothing where there are none."""
    if not numbers:
        return ""
    items = "\n".join(
        f'<li class="item"><a href="{href(paper, one, place)}" title="{name}">{name}</a></li>'
        for one in numbers
        for name in (headline(paper, one),)
    )
    title = escape(paper.grammar.labels[label])
    return f'<div class="box box-{place}"><h3 class="box-title">{title}</h3>\n<ul class="list">\n{items}\n</ul></div>\n'


def teasers(paper: Newspaper, label: str, numbers: list[int], place: str) -> str:
    """The same as cards with a picture."""
    if not numbers:
        return ""
    cards = "\n".join(
        f'<div class="card"><a class="thumb" href="{link}"><img src="/anh/{one}-s.jpg" alt="{name}"></a>'
        f'<h4 class="card-title"><a href="{link}">{name}</a></h4></div>'
        for one in numbers
        for link, name in ((href(paper, one, place), headline(paper, one)),)
    )
    title = escape(paper.grammar.labels[label])
    return f'<section class="related {place}"><h3 class="box-title">{title}</h3>\n{cards}\n</section>\n'
