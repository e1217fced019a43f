"""Re-extract stored articles with the current extractor, and relearn the boilerplate of sites; both can be resumed."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, StatementError

from newscrawl._version import __version__
from newscrawl.boilerplate.repeated import Holder, Judge
from newscrawl.items import Candidate, ListedFacts
from newscrawl.storage import runs
from newscrawl.storage.boilerplate import (
    Sighting,
    apply_sighting,
    apply_templates,
    cause_of,
    save_revision,
    without_templates,
)
from newscrawl.storage.duplicates import change_links, reelect_head
from newscrawl.storage.engine import disposed_on_error, explained, open_engine, require, write_transaction
from newscrawl.storage.errors import StorageError
from newscrawl.storage.frontier import facts_of_keys
from newscrawl.storage.revisions import Tally, is_same
from newscrawl.storage.rows import (
    BLOCK_COLUMNS,
    EXTRACTED_COLUMNS,
    TEXT_COLUMNS,
    blocks_of,
    facts_of,
    rooms_of,
    text_of,
)
from newscrawl.storage.schema import article_urls, articles, reextractions, site_block_articles, site_blocks
from newscrawl.storage.schema import runs as runs_table
from newscrawl.window import Window

Place = tuple[str, int]
"""Archive file and offset in bytes."""

MOST_DIFFERENCES = 50
_BLOCKS_AT_ONCE = 20
_ARTICLES_AT_ONCE = 50
_CHUNK = 500
_PAUSE = 0.005
"""Seconds between two transactions, in which a waiting crawl can write."""


@dataclass(frozen=True, slots=True)
class Relearned:
    """Progress of relearning boilerplate."""

    done: int
    """Articles whose blocks were updated."""
    total: int
    changed: int
    """Articles whose text changed."""


def relearn(url: str, source: str | None = None, judge: Judge | None = None) -> Iterator[Relearned]:
    """Judge every known block of a site, or of all sites, again; then drop and restore blocks in its articles.

    An interrupted pass can be repeated. Raises StorageError.
    """
    require(url)
    engine = open_engine(url)
    try:
        with explained(engine):
            yield from _relearn(engine, source, judge)
    finally:
        engine.dispose()


def _relearn(engine: Engine, source: str | None = None, judge: Judge | None = None) -> Iterator[Relearned]:
    in_scope = articles.c.source == source if source is not None else articles.c.source.is_not(None)
    with engine.connect() as connection:
        total = connection.execute(select(func.count()).where(in_scope)).scalar_one()
    last = 0
    while (judged := _judge_next(engine, source, last, judge or Judge())) is not None:
        last = judged
    progress, last = Relearned(0, total, 0), 0
    yield progress
    while (applied := _apply_next(engine, in_scope, last)) is not None:
        last, done, changed = applied
        progress = Relearned(min(progress.done + done, total), total, progress.changed + changed)
        yield progress
        time.sleep(_PAUSE)


def _judge_next(engine: Engine, source: str | None, after: int, judge: Judge) -> int | None:
    """Judge the next blocks; return the id of the last, or None if there are no more."""
    held = select(site_block_articles.c.block_id).group_by(site_block_articles.c.block_id)
    many = held.having(func.count() >= judge.threshold)
    asked = select(site_blocks).where(site_blocks.c.id.in_(many) | site_blocks.c.template_at.is_not(None))
    asked = asked.where(site_blocks.c.kept_at.is_(None))
    if source is not None:
        asked = asked.where(site_blocks.c.source.in_(rooms_of(source)))
    with write_transaction(engine) as connection:
        later = asked.where(site_blocks.c.id > after).order_by(site_blocks.c.id).limit(_BLOCKS_AT_ONCE)
        rows = connection.execute(later).all()
        now = datetime.now(UTC)
        for block in rows:
            is_template = judge.is_template(block.block_hash, _holders(connection, block.id))
            if is_template != (block.template_at is not None):
                values = {"template_at": now if is_template else None}
                connection.execute(update(site_blocks).where(site_blocks.c.id == block.id).values(**values))
    return rows[-1].id if rows else None


def _holders(connection: Connection, block_id: int) -> list[Holder]:
    ids = select(site_block_articles.c.article_id).where(site_block_articles.c.block_id == block_id)
    rows = connection.execute(select(articles.c.id, articles.c.blocks).where(articles.c.id.in_(ids)))
    return [Holder(row.id, blocks_of(row.blocks)) for row in rows.all()]


def _apply_next(engine: Engine, in_scope: ColumnElement[bool], after: int) -> tuple[int, int, int] | None:
    """Update the next articles; return the id of the last, how many they are, and how many changed."""
    later = select(articles.c.id).where(in_scope, articles.c.id > after).order_by(articles.c.id)
    with write_transaction(engine) as connection:
        ids = connection.execute(later.limit(_ARTICLES_AT_ONCE)).scalars().all()
        changed = apply_templates(connection, ids, datetime.now(UTC))
    return (ids[-1], len(ids), changed) if ids else None


def _rewrite(
    connection: Connection, article_id: int, place: Place, item: Candidate, *, run_id: int, now: datetime, tally: Tally
) -> None:
    """Write the changed columns, and a revision if title or text changed; leave what the database cannot store."""
    known = _known(connection, article_id, place)
    if known is None:
        tally.leave("changed_meanwhile")
        return
    try:
        with connection.begin_nested():
            changed = _write_changes(connection, known, item, run_id, now)
    except (DataError, IntegrityError, ProgrammingError, UnicodeError):
        tally.leave("unstorable")
    except StatementError as error:
        if isinstance(error.orig, UnicodeError):
            tally.leave("unstorable")
        else:
            raise
    else:
        tally.count(dict(known), changed)


@dataclass(frozen=True, slots=True)
class Difference:
    """What would change in an article."""

    article_id: int
    before: dict[str, Any]
    """Title, text, and the columns that would change."""
    after: dict[str, Any]
    """The columns that would change."""


def _compare(connection: Connection, article_id: int, place: Place, item: Candidate, tally: Tally) -> Difference | None:
    """Count what would change, without writing it; return it, if anything would."""
    known = _known(connection, article_id, place)
    if known is None:
        tally.leave("changed_meanwhile")
        return None
    changed = _changes(connection, known, item)[0]
    tally.count(dict(known), changed)
    shown = {name: known[name] for name in ("title", "text", *changed)}
    return Difference(article_id, shown, changed) if changed else None


def _known(connection: Connection, article_id: int, place: Place) -> RowMapping | None:
    """Return the stored article; None if a crawl has stored another page of it since it was selected."""
    is_there = articles.c.archive_file == place[0], articles.c.archive_offset == place[1]
    return connection.execute(select(articles).where(articles.c.id == article_id, *is_there)).mappings().first()


def _changes(
    connection: Connection, known: RowMapping, item: Candidate
) -> tuple[dict[str, Any], Candidate, Sighting | None]:
    """Return the columns that change, and the page without boilerplate.

    If a later visit found the same text in other bytes, which are not archived, then the stored facts are newer than
    those of the archived page, and only the text is compared.
    """
    item, sighting = without_templates(connection, item, known)
    new = text_of(item) | facts_of(item)
    names = EXTRACTED_COLUMNS if new["body_digest"] == known["body_digest"] else TEXT_COLUMNS
    changed = {name: new[name] for name in names if new[name] != known[name]}
    if names is TEXT_COLUMNS and changed.keys() <= {"description"}:
        changed = {}
    return changed, item, sighting


def _write_changes(
    connection: Connection, known: RowMapping, item: Candidate, run_id: int, now: datetime
) -> dict[str, Any]:
    changed, item, sighting = _changes(connection, known, item)
    if not changed:
        return changed
    article, new = item.extraction.article, text_of(item) | facts_of(item)
    if not (is_same(known["title"], article.title) and is_same(known["text"], article.text)):
        save_revision(connection, known, cause_of(known, item, known["body_digest"]), now)
    values = changed | {name: new[name] for name in BLOCK_COLUMNS}
    values |= {"extractor": item.extraction.extractor, "run_id": run_id, "updated_at": now}
    connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
    if new["content_hash"] != known["content_hash"]:
        change_links(connection, known["id"], known["text"])
    elif "published_at" in changed:
        reelect_head(connection, known["id"])
    apply_sighting(connection, sighting, known["id"], now)
    return changed


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles to re-extract."""

    source: str | None = None
    window: Window = field(default_factory=Window)
    """When their pages were fetched."""
    file: str | None = None
    """The archive file with their pages."""
    part_of: int | None = None
    """The pass over all files, of which this is one file."""

    def as_json(self) -> dict[str, str]:
        """Return the scope as stored in `reextractions.arguments`."""
        since, until = self.window.since, self.window.until
        given = {"source": self.source, "since": since, "until": until, "file": self.file, "part_of": self.part_of}
        return {name: str(value) for name, value in given.items() if value is not None}

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """Conditions on `articles`."""
        fetched_at, since, until = articles.c.fetched_at, self.window.since, self.window.until
        return [
            *([articles.c.source == self.source] if self.source is not None else []),
            *([articles.c.archive_file == self.file] if self.file is not None else []),
            *([fetched_at >= since] if since is not None else []),
            *([fetched_at < until] if until is not None else []),
        ]


