"""The tables, with the meaning of every column: `docs/generate.py` prints them into docs/reference/columns.md."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from newscrawl.storage.types import CompressedJson, Json, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

VERSION = "0021"
"""Revision of the newest migration. Readers compare it with the database without importing Alembic."""

FILTER_COLUMNS = ("duplicate_of", "gone_at", "source", "language", "published_at")
"""Columns of `articles` that a selection filters or sorts by; indexes cover them."""


def _column(name: str, kind: Any, *, doc: str, null: str = "", schema_org: str = "", **options: Any) -> Column[Any]:
    """Make a column with its documentation.

    `doc`: what it holds. `null`: when it is NULL; a column without it is NOT NULL. `schema_org`: the property of
    schema.org's NewsArticle that it corresponds to.
    """
    info = {"null": null, "schema_org": schema_org}
    return Column(name, kind, nullable=bool(null), doc=doc, info=info, **options)


runs = Table(
    "runs",
    metadata,
    _column("id", Integer, primary_key=True, doc="Number of the run."),
    _column("spider", Text, doc="Name of the spider."),
    _column("arguments", Json, doc="JSON: the spider's arguments."),
    _column("version", Text, doc="Version of newscrawl."),
    _column("host", Text, doc="Name of the machine."),
    _column("pid", Integer, doc="Process id on that machine."),
    _column("started_at", UtcDateTime, doc="When the run began."),
    _column(
        "finished_at",
        UtcDateTime,
        doc="When it ended; for a killed run, when a later one found it.",
        null="it is running",
    ),
    _column(
        "reason", Text, doc="How it ended: see [reasons of runs](reasons.md#reasons-of-runs).", null="it is running"
    ),
    _column(
        "counts",
        Json,
        doc="JSON: `outcomes`, `revisions`, `reasons`, `words_kept`, and `words_dropped` by reason. Correct for "
        "a killed run as well.",
    ),
    _column(
        "lock",
        Text,
        doc="File that its process holds locked for as long as it lives, in the folder `.locks` beside the database.",
        null="it could not begin, or an earlier version recorded it",
    ),
    _column("scrapy_version", Text, doc="Version of Scrapy.", null="an earlier version recorded it"),
    _column("python_version", Text, doc="Version of Python.", null="an earlier version recorded it"),
    _column(
        "seconds",
        Float,
        doc="How long it took, by a clock that never jumps.",
        null="it is running or was killed, or an earlier version recorded it",
    ),
    _column(
        "requests",
        Integer,
        doc="Requests it made, retries and robots.txt included; for a killed run, until it last stored something.",
        null="it stored nothing, was no crawl, or an earlier version recorded it",
    ),
    _column(
        "bytes",
        BigInteger,
        doc="Bytes of the answers, as transferred; otherwise like `requests`.",
        null="as `requests`",
    ),
    _column(
        "exit_code",
        Integer,
        doc="Exit code of its process; 128 and more: a signal.",
        null="it is running, was killed or was no crawl, or an earlier version recorded it",
    ),
    _column("error", Text, doc="What went wrong, in one line.", null="nothing did, as far as is known"),
    Index("ix_runs_spider", "spider", "started_at"),
    Index(None, "finished_at"),
    info={"doc": "One row per run, from its first second."},
)

run_sources = Table(
    "run_sources",
    metadata,
    _column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, doc="`runs.id`."),
    _column("source", Text, primary_key=True, doc="As in `articles`."),
    _column(
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
    _column(
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

sites = Table(
    "sites",
    metadata,
    _column("id", Integer, primary_key=True, doc="Number of the site."),
    _column("name", Text, unique=True, doc="What one types, `newscrawl crawl NAME`; unique."),
    _column("source", Text, doc="`source` of its articles."),
    _column("title", Text, doc="Name for people.", null="nobody said it"),
    _column("home", Text, doc="Address of its front page."),
    _column("domains", Json, doc="JSON list of its hosts, each with all below it."),
    _column("feeds", Json, server_default="[]", doc="JSON list of feeds that every run reads; may be empty."),
    _column(
        "sitemaps",
        Json,
        server_default="[]",
        doc="JSON list of sitemaps, as `SiteSpider.sitemaps`; empty for those that robots.txt names.",
    ),
    _column("sections", Json, server_default="[]", doc="JSON list of pages that list articles; may be empty."),
    _column(
        "article_url",
        Text,
        doc="Regular expression that the whole address of an article matches; in a row of its own others may be "
        "articles as well.",
        null="it is not known",
    ),
    _column(
        "explores",
        Boolean,
        doc="1 if feeds and sections that its pages link to are read as well.",
        null="that is so where sitemaps or `article_url` are missing",
    ),
    _column("timezone", Text, doc="IANA name, for times without a zone.", null="it is not known"),
    _column("language", Text, doc="ISO 639-1 code, for pages that do not say it.", null="it is not known"),
    _column("country", Text, doc="ISO 3166-1 code, or XK for Kosovo.", null="it is not known"),
    _column(
        "rules",
        Json,
        doc="JSON: `prune_xpath`, `kept_parameters`, `dropped_parameters`, `extractor`, where there are any.",
        null="its pages need no rules of their own",
    ),
    _column(
        "pace",
        Float,
        doc="Seconds between two requests to its hosts, where the settings ask for less.",
        null="the settings decide",
    ),
    _column("state", Text, server_default="active", doc="`active`; `paused` or `dead`, which no round crawls."),
    _column("notes", Text, doc="What somebody wrote about it.", null="nobody did"),
    _column(
        "declared_in",
        Text,
        server_default="row",
        doc="`row`: this row is all there is; `spider`: a spider of the project, which wins and is copied here.",
    ),
    _column("added_by", Text, doc="Who or what added it.", null="it is not known"),
    _column("added_at", UtcDateTime, doc="When it was added."),
    _column("last_crawl_at", UtcDateTime, doc="When its last run began.", null="it was never crawled"),
    _column(
        "next_crawl_at",
        UtcDateTime,
        doc="When, at the end of its last run, the next page was due.",
        null="no run has ended, or nothing is planned",
    ),
    _column("health", Text, doc="`healthy` or `broken`, as of its last judged run.", null="no run was judged"),
    Index(None, "source"),
    info={
        "doc": "Sites that are crawled: those that `newscrawl sites` added, and the spiders of the project. See "
        "[Sites](../SITES.md)."
    },
)

site_domains = Table(
    "site_domains",
    metadata,
    _column("domain", Text, primary_key=True, doc="A host, with all below it; of one site alone."),
    _column("site_id", ForeignKey("sites.id", ondelete="CASCADE"), doc="`sites.id`."),
    Index(None, "site_id"),
    info={"doc": "The domains of `sites`, to find the site of a page by its host."},
)

_IS_DUPLICATE = text("duplicate_of is not null")

articles = Table(
    "articles",
    metadata,
    _column("id", Integer, primary_key=True, doc="Number of the article."),
    _column(
        "url_key",
        Text,
        unique=True,
        doc="Identity, unique: the canonical form of the URL, or `file:` and the path of a local file.",
    ),
    _column("url", Text, doc="Where the page was fetched.", null="a local file that does not say it", schema_org="url"),
    _column(
        "canonical_url",
        Text,
        doc="The page's own canonical link.",
        null="the page has none",
        schema_org="mainEntityOfPage",
    ),
    _column(
        "source",
        Text,
        doc="News site: the name of its spider, else its registrable domain.",
        null="a local file without a URL, and without a manifest that names its source",
        schema_org="publisher",
    ),
    _column("title", Text, doc="Headline.", null="none was found", schema_org="headline"),
    _column(
        "description",
        Text,
        doc="Lead, where the page marks it apart from the body.",
        null="the page does not",
        schema_org="description",
    ),
    _column("text", Text, doc="Body, one paragraph per line: the kept blocks.", schema_org="articleBody"),
    _column(
        "blocks",
        CompressedJson,
        doc="Zlib-compressed JSON: a list of [kind, text, reason it was dropped or null] in reading order, with a "
        "fourth value for blocks in a box of links: what the box is built like.",
    ),
    _column("authors", Json, doc="JSON list of names; may be empty.", schema_org="author"),
    _column("section", Text, doc="Section of the site.", null="the page does not say", schema_org="articleSection"),
    _column("tags", Json, doc="JSON list of tags; may be empty.", schema_org="keywords"),
    _column("language", Text, doc="ISO 639-1 code.", null="the page does not say", schema_org="inLanguage"),
    _column("image_url", Text, doc="Main picture.", null="the page names none", schema_org="image"),
    _column(
        "images",
        Json,
        server_default="[]",
        doc='JSON list of the pictures in the body, in reading order: `{"url": …, "caption": … or null}`; may be '
        "empty.",
        schema_org="image, caption",
    ),
    _column(
        "published_at",
        UtcDateTime,
        doc="When it was published; midnight if the page gives no time of day.",
        null="the page gives no date for this article",
        schema_org="datePublished",
    ),
    _column(
        "published_raw",
        Text,
        doc="The date as the page writes it.",
        null="`published_at` is, or an earlier version read it",
    ),
    _column(
        "published_source",
        Text,
        doc="Where the date stands on the page: `json_ld`, `meta`, `time` (the element), `byline` (the line "
        "under the headline), `url`, or `text`: elsewhere in its text, where it is least sure.",
        null="as `published_raw`",
    ),
    _column(
        "published_precision",
        Text,
        doc="How much of `published_at` the page gives: `day`, `minute` or `second`.",
        null="`published_at` is",
    ),
    _column(
        "modified_at",
        UtcDateTime,
        doc="When the publisher last changed it, according to the page.",
        null="the page does not say it with a time of day",
        schema_org="dateModified",
    ),
    _column(
        "paywalled",
        Boolean,
        doc="1 if the page says that it is not free to read, 0 if it says that it is.",
        null="the page does not say",
        schema_org="isAccessibleForFree, negated",
    ),
    _column(
        "text_source",
        Text,
        server_default="page",
        doc="Where the text was read: `page` (what the page shows), `feed` (the full text in a feed), `json_ld` or "
        "`script` (data in the page that its scripts draw).",
    ),
    _column(
        "origin",
        Text,
        server_default="fetched",
        doc="Where the page comes from: `fetched` from its site, or a local `file` or a WARC `archive`, which only "
        "claim to be what they are.",
    ),
    _column("fetched_at", UtcDateTime, doc="When the page with this text was fetched; for a file, when it was saved."),
    _column("first_seen_at", UtcDateTime, doc="When the article was first stored."),
    _column(
        "seen_at",
        UtcDateTime,
        doc="When newscrawl first saw it on its site: in a listing, or fetched. Decides which article leads a story.",
        null="it comes from a local page",
    ),
    _column("updated_at", UtcDateTime, doc="When this row last changed."),
    _column(
        "gone_at",
        UtcDateTime,
        doc="When its site was found to have removed it (404 or 410).",
        null="the article is still there, as far as is known",
        schema_org="expires",
    ),
    _column(
        "revision", Integer, doc="1, plus 1 for every change of title or text by the publisher.", schema_org="version"
    ),
    _column(
        "content_hash",
        Text,
        doc="128 bits of BLAKE2b over the words of the text, case-folded, with Vietnamese tone marks in one "
        "placement; equal for equal texts.",
    ),
    _column(
        "duplicate_of",
        ForeignKey("articles.id", ondelete="SET NULL"),
        doc="`articles.id` of the article with (nearly) the same text that newscrawl saw first and that is not gone. "
        "That row always has NULL here.",
        null="this is the first, or the only one",
        schema_org="isBasedOn",
    ),
    _column(
        "similarity",
        Float,
        doc="Jaccard index of the three-word runs of this text and of that of `duplicate_of`: 1 for the same "
        "text. It is low between the ends of a chain, and where one text contains the other.",
        null="`duplicate_of` is",
    ),
    _column("word_count", Integer, doc="White-space separated words of `text`.", schema_org="wordCount"),
    _column("body_digest", Text, doc="SHA-256 of the page's bytes."),
    _column("extractor", Text, doc="Name and version of what made the text."),
    _column(
        "archive_file",
        Text,
        doc="WARC file with the page as it was fetched, below `ARCHIVE_DIR`. In PostgreSQL its first folder is the "
        "name of the machine that stored it.",
        null="it was not kept: a local file, or `ARCHIVE_DIR` is empty",
        schema_org="archivedAt",
    ),
    _column(
        "archive_offset", BigInteger, doc="Where its record begins in that file, in bytes.", null="as `archive_file`"
    ),
    _column(
        "run_id",
        ForeignKey("runs.id", ondelete="SET NULL"),
        doc="`runs.id` of the run that stored this text.",
        null="that run was deleted",
    ),
    Index(None, "content_hash"),
    # Partial, because SQLite would prefer the full index for "is null" to any other.
    Index(None, "duplicate_of", sqlite_where=_IS_DUPLICATE, postgresql_where=_IS_DUPLICATE),
    Index(None, "run_id"),
    Index(None, "canonical_url"),
    # These cover filters and sorting: in a row of the table those columns come after the text, pages away.
    Index("ix_articles_by_id", "id", *FILTER_COLUMNS),
    Index("ix_articles_by_date", "published_at", "duplicate_of", "gone_at", "source", "language"),
    Index("ix_articles_by_source", "source", "published_at", "duplicate_of", "gone_at", "language"),
    info={"doc": "One row per article."},
)

article_urls = Table(
    "article_urls",
    metadata,
    _column(
        "url_key", Text, primary_key=True, doc="Key of the address, as in `articles`; unique, and in none of its rows."
    ),
    _column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), doc="`articles.id`."),
    _column("url", Text, doc="The address.", schema_org="sameAs"),
    _column(
        "relation",
        Text,
        doc="How it is known: `canonical` (the canonical link of one of the two), `redirect`, or `form` (it "
        "looks like another form of the same address).",
    ),
    _column("first_seen_at", UtcDateTime, doc="When it was found."),
    Index(None, "article_id"),
    info={
        "doc": "Alternate URLs of an article, of which only one is fetched again: AMP, mobile and print forms, "
        "addresses that redirect, and those that name another one as canonical. Each was confirmed by the "
        "text: the page showed a copy of the article's, on the same site."
    },
)

article_revisions = Table(
    "article_revisions",
    metadata,
    _column("id", Integer, primary_key=True, doc="Number of the row."),
    _column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), doc="`articles.id`."),
    _column("number", Integer, doc="1 for the earliest text of the article, and so on."),
    _column("title", Text, doc="Headline then.", null="none was found", schema_org="headline"),
    _column("text", Text, doc="Body then.", schema_org="articleBody"),
    _column(
        "cause",
        Text,
        doc="`publisher`: the page changed. `extractor`: another version of the extractor read the same page "
        "differently, or an AMP or mobile form was merged that had this text. `template`: boilerplate was "
        "dropped or restored. Only `publisher` is a revision to readers and counts in `articles.revision`.",
    ),
    _column("extractor", Text, doc="Name and version of what made this text."),
    _column("fetched_at", UtcDateTime, doc="When the page with this text was fetched."),
    _column("replaced_at", UtcDateTime, doc="When the later text was stored."),
    UniqueConstraint("article_id", "number"),
    info={"doc": "Earlier titles and texts of articles, in full."},
)

_IS_WAITING = text("retry_at is not null")

pages = Table(
    "pages",
    metadata,
    _column("id", Integer, primary_key=True, doc="Number of the page."),
    _column("url_key", Text, unique=True, doc="As in `articles`; unique."),
    _column("url", Text, doc="The URL.", null="a local file that does not say it", schema_org="url"),
    _column("source", Text, doc="As in `articles`.", null="as there"),
    _column("kind", Text, server_default="article", doc="`article`, or a listing: `feed`, `sitemap`, `section`."),
    _column("outcome", Text, doc="How the last visit ended: see [outcomes](reasons.md#outcomes)."),
    _column(
        "reason",
        Text,
        doc="Why, in a word: see [reasons](reasons.md#reasons-of-pages).",
        null="the outcome is `stored`, `listed` or `queued`",
    ),
    _column("error", Text, doc="Why, as a one-line message.", null="as `reason`, and for `skipped`"),
    _column(
        "article_id",
        ForeignKey("articles.id", ondelete="SET NULL"),
        doc="`articles.id`; stays when a later visit fails.",
        null="no visit gave an article",
    ),
    _column("status", Integer, doc="HTTP status of the last answer.", null="there was none, or it is a local file"),
    _column("etag", Text, doc="ETag of the last answer, sent with the next request.", null="the server gave none"),
    _column(
        "last_modified",
        Text,
        doc="Last-Modified of the last answer, sent with the next request.",
        null="the server gave none",
    ),
    _column(
        "discovered_from",
        ForeignKey("pages.id", ondelete="SET NULL"),
        doc="`pages.id` of the listing that names it.",
        null="none does, or its sitemap no longer does",
    ),
    _column("listed_at", UtcDateTime, doc="Latest date that a listing or its address gives for it.", null="none does"),
    _column("queued_at", UtcDateTime, doc="When a listing first named it.", null="it was never queued"),
    _column(
        "fetched_at",
        UtcDateTime,
        doc="When it was last fetched; for a file without a URL, when it was saved.",
        null="it was not visited yet; a local copy of it may have been read",
    ),
    _column("next_fetch_at", UtcDateTime, doc="When the next visit is due.", null="none is planned"),
    _column("failures", Integer, server_default="0", doc="Failed visits in a row."),
    _column(
        "retry_at",
        UtcDateTime,
        doc="Until when the server asked not to be sent requests (Retry-After).",
        null="it did not",
    ),
    _column(
        "taken_by",
        ForeignKey("runs.id", ondelete="SET NULL"),
        doc="`runs.id` of the run that is fetching it, or fetched it last.",
        null="no run took it",
    ),
    _column(
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
    _column("page_id", ForeignKey("pages.id", ondelete="CASCADE"), primary_key=True, doc="`pages.id`."),
    _column(
        "facts",
        CompressedJson,
        doc="Title, date, authors, categories, summary and full text, as JSON compressed by zlib.",
    ),
    _column("seen_at", UtcDateTime, doc="When a feed last said something else."),
    info={
        "doc": "What feeds say of the articles that they name. It fills what an article's page does not say, and is "
        "its text where the page has none."
    },
)

loaded_archives = Table(
    "loaded_archives",
    metadata,
    _column("file", Text, primary_key=True, doc="Real path of the web archive."),
    _column("size", BigInteger, doc="Its size in bytes; with another one it is another file."),
    _column("arguments", Json, doc="JSON: `since`, `until` and `trust`, as they were given; may be empty."),
    _column("loaded_at", UtcDateTime, doc="When all of its pages were stored."),
    _column(
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

site_shapes = Table(
    "site_shapes",
    metadata,
    _column("source", Text, primary_key=True, doc="As in `articles`."),
    _column("kind", Text, primary_key=True, doc="`article` or `listing`."),
    _column(
        "shape",
        Text,
        primary_key=True,
        doc="A URL path with its variable parts replaced: `/sport/{slug}.html`, `/archives/{number}`.",
    ),
    _column("addresses", Integer, doc="The most URLs of this shape that one feed, sitemap or section named."),
    _column("example", Text, doc="One of them."),
    _column("seen_at", UtcDateTime, doc="When that was seen."),
    info={
        "doc": "What the URLs of a site look like, learned from its feeds and sitemaps (articles) and the sections "
        "that were read (listings). `newscrawl sites show` prints it. At most 200 of a kind."
    },
)

forgotten_pages = Table(
    "forgotten_pages",
    metadata,
    _column("source", Text, primary_key=True, doc="As in `articles`."),
    _column("pages", Integer, doc="Pages that were forgotten so far; one that is listed again counts again."),
    _column("last_at", UtcDateTime, doc="When the last ones were."),
    info={
        "doc": "How many pages of a site were forgotten: without having been fetched, because a site may have no more "
        "than `KNOWN_PAGES_MAX`, or by `newscrawl db prune --pages-days`."
    },
)

leases = Table(
    "leases",
    metadata,
    _column("source", Text, primary_key=True, doc="As in `articles`; for a spider without a site, how it was started."),
    _column("token", BigInteger, doc="Grows with every process that takes the site; only the last one may write."),
    _column("host", Text, doc="Name of the machine of that process."),
    _column("pid", Integer, doc="Process id on that machine."),
    _column("nonce", Text, doc="Random word in the file lock of the site on that machine; empty if there is none."),
    _column(
        "run_id",
        ForeignKey("runs.id", ondelete="SET NULL"),
        doc="`runs.id` of the crawl.",
        null="the site was given back, or its crawl has not begun",
    ),
    _column("taken_at", UtcDateTime, doc="When it took the site, as all times here by the database's clock."),
    _column("renewed_at", UtcDateTime, doc="When it last said that it is still there."),
    _column("expires_at", UtcDateTime, doc="From when on another process may take the site."),
    info={"doc": "Which process crawls a site, in a PostgreSQL database that several machines share."},
)

alarms = Table(
    "alarms",
    metadata,
    _column("id", Integer, primary_key=True, doc="Number of the alarm."),
    _column("source", Text, doc="As in `articles`."),
    _column(
        "symptom",
        Text,
        doc="`refused`, `moved`, `unreachable`, `no_article`, `lost_article`, `copies`, `title`, `date`, "
        "`authors`, `text`, `lost_text` and the like, `script`, `silence`, or `listing:` and a `pages.id`.",
    ),
    _column("message", Text, doc="What changed, with the numbers of the last run that showed it."),
    _column("now", Float, doc="The number in that run: a share, words, bytes per character, or pages named."),
    _column("before", Float, doc="The number in the weeks before the first such run."),
    _column("sample", Integer, doc="Pages that `now` is measured on; for `silence`, hours."),
    _column("detail", Text, doc="Most frequent reason, or the address of the listing.", null="there is none"),
    _column(
        "page_id",
        ForeignKey("pages.id", ondelete="SET NULL"),
        doc="`pages.id` of a page that shows it.",
        null="there is none",
    ),
    _column(
        "run_id",
        ForeignKey("runs.id", ondelete="SET NULL"),
        doc="`runs.id` of the first run that showed it.",
        null="that run was deleted",
    ),
    _column("since", UtcDateTime, doc="When that run began."),
    _column("shown_at", UtcDateTime, doc="When the last run that showed it began."),
    _column(
        "ended_at",
        UtcDateTime,
        doc="When the first healthy run after it began, or somebody accepted it.",
        null="it is active",
    ),
    _column("ended_by", Text, doc="`recovered` or `accepted`.", null="it is active"),
    _column("told", Text, doc="What `ALARM_COMMAND` was told last: `begun` or `over`.", null="it was not called yet"),
    Index(None, "source", "ended_at"),
    Index(None, "page_id"),
    Index(None, "run_id"),
    info={"doc": "What is or was wrong with a site: [Notice when a site breaks](../HEALTH.md)."},
)

near_duplicate_keys = Table(
    "near_duplicate_keys",
    metadata,
    _column(
        "key",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        doc="48 bits of a band of the text's MinHash signature, or, for a short text, of one of its longest sentences.",
    ),
    # No foreign key, because its index would double the table. Keys of a deleted article match nothing.
    _column(
        "article_id",
        Integer,
        primary_key=True,
        autoincrement=False,
        doc="`articles.id`; at most 64 articles are stored under one key.",
    ),
    sqlite_with_rowid=False,
    info={
        "doc": "Keys by which near-duplicates are found: two articles with a key in common are compared by their texts."
    },
)

dedupe_rebuilds = Table(
    "dedupe_rebuilds",
    metadata,
    _column("id", Integer, primary_key=True, doc="Number of the rebuild."),
    _column(
        "stage",
        Text,
        doc="`clear` (deleting old keys), `keys` (computing keys), `links` (linking duplicates) or `addresses` "
        "(merging articles that are one page).",
    ),
    _column("position", Integer, doc="`articles.id` of the last article that this stage did."),
    _column("started_at", UtcDateTime, doc="When it began."),
    _column("finished_at", UtcDateTime, doc="When it was done.", null="it is not done; the next rebuild continues it"),
    info={"doc": "What `newscrawl dedupe --rebuild` did, so that it continues where it was stopped."},
)

site_blocks = Table(
    "site_blocks",
    metadata,
    _column("id", Integer, primary_key=True, doc="Number of the block."),
    _column(
        "source",
        Text,
        doc="As in `articles`; for local pages, which are counted apart, with ` (file)` or ` (archive)` behind.",
    ),
    _column(
        "block_hash", BigInteger, doc="64 bits of BLAKE2b over the block, case-folded, with single spaces; signed."
    ),
    _column("articles", Integer, doc="Number of articles of the source that have it."),
    _column("first_seen_at", UtcDateTime, doc="When the first page with it was stored."),
    _column("last_seen_at", UtcDateTime, doc="When the last page with it was stored or re-extracted."),
    _column("template_at", UtcDateTime, doc="When it was found to be boilerplate.", null="it counts as article text"),
    _column(
        "kept_at",
        UtcDateTime,
        doc="When a person said that it is article text, whatever is learned.",
        null="nobody has",
    ),
    UniqueConstraint("source", "block_hash"),
    Index(None, "last_seen_at"),
    info={
        "doc": "What a site has on its pages, so that what it repeats can be dropped as boilerplate (reason "
        "`template`): one row for each block of at least six words that an article's text has or had, "
        "headings and quotes excepted, and one for each box of links, whatever its texts. A block that no page had "
        "for 30 days is deleted, boilerplate after 400; beyond 200,000 blocks of a source the oldest are deleted."
    },
)

site_block_articles = Table(
    "site_block_articles",
    metadata,
    _column("block_id", ForeignKey("site_blocks.id", ondelete="CASCADE"), primary_key=True, doc="`site_blocks.id`."),
    _column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, doc="`articles.id`."),
    Index(None, "article_id"),
    sqlite_with_rowid=False,
    info={
        "doc": "The first 32 articles with a block. It is judged by them, and they are corrected when the verdict "
        "changes."
    },
)

reextractions = Table(
    "reextractions",
    metadata,
    _column("id", Integer, primary_key=True, doc="Number of the pass."),
    _column("version", Text, doc="Version of newscrawl; another version starts a new pass."),
    _column("arguments", Json, doc="JSON: `source`, `since`, `until`; may be empty."),
    _column("position", Integer, doc="`articles.id` up to which everything is done."),
    _column(
        "last_article", Integer, doc="`articles.id` of the newest article that had a raw page when the pass began."
    ),
    _column("total", Integer, doc="Articles that had a raw page when the pass began."),
    _column(
        "counts",
        Json,
        doc="JSON: `outcomes` (`changed`, `unchanged`, `left`), `reasons` of those left as they were, `fields` "
        "gained, lost and changed, `words` of text gained and lost.",
    ),
    _column("started_at", UtcDateTime, doc="When it began."),
    _column("finished_at", UtcDateTime, doc="When it ended.", null="it is running, or was stopped"),
    _column(
        "run_id",
        ForeignKey("runs.id", ondelete="SET NULL"),
        doc="`runs.id` of the run that is working on it, or did last.",
        null="that run was deleted",
    ),
    info={"doc": "One row per pass of `newscrawl reextract`, with its progress."},
)

article_words = Table(
    "article_words",
    metadata,
    _column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, doc="`articles.id`."),
    _column("title", Text, doc="Words of the headline; may be empty."),
    _column("description", Text, doc="Words of the lead; may be empty."),
    _column("text", Text, doc="Words of the body; may be empty."),
    _column("authors", Text, doc="Words of all names; may be empty."),
    _column("section", Text, doc="Words of the section; may be empty."),
    info={
        "doc": "What search reads: the words of an article in lower case, without accents, with single spaces "
        "between them (`đ` becomes `d`; Chinese, Japanese, Korean and Thai have one character per word). "
        "newscrawl writes it; triggers remove a row when its article changes or goes, whichever program does "
        "that."
    },
)

search_queue = Table(
    "search_queue",
    metadata,
    # No foreign key: a trigger deletes the row together with the article.
    _column("article_id", Integer, primary_key=True, autoincrement=False, doc="`articles.id`."),
    info={
        "doc": "Articles that are new or changed, put here by triggers until newscrawl indexes them: in the same "
        "transaction or, where another program wrote, in its next one."
    },
)

_KINDS = {"UtcDateTime": "time", "Text": "text", "Float": "number", "Boolean": "boolean", "JSON": "json"}


def described(table: Table) -> dict[str, tuple[str, bool, str]]:
    """Return the columns of a table by name: kind of value, whether it may be NULL, and meaning.

    Kinds are `text`, `time`, `integer`, `number`, `boolean`, `json` and `bytes`.
    """
    found = {}
    for column in table.columns:
        name = type(column.type).__name__
        kind = "bytes" if name == "CompressedJson" else _KINDS.get(name, "integer")
        found[str(column.name)] = (kind, bool(column.nullable), column.doc or "")
    return found


UNIQUE_ARTICLES = (
    f"create view unique_articles as select {', '.join(articles.columns.keys())} "  # noqa: S608 - our own names
    "from articles where duplicate_of is null and gone_at is null"
)
"""One row per story that is not gone, with the columns of `articles` in their order."""
