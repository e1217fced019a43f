"""The table `sites`: sites as data, and copies of those that are spiders of the project."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal, Self

from sqlalchemy import Connection, Row, Select, Text, and_, cast, delete, func, insert, select, update

from newscrawl.sites import LISTS, Site
from newscrawl.sites.names import names_of
from newscrawl.sites.site import State
from newscrawl.storage.engine import (
    close_readers,
    explained,
    has_database,
    open_engine,
    read_connection,
    write_connection,
    write_transaction,
)
from newscrawl.storage.outages import NO_OUTAGE
from newscrawl.storage.schema import alarms, run_sources, site_domains, sites
from newscrawl.urls import site_of

_CHUNK = 500
"""Names or domains that are looked up by a statement."""
_RULES = ("prune_xpath", "kept_parameters", "dropped_parameters", "extractor")
"""Facts that are kept in the column `rules`."""
_COLUMNS = tuple(name for name in Site.__dataclass_fields__ if name not in _RULES)
_UNDECLARED = frozenset({"state", "notes", "added_by"})
"""Columns that say nothing about the pages of a site."""
_LISTS = tuple(name for name in LISTS if name not in _RULES)


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site with what crawls have made of it."""

    site: Site
    declared_in: Literal["row", "spider"]
    added_at: datetime
    last_crawl_at: datetime | None
    next_crawl_at: datetime | None
    health: str | None
    failing_since: datetime | None
    """When its first run began since nothing can be read."""
    failing_reason: str | None
    dead_at: datetime | None
    """When it came to count as dead by itself."""


def _site(row: Row[Any]) -> Site:
    facts = {name: getattr(row, name) for name in _COLUMNS}
    facts |= {name: tuple(facts[name]) for name in _LISTS}
    for name, value in (row.rules or {}).items():
        facts[name] = tuple(value) if name in LISTS else value
    return Site(**facts)


def _site_row(row: Row[Any]) -> SiteRow:
    crawled = row.last_crawl_at, row.next_crawl_at, row.health
    failing = row.failing_since, row.failing_reason, row.dead_at
    return SiteRow(_site(row), row.declared_in, row.added_at, *crawled, *failing)


def _values(site: Site) -> dict[str, Any]:
    said = site.as_json()
    rules = {name: said[name] for name in _RULES if name in said}
    values = {name: getattr(site, name) for name in _COLUMNS} | {name: list(getattr(site, name)) for name in _LISTS}
    return values | {"rules": rules or None}


@contextmanager
def _reading(url: str) -> Iterator[Connection | None]:
    """Open a database for reading; None where there is none yet."""
    if not has_database(url):
        yield None
        return
    with read_connection(url) as connection:
        yield connection


def site_named(url: str, name: str) -> SiteRow | None:
    """Return the site of a name; None where there is none, or no database yet. Raises StorageError."""
    return _first(url, select(sites).where(sites.c.name == name))


def site_of_source(url: str, source: str) -> SiteRow | None:
    """Return the first site whose articles have a source; None where there is none. Raises StorageError."""
    return _first(url, select(sites).where(sites.c.source == source).order_by(sites.c.id))


def _first(url: str, wanted: Select[Any]) -> SiteRow | None:
    with _reading(url) as connection:
        row = connection.execute(wanted.limit(1)).first() if connection is not None else None
    return None if row is None else _site_row(row)


def sites_of(url: str, source: str) -> list[SiteRow]:
    """Return the sites whose articles carry a source, in the order of their names. Raises StorageError."""
    with _reading(url) as connection:
        if connection is None:
            return []
        wanted = select(sites).where(sites.c.source == source).order_by(sites.c.name)
        return [_site_row(row) for row in connection.execute(wanted)]


def site_at(url: str, host: str) -> Site | None:
    """Return the site, declared in a row, of the longest domain that a host is or stands below. Raises StorageError."""
    labels = host.split(".")
    above = [".".join(labels[start:]) for start in range(min(len(labels), 40))]
    owner = (
        select(sites)
        .join(site_domains, site_domains.c.site_id == sites.c.id)
        .where(site_domains.c.domain.in_(above), sites.c.declared_in == "row")
        .order_by(func.length(site_domains.c.domain).desc())
    )
    found = _first(url, owner)
    return None if found is None else found.site


def has_rows(url: str) -> bool:
    """Say whether a site is declared in a row. Raises StorageError."""
    return _first(url, select(sites).where(sites.c.declared_in == "row")) is not None


