"""What another reading of the same page changes in its article."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, StatementError

from newscrawl.fieldchanges import Tally
from newscrawl.items import Candidate
from newscrawl.revisions import is_same
from newscrawl.storage.duplicates import change_lead, change_links
from newscrawl.storage.mending import cause_of, put_aside, settle, without_templates
from newscrawl.storage.schema import articles
from newscrawl.storage.site_blocks import Sighting
from newscrawl.storage.values import facts_of, text_of

_READ = (
    "title text description canonical_url authors section tags language image_url images published_at published_raw "
    "published_source published_precision modified_at paywalled"
).split()
"""What extraction reads on a page."""
_OF_TEXT = ("title", "text", "description")
_WITH_TEXT = ("blocks", "content_hash", "word_count")

Place = tuple[str, int]


def rewrite(
    connection: Connection, article_id: int, place: Place, item: Candidate, *, run_id: int, now: datetime, tally: Tally
) -> None:
    """Write what changes, with a revision where that is the title or text. What the database cannot hold is left."""
    known = _known(connection, article_id, place)
    if known is None:
        tally.leave("changed_meanwhile")
        return
    try:
        with connection.begin_nested():
            changed = _rewrite(connection, known, item, run_id, now)
    except (DataError, IntegrityError, ProgrammingError, UnicodeError):
        tally.leave("unstorable")
    except StatementError as error:
        if isinstance(error.orig, UnicodeError):
            tally.leave("unstorable")
        else:
            raise
    else:
        tally.count(dict(known), changed)


def compare(connection: Connection, article_id: int, place: Place, item: Candidate, tally: Tally) -> None:
    """Count what would change."""
    known = _known(connection, article_id, place)
    if known is None:
        tally.leave("changed_meanwhile")
    else:
        tally.count(dict(known), _changes(connection, known, item)[0])


def _known(connection: Connection, article_id: int, place: Place) -> RowMapping | None:
    """Return the article, unless a crawl has stored another page of it since it was chosen."""
    is_there = articles.c.archive_file == place[0], articles.c.archive_offset == place[1]
    return connection.execute(select(articles).where(articles.c.id == article_id, *is_there)).mappings().first()


def _changes(
    connection: Connection, known: RowMapping, item: Candidate
) -> tuple[dict[str, Any], Candidate, Sighting | None]:
    """Return the fields that change, and the page without what its site repeats.

    Where a later visit found the same text on other bytes, which are not kept, its facts are newer than this page's.
    """
    item, sighting = without_templates(connection, item, known)
    new = text_of(item) | facts_of(item)
    names = _READ if new["body_digest"] == known["body_digest"] else _OF_TEXT
    changed = {name: new[name] for name in names if new[name] != known[name]}
    if names is _OF_TEXT and changed.keys() <= {"description"}:
        changed = {}
    return changed, item, sighting


def _rewrite(connection: Connection, known: RowMapping, item: Candidate, run_id: int, now: datetime) -> dict[str, Any]:
    changed, item, sighting = _changes(connection, known, item)
    if not changed:
        return changed
    article, new = item.extraction.article, text_of(item) | facts_of(item)
    if not (is_same(known["title"], article.title) and is_same(known["text"], article.text)):
        put_aside(connection, known, cause_of(known, item, known["body_digest"]), now)
    values = changed | {name: new[name] for name in _WITH_TEXT}
    values |= {"extractor": item.extraction.extractor, "run_id": run_id, "updated_at": now}
    connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
    if new["content_hash"] != known["content_hash"]:
        change_links(connection, known["id"], known["text"])
    elif "published_at" in changed:
        change_lead(connection, known["id"])
    settle(connection, sighting, known["id"], now)
    return changed
