"""What a round did, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from newscrawl.cli.table import cell, table
from newscrawl.rounds import SiteResult

_COLUMNS = {
    "stored": "stored",
    "unchanged": "unchanged",
    "no_article": "no article",
    "failed": "failed",
    "gone": "gone",
}


def in_words(result: SiteResult) -> str:
    """Return a line on one site."""
    if result.reason == "busy":
        return f"{result.spider}: skipped, it {cell(result.error)}"
    counted = [f"{result.outcomes[name]} {words}" for name, words in _COLUMNS.items() if result.outcomes.get(name)]
    if result.revisions:
        counted.insert(1, f"{result.revisions} of them revised")
    ended = [] if result.reason == "finished" else [result.reason]
    trouble = [f"FAILED: {cell(result.error)}"] if result.exit_code and result.error else []
    said = ", ".join([*counted, *ended]) or "nothing new"
    return "; ".join([f"{result.spider}: {said} ({_time(result.seconds)})", *trouble])


def table_of(results: Sequence[SiteResult], not_due: int, seconds: float) -> Iterator[str]:
    """Yield the lines of the table, and what it comes to."""
    names = ("spider", "stored", "revised", "unchanged", "failed", "other", "requests", "MB", "took", "ended")
    rows = [
        [
            result.spider,
            result.outcomes.get("stored", 0),
            result.revisions,
            result.outcomes.get("unchanged", 0),
            result.outcomes.get("failed", 0),
            sum(result.outcomes.get(name, 0) for name in ("no_article", "gone", "skipped")),
            result.requests,
            None if result.bytes is None else round(result.bytes / 1e6, 1),
            _time(result.seconds),
            f"{result.reason} (exit code {result.exit_code})" if result.exit_code else result.reason,
        ]
        for result in results
    ]
    if rows:
        yield from table(names, rows)
    yield " ".join(_sums(results, not_due, seconds))


def _sums(results: Sequence[SiteResult], not_due: int, seconds: float) -> Iterator[str]:
    kinds = Counter("failed" if one.exit_code else "skipped" if one.reason == "busy" else "done" for one in results)
    parts = [f"{kinds['done']} of {len(results)} sites done"]
    parts += [f"{kinds[kind]} {kind}" for kind in ("failed", "skipped") if kinds[kind]]
    parts += [f"{not_due} not due"] if not_due else []
    yield f"{', '.join(parts)}, in {_time(seconds)}"


def failures(results: Sequence[SiteResult], log_folder: str) -> Iterator[str]:
    """Yield what a person must know of the sites that failed: why, and the end of the log."""
    for result in results:
        if not result.exit_code:
            continue
        why = cell(result.error) or f"ended: {result.reason}"
        run = f" (run {result.run_id})" if result.run_id else ""
        yield f"newscrawl crawl: {result.spider}: {why}{run}"
        yield from (f"    {cell(line)}" for line in result.log if cell(result.error) not in cell(line))
        if log_folder and result.run_id:
            yield f"    its log is in {cell(log_folder)}"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"
