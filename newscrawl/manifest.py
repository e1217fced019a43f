"""Who a local page is: what the manifest `pages.json` beside it says, or where it lies."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from newscrawl.items import UnreadablePage
from newscrawl.urls import is_article_url

NAME = "pages.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a manifest says of one page."""

    url: str | None = None
    source: str | None = None
    content_type: str | None = None
    fetched_at: datetime | None = None


def file_key(path: Path) -> str:
    """Identify a file by its place: the same file is the same page, wherever a crawl was started from.

    The place is the path below the nearest folder with a manifest (that folder's name included), else
    below the project (the folder with scrapy.cfg), else below the working directory, else the full path.
    """
    manifest = _manifest_folder(path.parent)
    if manifest is not None:
        place = Path(manifest.name) / path.relative_to(manifest)
    else:
        anchor = _project_folder(path.parent) or Path.cwd()
        place = path.relative_to(anchor) if path.is_relative_to(anchor) else path
    return "file:" + "".join(map(_escaped, place.as_posix()))


def _escaped(char: str) -> str:
    if char.isprintable() and char not in "%?#":
        return char
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogateescape"))


def entry_for(path: Path) -> Entry:
    """Return what the nearest manifest says of a file. Raises UnreadablePage when the manifest is broken."""
    folder = _manifest_folder(path.parent)
    if folder is None:
        return Entry()
    manifest = folder / NAME
    facts = _load(manifest, manifest.stat().st_mtime_ns).get(path.relative_to(folder).as_posix(), {})
    try:
        return _entry({"url": facts} if isinstance(facts, str) else facts)
    except (TypeError, ValueError) as error:
        raise UnreadablePage("bad_manifest", f"its entry in {manifest} is wrong: {error}") from None


def _entry(facts: Any) -> Entry:
    entry = Entry(**facts)
    for name in ("url", "source", "content_type", "fetched_at"):
        value = getattr(entry, name)
        if value is not None and not (isinstance(value, str) and value.isprintable()):
            raise ValueError(f"{name} must be a text of one line")
    if entry.url is not None and not is_article_url(entry.url):
        raise ValueError(f"url must be the http(s) address of a page, not {entry.url!r}")
    fetched_at = facts.get("fetched_at")
    moment = datetime.fromisoformat(fetched_at) if fetched_at else None
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"fetched_at needs a time zone: {fetched_at}")
    return Entry(entry.url, entry.source, entry.content_type, moment.astimezone(UTC) if moment else None)


@lru_cache(maxsize=16)
def _load(path: Path, modified_ns: int) -> dict[str, Any]:  # noqa: ARG001 - a changed manifest is read anew
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadablePage("bad_manifest", f"{path} is not a manifest: {error}") from None
    if not isinstance(entries, dict):
        raise UnreadablePage("bad_manifest", f"{path} is not a manifest: it must map file names to facts")
    return entries


def _manifest_folder(folder: Path) -> Path | None:
    last = _project_folder(folder) or (Path.cwd() if folder.is_relative_to(Path.cwd()) else None)
    for candidate in (folder, *folder.parents):
        if os.path.isfile(candidate / NAME):  # noqa: PTH113 - answers no for a folder that may not be searched
            return candidate
        if candidate == last:
            return None
    return None


def _project_folder(folder: Path) -> Path | None:
    candidates = (folder, *folder.parents)
    return next((candidate for candidate in candidates if os.path.isfile(candidate / "scrapy.cfg")), None)  # noqa: PTH113
