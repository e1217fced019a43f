"""Functions that a site's rules can name, good and bad."""

from __future__ import annotations

from dataclasses import replace

from newscrawl.items import Article, NoArticle, Page

NO_FUNCTION = "not even callable"


def in_capitals(article: Article, page: Page) -> Article:
    """Change a fact by what the page and the finished article say."""
    return replace(article, section=f"{article.title} ({article.source}, {len(page.body)} bytes)".upper())


def crashing(article: Article, page: Page) -> Article:
    """Have a bug."""
    raise KeyError("section")


def forgetful(article: Article, page: Page) -> None:
    """Forget to return."""


def emptying(article: Article, page: Page) -> Article:
    """Leave nothing."""
    return replace(article, text="")


def rejecting(article: Article, page: Page) -> Article:
    """Know better."""
    raise NoArticle("advertisement", "a sponsored page")
