"""The values that flow through newscrawl: frozen, picklable, standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, NamedTuple, Self, get_args

BlockKind = Literal["paragraph", "heading", "list_item", "quote", "table_row", "image"]

DropReason = Literal[
    "title",
    "lead",
    "byline",
    "caption",
    "image",
    "teaser",
    "related",
    "menu",
    "promo",
    "comments",
    "repeated",
    "site",
    "template",
]
"""Why a block is not part of the article. A closed list:

- ``title``: repeats the headline
- ``lead``: the lead where it is a heading or the body says it again; it is the article's description
- ``byline``: author and author bio, date, agency or source line, tags
- ``caption``: the caption and credit of a picture
- ``image``: a picture itself
- ``teaser``: the truncated lead of another article
- ``related``: an item in a list of other articles (related, same category, most read, latest)
- ``menu``: navigation, share bar, footer
- ``promo``: newsletter, app, subscription, paywall notice, advertisement
- ``comments``: readers' comments and the comment form
- ``repeated``: repeats an earlier block of the same page
- ``site``: removed by the site's own rules
- ``template``: boilerplate that the site repeats on unrelated articles
"""

DROP_REASONS: tuple[DropReason, ...] = get_args(DropReason)

OutcomeName = Literal["stored", "unchanged", "no_article", "failed", "gone", "listed", "queued", "skipped"]
"""How the last visit to a page ended, or why there was none yet.

- ``stored``: a new article, or a new text of a known one, was stored
- ``unchanged``: the article is in the database as the page shows it
- ``no_article``: a readable page without an article
- ``failed``: a page that could not be read
- ``gone``: a page that its site has removed
- ``listed``: a feed, sitemap or section page that was read
- ``queued``: a page named by a listing, waiting for its first visit
- ``skipped``: a page that was too old for the run that saw it listed
"""


def _isoformat(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item, caption or teaser in reading order."""

    kind: BlockKind
    text: str
    reason: DropReason | None = None
    """Why the block is not part of the article; None for a kept block."""
    box: str | None = None
    """Of a block in a box of links to other pages of the site: what the box is built like, and where it stands."""

    @property
    def words(self) -> int:
        """Number of white-space separated words."""
        return len(self.text.split())

    def __reduce__(self) -> tuple[type[Block], tuple[BlockKind, str, DropReason | None, str | None]]:
        # A page has hundreds of blocks to unpickle from a worker; the dataclass default takes twice as long.
        return Block, (self.kind, self.text, self.reason, self.box)


def kept_text(blocks: Iterable[Block]) -> str:
    """Return the article's text: the kept blocks, one line each."""
    return "\n".join(block.text for block in blocks if block.reason is None)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of the article."""

    url: str
    """Absolute if the page's URL is known."""
    caption: str | None = None
    """Caption with credit."""


DatePrecision = Literal["day", "minute", "second"]
DateSource = Literal["json_ld", "meta", "time", "byline", "url", "text", "modified", "feed"]
"""Where on the page a date was read: JSON-LD, a meta tag, a ``<time>`` element, the line of text under the headline,
the page's own address, or, the least sure, anywhere in its text; ``modified`` where it is that of the last change, as
the page names no other; ``feed`` where the page says nothing, or a day alone, and a feed of its site has it."""
TextSource = Literal["page", "feed", "json_ld", "script"]
"""Where the text was read: what the page shows, the full text in a feed, ``articleBody`` in JSON-LD, or the data that
the page's scripts are given to draw it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A clean article. What the page does not say is None or empty, never guessed."""

    title: str | None = None
    text: str = field(repr=False)
    """The body, one paragraph a line, without title, captions, bylines and sidebars."""
    url: str | None = None
    """URL the page was fetched from; None for a local file that does not name one."""
    canonical_url: str | None = None
    """URL in the page's canonical link."""
    source: str | None = None
    """The news site."""
    description: str | None = field(default=None, repr=False)
    """The lead, where the page marks it apart from the body."""
    authors: tuple[str, ...] = ()
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    """ISO 639-1 code."""
    image_url: str | None = None
    """The main picture: the one that the page names, else one above its text."""
    images: tuple[Image, ...] = ()
    """Pictures within the article, in reading order."""
    published_at: datetime | None = field(default=None, metadata={"serializer": _isoformat})
    """In UTC; see ``published_precision``."""
    published_raw: str | None = None
    """The date as the page writes it."""
    published_source: DateSource | None = None
    published_precision: DatePrecision | None = None
    """``day`` when the page gives no time of day, or one whose zone is not known; ``published_at`` is then midnight
    UTC of that day."""
    modified_at: datetime | None = field(default=None, metadata={"serializer": _isoformat})
    """In UTC; None where the page gives no time of day."""
    paywalled: bool | None = None
    """Whether the page says that it is not free to read; None where it says nothing."""
    text_source: TextSource = "page"

    @property
    def word_count(self) -> int:
        """Number of white-space separated words in the text."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the learned judge said of a web page."""

    chances: tuple[float, ...] = field(repr=False)
    """Probability of each block to be the article, in their order; blocks that a site rule cut out have none."""
    asked_trafilatura: bool
    """Whether the judge was unsure, and weighed what trafilatura makes of the page."""
    article: float | None = None
    """Probability of the page to be an article at all."""
    evidence: tuple[tuple[str, float], ...] = field(default=(), repr=False)
    """What that is judged by: name and value, as ``newscrawl.extraction`` documents them."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """Result of extracting a page: the article, and every block with the reason why it was dropped."""

    article: Article
    blocks: tuple[Block, ...] = field(repr=False)
    extractor: str
    """Name and version of the extractor, to distinguish its changes from the publisher's."""
    judgement: Judgement | None = field(default=None, repr=False, compare=False)
    """None for text dumps, for articles of several pages, and where another extractor made it."""


