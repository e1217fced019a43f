"""Raw pages from the archive: shown without effect, and judged again. Bytes of strangers are worked on in a worker."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newscrawl.archive import ArchiveFolder, read_page
from newscrawl.items import NoArticle

_CONNECTING = re.compile(r"<(/?)(base|embed|frame|iframe|link|meta|object)\b", re.IGNORECASE)
"""Tags that make connections which no content security policy forbids: `<link rel=preconnect>` does, and for a frame
Chromium connects before it finds that it may not."""


@dataclass(frozen=True, slots=True)
class Chances:
    """What the judge says of a raw page today."""

    blocks: tuple[tuple[str, float], ...]
    """Texts of blocks in reading order, each with its chance to be the article."""
    article: float | None
    """The chance of the page to be an article at all."""
    evidence: tuple[tuple[str, float], ...]
    asked_trafilatura: bool
    refusal: str | None = None
    """Why there is none, in a sentence."""


def harmless_page(folder: ArchiveFolder, file: str, offset: int, max_size: int) -> str:
    """Return a raw page as a document that asks for nothing: the elements that would are renamed.

    Raises ArchiveError, and UnreadablePage if its characters cannot be told.
    """
    from newscrawl.extraction.decode import decode  # noqa: PLC0415 - with it comes all that extracts

    page = read_page(folder, file, offset, max_size=max_size)
    if "html" not in page.content_type:
        return page.body.decode("utf-8", "replace")
    return _CONNECTING.sub(r"<\1x-\2", decode(page.body, page.content_type))


def judge_again(folder: ArchiveFolder, file: str, offset: int, max_size: int) -> Chances:
    """Extract a raw page as today's version would, and return how sure its judge is. Raises ArchiveError."""
    # Both load what only this needs: the rules of sites come with Scrapy.
    from newscrawl.base_spiders.registry import rules_for  # noqa: PLC0415
    from newscrawl.extraction import extract_page  # noqa: PLC0415

    page = read_page(folder, file, offset, max_size=max_size)
    refusal = None
    try:
        extraction = extract_page(page, rules_for(page.url))
    except NoArticle as error:
        if error.extraction is None:
            return Chances((), None, (), asked_trafilatura=False, refusal=str(error))
        extraction, refusal = error.extraction, str(error)
    judgement = extraction.judgement
    if judgement is None:
        return Chances(
            (), None, (), asked_trafilatura=False, refusal=refusal or "nobody judged this page block by block"
        )
    texts = (block.text for block in extraction.blocks)
    return Chances(
        tuple(zip(texts, judgement.chances, strict=False)),
        judgement.article,
        judgement.evidence,
        judgement.asked_trafilatura,
        refusal,
    )
