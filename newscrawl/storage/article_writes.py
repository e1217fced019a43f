"""What becomes of an article: a new row, a revision, another address of a known one, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from newscrawl.archive import ArchiveWriter
from newscrawl.items import Candidate, Outcome, kept_text
from newscrawl.storage.article_urls import OtherUrl, article_at, deleted_as, find_twin, move_article, record_url
from newscrawl.storage.backends import backend_of
from newscrawl.storage.boilerplate import Cause, apply_sighting, cause_of, leave_room, save_revision, without_templates
from newscrawl.storage.duplicates import add_links, change_links, find_copies, has_twin_text, reelect_head
from newscrawl.storage.replacement import is_untrusted, with_known_facts, worsening
from newscrawl.storage.revisions import is_same, is_same_page
from newscrawl.storage.rows import BLOCK_COLUMNS, DELETED, TEXT_COLUMNS, blocks_of, facts_of, text_of
from newscrawl.storage.schema import articles
from newscrawl.storage.statistics import Result, lost_facts
from newscrawl.storage.visits import first_sight, is_older_copy
from newscrawl.text import printable
from newscrawl.window import Wanted

# Built once, because building a statement takes as long as running it.
_BY_KEY = select(articles).where(articles.c.url_key == bindparam("key"))


@dataclass(frozen=True, slots=True)
class ArticleWriter:
    """What a run writes all of its articles with."""

    run_id: int
    archive: ArchiveWriter | None
    """Receives the raw pages of stored articles."""
    wanted: Wanted


def write_article(connection: Connection, item: Candidate, writer: ArticleWriter, now: datetime) -> Result:
    """Store an article, a new text of a known one, or another address of one; say what became of it."""
    known = connection.execute(_BY_KEY, {"key": item.page.key}).mappings().first()
    if known is not None:
        return _left(known) if is_untrusted(item.page, known) else _write_known(connection, item, known, writer, now)
    if (key := deleted_as(connection, item)) is not None:
        return _stay_deleted(item, key)
    return _write_unknown(connection, item, writer, now)


def _write_unknown(connection: Connection, item: Candidate, writer: ArticleWriter, now: datetime) -> Result:
    """Store an article that is not known by its key: a new one, or another address of one."""
    clean, sighting = without_templates(connection, item, None)
    other = article_at(connection, clean)
    if other is not None:
        reason = "not_replaced" if is_untrusted(item.page, other) else None
        return Result("unchanged", other["id"], is_elsewhere=True, reason=reason)
    copies = find_copies(connection, clean)
    twin = find_twin(connection, clean, copies.ids)
    if twin is None:
        values = _article_values(clean, writer) | {"first_seen_at": now, "updated_at": now, "revision": 1}
        values["seen_at"] = first_sight(connection, item.page, now)
        added = backend_of(connection.engine.url).insert_article()
        article_id = connection.execute(added, {"url_key": item.page.key, **values}).scalar_one()
        add_links(connection, article_id, copies)
        apply_sighting(connection, sighting, article_id, now)
        return Result("stored", article_id, extraction=clean.extraction, is_copy=bool(copies.ids))
    if is_untrusted(item.page, twin.article):
        return _left(twin.article)
    if not twin.leads:
        assert item.page.url is not None
        record_url(connection, twin.article["id"], OtherUrl(item.page.key, item.page.url, twin.relation), now)
        return Result("unchanged", twin.article["id"], is_elsewhere=True)
    moved = move_article(connection, twin, item, now)
    return (_replace_view if twin.is_view else _write_known)(connection, item, moved, writer, now)


def _left(known: RowMapping) -> Result:
    """A stored article that stays as it is, whatever a local page says of it."""
    return Result("unchanged", known["id"], reason="not_replaced")


def _stay_deleted(item: Candidate, key: str) -> Result:
    """Store nothing of an article that the user deleted, whatever led to its page."""
    page = item.page
    where = "its article" if key == page.key else f"its article, {key},"
    message = printable(f"{page.url or page.key}: {where} was deleted by `newscrawl delete`")
    facts = (message, page.fetched_at, page.url, page.source, page.visit)
    return Result("skipped", instead=Outcome(page.key, "skipped", DELETED, *facts, origin=page.origin))


def _write_known(
    connection: Connection, item: Candidate, known: RowMapping, writer: ArticleWriter, now: datetime
) -> Result:
    item, sighting = without_templates(connection, item, known)
    article = item.extraction.article
    is_first_fetched = item.page.origin != known["origin"]  # what a local page says of its own age proves nothing
    if not is_first_fetched and is_older_copy(item.page, known["fetched_at"], now):
        _note_sight(connection, known, item)
        return Result("unchanged", known["id"])
    if item.page.visit is not None and not is_first_fetched and not writer.wanted.accepted:
        of_another = partial(has_twin_text, connection, known["id"], article.source, item.content_hash)
        if (worse := worsening(known, item, of_another)) is not None:
            return _keep(item, known["id"], worse)
    if is_first_fetched:
        leave_room(connection, known)
        values = {"seen_at": first_sight(connection, item.page, now)}
        connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
    lost = lost_facts(known, article)
    item = with_known_facts(known, item)
    article = item.extraction.article
    if is_same(known["title"], article.title) and is_same(known["text"], article.text):
        _refresh(connection, known, item, now)
        apply_sighting(connection, sighting, known["id"], now)
        return Result("unchanged", known["id"], extraction=item.extraction, lost=lost)
    if _is_same_page(known, item):
        _refresh(connection, known, item, now, but=frozenset(TEXT_COLUMNS + BLOCK_COLUMNS))
        return Result("unchanged", known["id"], lost=lost)
    cause = _revise(connection, known, item, writer, now)
    apply_sighting(connection, sighting, known["id"], now)
    if cause == "template":
        return Result("unchanged", known["id"], extraction=item.extraction)
    return Result("stored", known["id"], revised=True, extraction=item.extraction, lost=lost)


def _note_sight(connection: Connection, known: RowMapping, item: Candidate) -> None:
    """Keep that an article was fetched earlier than it seemed, as an archive may show."""
    if known["seen_at"] is not None and item.page.fetched_at < known["seen_at"]:
        values = {"seen_at": item.page.fetched_at}
        connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
        reelect_head(connection, known["id"])


def _keep(item: Candidate, article_id: int, why: str) -> Result:
    """Leave a known article as it is, because its page got worse."""
    page = item.page
    message = printable(f"{page.url or page.key}: {why}; the stored text stays")
    instead = Outcome(page.key, "no_article", "worse", message, page.fetched_at, page.url, page.source, page.visit)
    return Result("no_article", article_id, instead=instead)


def _is_same_page(known: RowMapping, item: Candidate) -> bool:
    """Whether the same extractor only classified borderline blocks differently; then the stored text is kept."""
    article, old, new = item.extraction.article, blocks_of(known["blocks"]), item.extraction.blocks
    is_of_blocks = known["text"] == kept_text(old) and article.text == kept_text(new)
    is_comparable = is_of_blocks and known["extractor"] == item.extraction.extractor
    return is_comparable and is_same(known["title"], article.title) and is_same_page(old, new)


def _replace_view(
    connection: Connection, item: Candidate, known: RowMapping, writer: ArticleWriter, now: datetime
) -> Result:
    """Replace an AMP or mobile form of an article by its plain form, without a new revision."""
    item, sighting = without_templates(connection, item, known)
    values = _article_values(item, writer) | {"updated_at": now}
    connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
    change_links(connection, known["id"], known["text"])
    apply_sighting(connection, sighting, known["id"], now)
    return Result("unchanged", known["id"], extraction=item.extraction)


def _article_values(item: Candidate, writer: ArticleWriter) -> dict[str, Any]:
    is_archived = item.page.visit is not None and not item.page.is_withheld
    place = writer.archive.write(item.page) if writer.archive is not None and is_archived else None
    file, offset = (place.file, place.offset) if place else item.page.archived or (None, None)
    return {
        **facts_of(item),
        **text_of(item),
        "origin": item.page.origin,
        "fetched_at": item.page.fetched_at,
        "extractor": item.extraction.extractor,
        "archive_file": file,
        "archive_offset": offset,
        "run_id": writer.run_id,
    }


def _refresh(
    connection: Connection, known: RowMapping, item: Candidate, now: datetime, but: frozenset[str] = frozenset()
) -> None:
    new = (
        facts_of(item) | text_of(item) | {"origin": item.page.origin}
    )  # texts that count as the same may differ in white space
    if known["archive_file"] is None and item.page.archived is not None:
        new["archive_file"], new["archive_offset"] = item.page.archived
    changed = {name: value for name, value in new.items() if known[name] != value and name not in but}
    if changed:
        statement = update(articles).where(articles.c.id == known["id"]).values(updated_at=now, **changed)
        connection.execute(statement)
        if "content_hash" in changed:
            change_links(connection, known["id"], known["text"])
        elif not changed.keys().isdisjoint({"published_at", "gone_at", "origin"}):
            reelect_head(connection, known["id"])


def _revise(connection: Connection, known: RowMapping, item: Candidate, writer: ArticleWriter, now: datetime) -> Cause:
    """Store a new text, and the previous one as a revision; only a change by the publisher counts as a revision."""
    values = _article_values(item, writer)
    cause = cause_of(known, item, values["body_digest"])
    save_revision(connection, known, cause, now)
    values |= {"updated_at": now, "revision": known["revision"] + (cause == "publisher")}
    connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
    change_links(connection, known["id"], known["text"])
    return cause
