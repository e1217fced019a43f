"""Local files as pages: which to read, who they are, and what is in them."""

from __future__ import annotations

import glob
import gzip
import os
import stat
import zlib
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newscrawl.extraction.canonical import canonical_link
from newscrawl.items import Outcome, Page, UnreadablePage
from newscrawl.manifest import Entry, entry_for, file_key
from newscrawl.text import printable
from newscrawl.urls import is_article_url, url_key

CONTENT_TYPES = {
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
}
"""The type of a page, by the end of its file's name; each also with ``.gz`` behind it."""
WARC = ".warc"
ENDINGS = (*CONTENT_TYPES, WARC)
"""What is read; each also with ``.gz`` behind it."""

_OUTSIDE = "a link out of the given folder; give its target as a path of its own"


class PathError(ValueError):
    """A path that names nothing to read. The message is one line for a person."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read, and the folder that it must not lead out of."""

    path: Path
    root: Path
    fault: str | None = None
    """Why the place itself could not be read: an unreadable folder, for one."""


def content_type_of(name: str) -> str | None:
    """Return the MIME type that a file's name promises; None for a file that is no page."""
    return CONTENT_TYPES.get(_ending(name))


def is_warc(name: str) -> bool:
    """Say whether a file's name promises many pages."""
    return _ending(name) == WARC


def _ending(name: str) -> str:
    return Path(name.lower().removesuffix(".gz")).suffix


def split_paths(paths: str) -> list[str]:
    """Split a comma-separated list of paths; a name that exists as it stands is one path, commas and all."""
    if os.path.lexists(paths):
        return [paths]
    return [part.strip() for part in paths.split(",") if part.strip()]


def find_files(paths: Iterable[str], endings: Container[str] = ENDINGS) -> Iterator[FoundFile]:
    """Find the files with one of the endings below files, folders and globs, lazily and in a fixed order.

    Names that begin with a dot are passed over below a folder. Raises PathError for a path that names
    nothing, or a file with another ending.
    """
    for path in paths:
        if os.path.lexists(path):
            yield from _found(Path(path), Path(path).resolve(), endings)
        elif glob.has_magic(path):
            matches = sorted(glob.iglob(path, recursive=True))  # noqa: PTH207 - a pattern with its folder
            if not matches:
                raise PathError(f"no file matches {printable(path)}")
            root = _fixed_part(path).resolve()
            for match in matches:
                if Path(match).is_dir() or _ending(match) in endings:
                    yield from _found(Path(match), root, endings)
        else:
            raise PathError(f"no such file or folder: {printable(path)}")


def _fixed_part(pattern: str) -> Path:
    parts = Path(pattern).parts
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:fixed])


def _found(path: Path, root: Path, endings: Container[str]) -> Iterator[FoundFile]:
    if path.is_dir():
        yield from _walk(path, root, endings)
    elif _ending(path.name) not in endings:
        known = ", ".join(ending for ending in ENDINGS if ending in endings)
        raise PathError(f"{printable(str(path))} is no page: the name must end in {known}, or .gz")
    else:
        yield FoundFile(path, root)


def _walk(folder: Path, root: Path, endings: Container[str]) -> Iterator[FoundFile]:
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        # Unlike those of pathlib, these answer no where a link leads nowhere or a folder may not be searched.
        if path != folder and not os.path.isdir(path):  # noqa: PTH112
            if _ending(path.name) in endings:
                yield FoundFile(path, root)
        elif path != folder and os.path.islink(path):  # noqa: PTH114
            if not Path(os.path.realpath(path)).is_relative_to(root):
                yield FoundFile(path, root, _OUTSIDE)
        else:
            try:
                names = sorted((name for name in os.listdir(path) if not name.startswith(".")), reverse=True)  # noqa: PTH208
            except OSError as error:
                yield FoundFile(path, root, f"the folder cannot be read ({error.strerror})")
            else:
                waiting += [path / name for name in names]


def load_page(found: FoundFile, max_size: int) -> Page | Outcome:
    """Read a file into a page, or say why that failed. `max_size` is in bytes, unpacked; 0 sets no limit."""
    place, fault = place_of(found)
    modified = datetime.now(UTC)
    entry = Entry()
    try:
        if fault is not None:
            raise UnreadablePage("unreadable", fault)
        entry = entry_for(place)
        body, modified = _read(place, max_size)
        content_type = entry.content_type or content_type_of(found.path.name) or "text/html"
        url = entry.url or (_own_url(body, content_type) if "html" in content_type else None)
    except UnreadablePage as error:
        message = f"{printable(str(found.path))}: {printable(str(error))}"
        return Outcome(file_key(place), "failed", error.reason, message, modified, entry.url, entry.source)
    return Page(
        key=url_key(url) if url else file_key(place),
        body=body,
        content_type=content_type,
        fetched_at=entry.fetched_at or modified,
        url=url,
        source=entry.source,
    )


def place_of(found: FoundFile) -> tuple[Path, str | None]:
    """Return where a file really is, and why it is not read where that is so."""
    real = Path(os.path.realpath(found.path))
    fault = found.fault or _link_fault(found, real)
    # What stands behind a bad link is not what failed: the link is.
    return real if fault is None else Path(os.path.realpath(found.path.parent)) / found.path.name, fault


def _link_fault(found: FoundFile, real: Path) -> str | None:
    if not real.is_relative_to(found.root):
        return _OUTSIDE
    leads_nowhere = os.path.islink(found.path) and not os.path.lexists(real)  # noqa: PTH114
    return "a link to a file that is not there" if leads_nowhere else None


def _own_url(body: bytes, content_type: str) -> str | None:
    url = canonical_link(body, content_type)
    return url if url and is_article_url(url) else None


def _read(path: Path, max_size: int) -> tuple[bytes, datetime]:
    """Read a regular file, unpacked, and when it was saved."""
    try:
        # A pipe would block for ever, and a link could have been put there since we looked.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadablePage("unreadable", "not a regular file")
            amount = max_size + 1 if max_size else -1
            if max_size and status.st_size > max_size:
                raise UnreadablePage("too_large", f"{status.st_size} bytes; DOWNLOAD_MAXSIZE allows {max_size}")
            body = (gzip.GzipFile(fileobj=file) if path.suffix.lower() == ".gz" else file).read(amount)
    except EOFError:
        raise UnreadablePage("truncated", "the gzip data ends too early: the file was cut off") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UnreadablePage("undecodable", f"not gzip data ({error})") from None
    except OSError as error:
        raise UnreadablePage("unreadable", f"cannot be read ({error.strerror})") from None
    if max_size and len(body) > max_size:
        raise UnreadablePage("too_large", f"unpacks to more than the {max_size} bytes that DOWNLOAD_MAXSIZE allows")
    return body, min(datetime.fromtimestamp(status.st_mtime, UTC), datetime.now(UTC))
