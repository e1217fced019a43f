"""Runs, what they measured, and what they did that a later one need not do again."""

from __future__ import annotations

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, Table, Text

from newscrawl.storage.schema.base import column, metadata
from newscrawl.storage.types import Json, UtcDateTime

runs = Table(
    "runs",
    metadata,
    column("id", Integer, primary_key=True, doc="Number of the run."),
    column("spider", Text, doc="Name of the spider."),
    column("arguments", Json, doc="JSON: the spider's arguments."),
    column("version", Text, doc="Version of newscrawl."),
    column("host", Text, doc="Name of the machine."),
    column("pid", Integer, doc="Process id on that machine."),
    column("started_at", UtcDateTime, doc="When the run began."),
    column(
        "finished_at",
        UtcDateTime,
        doc="When it ended; for a killed run, when a later one found it.",
        null="it is running",
    ),
    column(
        "reason", Text, doc="How it ended: see [reasons of runs](reasons.md#reasons-of-runs).", null="it is running"
    ),
    column(
        "counts",
        Json,
        doc="JSON: `outcomes`, `revisions`, `reasons`, `words_kept`, and `words_dropped` by reason. Correct for "
        "a killed run as well.",
    ),
    column(
        "lock",
        Text,
        doc="File that its process holds locked for as long as it lives, in the folder `.locks` beside the database.",
        null="it could not begin, or an earlier version recorded it",
    ),
    column("scrapy_version", Text, doc="Version of Scrapy.", null="an earlier version recorded it"),
    column("python_version", Text, doc="Version of Python.", null="an earlier version recorded it"),
    column(
        "seconds",
        Float,
        doc="How long it took, by a clock that never jumps.",
        null="it is running or was killed, or an earlier version recorded it",
    ),
    column(
        "requests",
        Integer,
        doc="Requests it made, retries and robots.txt included; for a killed run, until it last stored something.",
        null="it stored nothing, was no crawl, or an earlier version recorded it",
    ),
    column(
        "bytes",
        BigInteger,
        doc="Bytes of the answers, as transferred; otherwise like `requests`.",
        null="as `requests`",
    ),
    column(
        "exit_code",
        Integer,
        doc="Exit code of its process; 128 and more: a signal.",
        null="it is running, was killed or was no crawl, or an earlier version recorded it",
    ),
    column("error", Text, doc="What went wrong, in one line.", null="nothing did, as far as is known"),
    Index("ix_runs_spider", "spider", "started_at"),
    Index(None, "finished_at"),
    info={"doc": "One row per run, from its first second."},
)

run_sources = Table(
    "run_sources",
    metadata,
    column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, doc="`runs.id`."),
    column("source", Text, primary_key=True, doc="As in `articles`."),
    column(
        "measures",
        Json,
        doc="JSON, zeros left out. `fresh`: visits to pages that had no article, by `stored`, `elsewhere` (known "
        "at another address) or the reason for none. `known`: visits to pages of articles, by `same`, "
        "`revised`, `not_modified` or the reason. `without`: fresh articles without `title`, `date`, "
        "`authors`. `lost`: known articles whose page no longer shows `title`, `date`, `authors`, or shows "
        "less than 70 % of the `text`. `copies`. `words`: fresh articles by length, in steps of 9 %. "
        "`width`: their bytes per character, sum and sum of squares. `listings`, by `pages.id`: pages named "
        "and how many of them are new, or the reason of a failure, or null if not modified. `examples`: a "
        "`pages.id` for each thing counted; for `words`, of the shortest.",
    ),
    column(
        "symptoms",
        Json,
        doc="JSON list of the symptoms that were found; empty if the site is healthy.",
        null="the run was not judged",
    ),
    Index(None, "source", "run_id"),
    info={
        "doc": "What a run measured on each site, for crawls over the network: the basis of `newscrawl health`. "
        "Counted in the transaction that stores the rows."
    },
)

