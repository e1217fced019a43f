"""Articles with what belongs to each of them: alternate URLs, revisions, and the words that search reads."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from newscrawl.storage.schema.base import column, metadata
from newscrawl.storage.types import CompressedJson, Json, UtcDateTime

FILTER_COLUMNS = ("duplicate_of", "gone_at", "source", "language", "published_at")
"""Columns of `articles` that a selection filters or sorts by; indexes cover them."""

_IS_DUPLICATE = text("duplicate_of is not null")
_IS_ARCHIVED = text("archive_file is not null")

articles = Table(
    "articles",
    metadata,
    column("id", Integer, primary_key=True, doc="Number of the article."),
    column(
        "url_key",
        Text,
        unique=True,
        doc="Identity, unique: the canonical form of the URL, or `file:` and the path of a local file.",
    ),
    column("url", Text, doc="Where the page was fetched.", null="a local file that does not say it", schema_org="url"),
    column(
        "canonical_url",
        Text,
        doc="The page's own canonical link.",
        null="the page has none",
        schema_org="mainEntityOfPage",
    ),
    column(
        "source",
        Text,
        doc="News site: the name of its spider, else its registrable domain.",
        null="a local file without a URL, and without a manifest that names its source",
        schema_org="publisher",
    ),
    column("title", Text, doc="Headline.", null="none was found", schema_org="headline"),
    column(
        "description",
        Text,
        doc="Lead, where the page marks it apart from the body.",
        null="the page does not",
        schema_org="description",
    ),
    column("text", Text, doc="Body, one paragraph per line: the kept blocks.", schema_org="articleBody"),
    column(
        "blocks",
        CompressedJson,
        doc="Zlib-compressed JSON: a list of [kind, text, reason it was dropped or null] in reading order, with a "
        "fourth value for blocks in a box of links: what the box is built like.",
    ),
    column("authors", Json, doc="JSON list of names; may be empty.", schema_org="author"),
    column("section", Text, doc="Section of the site.", null="the page does not say", schema_org="articleSection"),
    column("tags", Json, doc="JSON list of tags; may be empty.", schema_org="keywords"),
    column("language", Text, doc="ISO 639-1 code.", null="the page does not say", schema_org="inLanguage"),
    column(
        "image_url",
        Text,
        doc="Main picture: the one that the page names, else one above its text.",
        null="there is none",
        schema_org="image",
    ),
    column(
        "images",
        Json,
        server_default="[]",
        doc='JSON list of the pictures in the body, in reading order: `{"url": …, "caption": … or null}`; may be '
        "empty.",
        schema_org="image, caption",
    ),
    column(
        "published_at",
        UtcDateTime,
        doc="When it was published; midnight UTC of the day if the page gives no time of day, or one without a zone "
        "while neither the `timezone` of the site is known nor the country of its domain. Set `timezone` in its spider "
        "or in the list that `newscrawl sites import` reads, or for a run by `-a timezone=Asia/Seoul`.",
        null="the page gives no date for this article",
        schema_org="datePublished",
    ),
    column(
        "published_raw",
        Text,
        doc="The date as the page writes it.",
        null="`published_at` is, or an earlier version read it",
    ),
    column(
        "published_source",
        Text,
        doc="Where the date stands on the page: `json_ld`, `meta`, `time` (the element), `byline` (the line "
        "under the headline), `url`, or `text`: elsewhere in its text, where it is least sure; `modified` if it is "
        "that of the last change, as the page names no other; `feed` if a feed has it.",
        null="as `published_raw`",
    ),
    column(
        "published_precision",
        Text,
        doc="How much of `published_at` is known: `day`, `minute` or `second`. `day` with a time in `published_raw` "
        "means that its zone is not known.",
        null="`published_at` is",
    ),
    column(
        "modified_at",
        UtcDateTime,
        doc="When the publisher last changed it, according to the page.",
        null="the page does not say it with a time of day",
        schema_org="dateModified",
    ),
    column(
        "paywalled",
        Boolean,
        doc="1 if the page says that it is not free to read, 0 if it says that it is.",
        null="the page does not say",
        schema_org="isAccessibleForFree, negated",
    ),
    column(
        "text_source",
        Text,
        server_default="page",
        doc="Where the text was read: `page` (what the page shows), `feed` (the full text in a feed), `json_ld` or "
        "`script` (data in the page that its scripts draw).",
    ),
    column(
        "origin",
        Text,
        server_default="fetched",
        doc="Where the page comes from: `fetched` from its site, or a local `file` or a WARC `archive`, which only "
        "claim to be what they are.",
    ),
    column("fetched_at", UtcDateTime, doc="When the page with this text was fetched; for a file, when it was saved."),
    column("first_seen_at", UtcDateTime, doc="When the article was first stored."),
    column(
        "seen_at",
        UtcDateTime,
        doc="When newscrawl first saw it on its site: in a listing, or fetched. Decides which article leads a story.",
        null="it comes from a local page",
    ),
    column("updated_at", UtcDateTime, doc="When this row last changed."),
    column(
        "gone_at",
        UtcDateTime,
        doc="When its site was found to have removed it (404 or 410).",
        null="the article is still there, as far as is known",
        schema_org="expires",
    ),
    column(
        "revision", Integer, doc="1, plus 1 for every change of title or text by the publisher.", schema_org="version"
    ),
    column(
        "content_hash",
        Text,
        doc="128 bits of BLAKE2b over the words of the text, case-folded, with Vietnamese tone marks in one "
        "placement; equal for equal texts.",
    ),
    column(
        "duplicate_of",
        ForeignKey("articles.id", ondelete="SET NULL"),
        doc="`articles.id` of the article with (nearly) the same text that newscrawl saw first and that is not gone. "
        "That row always has NULL here.",
        null="this is the first, or the only one",
        schema_org="isBasedOn",
    ),
    column(
        "similarity",
        Float,
        doc="Jaccard index of the three-word runs of this text and of that of `duplicate_of`: 1 for the same "
        "text. It is low between the ends of a chain, and where one text contains the other.",
        null="`duplicate_of` is",
    ),
    column("word_count", Integer, doc="White-space separated words of `text`.", schema_org="wordCount"),
    column("body_digest", Text, doc="SHA-256 of the page's bytes."),
    column("extractor", Text, doc="Name and version of what made the text."),
    column(
        "archive_file",
        Text,
        doc="WARC file with the page as it was fetched, below `ARCHIVE_DIR`. In PostgreSQL its first folder is the "
        "name of the machine that stored it.",
        null="it was not kept: a local file, or `ARCHIVE_DIR` is empty",
        schema_org="archivedAt",
    ),
    column(
        "archive_offset", BigInteger, doc="Where its record begins in that file, in bytes.", null="as `archive_file`"
    ),
    column(
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
    # By it a file is pruned, or re-extracted, without a look at the articles of all others.
    Index(
        "ix_articles_archive",
        "archive_file",
        "archive_offset",
        sqlite_where=_IS_ARCHIVED,
        postgresql_where=_IS_ARCHIVED,
    ),
    # These cover filters and sorting: in a row of the table those columns come after the text, pages away.
    Index("ix_articles_by_id", "id", *FILTER_COLUMNS),
    Index("ix_articles_by_date", "published_at", "duplicate_of", "gone_at", "source", "language"),
    Index("ix_articles_by_source", "source", "published_at", "duplicate_of", "gone_at", "language"),
    info={"doc": "One row per article."},
)

article_urls = Table(
    "article_urls",
    metadata,
    column(
        "url_key", Text, primary_key=True, doc="Key of the address, as in `articles`; unique, and in none of its rows."
    ),
    column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), doc="`articles.id`."),
    column("url", Text, doc="The address.", schema_org="sameAs"),
    column(
        "relation",
        Text,
        doc="How it is known: `canonical` (the canonical link of one of the two), `redirect`, or `form` (it "
        "looks like another form of the same address).",
    ),
    column("first_seen_at", UtcDateTime, doc="When it was found."),
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
    column("id", Integer, primary_key=True, doc="Number of the row."),
    column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), doc="`articles.id`."),
    column("number", Integer, doc="1 for the earliest text of the article, and so on."),
    column("title", Text, doc="Headline then.", null="none was found", schema_org="headline"),
    column("text", Text, doc="Body then.", schema_org="articleBody"),
    column(
        "cause",
        Text,
        doc="`publisher`: the page changed. `extractor`: another version of the extractor read the same page "
        "differently, or an AMP or mobile form was merged that had this text. `template`: boilerplate was "
        "dropped or restored. Only `publisher` is a revision to readers and counts in `articles.revision`.",
    ),
    column("extractor", Text, doc="Name and version of what made this text."),
    column("fetched_at", UtcDateTime, doc="When the page with this text was fetched."),
    column("replaced_at", UtcDateTime, doc="When the later text was stored."),
    UniqueConstraint("article_id", "number"),
    info={"doc": "Earlier titles and texts of articles, in full."},
)

article_words = Table(
    "article_words",
    metadata,
    column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, doc="`articles.id`."),
    column("title", Text, doc="Words of the headline; may be empty."),
    column("description", Text, doc="Words of the lead; may be empty."),
    column("text", Text, doc="Words of the body; may be empty."),
    column("authors", Text, doc="Words of all names; may be empty."),
    column("section", Text, doc="Words of the section; may be empty."),
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
    column("article_id", Integer, primary_key=True, autoincrement=False, doc="`articles.id`."),
    info={
        "doc": "Articles that are new or changed, put here by triggers until newscrawl indexes them: in the same "
        "transaction or, where another program wrote, in its next one."
    },
)

UNIQUE_ARTICLES = (
    f"create view unique_articles as select {', '.join(articles.columns.keys())} "  # noqa: S608 - our own names
    "from articles where duplicate_of is null and gone_at is null"
)
"""One row per story that is not gone, with the columns of `articles` in their order."""
