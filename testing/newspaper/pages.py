"""The page of an article, as a newsroom's system lays it out."""

from __future__ import annotations

import json
from html import escape
from typing import Literal
from urllib.parse import quote

from testing.newspaper.boxes import box, href, latest, most_read, related, same_section, teasers
from testing.newspaper.boxes import headline as first_headline
from testing.newspaper.frame import byline, frame, local
from testing.newspaper.paper import Newspaper
from testing.newspaper.story import Story
from testing.newspaper.text import dice_of

Variant = Literal["", "amp", "m", "in"]
"""The page itself, or its AMP, mobile or print form, by the first part of the path."""


def comments(paper: Newspaper, number: int) -> int:
    """How many readers have commented."""
    first = int(dice_of(paper.options.seed, "comments", number).random() * 90)
    return first + 3 * len(paper.state.comments.get(number, ()))


def page_url(paper: Newspaper, number: int, page: int) -> str:
    """The address of one page of an article; the first is 1."""
    url = paper.url_of(number)
    return url if page == 1 else url.replace(".html", f"-p{page}.html")


def article_page(paper: Newspaper, number: int, page: int = 1, variant: Variant = "") -> str:
    """Lay out one page of an article."""
    story = paper.story(number)
    labels = paper.grammar.labels
    slug, section = paper.sections[paper.section_of(number)]
    main = _main(paper, number, story, page)
    title = f"{story.title} - {labels['paper']}"
    if variant:
        canonical = f'<link rel="canonical" href="{paper.url_of(number)}">\n'
        return frame(paper, title, canonical + _json_ld(paper, number, story), main, f"article-{variant}")
    crumbs = (
        f'<ul class="breadcrumb"><li><a href="/">{escape(labels["home"])}</a></li>'
        f'<li><a href="/{slug}/">{escape(section)}</a></li></ul>\n'
    )
    tags = "".join(f'<a href="/tag/{quote(tag)}" rel="tag">{escape(tag)}</a> ' for tag in story.tags)
    below = (
        f'<div class="tags"><span>{escape(labels["tags"])}:</span> {tags}</div>\n'
        f'<div class="tools"><a class="share" href="#share">{escape(labels["share"])}</a> '
        f'<a class="print" rel="nofollow" href="/in/{number}">{escape(labels["print"])}</a> '
        f'<a class="comment-count" href="#comments">{comments(paper, number)} {escape(labels["comments"])}</a></div>\n'
        f"{teasers(paper, 'same', same_section(paper, number), 'same')}"
        f'<div class="newsletter"><h3>{escape(labels["newsletter"])}</h3><p>{escape(labels["newsletter_text"])}</p>'
        f'<form action="/dang-ky" method="post"><input type="email" name="mail">'
        f"<button>{escape(labels['subscribe'])}</button></form></div>\n"
    )
    side = (
        f'<aside class="sidebar">\n{box(paper, "read", most_read(paper, number), "most-read")}'
        f"{box(paper, 'latest', latest(paper, number), 'latest')}</aside>\n"
    )
    body = f'{crumbs}<div class="row"><div class="col-main">\n{main}{below}</div>\n{side}</div>\n'
    return frame(paper, title, _head(paper, number, story, page), body, "article")


def _head(paper: Newspaper, number: int, story: Story, page: int) -> str:
    options, url = paper.options, page_url(paper, number, page)
    published, modified = local(paper, paper.published(number)), local(paper, paper.modified(number))
    section = paper.sections[paper.section_of(number)][1]
    lines = [
        f'<meta name="description" content="{escape(story.lead)}">',
        f'<link rel="canonical" href="{url}">',
        f'<meta property="og:type" content="article"><meta property="og:url" content="{url}">',
        f'<meta property="og:title" content="{escape(story.title)}">',
        f'<meta property="og:description" content="{escape(story.lead)}">',
        f'<meta property="og:image" content="{paper.base}/anh/{number}.jpg">',
        f'<meta property="og:site_name" content="{escape(paper.grammar.labels["paper"])}">',
        f'<meta property="article:published_time" content="{published.isoformat()}">',
        f'<meta property="article:modified_time" content="{modified.isoformat()}">',
        f'<meta property="article:section" content="{escape(section)}">',
        f'<meta name="author" content="{escape(", ".join(story.authors))}">',
        f'<meta name="keywords" content="{escape(", ".join(story.tags))}">',
    ]
    if page > 1:
        lines.append(f'<link rel="prev" href="{page_url(paper, number, page - 1)}">')
    if page < len(story.pages):
        lines.append(f'<link rel="next" href="{page_url(paper, number, page + 1)}">')
    path = quote(paper.path_of(number))
    if options.amp:
        lines.append(f'<link rel="amphtml" href="{paper.base}/amp{path}">')
    if options.mobile:
        lines.append(f'<link rel="alternate" media="only screen and (max-width: 640px)" href="{paper.base}/m{path}">')
    return "\n".join(lines) + "\n" + _json_ld(paper, number, story)


def _json_ld(paper: Newspaper, number: int, story: Story) -> str:
    url = paper.url_of(number)
    values = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting" if paper.kind_of(number) == "live" else "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "headline": story.title,
        "description": story.lead,
        "image": [f"{paper.base}/anh/{number}.jpg"],
        "datePublished": local(paper, paper.published(number)).isoformat(),
        "dateModified": local(paper, paper.modified(number)).isoformat(),
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "Organization", "name": paper.grammar.labels["paper"]},
    }
    text = json.dumps(values, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>\n'


def _main(paper: Newspaper, number: int, story: Story, page: int) -> str:
    labels = paper.grammar.labels
    blocks = story.pages[page - 1]
    parts = [f"<{tag}>{escape(text, quote=False)}</{tag}>" for tag, text in blocks]
    if page == 1:
        picture = (
            f'<figure class="picture"><img src="/anh/{number}.jpg" width="680" height="420" '
            f'alt="{escape(story.title)}">'
            f"<figcaption>{escape(story.caption, quote=False)}</figcaption></figure>"
        )
        parts.insert(1 + number % 2, picture)
        named = related(paper, number)
        if named and number % 3 == 0:
            link = f'<a href="{href(paper, named[0], "inline")}">{first_headline(paper, named[0])}</a>'
            parts.insert(4, f'<p class="see-more"><strong>{escape(labels["more"])}:</strong> {link}</p>')
    lead = f'<p class="sapo">{escape(story.lead, quote=False)}</p>\n' if page == 1 else ""
    pager = _pager(paper, number, len(story.pages), page) if len(story.pages) > 1 else ""
    text = "\n".join(parts)
    published = paper.published(number)
    return (
        f'<article class="detail">\n<h1 class="detail-title">{escape(story.title, quote=False)}</h1>\n'
        f'<div class="detail-meta"><span class="author">{escape(", ".join(story.authors), quote=False)}</span> '
        f'<time class="date" datetime="{local(paper, published).isoformat()}">{byline(paper, published)}</time></div>\n'
        f'{lead}<div class="detail-content">\n{text}\n</div>\n{pager}'
        f"{box(paper, 'related', related(paper, number), 'related-news')}</article>\n"
    )


def _pager(paper: Newspaper, number: int, pages: int, current: int) -> str:
    links = " ".join(
        f"<span>{page}</span>" if page == current else f'<a href="{page_url(paper, number, page)}">{page}</a>'
        for page in range(1, pages + 1)
    )
    return f'<div class="pager">{links}</div>\n'
