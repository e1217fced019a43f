"""What crawls leave beside articles, generated: pages, listings, runs with their measures, and alarms of 500 sites."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.made_database import DAYS, fill

SITES = 500
MADE = 20_000
"""Articles that are made of words; beyond them each is there several times."""
RUNS = 20
"""Of each site, one a day."""
LISTINGS = 8
DUE = 50
"""One page in so many is due."""
BROKEN = 20
"""One site in so many has an alarm."""

_PAGES = """
    insert into pages (url_key, url, source, kind, outcome, article_id, discovered_from, fetched_at, next_fetch_at,
        failures, run_id)
    select url_key, url, source, 'article', 'stored', id, (select min(l.id) from pages l where l.source = a.source) +
        id % :listings, fetched_at, case when id % :due = 0 then :past else :future end, 0, null from articles a
"""


_TRIGGERS = "select name, sql from sqlite_master where type = 'trigger'"


def repeat(database: sqlite3.Connection, count: int, times: int) -> None:
    """Make each of `count` articles as many articles, at other addresses: making them anew would take ten times longer.

    A word then stands in the same share of the articles. They are indexed by SQLite itself.
    """
    triggers = database.execute(_TRIGGERS).fetchall()
    for name, _ in triggers:
        database.execute(f"drop trigger {name}")
    columns = [row[1] for row in database.execute("pragma table_info(articles)")]
    changed = {"id": "id + :more", "duplicate_of": "duplicate_of + :more", "url_key": "url_key || '?' || :more"}
    words = [row[1] for row in database.execute("pragma table_info(article_words)")]
    for number in range(1, times):
        more = {"more": number * count, "count": count}
        for table, names, key in (("articles", columns, "id"), ("article_words", words, "article_id")):
            values = ", ".join((changed | {"article_id": "article_id + :more"}).get(name, name) for name in names)
            database.execute(
                f"insert into {table} ({', '.join(names)}) select {values} from {table} where {key} <= :count", more
            )
    database.execute("insert into article_index (article_index) values ('rebuild')")
    for _, statement in triggers:
        database.execute(statement)


def fill_all(path: Path, articles: int) -> None:
    """Make a database as 500 sites leave it whose articles were published in the last five years."""
    now = datetime.now(UTC)
    made = min(articles, MADE)
    fill(path, made, sites=SITES, first_day=now - timedelta(days=DAYS))
    random = np.random.default_rng(2)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("pragma synchronous = off")
        database.execute("begin")
        repeat(database, made, articles // made)
        past, future = (f"{now + timedelta(days=days):%Y-%m-%d %H:%M:%S.%f}" for days in (-1, 1))
        kinds = ["feed", "sitemap", *["section"] * (LISTINGS - 2)]
        database.executemany(
            "insert into pages (url_key, url, source, kind, outcome, fetched_at, next_fetch_at, failures)"
            " values (?, ?, ?, ?, 'listed', ?, ?, 0)",
            [
                (url, url, f"site{site}", kind, past, future)
                for site in range(SITES)
                for number, kind in enumerate(kinds)
                if (url := f"https://site{site}.example/list/{number}")
            ],
        )
        database.execute(_PAGES, {"listings": LISTINGS, "due": DUE, "past": past, "future": future})
        for day in range(RUNS):
            began = now - timedelta(days=RUNS - day)
            stamp = f"{began:%Y-%m-%d %H:%M:%S.%f}"
            for site in range(SITES):
                stored, same, failed = (int(count) for count in random.poisson((12, 60, 2)))
                outcomes = {"stored": stored, "unchanged": same, "failed": failed}
                counts = {"outcomes": outcomes, "revisions": 1, "reasons": {"timeout": failed}}
                counts |= {"words_kept": 400 * stored, "words_dropped": {"related": 90 * stored}}
                run = database.execute(
                    "insert into runs (spider, arguments, version, host, pid, started_at, finished_at, reason, counts,"
                    " seconds, requests, bytes, exit_code) values (?, '{}', '0', 'made', 1, ?, ?, 'finished', ?, 60.0,"
                    " ?, ?, 0)",
                    (f"site{site}", stamp, stamp, json.dumps(counts), stored + same, 50_000 * stored),
                ).lastrowid
                measures = {
                    "fresh": {"stored": stored, "timeout": failed},
                    "known": {"same": same},
                    "without": {"authors": stored // 3, "date": stored // 9},
                    "words": {str(step): 1 for step in range(60, 60 + stored)},
                    "listings": {},
                }
                database.execute(
                    "insert into run_sources (run_id, source, measures, symptoms) values (?, ?, ?, '[]')",
                    (run, f"site{site}", json.dumps(measures)),
                )
        database.executemany(
            "insert into alarms (source, symptom, message, now, before, sample, run_id, since, shown_at)"
            " values (?, 'title', '10 of 12 articles have no title', 0.8, 0.0, 12, 1, ?, ?)",
            [(f"site{site}", past, past) for site in range(0, SITES, BROKEN)],
        )
        database.execute("commit")
        database.execute("analyze")