Origin = Literal["fetched", "file", "archive"]
"""Where a page comes from: ``fetched`` from its site by newscrawl, or read from a local ``file`` or a WARC ``archive``,
which only claim to be what they are."""


def stored_size(extraction: Extraction) -> int:
    """Return how many characters storing an article takes: its blocks, of which the text is a part, and its facts."""
    article = extraction.article
    pictures = [text for image in article.images for text in (image.url, image.caption)]
    facts = (article.title, article.description, article.section, article.canonical_url, article.image_url)
    texts = (*facts, *article.authors, *article.tags, *pictures)
    return sum(len(block.text) for block in extraction.blocks) + sum(len(text) for text in texts if text)


ListingKind = Literal["feed", "sitemap", "section"]
"""A page that names other pages: an RSS, Atom or JSON feed, a sitemap or sitemap index, a section or home page."""
PageKind = Literal["article", ListingKind]


@dataclass(frozen=True, slots=True)
class ListedFacts:
    """What a feed says of an article. It fills what the article's page does not say, and never contradicts it."""

    title: str | None = None
    published_at: datetime | None = None
    """In UTC; midnight of the day where ``published_precision`` is ``day``."""
    published_raw: str | None = None
    published_precision: DatePrecision | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """Sections and tags, which RSS and Atom do not tell apart."""
    summary: str | None = field(default=None, repr=False)
    content: str | None = field(default=None, repr=False)
    """The full text in HTML."""
    tags: tuple[str, ...] = ()
    """Those of a JSON Feed, which names no sections."""

    def after(self, earlier: ListedFacts) -> ListedFacts:
        """Add what another listing said before, and this one leaves out: a second feed often has no more than titles.

        Of two texts the later one is kept, unless it is less than half of the earlier: then it is an excerpt.
        """
        is_excerpt = 2 * len(self.content or "") < len(earlier.content or "")
        dated = self if self.published_at is not None else earlier
        return ListedFacts(
            title=self.title or earlier.title,
            published_at=dated.published_at,
            published_raw=dated.published_raw,
            published_precision=dated.published_precision,
            authors=self.authors or earlier.authors,
            categories=self.categories or earlier.categories,
            summary=self.summary or earlier.summary,
            content=earlier.content if is_excerpt else self.content,
            tags=self.tags or earlier.tags,
        )


@dataclass(frozen=True, slots=True)
class Link:
    """A page named by a listing of its site."""

    url: str
    """Absolute, http or https."""
    kind: PageKind = "article"
    modified_at: datetime | None = None
    """The latest date that the listing gives for the page, in UTC."""
    place: Literal["headline", "menu"] | None = None
    """Where a page has it: in a headline or a list of items, or in its navigation, header or footer. Of a sitemap:
    ``headline`` for an entry that says that it is news."""
    facts: ListedFacts | None = field(default=None, repr=False)
    """What a feed says of it."""
    label: str | None = field(default=None, compare=False, repr=False)
    """What a page calls it in its navigation, of a section."""

    def __reduce__(self) -> tuple[type[Link], tuple[object, ...]]:
        # A listing may have fifty thousand to pickle and unpickle; the dataclass default takes twice as long.
        return Link, (self.url, self.kind, self.modified_at, self.place, self.facts, self.label)


class LinkKeys(NamedTuple):
    """By what the page of a link is known."""

    key: str
    plainer: tuple[str, ...] = ()
    """Keys that the plain form of the page may have; empty where the link is plain itself."""


@dataclass(frozen=True, slots=True)
class SiteShape:
    """How addresses of a site look, as `discovery.shapes` has it."""

    shape: str
    kind: Literal["article", "listing"]
    addresses: int
    """The most addresses of this shape that one listing named."""
    example: str


_CONTROL = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Visit:
    """An HTTP request, with status and headers of its response."""

    requested_url: str
    """Before any redirect."""
    kind: PageKind = "article"
    status: int | None = None
    """None without a response."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """In the order they came, decoded as latin-1."""
    retry_at: datetime | None = None
    """Until when the server asked not to be sent requests (Retry-After)."""
    had_text: bool = False
    """Whether a feed's text of the page was known when it was asked for."""

    def header(self, name: str) -> str | None:
        """Return the last value of a header, whatever its case, without control characters.

        PostgreSQL stores no NUL, and no header that is sent may have a line break.
        """
        found = next((value for key, value in reversed(self.headers) if key.lower() == name.lower()), None)
        return None if found is None else _CONTROL.sub("", found)


