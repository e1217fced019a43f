"""What a page says, as the columns of `articles`."""

from __future__ import annotations

import hashlib
from typing import Any

from newscrawl.items import Candidate


def text_of(item: Candidate) -> dict[str, Any]:
    """What a change of makes a revision."""
    article = item.extraction.article
    keys = {"content_hash": item.content_hash, "word_count": article.word_count}
    return {"title": article.title, "text": article.text, **keys}


def facts_of(item: Candidate) -> dict[str, Any]:
    """What may change without being a revision."""
    article = item.extraction.article
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "source": article.source,
        "description": article.description,
        "authors": list(article.authors),
        "section": article.section,
        "tags": list(article.tags),
        "language": article.language,
        "image_url": article.image_url,
        "images": [{"url": image.url, "caption": image.caption} for image in article.images],
        "published_at": article.published_at,
        "published_raw": article.published_raw,
        "published_source": article.published_source,
        "published_precision": article.published_precision,
        "modified_at": article.modified_at,
        "paywalled": article.paywalled,
        "blocks": [[block.kind, block.text, block.reason] for block in item.extraction.blocks],
        "body_digest": hashlib.sha256(item.page.body).hexdigest(),
        "gone_at": None,
    }
