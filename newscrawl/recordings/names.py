"""The names of the files of a folder of recordings."""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

RESPONSES = "responses.json"
EXPECTED = "expected.json"

_LONGEST = 80
_ENDINGS = {"html": ".html", "xml": ".xml", "json": ".json", "text/plain": ".txt"}
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file, "Naming Conventions"
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


def is_safe_name(name: object) -> bool:
    """Say whether a name is a plain file name on every file system, and leads nowhere else."""
    return isinstance(name, str) and bool(_SAFE.fullmatch(name)) and not _RESERVED.fullmatch(name.lower())


def body_name(url: str, content_type: str, taken: Collection[str]) -> str:
    """Return a readable name for the body of a URL's response, other than those `taken`, whatever their case.

    The name says the URL's path and query; where another URL has that name, it ends in a part of the URL's SHA-256.
    """
    parts = urlsplit(url)
    words = re.sub(r"[^a-z0-9._]+", "-", unquote(f"{parts.path}-{parts.query}", errors="replace").lower())
    path = PurePosixPath(re.sub(r"[._-]*\.[._-]*", ".", words).strip("-._") or "index")
    ending = path.suffix if 1 < len(path.suffix) <= 6 else ""
    stem = path.name.removesuffix(ending)[:_LONGEST].strip("-._") or "index"
    ending = ending or next((end for kind, end in _ENDINGS.items() if kind in content_type.lower()), "")
    if _RESERVED.fullmatch(stem):
        stem = f"page-{stem}"
    used = {name.lower() for name in taken}
    if f"{stem}{ending}" in used:
        stem += f"-{sha256(url.encode()).hexdigest()[:16]}"
    return f"{stem}{ending}"