def state_of_rows(url: str) -> int:
    """Return a number that changes with what the sites in rows declare; within this process alone. Raises StorageError.

    What crawls note in the rows does not count.
    """
    named = [sites.c.id, *(sites.c[name] for name in ("declared_in", "rules", *_COLUMNS) if name not in _UNDECLARED)]
    wanted = select(*(cast(column, Text) for column in named)).where(sites.c.declared_in == "row").order_by(sites.c.id)
    state = 0
    with _reading(url) as connection:
        for row in connection.execute(wanted) if connection is not None else ():
            state = hash((state, *row))
    return state


def sites_with_rules(url: str) -> list[Site]:
    """Return the sites, declared in rows, that have rules beside time zone and language. Raises StorageError."""
    with _reading(url) as connection:
        if connection is None:
            return []
        wanted = select(sites).where(sites.c.rules.is_not(None), sites.c.declared_in == "row")
        return [_site(row) for row in connection.execute(wanted)]


def site_rows(
    url: str,
    *,
    states: Collection[str] = (),
    country: str | None = None,
    language: str | None = None,
) -> Iterator[SiteRow]:
    """Yield sites in the order of their names, a batch in memory at a time. Raises StorageError."""
    wanted = select(sites).order_by(sites.c.name).limit(_CHUNK)
    if states:
        wanted = wanted.where(sites.c.state.in_(states))
    if country is not None:
        wanted = wanted.where(sites.c.country == country.upper())
    if language is not None:
        wanted = wanted.where(sites.c.language == language.lower())
    last = ""
    while True:
        with _reading(url) as connection:
            rows = connection.execute(wanted.where(sites.c.name > last)).all() if connection is not None else []
        yield from map(_site_row, rows)
        if len(rows) < _CHUNK:
            return
        last = rows[-1].name


def sources_named(url: str, names: Iterable[str]) -> dict[str, str]:
    """Return the sources of those names that are sites; what is no name of one may be a source. Raises StorageError."""
    wanted = list(dict.fromkeys(names))
    found: dict[str, str] = {}
    with _reading(url) as connection:
        for start in range(0, len(wanted) if connection is not None else 0, _CHUNK):
            chosen = select(sites.c.name, sites.c.source).where(sites.c.name.in_(wanted[start : start + _CHUNK]))
            found |= {row.name: row.source for row in connection.execute(chosen)}  # type: ignore[union-attr]
    return found


def unmeasured_sites(url: str) -> int:
    """Return how many active sites no run has measured. Raises StorageError."""
    measured = select(run_sources.c.source).where(run_sources.c.source == sites.c.source)
    wanted = select(func.count()).where(sites.c.state == "active", ~measured.exists())
    with _reading(url) as connection:
        return connection.execute(wanted).scalar_one() if connection is not None else 0


Addition = Literal["added", "extended", "known"]
"""What became of an entry: a new row, listings for a site that is known, or nothing new."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an entry."""

    name: str
    """Of the site that there is now."""
    what: Addition
    problem: str | None = None
    """Why it was not added; `what` then says nothing."""
    state: State = "active"
    """Of the site: one that is known may be paused or dead."""


