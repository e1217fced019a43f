"""The values that flow through newscrawl: frozen, picklable, standard library only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

BlockKind = Literal["paragraph", "heading", "list_item", "quote", "table_row", "image"]

DropReason = Literal[
    "title",
    "byline",
    "caption",
    "image",
    "teaser",
    "related",
    "menu",
    "promo",
    "comments",
]
"""Why a block is not the article. A closed list:

- ``title``: repeats the headline
- ``byline``: author, date, agency or source line, tags
- ``caption``: what stands under a picture, and its credit
- ``image``: a picture's own mark-up
- ``teaser``: the cut-off lead of another article
- ``related``: an item of a list of other articles (related, same category, most read, latest)
- ``menu``: navigation, share bar, footer
- ``promo``: newsletter, app, subscription, advertisement
- ``comments``: readers' comments and the form for them
"""

DROP_REASONS: tuple[DropReason, ...] = get_args(DropReason)


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item, caption or teaser in reading order."""

    kind: BlockKind
    text: str
    reason: DropReason | None = None
    """Why the block is not part of the article; None for a kept block."""

    @property
    def words(self) -> int:
        """Number of white-space separated words."""
        return len(self.text.split())


def kept_text(blocks: Iterable[Block]) -> str:
    """The article's text: the kept blocks, one line each."""
    return "\n".join(block.text for block in blocks if block.reason is None)
