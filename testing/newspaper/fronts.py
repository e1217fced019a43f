"""Home and section pages, and the pages that are no article: not found, cookie wall, calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

from testing.newspaper.boxes import href
from testing.newspaper.frame import byline, frame, local
from testing.newspaper.paper import Newspaper
from testing.newspaper.text import dice_of

SESSION = "@@session@@"
"""Stands for what is another word in every response."""
ON_HOME = 8
"""Articles of each section."""


def _session(paper: Newspaper) -> str:
    return f"?sid={SESSION}" if paper.options.session_ids else ""


def _teaser(paper: Newspaper, number: int) -> str:
    story = paper.story(number)
    link = f"{href(paper, number)}{_session(paper)}"
    return (
        f'<div class="teaser"><a class="thumb" href="{link}"><img src="/anh/{number}-s.jpg" alt=""></a>'
        f'<h3 class="teaser-title"><a href="{link}">{escape(story.title, quote=False)}</a></h3>'
        f'<span class="time">{byline(paper, paper.published(number))}</span>'
        f'<p class="teaser-lead">{escape(story.lead, quote=False)}</p></div>\n'
    )


def home_page(paper: Newspaper) -> str:
    """The front page: the newest of each section, with the feeds in its head."""
    labels = paper.grammar.labels
    feeds = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{escape(name)}" href="/rss/{slug}.rss">\n'
        for slug, name in paper.sections
    )
    head = (
        f'<link rel="canonical" href="{paper.base}/">\n{feeds}'
        f'<link rel="alternate" type="application/atom+xml" title="{escape(labels["latest"])}" href="/atom.xml">\n'
        f'<link rel="alternate" type="application/feed+json" title="{escape(labels["latest"])}" href="/feed.json">\n'
    )
    parts = []
    for index, (slug, name) in enumerate(paper.sections):
        cards = "".join(_teaser(paper, number) for number in paper.ids(index)[:ON_HOME])
        more = f'<h2 class="section-title"><a href="/{slug}/{_session(paper)}">{escape(name)}</a></h2>'
        parts.append(f'<section class="block">{more}\n{cards}</section>\n')
    if paper.options.calendar:
        today = local(paper, paper.state.clock).date()
        parts.append(
            f'<div class="diary"><a href="{_day_path(today)}">{escape(labels["calendar"])} {today}</a></div>\n'
        )
    return frame(paper, labels["paper"], head, "".join(parts), "home")


def section_pages(paper: Newspaper, section: int) -> int:
    """How many pages list a section; an empty one has one."""
    return max(1, -(-len(paper.ids(section)) // paper.options.per_page))


def section_page(paper: Newspaper, section: int, page: int) -> str:
    """One page of a section's articles, the newest first."""
    slug, name = paper.sections[section]
    labels, size, pages = paper.grammar.labels, paper.options.per_page, section_pages(paper, section)
    shown: Sequence[int] = paper.ids(section)[(page - 1) * size : page * size]

    def path(number: int) -> str:
        return f"/{slug}/" if number == 1 else f"/{slug}/{labels['page']}{number}"

    head = f'<link rel="canonical" href="{paper.base}{path(page)}">\n'
    head += f'<link rel="alternate" type="application/rss+xml" title="{escape(name)}" href="/rss/{slug}.rss">\n'
    pager = ""
    for number, rel, label in ((page - 1, "prev", "previous"), (page + 1, "next", "next")):
        if 1 <= number <= pages:
            head += f'<link rel="{rel}" href="{path(number)}">\n'
            pager += f'<a rel="{rel}" href="{path(number)}{_session(paper)}">{escape(labels[label])}</a> '
    near = range(max(1, page - 3), min(pages, page + 3) + 1)
    numbers = " ".join(f'<a href="{path(number)}{_session(paper)}">{number}</a>' for number in near)
    cards = "".join(_teaser(paper, number) for number in shown)
    body = f'<h1 class="section-title">{escape(name)}</h1>\n<div class="list">\n{cards}</div>\n'
    body += f'<div class="pager">{pager}{numbers}</div>\n'
    return frame(paper, f"{name} - {labels['paper']}", head, body, "section")


def notice_page(paper: Newspaper, kind: str) -> str:
    """A page with a message instead of what was asked for: ``not_found`` or ``consent``."""
    labels = paper.grammar.labels
    button = f'<form action="/dong-y"><button>{escape(labels["accept"])}</button></form>' if kind == "consent" else ""
    body = f'<div class="notice"><h1>{escape(labels[kind])}</h1><p>{escape(labels[f"{kind}_text"])}</p>{button}</div>\n'
    return frame(paper, f"{labels[kind]} - {labels['paper']}", "", body, kind)


def _day_path(day: date) -> str:
    return f"/lich/{day.year}/{day.month}/{day.day}"


def calendar_page(paper: Newspaper, day: date) -> str:
    """A day without anything, between yesterday and tomorrow."""
    label = paper.grammar.labels["calendar"]
    others = [day + timedelta(days) for days in (-1, 1, 30) if date.min.year < day.year < date.max.year]
    links = "".join(f'<a href="{_day_path(other)}">{escape(label)} {other}</a> ' for other in others)
    return frame(paper, f"{label} {day}", "", f"<h1>{escape(label)} {day}</h1>\n<div>{links}</div>\n", "diary")


def found_page(paper: Newspaper, path: str) -> str:
    """What is under a tag, or found by a search: some of the newest."""
    dice = dice_of(paper.options.seed, "found", path)
    there = paper.ids()[:200]
    cards = "".join(_teaser(paper, number) for number in dice.sample(there, min(10, len(there))))
    title = paper.grammar.labels["tags"]
    return frame(paper, title, "", f'<h1>{escape(title)}</h1>\n<div class="list">\n{cards}</div>\n', "section")
