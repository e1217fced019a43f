"""Local files as pages: find files, read their manifest entries, and load pages and WARC records."""

from __future__ import annotations

import glob
import json
import os
import stat
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from newscrawl.archive import FAULTS, ArchiveError, Record, read_archive
from newscrawl.archive.stream import never
from newscrawl.compression import BodyTooLarge, BrokenBody, limited
from newscrawl.extraction.canonical import canonical_link
from newscrawl.items import Origin, Outcome, Page, UnreadablePage
from newscrawl.text import printable
from newscrawl.urls import is_article_url, site_of, url_key, without_password

NAME = "pages.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """The entry of a page in a manifest."""

    url: str | None = None
    source: str | None = None
    content_type: str | None = None
    fetched_at: datetime | None = None


def file_key(path: Path) -> str:
    """Return the key of a file, made from its path, whatever the working directory of the crawl.

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
    """Return the entry of a file in the nearest manifest. Raises UnreadablePage if the manifest is invalid."""
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
            raise ValueError(f"{name} must be a string without line breaks")
    if entry.url is not None and not is_article_url(entry.url):
        raise ValueError(f"url must be the http(s) address of a page, not {entry.url!r}")
    fetched_at = facts.get("fetched_at")
    moment = datetime.fromisoformat(fetched_at) if fetched_at else None
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"fetched_at needs a time zone: {fetched_at}")
    return Entry(
        entry.url and without_password(entry.url),
        entry.source,
        entry.content_type,
        moment.astimezone(UTC) if moment else None,
    )


@lru_cache(maxsize=16)
def _load(path: Path, modified_ns: int) -> dict[str, Any]:  # noqa: ARG001 - part of the cache key, so that a changed manifest is reread
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
        if os.path.isfile(candidate / NAME):  # noqa: PTH113 - False, not an error, for a folder that is not accessible
            return candidate
        if candidate == last:
            return None
    return None


def _project_folder(folder: Path) -> Path | None:
    candidates = (folder, *folder.parents)
    return next((candidate for candidate in candidates if os.path.isfile(candidate / "scrapy.cfg")), None)  # noqa: PTH113


CONTENT_TYPES = {
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
}
"""MIME type by file name extension; each may be followed by one of PACKED."""
ARCHIVES = (".warc", ".arc", ".wacz")
"""File name extensions of web archives; each may be followed by one of PACKED."""
ENDINGS = (*CONTENT_TYPES, *ARCHIVES)
"""File name extensions that are read; each may be followed by one of PACKED."""
PACKED = {".gz": "gzip", ".zst": "zstd"}
"""Encoding by file name extension."""

_OUTSIDE = "a symbolic link that leads out of the given folder; pass its target as a path of its own"


class PathError(ValueError):
    """A path without anything to read. The message is one line for the user."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read, and the folder that symbolic links must not lead out of."""

    path: Path
    root: Path
    fault: str | None = None
    """Why the file cannot be read, if that is known already, such as an unreadable folder."""


def path_text(path: Path) -> str:
    """Return the real path of a file as text that any database can hold."""
    return os.fsencode(os.path.realpath(path)).decode("utf-8", "backslashreplace")


def content_type_of(name: str) -> str | None:
    """Return the MIME type for a file's name; None for a file that is not a page."""
    return CONTENT_TYPES.get(_ending(name))


def is_warc(name: str) -> bool:
    """Whether a file's name is that of a WARC, ARC or WACZ file."""
    return _ending(name) in ARCHIVES


def _ending(name: str) -> str:
    path = Path(name.lower())
    return Path(path.stem).suffix if path.suffix in PACKED else path.suffix


def split_paths(paths: str) -> list[str]:
    """Split a comma-separated list of paths, unless the whole string is an existing path."""
    if os.path.lexists(paths):
        return [paths]
    return [part.strip() for part in paths.split(",") if part.strip()]


