"""`newscrawl explain`: what was extracted from a page, and why. It reads files and the database; it fetches nothing."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from newscrawl.base_spiders.registry import load_sites, rules_for, source_of
from newscrawl.cli.explanation import Explanation, as_html
from newscrawl.extraction import extract_page
from newscrawl.items import Block, NoArticle, Outcome
from newscrawl.local_files import PathError, find_files, load_page
from newscrawl.rules import RulesError
from newscrawl.settings import DOWNLOAD_MAXSIZE
from newscrawl.storage.backends import location
from newscrawl.storage.errors import StorageError
from newscrawl.storage.lookup import Shared, StoredArticle, article_by_id, article_by_key
from newscrawl.text import printable
from newscrawl.urls import url_key
from newscrawl.whole_files import followed, replace_file

# Dropped blocks are marked by a label, a dashed edge and smaller type, not by colour alone.


_NUMBER = re.compile("[0-9]{1,18}")
_ADDRESS = re.compile("https?://|file:", re.IGNORECASE)


class NotExplainedError(Exception):
    """The page cannot be explained. The message is one line for the user."""


def explain(page: str, database: str) -> Explanation:
    """Explain a file as a crawl would read it now, or an article, by its number or its page's URL, as it is stored.

    Raises NotExplainedError.
    """
    try:
        if _NUMBER.fullmatch(page):
            article = article_by_id(database, int(page))
            return _stored(article, database, f"no article {page} in {location(database)}")
        if _ADDRESS.match(page):
            article = article_by_key(database, _key(page))
            advice = "crawl it, or save the page and explain the file"
            return _stored(article, database, f"{page} is not in the database {location(database)}: {advice}")
        return _read(page)
    except (NoArticle, PathError, RulesError, StorageError) as error:
        raise NotExplainedError(printable(str(error))) from error


def _key(url: str) -> str:
    if url.startswith("file:"):
        return url
    load_sites()
    try:
        return url_key(url)
    except ValueError as error:
        raise NotExplainedError(printable(f"{url} is no URL ({error})")) from None


def _stored(article: StoredArticle | None, database: str, missing: str) -> Explanation:
    if article is None:
        raise NotExplainedError(printable(missing))
    copy = f", a copy of article {article.duplicate_of}" if article.duplicate_of else ""
    notes = {
        index: _note(article.shared.get(index), block)
        for index, block in enumerate(article.extraction.blocks)
        if block.reason == "template"
    }
    return Explanation(f"article {article.id} in {location(database)}{copy}", article.extraction, notes)


def _note(shared: Shared | None, block: Block) -> str:
    if shared is None:
        return (
            "everything below it is dropped" if block.kind == "heading" else "the other pages with it have been pruned"
        )
    others = f", such as {' and '.join(shared.pages)}" if shared.pages else ""
    return f"on {shared.articles} pages of the site{others}"


def _read(path: str) -> Explanation:
    if not os.path.lexists(path):
        raise PathError(f"no such file: {path}")
    if Path(path).is_dir():
        raise PathError(f"{path} is a folder; name a single file")
    page = load_page(next(find_files([path])), DOWNLOAD_MAXSIZE)
    if isinstance(page, Outcome):
        raise NotExplainedError(page.error)
    try:
        source = page.source or (source_of(page.url) if page.url else None)
        return Explanation(path, extract_page(replace(page, source=source), rules_for(page.url)))
    except NoArticle as error:
        if error.extraction is not None:
            return Explanation.of_refused(path, error.extraction, str(error))
        raise NotExplainedError(printable(f"{path}: {error}")) from error


def save(explanation: Explanation, path: Path) -> None:
    """Write an explanation as an HTML page, replacing an existing file atomically.

    Raises NotExplainedError where it may not be, and where it is the very page that is explained.
    """
    try:
        real = followed(path)
    except OSError as error:
        raise NotExplainedError(printable(f"{path} cannot be written ({error.strerror})")) from error
    if real == Path(os.path.realpath(explanation.place)):
        raise NotExplainedError(printable(f"{path} is the page itself; name another file for the explanation"))
    if real.exists() and not (real.is_file() and os.access(real, os.W_OK)):
        raise NotExplainedError(printable(f"{path} exists and is not a writable file"))
    try:
        replace_file(real, as_html(explanation).encode())
    except OSError as error:
        raise NotExplainedError(printable(f"{path} cannot be written ({error.strerror})")) from error
