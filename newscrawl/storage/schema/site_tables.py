"""Sites that are crawled, and which process crawls each of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, Table, Text

from newscrawl.storage.schema.base import column, metadata
from newscrawl.storage.types import Json, UtcDateTime

sites = Table(
    "sites",
    metadata,
    column("id", Integer, primary_key=True, doc="Number of the site."),
    column("name", Text, unique=True, doc="What one types, `newscrawl crawl NAME`; unique."),
    column("source", Text, doc="`source` of its articles."),
    column("title", Text, doc="Name for people.", null="nobody said it"),
    column("home", Text, doc="Address of its front page."),
    column("domains", Json, doc="JSON list of its hosts, each with all below it."),
    column("feeds", Json, server_default="[]", doc="JSON list of feeds that every run reads; may be empty."),
    column(
        "sitemaps",
        Json,
        server_default="[]",
        doc="JSON list of sitemaps, as `SiteSpider.sitemaps`; empty for those that robots.txt names.",
    ),
    column("sections", Json, server_default="[]", doc="JSON list of pages that list articles; may be empty."),
    column(
        "article_url",
        Text,
        doc="Regular expression that the whole address of an article matches; in a row of its own others may be "
        "articles as well.",
        null="it is not known",
    ),
    column(
        "explores",
        Boolean,
        doc="1 if feeds and sections that its pages link to are read as well.",
        null="that is so where sitemaps or `article_url` are missing",
    ),
    column("timezone", Text, doc="IANA name, for times without a zone.", null="it is not known"),
    column("language", Text, doc="ISO 639-1 code, for pages that do not say it.", null="it is not known"),
    column("country", Text, doc="ISO 3166-1 code, or XK for Kosovo.", null="it is not known"),
    column(
        "rules",
        Json,
        doc="JSON: `prune_xpath`, `kept_parameters`, `dropped_parameters`, `extractor`, where there are any.",
        null="its pages need no rules of their own",
    ),
    column(
        "pace",
        Float,
        doc="Seconds between two requests to its hosts, where the settings ask for less.",
        null="the settings decide",
    ),
    column(
        "state",
        Text,
        server_default="active",
        doc="`active`; `paused` or `dead`, which no round crawls, but for a look now and then where `dead_at` is set.",
    ),
    column("notes", Text, doc="What somebody wrote about it.", null="nobody did"),
    column(
        "declared_in",
        Text,
        server_default="row",
        doc="`row`: this row is all there is; `spider`: a spider of the project, which wins and is copied here.",
    ),
    column("added_by", Text, doc="Who or what added it.", null="it is not known"),
    column("added_at", UtcDateTime, doc="When it was added."),
    column("last_crawl_at", UtcDateTime, doc="When its last run began.", null="it was never crawled"),
    column(
        "next_crawl_at",
        UtcDateTime,
        doc="When, at the end of its last run, the next page was due.",
        null="no run has ended, or nothing is planned",
    ),
    column(
        "health",
        Text,
        doc="`healthy`, `broken`, or `failing` if it has never given an article, as of its last judged run.",
        null="no run was judged",
    ),
    column("failing_since", UtcDateTime, doc="When its first run began since nothing can be read.", null="it answers"),
    column(
        "failing_rounds",
        Integer,
        server_default="0",
        doc="How many rounds since then found nothing but signs that it is gone, on a network that works.",
    ),
    column(
        "failing_reason",
        Text,
        doc="[Reasons](reasons.md) for which its last run could read nothing, separated by commas.",
        null="it answers",
    ),
    column("dead_at", UtcDateTime, doc="When it came to count as dead by itself.", null="it does not"),
    Index(None, "source"),
    info={
        "doc": "Sites that are crawled: those that `newscrawl sites` added, and the spiders of the project. See "
        "[Sites](../SITES.md)."
    },
)

site_domains = Table(
    "site_domains",
    metadata,
    column("domain", Text, primary_key=True, doc="A host, with all below it; of one site alone."),
    column("site_id", ForeignKey("sites.id", ondelete="CASCADE"), doc="`sites.id`."),
    Index(None, "site_id"),
    info={"doc": "The domains of `sites`, to find the site of a page by its host."},
)

leases = Table(
    "leases",
    metadata,
    column("source", Text, primary_key=True, doc="As in `articles`; for a spider without a site, how it was started."),
    column("token", BigInteger, doc="Grows with every process that takes the site; only the last one may write."),
    column("host", Text, doc="Name of the machine of that process."),
    column("pid", Integer, doc="Process id on that machine."),
    column("nonce", Text, doc="Random word in the file lock of the site on that machine; empty if there is none."),
    column(
        "run_id",
        ForeignKey("runs.id", ondelete="SET NULL"),
        doc="`runs.id` of the crawl.",
        null="the site was given back, or its crawl has not begun",
    ),
    column("taken_at", UtcDateTime, doc="When it took the site, as all times here by the database's clock."),
    column("renewed_at", UtcDateTime, doc="When it last said that it is still there."),
    column("expires_at", UtcDateTime, doc="From when on another process may take the site."),
    info={"doc": "Which process crawls a site, in a PostgreSQL database that several machines share."},
)
