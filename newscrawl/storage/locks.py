"""Locks that the operating system holds for a process: gone with it, however it ended."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from newscrawl.storage.backends import location, parse_url
from newscrawl.storage.errors import StorageError
from newscrawl.text import printable

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a lock, as it said itself."""

    pid: int
    host: str
    since: datetime

    def __str__(self) -> str:
        return f"process {self.pid} of {printable(self.host)} since {self.since:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that this process has; no process that it starts gets a share of it."""

    path: Path
    _descriptor: int

    @classmethod
    def take(cls, path: Path) -> Self | None:
        """Take a lock; None where another process, or this one, has it. Raises StorageError."""
        try:
            path.parent.mkdir(exist_ok=True)
            while True:
                flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
                descriptor = os.open(path, flags, 0o666)
                if not _is_taken_now(descriptor):
                    os.close(descriptor)
                    return None
                if _is_at(descriptor, path):
                    break
                os.close(descriptor)  # whoever had it took the file away
        except OSError as error:
            cause = error.strerror or error
            raise StorageError(f"the lock {printable(str(path))} cannot be taken: {cause}{_advice(error)}") from None
        with contextlib.suppress(OSError):  # on a full disk it is a lock without a name
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, _note(), 0)
        return cls(path, descriptor)

    def release(self, *, remove: bool = False) -> None:
        """Give it back; `remove` takes the file away, of a lock that nobody takes again."""
        if remove:
            with contextlib.suppress(OSError):
                self.path.unlink()
        os.close(self._descriptor)


def site_lock(url: str, site: str) -> Path:
    """Return where the lock of a site stands, for all crawls of a site into the database at `url`."""
    return lock_folder(url) / f"{file_name(site)}.lock"


def lock_folder(url: str) -> Path:
    """Return the folder of a database's locks: beside its file, else for each user of the machine.

    Two processes find the same one whatever they call the database. Raises StorageError.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(os.path.realpath(location(parsed)))
        return path.with_name(f"{path.name}.locks")
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    place = hashlib.blake2b(f"{parsed.host}:{parsed.port}/{parsed.database}".encode(), digest_size=8).hexdigest()
    folder = state / "newscrawl" / f"{place}.locks"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{printable(str(folder.parent))} cannot be made: {error.strerror or error}") from None
    return folder


def file_name(name: str) -> str:
    """Return the name of a file for a name that may hold anything; equal for the same name alone."""
    safe = re.sub(r"[^\w.-]|^\.", "_", name)[:_LONGEST]
    if safe == name:
        return name
    return f"{safe}-{hashlib.blake2b(name.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"


def holder_of(path: Path) -> Holder | None:
    """Return who took a lock last; None where it does not say."""
    try:
        said = json.loads(path.read_bytes())
        return Holder(int(said["pid"]), str(said["host"]), datetime.fromisoformat(said["since"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def is_held(path: Path) -> bool:
    """Say whether a process has a lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # one that cannot be looked at is not taken for free
    try:
        return not _is_taken_now(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)


def sweep(folder: Path, pattern: str) -> None:
    """Take away the files of locks that nobody has and that nobody is about to take."""
    for path in folder.glob(pattern):
        if not is_held(path):
            with contextlib.suppress(OSError):
                path.unlink()


def _is_taken_now(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _note() -> bytes:
    said = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat()}
    return json.dumps(said).encode()


def _advice(error: OSError) -> str:
    if isinstance(error, PermissionError | FileNotFoundError):
        return " (does the folder of the database exist, and may you write there?)"
    return ""
