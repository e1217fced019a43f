"""What is known of a site: its listings, and how the addresses of its articles look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Text, and_, case, cast, func, or_, select

from newscrawl.archive import ArchiveError, ArchiveFolder, files_of
from newscrawl.items import SiteShape
from newscrawl.storage.backends import backend_of
from newscrawl.storage.engine import read_connection
from newscrawl.storage.errors import StorageError
from newscrawl.storage.frontier import load_shapes
from newscrawl.storage.health import failing_sources
from newscrawl.storage.leases import lease_holders, needs_lease
from newscrawl.storage.locks import file_name, holder_of, is_held, lock_folder
from newscrawl.storage.rows import blocks_of, rooms_of
from newscrawl.storage.schema import (
    alarms,
    article_revisions,
    article_urls,
    articles,
    pages,
    run_sources,
    runs,
    site_block_articles,
    site_blocks,
    sites,
)

_MOST_LISTINGS = 200


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site as its crawls left it."""

    listings: tuple[dict[str, Any], ...]
    """Feeds, sitemaps and sections that were read, each with ``articles``, the number of those that it named first."""
    unread: int
    """Sections that wait for their first visit."""
    shapes: tuple[SiteShape, ...]


def known_site(url: str, source: str) -> KnownSite | None:
    """Return what the database at `url` knows of a site; None where it knows no page of it. Raises StorageError."""
    named = pages.alias()
    is_listing = and_(pages.c.source == source, pages.c.kind != "article")
    columns = (
        pages.c.id,
        pages.c.kind,
        pages.c.outcome,
        pages.c.reason,
        pages.c.url,
        pages.c.fetched_at,
        pages.c.next_fetch_at,
    )
    rank = case({"feed": 0, "sitemap": 1}, value=pages.c.kind, else_=2)
    listings = (
        select(*columns, func.count(named.c.id).label("articles"))
        .select_from(pages.outerjoin(named, and_(named.c.discovered_from == pages.c.id, named.c.kind == "article")))
        .where(is_listing, pages.c.fetched_at.is_not(None))
        .group_by(pages.c.id)
        .order_by(rank, func.count(named.c.id).desc(), pages.c.id)
        .limit(_MOST_LISTINGS)
    )
    with read_connection(url) as connection:
        if connection.execute(select(pages.c.id).where(pages.c.source == source).limit(1)).first() is None:
            return None
        rows = tuple(dict(row._mapping) for row in connection.execute(listings).all())
        waiting = select(func.count()).where(is_listing, pages.c.fetched_at.is_(None))
        return KnownSite(rows, connection.execute(waiting).scalar_one(), load_shapes(connection, source))


def queued_pages(url: str, source: str) -> int:
    """Return how many pages of a source are due, new ones and those to look at again. Raises StorageError."""
    due = select(func.count()).where(pages.c.source == source, pages.c.next_fetch_at <= datetime.now(UTC))
    with read_connection(url) as connection:
        return connection.execute(due).scalar_one()


@dataclass(frozen=True, slots=True)
class SiteState:
    """How a site is doing."""

    source: str
    articles: int
    days: tuple[tuple[date, int], ...]
    """Articles published on each of the last days, the earliest first, without those that have none."""
    pages: int
    """URLs that are known."""
    due: int
    """Pages whose next visit is due."""
    next_fetch_at: datetime | None
    last_run: dict[str, Any] | None
    """`id`, `started_at`, `finished_at` and `reason` of its last measured run."""
    shares: dict[str, int]
    """Visits of that run that gave no article, by reason, and `visits`, the number of all."""
    alarms: tuple[str, ...]
    """Active alarms, in words."""
    holder: str | None
    """The process that is crawling it."""
    state: str | None = None
    """`active`, `paused` or `dead`; None of a source that is no site of the table `sites`."""
    health: str | None = None
    """What `newscrawl health` said of it after its last judged run; None of a source that no row says it of."""


DAYS = 30
"""Days of `SiteState.days`."""


