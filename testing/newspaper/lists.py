"""Feeds and robots.txt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from testing.newspaper.boxes import href
from testing.newspaper.frame import local
from testing.newspaper.paper import Newspaper
from testing.newspaper.story import Story

IN_FEED = 30
CONTENT = "http://purl.org/rss/1.0/modules/content/"
XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def _link(paper: Newspaper, number: int, feed: str) -> str:
    return paper.base + href(paper, number, feed)


def iso(paper: Newspaper, moment: int) -> str:
    """A moment as feeds and sitemaps write it."""
    return local(paper, moment).isoformat()


def _whole(paper: Newspaper, story: Story) -> str:
    if not paper.options.whole_feed:
        return ""
    blocks = [("p", story.lead), *(block for page in story.pages for block in page)]
    markup = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in blocks)
    return f"<content:encoded><![CDATA[{markup}]]></content:encoded>"


def rss(paper: Newspaper, section: int) -> str:
    """The newest of a section as RSS 2.0."""
    slug, name = paper.sections[section]
    items = "".join(
        f"<item><title>{escape(story.title)}</title><link>{_link(paper, number, 'rss')}</link>"
        f'<guid isPermaLink="false">{number}</guid><description><![CDATA[{story.lead}]]></description>'
        f"<pubDate>{format_datetime(local(paper, paper.published(number)))}</pubDate>{_whole(paper, story)}</item>\n"
        for number in paper.ids(section)[:IN_FEED]
        for story in (paper.story(number),)
    )
    built = format_datetime(local(paper, paper.state.changed))
    title = escape(f"{name} - {paper.grammar.labels['paper']}")
    return (
        f'{XML_HEAD}<rss version="2.0" xmlns:content="{CONTENT}"><channel>\n<title>{title}</title>'
        f"<link>{paper.base}/{slug}/</link><description>{escape(name)}</description><lastBuildDate>{built}</lastBuildDate>\n"
        f"{items}</channel></rss>\n"
    )


def atom(paper: Newspaper) -> str:
    """The newest of all sections as Atom."""
    entries = "".join(
        f"<entry><title>{escape(story.title)}</title><id>{paper.url_of(number)}</id>"
        f'<link rel="alternate" href="{_link(paper, number, "atom")}"/>'
        f"<published>{iso(paper, paper.published(number))}</published>"
        f"<updated>{iso(paper, paper.modified(number))}</updated>"
        f"<author><name>{escape(story.authors[0])}</name></author><summary>{escape(story.lead)}</summary></entry>\n"
        for number in paper.ids()[:IN_FEED]
        for story in (paper.story(number),)
    )
    return (
        f'{XML_HEAD}<feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(paper.grammar.labels["paper"])}</title>'
        f"<id>{paper.base}/atom.xml</id><updated>{iso(paper, paper.state.changed)}</updated>\n{entries}</feed>\n"
    )


def json_feed(paper: Newspaper) -> str:
    """The newest of all sections as JSON Feed 1.1."""
    items = [
        {
            "id": str(number),
            "url": _link(paper, number, "json").replace("&amp;", "&"),
            "title": paper.title(number),
            "summary": paper.story(number).lead,
            "date_published": iso(paper, paper.published(number)),
            "date_modified": iso(paper, paper.modified(number)),
        }
        for number in paper.ids()[:IN_FEED]
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": paper.grammar.labels["paper"]}
    whole = head | {"home_page_url": f"{paper.base}/", "feed_url": f"{paper.base}/feed.json", "items": items}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def long_feed(paper: Newspaper, amount: int) -> str:
    """RSS that does not end for a long time: what it names is not there."""
    when = format_datetime(datetime.fromtimestamp(paper.start, UTC))
    slug = paper.sections[0][0]
    items = "".join(
        f"<item><title>{slug} {number}</title><link>{paper.base}/{slug}/tin-{number}.html</link>"
        f"<pubDate>{when}</pubDate></item>\n"
        for number in range(amount)
    )
    return f'{XML_HEAD}<rss version="2.0"><channel><title>{slug}</title>\n{items}</channel></rss>\n'


def robots(paper: Newspaper) -> str:
    """What crawlers may ask for."""
    rules = [f"Disallow: {path}" for path in paper.options.disallow]
    if paper.options.crawl_delay is not None:
        rules.append(f"Crawl-delay: {paper.options.crawl_delay:g}")
    return "\n".join(["User-agent: *", *rules, "", f"Sitemap: {paper.base}/sitemap.xml", ""])