def find_files(paths: Iterable[str], endings: Container[str] = ENDINGS) -> Iterator[FoundFile]:
    """Find files with one of the endings, given files, folders and globs; lazily and in a fixed order.

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
        raise PathError(f"{printable(str(path))} is not a page: its name must end in {known}, or .gz or .zst")
    else:
        yield FoundFile(path, root)


def _walk(folder: Path, root: Path, endings: Container[str]) -> Iterator[FoundFile]:
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        # Unlike pathlib's, these return False for dangling links and inaccessible folders.
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
                yield FoundFile(path, root, f"the folder is not readable ({error.strerror})")
            else:
                waiting += [path / name for name in names]


def load_page(found: FoundFile, max_size: int, *, trusted: bool = False) -> Page | Outcome:
    """Read a file into a page, or an outcome that says why not. `max_size`: bytes, decompressed; 0 for no limit.

    A `trusted` file counts as fetched from the address that it names.
    """
    origin: Origin = "fetched" if trusted else "file"
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
        facts = (modified, entry.url, entry.source)
        return Outcome(file_key(place), "failed", error.reason, message, *facts, origin=origin)
    return Page(
        key=url_key(url) if url else file_key(place),
        body=body,
        content_type=content_type,
        fetched_at=entry.fetched_at or modified,
        url=url,
        source=entry.source,
        origin=origin,
    )


def place_of(found: FoundFile) -> tuple[Path, str | None]:
    """Return the real path of a file, and why it must not be read, if so."""
    real = Path(os.path.realpath(found.path))
    fault = found.fault or _link_fault(found, real)
    # For a bad link, the outcome is about the link, not about its target.
    return real if fault is None else Path(os.path.realpath(found.path.parent)) / found.path.name, fault


def _link_fault(found: FoundFile, real: Path) -> str | None:
    if not real.is_relative_to(found.root):
        return _OUTSIDE
    leads_nowhere = os.path.islink(found.path) and not os.path.lexists(real)  # noqa: PTH114
    return "a symbolic link to a missing file" if leads_nowhere else None


def _own_url(body: bytes, content_type: str) -> str | None:
    url = canonical_link(body, content_type)
    return without_password(url) if url and is_article_url(url) else None


def _read(path: Path, max_size: int) -> tuple[bytes, datetime]:
    """Read and decompress a regular file; return its content and modification time."""
    try:
        # A pipe would block forever, and the path could have been replaced by a link meanwhile.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadablePage("unreadable", "not a regular file")
            if max_size and status.st_size > max_size:
                raise UnreadablePage("too_large", f"{status.st_size} bytes; DOWNLOAD_MAXSIZE allows {max_size}")
            body = file.read(max_size + 1 if max_size else -1)
        if body and path.suffix.lower() in PACKED:
            body = b"".join(limited(body, PACKED[path.suffix.lower()], max_size))
    except BodyTooLarge:
        raise UnreadablePage(
            "too_large", f"decompresses to more than the {max_size} bytes that DOWNLOAD_MAXSIZE allows"
        ) from None
    except BrokenBody as error:
        raise UnreadablePage("truncated" if error.is_cut else "undecodable", str(error)) from None
    except OSError as error:
        raise UnreadablePage("unreadable", f"cannot be read ({error.strerror})") from None
    return body, min(datetime.fromtimestamp(status.st_mtime, UTC), datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A record without a wanted page. ``reason`` is a word to count by."""

    reason: str


def load_archive(
    found: FoundFile,
    max_size: int,
    archive: Path | None = None,
    *,
    trusted: bool = False,
    is_over: Callable[[], bool] = never,
) -> Iterator[Page | Outcome | PassedOver]:
    """Read a web archive record by record; a damaged record gives an outcome whose key is its place in the file.

    So a damaged copy of a page says nothing about the page. `max_size` is in bytes a page; 0 sets no limit. Pages of
    files below the folder `archive` know their place there, and count as fetched, as do `trusted` files; of others only
    bodies and addresses are taken, not what they say of a visit. Raises ReadingStopped once `is_over` says so.
    """
    path, fault = place_of(found)
    inside = _place_inside(path, archive)
    if fault is not None:
        yield _lost(found, path, "unreadable", fault)
        return
    try:
        for record in read_archive(path, max_size=max_size, is_over=is_over):
            if record.page is not None:
                place = (inside, record.offset) if inside and record.is_findable else None
                made = replace(_of_its_site(record.page), archived=place)
                yield made if trusted or inside else _untrusted(made, f"{file_key(path)}#byte={record.offset}")
            elif record.reason in FAULTS:
                yield _lost_record(found, path, record)
            else:
                yield PassedOver(record.reason or "unknown")
    except ArchiveError as error:
        yield _lost(found, path, "unreadable" if error.reason in {"missing", "unusable"} else error.reason, str(error))
    except OSError as error:  # the disk failed midway
        yield _lost(found, path, "unreadable", f"cannot be read ({error.strerror})")


def _place_inside(path: Path, archive: Path | None) -> str | None:
    root = Path(os.path.realpath(archive)) if archive is not None else None
    return path.relative_to(root).as_posix() if root is not None and path.is_relative_to(root) else None


def _of_its_site(page: Page) -> Page:
    """Clear the source of a page if the record only has its domain, so that the project's sites decide.

    Its key is the one that it has today: since it was recorded the site's spider may have learned about parameters.
    """
    if not page.url or not is_article_url(page.url):
        return page
    source = None if page.source == site_of(page.url) else page.source
    return replace(page, key=url_key(page.url), source=source)


def _untrusted(page: Page, place: str) -> Page:
    """Keep of a stranger's record what can be seen from its address; without one its place is its key."""
    url = page.url if page.url and is_article_url(page.url) else None
    rest = tuple(_untrusted(part, place) for part in page.rest)
    facts = {"key": url_key(url) if url else place, "url": url, "source": None, "visit": None, "rest": rest}
    return replace(page, origin="archive", **facts)  # type: ignore[arg-type]


def _lost_record(found: FoundFile, path: Path, record: Record) -> Outcome:
    where = f"byte {record.offset}" + (f", {record.url}" if record.url else "")
    url = record.url if record.url and is_article_url(record.url) else None
    outcome = _lost(found, path, record.reason or "damaged", f"{where}: the page is lost ({record.reason})")
    return replace(outcome, key=f"{outcome.key}#byte={record.offset}", url=url)


def _lost(found: FoundFile, path: Path, reason: str, detail: str) -> Outcome:
    message = f"{printable(str(found.path))}: {printable(detail)}"
    return Outcome(file_key(path), "failed", reason, message, _saved_at(path), origin="archive")


def _saved_at(path: Path) -> datetime:
    now = datetime.now(UTC)
    try:
        return min(datetime.fromtimestamp(path.lstat().st_mtime, UTC), now)
    except OSError:
        return now
