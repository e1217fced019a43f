"""What all pages of a paper share: head, menu, footer, and how it writes a date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from html import escape

from testing.newspaper.paper import Newspaper


def local(paper: Newspaper, moment: int) -> datetime:
    """A moment by the clocks of the paper's readers."""
    return datetime.fromtimestamp(moment, UTC).astimezone(timezone(timedelta(hours=paper.grammar.offset_hours)))


def byline(paper: Newspaper, moment: int) -> str:
    """A moment as the paper writes it for people."""
    when = local(paper, moment)
    labels = paper.grammar.labels
    return labels["byline"].format(
        weekday=labels["weekdays"].split("|")[when.weekday()],
        day=when.day,
        month=when.month,
        monthname=when.strftime("%B"),
        year=when.year,
        hour=when.hour,
        minute=when.minute,
    )


def frame(paper: Newspaper, title: str, head: str, body: str, kind: str) -> str:
    """A whole page: head, menu, what is given, footer."""
    labels = paper.grammar.labels
    menu = "".join(f'<li><a href="/{slug}/">{escape(name)}</a></li>' for slug, name in paper.sections)
    return f"""<!DOCTYPE html>
<html lang="{paper.options.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
{head}<link rel="stylesheet" href="/static/site.css">
<script>window.dataLayer = window.dataLayer || []; dataLayer.push({{"pageType": "{kind}"}});</script>
</head>
<body class="{kind}">
<header class="site-header"><a class="logo" href="/">{escape(labels["paper"])}</a>
<form class="search" action="/tim-kiem"><input name="q" placeholder="{escape(labels["search"])}"></form></header>
<nav class="main-menu"><ul><li><a href="/">{escape(labels["home"])}</a></li>{menu}</ul></nav>
<div class="container">
{body}</div>
<footer class="site-footer"><p>{escape(labels["paper"])}</p><p>{escape(labels["footer"])}</p>
<ul>{menu}</ul></footer>
<script src="/static/site.js" async></script>
</body>
</html>
"""