def site_states(url: str, now: datetime, only: str | None = None) -> list[SiteState]:
    """Return the state of every site, crawled or not, or of one. Raises StorageError.

    Those with alarms come first, then those that are failing.

    A handful of queries, however many sites there are, and one or two for each that was crawled without being a site
    of the table, such as by its address, and has never given an article.
    """
    first = now - timedelta(days=DAYS - 1)
    day = cast(func.date(articles.c.published_at), Text)
    queries: dict[str, Select[Any]] = {
        "articles": _grouped(articles.c.source, only, func.count()),
        "days": _grouped(articles.c.source, only, day, func.count())
        .where(articles.c.published_at >= first, articles.c.published_at <= now)
        .group_by(day)
        .order_by(day),
        "pages": _grouped(pages.c.source, only, func.count(), func.min(pages.c.next_fetch_at)),
        "declared": _grouped(sites.c.source, only, func.min(sites.c.state), func.min(sites.c.health)),
        "due": _grouped(pages.c.source, only, func.count()).where(pages.c.next_fetch_at <= now),
        "alarms": select(alarms.c.source, alarms.c.message).where(alarms.c.ended_at.is_(None)).order_by(alarms.c.id),
    }
    last = _grouped(run_sources.c.source, only, func.max(run_sources.c.run_id).label("run_id")).subquery()
    queries["runs"] = (
        select(run_sources.c.source, run_sources.c.measures, *(runs.c[name] for name in _OF_RUN))
        .join(last, and_(last.c.source == run_sources.c.source, last.c.run_id == run_sources.c.run_id))
        .join(runs, runs.c.id == run_sources.c.run_id)
    )
    with read_connection(url) as connection:
        rows = {name: connection.execute(query).all() for name, query in queries.items()}
        by_source = {name: _by_source(found) for name, found in rows.items() if name not in {"days", "alarms"}}
        judged = {row[0] for row in rows["declared"] if row[2] is not None}
        unjudged = by_source["runs"].keys() - by_source["articles"].keys() - judged
        failing = failing_sources(connection, unjudged)
    days, messages = _lists(rows["days"]), _lists(rows["alarms"])
    holders = lease_holders(url) if needs_lease(url) else None
    folder = lock_folder(url)
    declared = by_source["declared"]
    names = {*by_source["articles"], *by_source["pages"], *by_source["runs"], *declared}
    states = []
    for name in names:
        page = by_source["pages"].get(name)
        run = by_source["runs"].get(name)
        states.append(
            SiteState(
                name,
                by_source["articles"][name][1] if name in by_source["articles"] else 0,
                tuple((date.fromisoformat(row[1]), row[2]) for row in days.get(name, ())),
                page[1] if page is not None else 0,
                by_source["due"][name][1] if name in by_source["due"] else 0,
                _utc(page[2]) if page is not None else None,
                None if run is None else {key: getattr(run, key) for key in _OF_RUN},
                {} if run is None else _failures(run.measures),
                tuple(row[1] for row in messages.get(name, ())),
                holders.get(name) if holders is not None else _holder(folder, name),
                declared[name][1] if name in declared else None,
                "failing" if name in failing else declared[name][2] if name in declared else None,
            )
        )
    return sorted(states, key=lambda one: (not one.alarms, one.health != "failing", one.source))


_OF_RUN = ("id", "started_at", "finished_at", "reason")


def _grouped(source: Column[Any], only: str | None, *columns: ColumnElement[Any]) -> Select[Any]:
    wanted = source.is_not(None) if only is None else source == only
    return select(source, *columns).where(wanted).group_by(source)


def _by_source(rows: Sequence[Any]) -> dict[str, Any]:
    return {row[0]: row for row in rows}


