"""What a page is to newscrawl, beyond what WARC and HTTP have words for: one header field of its record, in JSON.

Other programs pass over a field that they do not know (WARC 1.1, section 4).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, get_args

from newscrawl.items import Page, PageKind

FIELD = "Newscrawl-Page"
DELETED = "Newscrawl-Deleted"
"""The field of a record whose page was taken out."""


@dataclass(frozen=True, slots=True)
class Note:
    """The fields of `Page` and `Visit` under their own names, and how the pages of one article hang together."""

    key: str
    content_type: str
    url: str | None = None
    source: str | None = None
    requested_url: str | None = None
    """None for a page without a visit."""
    kind: PageKind = "article"
    retry_at: datetime | None = None
    rest: int = 0
    """How many records behind this one are further pages of its article."""
    part: int = 0
    """Which further page of an article this is, from 1; 0 for a page of its own."""

    @classmethod
    def of(cls, page: Page, part: int) -> Self:
        """Note down a page."""
        visit = page.visit
        return cls(
            key=page.key,
            content_type=page.content_type,
            url=page.url,
            source=page.source,
            requested_url=visit.requested_url if visit else None,
            kind=visit.kind if visit else "article",
            retry_at=visit.retry_at if visit else None,
            rest=len(page.rest),
            part=part,
        )

    def to_json(self) -> str:
        """Write on one line, in ASCII: nothing that stands in a URL can end the field."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(
            {name: value for name, value in fields.items() if value not in {None, 0}}, default=datetime.isoformat
        )

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> Self | None:
        """Read the note of a record; None where it has none. Raises ValueError for one that newscrawl did not write."""
        text = fields.get(FIELD.lower())
        if text is None:
            return None
        try:
            known: dict[str, Any] = json.loads(text)
            if retry_at := known.get("retry_at"):
                known["retry_at"] = datetime.fromisoformat(retry_at)
            note = cls(**{"key": "", **known})
        except (TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"the field {FIELD} is broken") from error
        texts = (note.key, note.content_type, note.url or "", note.source or "", note.requested_url or "")
        counts = (note.rest, note.part)
        if (
            not all(isinstance(text, str) for text in texts)
            or not all(isinstance(count, int) and count >= 0 for count in counts)
            or note.kind not in get_args(PageKind)
        ):
            raise ValueError(f"the field {FIELD} is broken")
        return note
