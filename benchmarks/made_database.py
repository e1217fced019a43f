"""A database of generated articles of any size, made of real texts; the same seed makes the same one."""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.dedupe_texts import bench_texts
from benchmarks.made_news import MadeNews
from newscrawl.storage.engine import open_engine, write_transaction
from newscrawl.storage.search_index import index_queued
from newscrawl.storage.store import Store

SITES, SECTIONS, AUTHORS = 40, 20, 300
FIRST_DAY = datetime(2021, 1, 1, tzinfo=UTC)
DAYS = 5 * 365
_BATCH = 2_000

_INSERT = """
    insert into articles (id, url_key, url, source, title, description, text, blocks, authors, section, tags, language,
        published_at, published_precision, fetched_at, first_seen_at, updated_at, revision, content_hash, duplicate_of,
        similarity, word_count, body_digest, extractor)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '[]', ?, ?, 'second', ?, ?, ?, 1, ?, ?, ?, ?, '', 'made')
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What filling took."""

    index_seconds: float
    text_bytes: int


def fill(path: Path, count: int, seed: int = 0, *, sites: int = SITES, first_day: datetime = FIRST_DAY) -> Cost:
    """Make a database with `count` articles, in the order of their dates, and index them as a crawl does."""
    url = f"sqlite:///{path}"
    Store.open(url, "made", {}).close()
    news, random = MadeNews.of(bench_texts(), seed), np.random.default_rng(seed)
    names = [" ".join(words) for words in random.choice(np.array(news.vocabulary[:-1000]), (AUTHORS, 3))]
    size = 0
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript("pragma synchronous = off; pragma cache_size = -400000;")
        for first in range(0, count, _BATCH):
            rows = []
            for number, (words, original) in enumerate(news.articles(min(_BATCH, count - first)), first + 1):
                text = news.text(words)
                size += len(text.encode())
                moment = first_day + timedelta(days=DAYS * number / count)
                stamp = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
                site, author, section = random.integers((sites, AUTHORS, SECTIONS))
                address = f"https://site{site}.example/{number:x}"
                title, lead = " ".join(text.split()[:10]), " ".join(text.split()[10:40])
                blocks = zlib.compress(json.dumps([["paragraph", line, None] for line in text.split("\n")]).encode(), 1)
                facts = (names[author], names[section], "vi" if site % 4 else "en", stamp, stamp, stamp, stamp)
                copy = original, None if original is None else 0.9
                place = number, address, address, f"site{site}"
                article = title, lead, text, blocks, json.dumps([facts[0]]), *facts[1:]
                rows.append((*place, *article, f"{number:032x}", *copy, len(words)))
            database.execute("begin")
            database.executemany(_INSERT, rows)
            database.execute("commit")
    return Cost(_index(url), size)


def _index(url: str) -> float:
    engine = open_engine(url, create=True)  # its transaction indexes the first
    began, done = time.process_time(), 1
    while done:
        with write_transaction(engine) as connection:
            done = index_queued(connection)
    engine.dispose()
    return time.process_time() - began