def _lists(rows: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


_NO_FAILURE = frozenset({"stored", "elsewhere", "same", "revised", "not_modified"})


def _failures(measures: dict[str, Any]) -> dict[str, int]:
    visits = Counter(measures.get("fresh", {})) + Counter(measures.get("known", {}))
    failed = {reason: count for reason, count in visits.most_common() if reason not in _NO_FAILURE}
    return {"visits": visits.total(), **failed}


def _holder(folder: Path, source: str) -> str | None:
    path = folder / f"{file_name(source)}.lock"
    if not path.exists() or not is_held(path):
        return None
    return str(holder_of(path) or "another process")


def learned_boilerplate(url: str, source: str, limit: int = 100) -> list[dict[str, Any]]:
    """Return the blocks that a site repeats and that are dropped from its articles, or would be if nobody had said no.

    Each has `id`, `articles`, `template_at`, `kept_at` and `text`, that of an article that has it, or None if none is
    left. Those that a person keeps come last, otherwise the most frequent first. Raises StorageError.
    """
    columns = ("id", "articles", "template_at", "kept_at", "block_hash")
    is_known = or_(site_blocks.c.template_at.is_not(None), site_blocks.c.kept_at.is_not(None))
    known = (
        select(*(site_blocks.c[name] for name in columns))
        .where(site_blocks.c.source.in_(rooms_of(source)), is_known)
        .order_by(site_blocks.c.kept_at.is_not(None), site_blocks.c.articles.desc(), site_blocks.c.id)
        .limit(limit)
    )
    with read_connection(url) as connection:
        found = connection.execute(known).all()
        ids = [row.id for row in found]
        first = (
            select(site_block_articles.c.block_id, func.min(site_block_articles.c.article_id).label("article_id"))
            .where(site_block_articles.c.block_id.in_(ids))
            .group_by(site_block_articles.c.block_id)
        )
        holders = {row.block_id: row.article_id for row in connection.execute(first)} if ids else {}
        wanted = select(articles.c.id, articles.c.blocks).where(articles.c.id.in_(set(holders.values())))
        blocks = {row.id: blocks_of(row.blocks) for row in connection.execute(wanted)} if holders else {}
    from newscrawl.boilerplate.repeated import keys_of  # noqa: PLC0415 - loads numpy

    texts: dict[int | None, str] = {}
    for some in blocks.values():
        for key, block in zip(keys_of(some), some, strict=True):
            texts.setdefault(key, block.text)
    return [{name: getattr(row, name) for name in columns[:-1]} | {"text": texts.get(row.block_hash)} for row in found]


MOST_MONTHS = 24
_MOST_RUNS = 50_000


@dataclass(slots=True)
class Month:
    """How database and archive grew in a month, in UTC."""

    month: str
    """As in 2020-09."""
    runs: int = 0
    stored: int = 0
    """Articles that were stored, new ones and revisions."""
    transferred: int = 0
    """Bytes."""
    archived: int = 0
    """Bytes of raw pages, by when their file was last written."""


@dataclass(frozen=True, slots=True)
class Space:
    """What the database and the archive take."""

    database: int
    """Bytes."""
    rows: dict[str, int]
    """Number of rows of the tables that grow."""
    archive: int | None
    """Bytes; None if no raw pages are kept."""
    archive_files: int
    months: tuple[Month, ...] = ()
    """The latest first, at most MOST_MONTHS."""


def space(url: str, archive: ArchiveFolder | None) -> Space:
    """Measure the database and the archive. Raises StorageError."""
    tables = (articles, article_revisions, article_urls, pages, runs)
    with read_connection(url) as connection:
        size = backend_of(url).size(connection)
        counts = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
        }
        latest = select(runs.c.started_at, runs.c.bytes, runs.c.counts).order_by(runs.c.id.desc()).limit(_MOST_RUNS)
        grown = connection.execute(latest).all()
    try:
        files = [] if archive is None or not archive.is_dir() else files_of(archive)
    except ArchiveError as error:
        raise StorageError(f"archive: {error}") from None
    months: dict[str, Month] = {}
    for run in grown:
        month = f"{run.started_at:%Y-%m}"
        one = months.setdefault(month, Month(month))
        one.runs += 1
        one.stored += run.counts["outcomes"].get("stored", 0)
        one.transferred += run.bytes or 0
    for file in files:
        month = f"{file.modified_at:%Y-%m}"
        months.setdefault(month, Month(month)).archived += file.size
    latest_months = tuple(months[month] for month in sorted(months, reverse=True)[:MOST_MONTHS])
    sizes = None if archive is None else sum(file.size for file in files)
    return Space(size, counts, sizes, len(files), latest_months)
