"""What became of each site of a round, and what that means for the exit code."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from newscrawl.crawl.exit_status import DONE, INCOMPLETE, NOT_STARTED, worst

STUCK = timedelta(hours=24)
"""A crawl that goes on for longer than this is trouble, and no overlap of two calls."""
Stopped = Literal["time_limit", "signal"]
"""Why the round itself ended a crawl."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The process of a crawl that has ended, as it is seen from outside."""

    spider: str
    code: int
    """Below zero: the signal that ended it."""
    seconds: float
    run_id: int | None = None
    busy: bool = False
    """Another crawl has the site."""
    holder: str = ""
    since: datetime | None = None
    """Who has it, since when."""
    log: Sequence[str] = ()
    """The last lines that it wrote to stderr."""
    stopped: Stopped | None = None
    was_killed: bool = False
    """It did not end in time."""


@dataclass(frozen=True, slots=True)
class SiteResult:
    """What became of one site."""

    spider: str
    exit_code: int
    """What this site means for the exit code of the round."""
    reason: str
    """As in `runs.reason`; or `busy`, `time_limit`, `no_time`, `not_started`."""
    seconds: float = 0.0
    error: str | None = None
    run_id: int | None = None
    outcomes: Mapping[str, int] = field(default_factory=dict)
    revisions: int = 0
    requests: int | None = None
    bytes: int | None = None
    log: Sequence[str] = ()
    """The last lines of its log, where it failed."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self) | {"outcomes": dict(self.outcomes), "log": list(self.log)}


def judge(ended: Ended, record: Mapping[str, Any] | None) -> SiteResult:
    """Put together what a process said by its end and what stands in `runs`."""
    if ended.busy:
        return _busy(ended)
    code, reason, error = _end(ended, record)
    counts = record["counts"] if record else {}
    return SiteResult(
        ended.spider,
        code,
        reason,
        seconds=record["seconds"] or ended.seconds if record else ended.seconds,
        error=error,
        run_id=ended.run_id,
        outcomes=counts.get("outcomes", {}),
        revisions=counts.get("revisions", 0),
        requests=record["requests"] if record else None,
        bytes=record["bytes"] if record else None,
        log=tuple(ended.log) if code else (),
    )


def no_time(spider: str) -> SiteResult:
    """Of a site whose turn did not come."""
    error = "its turn did not come before the time limit; it is first in the next round (raise --time-limit or --jobs)"
    return SiteResult(spider, INCOMPLETE, "no_time", error=error)


def interrupted(spider: str, number: int) -> SiteResult:
    """Of a site whose turn did not come before the round was ended by a signal."""
    return SiteResult(spider, 128 + number, "shutdown")


def summary(results: Iterable[SiteResult], signal_number: int) -> int:
    """Return the exit code of a round."""
    return 128 + signal_number if signal_number else worst(result.exit_code for result in results)


def _busy(ended: Ended) -> SiteResult:
    by = f"is being crawled by {ended.holder}" if ended.holder else "is being crawled by another process"
    age = datetime.now(UTC) - ended.since if ended.since else timedelta()
    if age <= STUCK:
        return SiteResult(ended.spider, DONE, "busy", ended.seconds, by)
    hours = int(age / timedelta(hours=1))
    return SiteResult(ended.spider, INCOMPLETE, "busy", ended.seconds, f"{by}, for {hours} hours: is it stuck?")


def _end(ended: Ended, record: Mapping[str, Any] | None) -> tuple[int, str, str | None]:
    """Return what counts as the exit code, the reason and the error."""
    reason = record["reason"] or "killed" if record else "not_started"
    said = record["error"] if record else None
    if ended.was_killed:
        return INCOMPLETE, "killed", "it did not end when it was asked to, and was killed"
    if ended.stopped == "time_limit" and ended.code in {-signal.SIGTERM, 128 + signal.SIGTERM}:
        return DONE, "time_limit", None
    if ended.code < 0:
        name = signal.Signals(-ended.code).name if -ended.code in list(signal.Signals) else str(-ended.code)
        code = 128 - ended.code if ended.stopped else INCOMPLETE
        return code, "shutdown" if ended.stopped else "killed", f"its process was ended by {name}"
    if ended.code > 128 and not ended.stopped:
        return INCOMPLETE, reason, f"somebody ended it by signal {ended.code - 128}"
    if record is None and ended.code:
        return (NOT_STARTED if ended.code == NOT_STARTED else INCOMPLETE), reason, last_word(ended.log)
    return ended.code, reason, said


def last_word(log: Sequence[str]) -> str:
    """Return the line by which a process says why it ended."""
    refusals = [line for line in log if line.startswith("newscrawl crawl: ")]
    return (refusals or list(log) or ["it ended without a word"])[-1].removeprefix("newscrawl crawl: ")