class SiteWriter:
    """Adds sites to a database, which is created where there is none. Raises StorageError.

    A site is known by its domains: one that has a domain of a row already adds its listings to that row.
    """

    def __init__(self, url: str, reserved: Collection[str] = (), spiders: Collection[str] = ()) -> None:
        self._engine = open_engine(url, create=True)
        self._names = _Names(frozenset(reserved), frozenset(spiders))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        close_readers()
        self._engine.dispose()

    def add(self, batch: Sequence[Site], now: datetime | None = None) -> list[Added]:
        """Add checked sites in one transaction; return what became of each, in order."""
        with explained(self._engine), write_transaction(self._engine) as connection:
            return _Batch(connection, batch, self._names).add(now or datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class _Names:
    """Names that are not free."""

    reserved: frozenset[str]
    """Of publishers: for a site that brings its own."""
    spiders: frozenset[str]
    """Of the project's spiders, which would be loaded in the place of the site."""


class _Batch:
    """Sites that are added together: among them and to the table each domain and name belongs to one."""

    def __init__(self, connection: Connection, batch: Sequence[Site], names: _Names) -> None:
        self._connection = connection
        self._batch = batch
        self._fixed = names
        self._owners: dict[str, SiteRow] = {}
        """Of domains, in the table."""
        self._taken: set[str] = set()
        """Names that were looked up and belong to another site."""
        self._looked_up: set[str] = set()
        self._new: dict[str, Site] = {}
        """By name."""
        self._names: dict[str, str] = {}
        """Of new sites, by domain."""
        self._sources: dict[str, str] = {}
        """Names of sites, by sources that are not their domain."""
        self._changed: dict[str, Site] = {}
        """Rows that get more listings, by name."""

    def add(self, now: datetime) -> list[Added]:
        self._look_up_domains()
        self._look_up_names(
            {name for one in self._batch for name in (one.name, *islice(names_of(one.domains[0]), 2)) if name}
        )
        self._look_up_sources()
        results = [self._place(one) for one in self._batch]
        if self._new:
            added = [_values(site) | {"added_at": now, "declared_in": "row"} for site in self._new.values()]
            self._connection.execute(insert(sites), added)
            ids = self._ids(list(self._new))
            owned = [{"domain": domain, "site_id": ids[name]} for domain, name in self._names.items()]
            self._connection.execute(insert(site_domains), owned)
        for name, site in self._changed.items():
            listings = {key: list(getattr(site, key)) for key in ("feeds", "sitemaps", "sections")}
            self._connection.execute(update(sites).where(sites.c.name == name).values(**listings))
        return results

    def _ids(self, names: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for start in range(0, len(names), _CHUNK):
            chosen = select(sites.c.name, sites.c.id).where(sites.c.name.in_(names[start : start + _CHUNK]))
            found |= {row.name: row.id for row in self._connection.execute(chosen)}
        return found

    def _look_up_domains(self) -> None:
        domains = sorted({domain for one in self._batch for domain in one.domains})
        owner = select(site_domains.c.domain, sites).join(sites, sites.c.id == site_domains.c.site_id)
        for start in range(0, len(domains), _CHUNK):
            chosen = owner.where(site_domains.c.domain.in_(domains[start : start + _CHUNK]))
            self._owners |= {row.domain: _site_row(row) for row in self._connection.execute(chosen)}

    def _look_up_sources(self) -> None:
        """Look up the sources that do not follow from an address: nobody may give articles to another site."""
        wanted = sorted({one.source for one in self._batch if one.source != site_of(one.home)})
        for start in range(0, len(wanted), _CHUNK):
            chosen = select(sites.c.source, sites.c.name).where(sites.c.source.in_(wanted[start : start + _CHUNK]))
            self._sources |= {row.source: row.name for row in self._connection.execute(chosen)}

    def _look_up_names(self, names: set[str]) -> None:
        wanted = sorted(names - self._looked_up)
        self._taken |= self._ids(wanted).keys()
        self._looked_up |= names

    def _place(self, site: Site) -> Added:
        for domain in site.domains:
            if domain in self._names:
                name = self._names[domain]
                joined = self._new[name].with_listings(site)
                what: Addition = "known" if joined == self._new[name] else "extended"
                self._new[name] = joined
                return Added(name, what)
            if domain in self._owners:
                return self._extend(self._owners[domain], site)
        if site.name and (site.name in self._taken or site.name in self._new):
            return Added(site.name, "known", f"name: {site.name!r} is the name of another site")
        if site.name in self._fixed.spiders:
            return Added(site.name, "known", f"name: {site.name!r} is the name of a spider of the project")
        name = site.name or self._free_name(site.domains[0])
        if site.source != site_of(site.home) and self._sources.setdefault(site.source, name) != name:
            other = self._sources[site.source]
            return Added(name, "known", f"source: {site.source!r} is what articles of the site {other!r} carry")
        self._new[name] = replace(site, name=name)
        self._names |= dict.fromkeys(site.domains, name)
        return Added(name, "added")

    def _extend(self, row: SiteRow, site: Site) -> Added:
        known = self._changed.get(row.site.name, row.site)
        joined = known.with_listings(site)
        if row.declared_in == "spider" or joined == known:
            return Added(known.name, "known", state=known.state)
        self._changed[known.name] = joined
        return Added(known.name, "extended", state=known.state)

    def _free_name(self, domain: str) -> str:
        for name in names_of(domain):
            if name not in self._looked_up:
                self._look_up_names({name})
            if not any(name in names for names in (self._taken, self._new, self._fixed.reserved, self._fixed.spiders)):
                return name
        raise AssertionError


def register_spiders(url: str, spiders: Sequence[Site]) -> None:
    """Copy the sites that are spiders of the project into their rows, as they are now. Raises StorageError.

    Nothing is written where nothing has changed. A spider wins: a row of its name becomes its copy, and one that has
    nothing but domains of spiders is paused, for two crawls of a site would fetch it twice. The state of a row stays.
    """
    names = [site.name for site in spiders]
    known: dict[str, Row[Any]] = {}
    with read_connection(url) as connection:
        for start in range(0, len(names), _CHUNK):
            chosen = select(sites).where(sites.c.name.in_(names[start : start + _CHUNK]))
            known |= {row.name: row for row in connection.execute(chosen)}
    changed = [site for site in spiders if not _is_copied(known.get(site.name), site)]
    if not changed:
        return
    with write_connection(url) as connection:
        for site in changed:
            _copy_spider(connection, site)


_OWN = frozenset({"state", "notes", "added_by"})
"""Of a copied row, what belongs to the person and not to the spider."""


def _is_copied(row: Row[Any] | None, site: Site) -> bool:
    if row is None or row.declared_in != "spider":
        return False
    return all(getattr(row, name) == value for name, value in _values(site).items() if name not in _OWN)


def _copy_spider(connection: Connection, site: Site) -> None:
    values = {name: value for name, value in _values(site).items() if name not in _OWN}
    own = sites.c.name == site.name
    site_id = connection.execute(select(sites.c.id).where(own)).scalar()
    if site_id is None:
        values |= {"added_at": datetime.now(UTC), "added_by": "the project's spider"}
        made = insert(sites).values(**values, declared_in="spider").returning(sites.c.id)
        site_id = connection.execute(made).scalar_one()
    else:
        connection.execute(update(sites).where(own).values(**values, declared_in="spider"))
    connection.execute(delete(site_domains).where(site_domains.c.site_id == site_id))
    is_row = and_(site_domains.c.site_id == sites.c.id, sites.c.declared_in == "row")
    others = select(sites.c.id).where(is_row, site_domains.c.domain.in_(site.domains)).distinct()
    losers = list(connection.execute(others).scalars())
    connection.execute(
        delete(site_domains).where(site_domains.c.site_id.in_(losers), site_domains.c.domain.in_(site.domains))
    )
    has_domain = select(site_domains.c.site_id).where(site_domains.c.site_id.in_(losers))
    notes = f"paused, because the spider {site.name!r} crawls it"
    idle = and_(sites.c.id.in_(losers), sites.c.id.not_in(has_domain))
    connection.execute(update(sites).where(idle).values(state="paused", notes=notes))
    taken = set(
        connection.execute(select(site_domains.c.domain).where(site_domains.c.domain.in_(site.domains))).scalars()
    )
    free = [domain for domain in dict.fromkeys(site.domains) if domain not in taken]
    if free:
        connection.execute(insert(site_domains), [{"domain": domain, "site_id": site_id} for domain in free])


def set_state(url: str, name: str, state: State, notes: str | None = None) -> bool:
    """Set the state of a site, and its notes if there are new ones; say whether there is one. Raises StorageError.

    What crawls found out about an outage is forgotten, so that nothing changes what a person has said.
    """
    values: Mapping[str, Any] = {"state": state, **NO_OUTAGE, **({} if notes is None else {"notes": notes})}
    with write_connection(url) as connection:
        return bool(connection.execute(update(sites).where(sites.c.name == name).values(**values)).rowcount)


def remove_site(url: str, name: str) -> bool:
    """Remove the row of a site; say whether there was one. Raises StorageError.

    The alarms of its source end, unless another site has it: nobody would ever see them end.
    """
    with write_connection(url) as connection:
        source = connection.execute(select(sites.c.source).where(sites.c.name == name)).scalar()
        removed = bool(connection.execute(delete(sites).where(sites.c.name == name)).rowcount)
        if connection.execute(select(sites.c.id).where(sites.c.source == source).limit(1)).first() is None:
            active = and_(alarms.c.source == source, alarms.c.ended_at.is_(None))
            ended = {"ended_at": datetime.now(UTC), "ended_by": "removed"}
            connection.execute(update(alarms).where(active).values(**ended))
        return removed