REFUSALS = frozenset({401, 402, 403, 451})
"""Status codes with which a server withholds a page that exists."""


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched page or a local file, before extraction."""

    key: str
    """Identity in the database: a canonical URL, or ``file:`` and a path."""
    body: bytes = field(repr=False)
    content_type: str
    """MIME type, with the charset if one was declared."""
    fetched_at: datetime
    """With time zone; for a local file, when it was saved."""
    url: str | None = None
    source: str | None = None
    visit: Visit | None = None
    """How it was fetched; None for a local file."""
    rest: tuple[Page, ...] = field(default=(), repr=False)
    """Further pages of an article that its site splits, in reading order."""
    is_named: bool = False
    """Whether a feed or sitemap of its site names it, and so says that it is an article."""
    facts: ListedFacts | None = field(default=None, repr=False)
    """What a feed of its site says of it."""
    otherwise: Listing | Outcome | None = field(default=None, repr=False)
    """What came of the visit if no article is found: a listing, of a page that was asked for as a section and looks
    like an article; how the visit ended, of one that is withheld."""
    is_withheld: bool = False
    """Whether the server gave no page, or that of another address; then the article is in ``facts``, or nowhere."""
    withheld: Page | None = field(default=None, repr=False)
    """The page that was asked for, as a feed has it, where a redirect led to this one."""
    archived: tuple[str, int] | None = None
    """File and offset of its record, if the page comes from the project's own archive."""
    origin: Origin = "fetched"

    @classmethod
    def of(cls, body: bytes | str, url: str | None = None, content_type: str = "text/html") -> Self:
        """Create a page from a body, as if it were fetched now.

        The byte order mark says what the characters of a string are, whatever charset the page declares.
        """
        data = body if isinstance(body, bytes) else f"\ufeff{body}".encode("utf-8", "replace")
        return cls(key=url or "", body=data, content_type=content_type, fetched_at=datetime.now(UTC), url=url)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An extracted page with the keys that the store needs."""

    page: Page
    extraction: Extraction
    content_hash: str
    near_duplicate_keys: tuple[int, ...] | None = field(default=None, repr=False)
    """None if not computed yet."""
    block_keys: tuple[int | None, ...] | None = field(default=None, repr=False)
    """Keys of the blocks, as `boilerplate.repeated.keys_of` returns them; None if not computed yet."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a visit to a page ended that gave no article."""

    key: str
    outcome: Literal["no_article", "failed", "gone", "unchanged", "skipped"]
    reason: str
    """Page reason, such as ``truncated``."""
    error: str
    """One line for the user: what is wrong."""
    fetched_at: datetime
    url: str | None = None
    source: str | None = None
    visit: Visit | None = None
    origin: Origin = "fetched"
    may_pass: bool = False
    """Whether what stands in an article's place may be gone at a later visit."""


@dataclass(frozen=True, slots=True)
class ArchiveRead:
    """A web archive of which all pages are stored."""

    file: str
    """Its real path."""
    size: int
    """In bytes."""
    arguments: Mapping[str, str]
    """Which of its pages were wanted, and whether they were trusted: as given to the spider."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A fetched feed, sitemap or section page, with the pages it names."""

    key: str
    url: str
    source: str
    visit: Visit
    fetched_at: datetime
    links: tuple[Link, ...] = field(default=(), repr=False)
    """In the order of the listing, each URL once."""
    complete: bool = True
    """Whether all of it was read; a page missing from a truncated listing may still exist."""
    shapes: tuple[SiteShape, ...] = field(default=(), repr=False)
    """What it shows of the site's addresses."""
    keys: tuple[LinkKeys, ...] | None = field(default=None, repr=False)
    """Of the links; None where the store is to compute them."""
    reason: str | None = None
    """What is odd about it, in a word: ``nothing_queued`` where it names pages, and none that is followed; ``cut_off``
    where it was not read to its end; ``needs_rendering`` where its HTML has no text."""


@dataclass(frozen=True, slots=True)
class DuePage:
    """A page to fetch now, taken exclusively by a run."""

    key: str
    url: str
    kind: PageKind
    etag: str | None
    last_modified: str | None
    is_named: bool = False
    """Whether a feed or sitemap names it."""
    facts: ListedFacts | None = field(default=None, repr=False)
    """What a feed says of it."""

    @property
    def has_text(self) -> bool:
        """Whether a feed has the article's text."""
        return self.facts is not None and bool(self.facts.content)


class NoArticle(Exception):  # noqa: N818 - an answer about the page rather than a fault
    """The page has no article. ``reason`` is a page reason, ``detail`` a sentence.

    ``extraction`` is what was made of the page before it was refused, for whoever explains it; it does not go from one
    process to another.
    """

    def __init__(self, reason: str, detail: str = "", extraction: Extraction | None = None) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.extraction = extraction

    def __reduce__(self) -> tuple[type[NoArticle], tuple[str, str]]:
        return type(self), (self.reason, self.detail)

    def __str__(self) -> str:
        return self.detail or self.reason


class UnreadablePage(NoArticle):
    """The page cannot be read at all: empty, truncated, binary, undecodable."""
