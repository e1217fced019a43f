"""Re-extract archived pages: read and extract them in workers, and write the results in order."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace

from newscrawl.archive import ArchiveError, ArchiveFolder, read_page
from newscrawl.boilerplate.repeated import keys_of
from newscrawl.dedupe import content_hash
from newscrawl.extraction import extract_page
from newscrawl.items import Candidate, NoArticle
from newscrawl.rules import SiteRules
from newscrawl.storage.errors import StorageError
from newscrawl.storage.reextractions import Archived, Reextraction, Reread
from newscrawl.workers.pool import WorkerFailed, Workers

RulesFor = Callable[[str | None], SiteRules]

_AHEAD = 16
"""Pages per worker that may be under way while the next result in order is still missing."""
_BATCH = 50
_LONGEST_WAIT = 1.0
"""Maximum seconds before results are written."""


async def reextract(
    work: Reextraction,
    folder: ArchiveFolder,
    workers: Workers,
    rules_for: RulesFor,
    report_progress: Callable[[int], None],
) -> None:
    """Re-extract the articles of a pass, and report how many pages are done.

    After an interruption, the next pass resumes after the last page that was written. Raises StorageError.
    """
    batch: list[Reread] = []
    began = time.monotonic()
    try:
        async with aclosing(_in_order(work.articles(), folder, workers, rules_for)) as pages:
            async for reread in pages:
                batch.append(reread)
                if len(batch) >= _BATCH or time.monotonic() - began >= _LONGEST_WAIT:
                    done, batch = batch, []
                    work.write(done)
                    report_progress(work.tally.pages)
                    began = time.monotonic()
    finally:
        if batch:
            work.write(batch)
            report_progress(work.tally.pages)


async def _in_order(
    articles: Iterable[Archived], folder: ArchiveFolder, workers: Workers, rules_for: RulesFor
) -> AsyncGenerator[Reread, None]:
    waiting: deque[asyncio.Task[Reread]] = deque()
    try:
        for article in articles:
            waiting.append(asyncio.create_task(_reread(article, folder, workers, rules_for(article.url))))
            if len(waiting) >= _AHEAD * max(workers.limits.count, 1):
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _reread(article: Archived, folder: ArchiveFolder, workers: Workers, rules: SiteRules) -> Reread:
    try:
        candidate = await workers.run(extract_again, folder, article, rules)
    except (ArchiveError, NoArticle, WorkerFailed) as error:
        if error.reason == "unreachable":
            raise StorageError(f"archive: {error}") from None  # says nothing about the page
        return Reread(article, None, error.reason)
    return Reread(article, candidate)


def extract_again(folder: ArchiveFolder, article: Archived, rules: SiteRules) -> Candidate:
    """Extract the archived page of a stored article again, under the article's present key and source.

    Raises ArchiveError if the page is missing, and NoArticle.
    """
    page = read_page(folder, article.file, article.offset)
    if page.key not in {article.url_key, *article.other_keys} and article.url != page.url:
        raise ArchiveError("another_page", f"{article.file}, byte {article.offset}: a record of {page.key}")
    page = replace(page, key=article.url_key, source=article.source, facts=article.facts)
    extraction = extract_page(page, rules)
    text = extraction.article.text
    return Candidate(page, extraction, content_hash(text), block_keys=keys_of(extraction.blocks))
