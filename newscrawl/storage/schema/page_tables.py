"""Pages that a crawl visited or was told of, and what listings say of them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Integer, Table, Text, text

from newscrawl.storage.schema.base import column, metadata
from newscrawl.storage.types import CompressedJson, UtcDateTime

_IS_WAITING = text("retry_at is not null")

pages = Table(
    "pages",
    metadata,
    column("id", Integer, primary_key=True, doc="Number of the page."),
    column("url_key", Text, unique=True, doc="As in `articles`; unique."),
    column("url", Text, doc="The URL.", null="a local file that does not say it", schema_org="url"),
    column("source", Text, doc="As in `articles`.", null="as there"),
    column("kind", Text, server_default="article", doc="`article`, or a listing: `feed`, `sitemap`, `section`."),
    column("outcome", Text, doc="How the last visit ended: see [outcomes](reasons.md#outcomes)."),
    column(
        "reason",
        Text,
        doc="Why, in a word: see [reasons](reasons.md#reasons-of-pages).",
        null="the outcome is `stored`, `listed` or `queued`",
    ),
    column("error", Text, doc="Why, as a one-line message.", null="as `reason`, and for `skipped`"),
    column(
        "article_id",
        ForeignKey("articles.id", ondelete="SET NULL"),
        doc="`articles.id`; stays when a later visit fails.",
        null="no visit gave an article",
    ),
    column("status", Integer, doc="HTTP status of the last answer.", null="there was none, or it is a local file"),
    column(
        "etag",
        Text,
        doc="ETag of the last answer, sent with the next request. A listing is asked for without it once a day, a "
        "sitemap once in seven days. Empty for a feed that had news under its old ETag: it is always asked for whole.",
        null="the server gave none",
    ),
    column(
        "last_modified",
        Text,
        doc="Last-Modified of the last answer, sent with the next request.",
        null="the server gave none",
    ),
    column(
        "discovered_from",
        ForeignKey("pages.id", ondelete="SET NULL"),
        doc="`pages.id` of the listing that names it.",
        null="none does, or its sitemap no longer does",
    ),
    column("listed_at", UtcDateTime, doc="Latest date that a listing or its address gives for it.", null="none does"),
    column("queued_at", UtcDateTime, doc="When a listing first named it.", null="it was never queued"),
    column(
        "fetched_at",
        UtcDateTime,
        doc="When it was last fetched; for a file without a URL, when it was saved.",
        null="it was not visited yet; a local copy of it may have been read",
    ),
    column("next_fetch_at", UtcDateTime, doc="When the next visit is due.", null="none is planned"),
    column("failures", Integer, server_default="0", doc="Failed visits in a row."),
    column(
        "retry_at",
        UtcDateTime,
        doc="Until when the server asked not to be sent requests (Retry-After).",
        null="it did not",
    ),
    column(
        "taken_by",
        ForeignKey("runs.id", ondelete="SET NULL"),
        doc="`runs.id` of the run that is fetching it, or fetched it last.",
        null="no run took it",
    ),
    column(
        "run_id",
        ForeignKey("runs.id", ondelete="SET NULL"),
        doc="`runs.id` of the last run that visited it.",
        null="none did",
    ),
    Index(None, "article_id"),
    Index(None, "source", "next_fetch_at"),
    # Few pages have one; a round asks every site for its latest.
    Index("ix_pages_retry", "source", "retry_at", sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING),
    Index(None, "discovered_from"),
    Index(None, "taken_by"),
    Index(None, "run_id"),
    Index(None, "outcome", "reason"),
    info={
        "doc": "Every URL or file that a crawl visited or was told of: how the last visit ended, and when the next "
        "one is due."
    },
)

listed_facts = Table(
    "listed_facts",
    metadata,
    column("page_id", ForeignKey("pages.id", ondelete="CASCADE"), primary_key=True, doc="`pages.id`."),
    column(
        "facts",
        CompressedJson,
        doc="Title, date, authors, categories, summary and full text, as JSON compressed by zlib.",
    ),
    column("seen_at", UtcDateTime, doc="When a feed last said something else."),
    info={
        "doc": "What feeds say of the articles that they name. It fills what an article's page does not say, and is "
        "its text where the page has none."
    },
)

site_shapes = Table(
    "site_shapes",
    metadata,
    column("source", Text, primary_key=True, doc="As in `articles`."),
    column("kind", Text, primary_key=True, doc="`article` or `listing`."),
    column(
        "shape",
        Text,
        primary_key=True,
        doc="A URL path with its variable parts replaced: `/sport/{slug}.html`, `/archives/{number}`.",
    ),
    column("addresses", Integer, doc="The most URLs of this shape that one feed, sitemap or section named."),
    column("example", Text, doc="One of them."),
    column("seen_at", UtcDateTime, doc="When that was seen."),
    info={
        "doc": "What the URLs of a site look like, learned from its feeds and sitemaps (articles) and the sections "
        "that were read (listings). `newscrawl sites show` prints it. At most 200 of a kind."
    },
)

forgotten_pages = Table(
    "forgotten_pages",
    metadata,
    column("source", Text, primary_key=True, doc="As in `articles`."),
    column("pages", Integer, doc="Pages that were forgotten so far; one that is listed again counts again."),
    column("last_at", UtcDateTime, doc="When the last ones were."),
    info={
        "doc": "How many pages of a site were forgotten: without having been fetched, because a site may have no more "
        "than `KNOWN_PAGES_MAX`, or by `newscrawl db prune --pages-days`."
    },
)