alarms = Table(
    "alarms",
    metadata,
    column("id", Integer, primary_key=True, doc="Number of the alarm."),
    column("source", Text, doc="As in `articles`."),
    column(
        "symptom",
        Text,
        doc="`refused`, `moved`, `unreachable`, `no_article`, `lost_article`, `copies`, `title`, `date`, "
        "`authors`, `text`, `lost_text` and the like, `script`, `silence`, or `listing:` and a `pages.id`.",
    ),
    column("message", Text, doc="What changed, with the numbers of the last run that showed it."),
    column("now", Float, doc="The number in that run: a share, words, bytes per character, or pages named."),
    column("before", Float, doc="The number in the weeks before the first such run."),
    column("sample", Integer, doc="Pages that `now` is measured on; for `silence`, hours."),
    column("detail", Text, doc="Most frequent reason, or the address of the listing.", null="there is none"),
    column(
        "page_id",
        ForeignKey("pages.id", ondelete="SET NULL"),
        doc="`pages.id` of a page that shows it.",
        null="there is none",
    ),
    column(
        "run_id",
        ForeignKey("runs.id", ondelete="SET NULL"),
        doc="`runs.id` of the first run that showed it.",
        null="that run was deleted",
    ),
    column("since", UtcDateTime, doc="When that run began."),
    column("shown_at", UtcDateTime, doc="When the last run that showed it began."),
    column(
        "ended_at",
        UtcDateTime,
        doc="When the first healthy run after it began, or somebody accepted it.",
        null="it is active",
    ),
    column("ended_by", Text, doc="`recovered`, `accepted`, or `removed` with its site.", null="it is active"),
    column("told", Text, doc="What `ALARM_COMMAND` was told last: `begun` or `over`.", null="it was not called yet"),
    Index(None, "source", "ended_at"),
    Index(None, "page_id"),
    Index(None, "run_id"),
    info={"doc": "What is or was wrong with a site: [Notice when a site breaks](../HEALTH.md)."},
)

loaded_archives = Table(
    "loaded_archives",
    metadata,
    column("file", Text, primary_key=True, doc="Real path of the web archive."),
    column("size", BigInteger, doc="Its size in bytes; with another one it is another file."),
    column("arguments", Json, doc="JSON: `since`, `until` and `trust`, as they were given; may be empty."),
    column("loaded_at", UtcDateTime, doc="When all of its pages were stored."),
    column(
        "run_id",
        ForeignKey("runs.id", ondelete="SET NULL"),
        doc="`runs.id` of the run that read it.",
        null="that run was deleted",
    ),
    Index(None, "run_id"),
    info={
        "doc": "Web archives that were read to their end, recorded after the last of their pages, so that "
        "`newscrawl load-warcs` continues where it was stopped."
    },
)

reextractions = Table(
    "reextractions",
    metadata,
    column("id", Integer, primary_key=True, doc="Number of the pass."),
    column("version", Text, doc="Version of newscrawl; another version starts a new pass."),
    column("arguments", Json, doc="JSON: `source`, `since`, `until`; may be empty."),
    column("position", Integer, doc="`articles.id` up to which everything is done."),
    column("last_article", Integer, doc="`articles.id` of the newest article that had a raw page when the pass began."),
    column("total", Integer, doc="Articles that had a raw page when the pass began."),
    column(
        "counts",
        Json,
        doc="JSON: `outcomes` (`changed`, `unchanged`, `left`), `reasons` of those left as they were, `fields` "
        "gained, lost and changed, `words` of text gained and lost.",
    ),
    column("started_at", UtcDateTime, doc="When it began."),
    column("finished_at", UtcDateTime, doc="When it ended.", null="it is running, or was stopped"),
    column(
        "run_id",
        ForeignKey("runs.id", ondelete="SET NULL"),
        doc="`runs.id` of the run that is working on it, or did last.",
        null="that run was deleted",
    ),
    info={"doc": "One row per pass of `newscrawl reextract`, with its progress."},
)