@dataclass(frozen=True, slots=True)
class Archived:
    """A stored article, and the place of its raw page."""

    id: int
    url_key: str
    url: str | None
    source: str | None
    file: str
    offset: int
    other_keys: frozenset[str] = frozenset()
    """Keys of alternate URLs; the page may be archived under one, from before the article moved."""
    facts: ListedFacts | None = None
    """What a feed says of the article."""


@dataclass(frozen=True, slots=True)
class Reread:
    """Result of re-extracting one raw page."""

    article: Archived
    candidate: Candidate | None
    reason: str | None = None
    """Why there is no candidate: a reason to count by."""


@dataclass(slots=True)
class Reextraction:
    """A pass over the archived articles of a database. Every method raises StorageError with a one-line message."""

    engine: Engine
    scope: Scope
    last: int
    """Id of the newest article at the start; later ones are extracted by this version anyway."""
    total: int
    id: int | None = None
    """None in a dry run."""
    run_id: int | None = None
    position: int = 0
    """Id of the article up to which all are done."""
    tally: Tally = field(default_factory=Tally)
    chosen: Sequence[int] | None = None
    """Only these articles; None for all."""
    differences: list[Difference] = field(default_factory=list)
    """In a dry run, what would change in the first MOST_DIFFERENCES articles that would."""

    @classmethod
    def begin(cls, url: str, scope: Scope, *, restart: bool = False) -> Reextraction:
        """Start a pass, or unless `restart` resume an interrupted one of this version with the same scope.

        A part of a pass is taken over even from a process that seems to work on it: of another machine nobody knows
        whether it does, and if so, it cannot write anymore.
        """
        require(url)
        engine = open_engine(url)
        with disposed_on_error(engine), explained(engine), write_transaction(engine) as connection:
            run_id = runs.begin(connection, "reextract", scope.as_json())
            number = _unfinished(connection, scope, restart=restart)
            if number is None:
                number = _add(connection, scope)
            row = connection.execute(
                update(reextractions)
                .where(reextractions.c.id == number)
                .values(run_id=run_id)
                .returning(*reextractions.c)
            ).one()
        tally = Tally.from_json(row.counts)
        return cls(engine, scope, row.last_article, row.total, row.id, run_id, row.position, tally)

    @classmethod
    def dry_run(cls, url: str, scope: Scope, size: int) -> Reextraction:
        """Start a pass over a fixed random sample that writes nothing."""
        require(url)
        engine = open_engine(url)
        with disposed_on_error(engine), explained(engine), engine.connect() as connection:
            ids = connection.execute(select(articles.c.id).where(*_archived(scope)).order_by(articles.c.id))
            found = ids.scalars().all()
        chosen = sorted(random.Random(0).sample(found, min(size, len(found))))  # noqa: S311 - a sample, not a secret
        return cls(engine, scope, max(found, default=0), len(found), chosen=chosen)

    @property
    def without_page(self) -> int:
        """Number of articles in scope that have no raw page."""
        with explained(self.engine), self.engine.connect() as connection:
            none = select(func.count()).where(*self.scope.conditions, articles.c.archive_file.is_(None))
            return connection.execute(none).scalar_one()

    def files(self) -> list[str]:
        """Return the archive files whose articles are still to be re-extracted, when each is a part of this pass."""
        is_left = articles.c.id > self.position, articles.c.id <= self.last
        named = select(articles.c.archive_file).where(*_archived(self.scope), *is_left).distinct()
        with explained(self.engine), self.engine.connect() as connection:
            found = connection.execute(named.order_by(articles.c.archive_file)).scalars().all()
            done = {row.arguments["file"] for row in self._parts(connection) if row.finished_at is not None}
        return [file for file in found if file not in done]

    def add_up(self) -> None:
        """Take over what the parts of this pass have done, all of which have ended, and forget them."""
        with explained(self.engine), write_transaction(self.engine) as connection:
            parts = self._parts(connection)
            for row in parts:
                self.tally = self.tally.plus(Tally.from_json(row.counts))
            ids = [row.id for row in parts]
            for start in range(0, len(ids), _CHUNK):
                connection.execute(delete(reextractions).where(reextractions.c.id.in_(ids[start : start + _CHUNK])))
            self._advance(connection, self.last, self.tally)

    def _parts(self, connection: Connection) -> list[Any]:
        later = select(reextractions).where(reextractions.c.id > self.id)
        return [row for row in connection.execute(later).all() if row.arguments.get("part_of") == str(self.id)]

    def articles(self) -> Iterator[Archived]:
        """Yield the articles that are still to be re-extracted, ordered by id."""
        names = articles.c.id, articles.c.url_key, articles.c.url, articles.c.source
        wanted = select(*names, articles.c.archive_file, articles.c.archive_offset).order_by(articles.c.id)
        after = self.position
        while True:
            later = wanted.where(articles.c.id > after, articles.c.id <= self.last, *_archived(self.scope))
            if self.chosen is not None:
                later = later.where(articles.c.id.in_([one for one in self.chosen if one > after][:_CHUNK]))
            with explained(self.engine), self.engine.connect() as connection:
                rows = connection.execute(later.limit(_CHUNK)).all()
                others = _other_keys(connection, [row.id for row in rows])
                facts = facts_of_keys(connection, [row.url_key for row in rows])
            yield from (Archived(*row, frozenset(others[row.id]), facts.get(row.url_key)) for row in rows)
            if not rows:
                return
            after = rows[-1].id

    def write(self, reread: Sequence[Reread]) -> None:
        """Write changes and progress in one transaction; in a dry run, only count."""
        tally, now = Tally.from_json(self.tally.as_json()), datetime.now(UTC)
        with explained(self.engine), self._transaction() as connection:
            for one in reread:
                place = one.article.file, one.article.offset
                if one.candidate is None:
                    tally.leave(one.reason or "unknown")
                elif self.run_id is None:
                    found = _compare(connection, one.article.id, place, one.candidate, tally)
                    if found is not None and len(self.differences) < MOST_DIFFERENCES:
                        self.differences.append(found)
                else:
                    _rewrite(connection, one.article.id, place, one.candidate, run_id=self.run_id, now=now, tally=tally)
            if self.id is not None and reread:
                self._advance(connection, reread[-1].article.id, tally)
        self.tally = tally

    def relearn(self) -> Iterator[Relearned]:
        """Relearn boilerplate if whole sites were re-extracted; a part of a site would give a different result."""
        if self.run_id is not None and not self.scope.window:
            with explained(self.engine):
                yield from _relearn(self.engine, self.scope.source)

    def finish(self, reason: str) -> None:
        """Record the end of the run, and of the pass if the reason is ``finished``."""
        if self.run_id is not None:
            with explained(self.engine), write_transaction(self.engine) as connection:
                runs.finish(connection, self.run_id, reason)
                if reason == "finished":
                    own = reextractions.c.id == self.id
                    connection.execute(update(reextractions).where(own).values(finished_at=datetime.now(UTC)))

    def close(self) -> None:
        """Close the database."""
        self.engine.dispose()

    def _transaction(self) -> AbstractContextManager[Connection]:
        return self.engine.connect() if self.id is None else write_transaction(self.engine)

    def _advance(self, connection: Connection, position: int, tally: Tally) -> None:
        own = (reextractions.c.id == self.id) & (reextractions.c.run_id == self.run_id)
        done = update(reextractions).where(own).values(position=position, counts=tally.as_json())
        if not connection.execute(done).rowcount:
            raise StorageError("another process has restarted this re-extraction; this one stops")
        self.position = position


