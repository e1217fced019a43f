"""Why an article is as it is: its facts and its blocks, in words for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from newscrawl.items import Article, Block, BlockKind, DatePrecision, Extraction, kept_text

MARKS: dict[BlockKind, str] = {
    "paragraph": "",
    "heading": "# ",
    "list_item": "• ",
    "quote": "> ",
    "table_row": "| ",
    "image": "[image] ",
}
"""What a block begins with, as people write it in plain text."""

_FORMATS: dict[DatePrecision, str] = {
    "day": "%Y-%m-%d",
    "minute": "%Y-%m-%d %H:%M UTC",
    "second": "%Y-%m-%d %H:%M:%S UTC",
}
_PAYWALLED = {True: "yes", False: "no", None: None}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was made of one page, to be shown."""

    place: str
    """Where the page or its article is."""
    extraction: Extraction
    notes: Mapping[int, str] = field(default_factory=dict)
    """What more there is to say of a block, by its number."""

    @property
    def title(self) -> str:
        """The headline."""
        return self.extraction.article.title or "(no title)"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is known of the article, by the names of the database's columns, and what is not."""
        said, missing = _facts(self.extraction.article)
        if missing:
            said.append(("not said", ", ".join(missing)))
        return [*said, ("extractor", self.extraction.extractor)]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every block in reading order."""
        return self.extraction.blocks

    @property
    def summary(self) -> str:
        """How much was kept, and how much was dropped for which reason."""
        kept = [block for block in self.blocks if block.reason is None]
        dropped = [block for block in self.blocks if block.reason is not None]
        words: Counter[str] = Counter()
        for block in dropped:
            words[block.reason or ""] += block.words
        reasons = ", ".join(f"{reason} {count}" for reason, count in words.most_common())
        text = f"kept {_amount(kept)}; dropped {_amount(dropped)}" + (f" ({reasons})" if reasons else "")
        is_adjusted = kept_text(self.blocks) != self.extraction.article.text
        return text + ("; the site's own `adjust` changed the text after that" if is_adjusted else "")


def _facts(article: Article) -> tuple[list[tuple[str, str]], list[str]]:
    values = {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "source": article.source,
        "authors": ", ".join(article.authors),
        "published_at": _published(article),
        "modified_at": _moment(article.modified_at, "second"),
        "section": article.section,
        "tags": ", ".join(article.tags),
        "language": article.language,
        "paywalled": _PAYWALLED[article.paywalled],
        "description": article.description,
        "image_url": article.image_url,
    }
    said = [(name, value) for name, value in values.items() if value]
    said += [("images", f"{image.url} {image.caption or ''}".rstrip()) for image in article.images]
    missing = [name for name, value in values.items() if not value]
    return said, missing if article.images else [*missing, "images"]


def _published(article: Article) -> str | None:
    moment = _moment(article.published_at, article.published_precision or "second")
    if moment is None or article.published_source is None:
        return moment
    return f"{moment}, from {article.published_source}: {article.published_raw}"


def _moment(moment: datetime | None, precision: DatePrecision) -> str | None:
    return None if moment is None else moment.strftime(_FORMATS[precision])


def _amount(blocks: list[Block]) -> str:
    words = sum(block.words for block in blocks)
    return f"{len(blocks)} block{'' if len(blocks) == 1 else 's'}, {words} word{'' if words == 1 else 's'}"
