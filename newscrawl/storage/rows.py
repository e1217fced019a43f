"""An extracted page as a row of `articles`, and back.

The columns are those of the same name in `Article`, so that a new field needs a column in the schema and nothing here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import RowMapping

from newscrawl.items import Article, Block, Candidate, Image, ListedFacts, Origin

CHUNK = 500
"""Keys looked up per statement."""

DELETED = "deleted"
"""`pages.reason` where the user deleted the article: it is neither queued nor stored again, unless it is asked for."""

TEXT_COLUMNS = ("title", "text", "description")
"""What readers read."""
BLOCK_COLUMNS = ("blocks", "content_hash", "word_count")
"""What follows from which blocks were kept."""
_FIELDS = tuple(field.name for field in fields(Article))
_OF_REVISION = ("title", "text")
EXTRACTED_COLUMNS = tuple(name for name in _FIELDS if name not in {"url", "source"})
"""What extraction reads from the page itself."""


def facts_from_json(stored: dict[str, Any]) -> ListedFacts:
    """Make `ListedFacts` of their JSON."""
    published = stored.pop("published_at")
    authors, categories, tags = (tuple(stored.pop(name, ())) for name in ("authors", "categories", "tags"))
    moment = datetime.fromisoformat(published) if published else None
    return ListedFacts(published_at=moment, authors=authors, categories=categories, tags=tags, **stored)


def text_of(item: Candidate) -> dict[str, Any]:
    """Columns that make a new revision when they change, and those that follow from them."""
    article = item.extraction.article
    keys = {"content_hash": item.content_hash, "word_count": article.word_count}
    return {name: getattr(article, name) for name in _OF_REVISION} | keys


def digest_of(item: Candidate) -> str:
    """SHA-256 of a page's bytes."""
    return hashlib.sha256(item.page.body).hexdigest()


def facts_of(item: Candidate) -> dict[str, Any]:
    """Columns that may change without a new revision."""
    article = item.extraction.article
    facts = {name: _stored(getattr(article, name)) for name in _FIELDS if name not in _OF_REVISION}
    return facts | {
        "blocks": stored_blocks(item.extraction.blocks),
        "body_digest": digest_of(item),
        "gone_at": None,
    }


def room_of(source: str, origin: str) -> str:
    """Return the source under which the blocks of an article are counted: those of local pages are counted apart.

    Otherwise four made-up files could take a sentence from articles that were fetched.
    """
    return source if origin == "fetched" else f"{source} ({origin})"


def rooms_of(source: str) -> list[str]:
    """Return all that `room_of` may return for a source."""
    return [room_of(source, origin) for origin in get_args(Origin)]


def article_of(row: RowMapping) -> Article:
    """Read an article from a row with all columns."""
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Article(**values | lists | {"images": tuple(Image(**image) for image in values["images"])})


def stored_blocks(blocks: Iterable[Block]) -> list[list[str | None]]:
    """Return blocks as stored in `articles.blocks`."""
    return [[block.kind, block.text, block.reason, *([block.box] if block.box is not None else [])] for block in blocks]


def blocks_of(stored: Iterable[Sequence[Any]]) -> tuple[Block, ...]:
    """Read `articles.blocks`."""
    return tuple(Block(*block) for block in stored)


def _stored(value: Any) -> Any:
    if isinstance(value, tuple):
        return [asdict(one) if isinstance(one, Image) else one for one in value]
    return value