def _other_keys(connection: Connection, ids: Sequence[int]) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    columns = article_urls.c.article_id, article_urls.c.url_key
    for article_id, key in connection.execute(select(*columns).where(article_urls.c.article_id.in_(ids))):
        found[article_id].add(key)
    return found


def _archived(scope: Scope) -> list[ColumnElement[bool]]:
    return [articles.c.archive_file.is_not(None), *scope.conditions]


def _unfinished(connection: Connection, scope: Scope, *, restart: bool) -> int | None:
    """Return the id of the pass to resume; delete interrupted ones that cannot be resumed."""
    of_run = reextractions.outerjoin(runs_table, runs_table.c.id == reextractions.c.run_id)
    columns = reextractions.c.id, reextractions.c.version, reextractions.c.arguments, runs_table.c.finished_at
    stopped = select(*columns, runs_table.c.pid, runs_table.c.host).select_from(of_run)
    number = None
    for row in connection.execute(stopped.where(reextractions.c.finished_at.is_(None))).all():
        if row.arguments != scope.as_json():
            continue
        if row.pid is not None and row.finished_at is None and not restart and scope.part_of is None:
            who = f"process {row.pid} on {row.host}"
            raise StorageError(f"{who} is running this re-extraction; use --restart to start over without it")
        if row.version == __version__ and not restart:
            number = row.id
        else:
            connection.execute(delete(reextractions).where(reextractions.c.id == row.id))
    return number


def _add(connection: Connection, scope: Scope) -> int:
    chosen = select(func.count(), func.max(articles.c.id)).where(*_archived(scope))
    total, last = connection.execute(chosen).one()
    values = {
        "version": __version__,
        "arguments": scope.as_json(),
        "position": 0,
        "last_article": last or 0,
        "total": total,
        "counts": Tally().as_json(),
        "started_at": datetime.now(UTC),
    }
    added = insert(reextractions).values(**values).returning(reextractions.c.id)
    number: int = connection.execute(added).scalar_one()
    return number
