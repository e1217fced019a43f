"""File locks that the operating system releases when their process ends, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from newscrawl.storage.backends import location, parse_url
from newscrawl.storage.errors import StorageError
from newscrawl.text import printable

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a lock, as it wrote into the lock file."""

    pid: int
    host: str
    since: datetime

    def __str__(self) -> str:
        return f"process {self.pid} on {printable(self.host)} since {self.since:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock held by this process; its child processes do not inherit it."""

    path: Path
    _descriptor: int
    nonce: str = ""
    """A random word that stands in the file while this process holds it; empty if the file could not be written."""
    before: str | None = None
    """That of the process that held it before and is gone, or has released it."""

    @classmethod
    def take(cls, path: Path) -> Self | None:
        """Take a lock; return None if this or another process holds it. Raises StorageError."""
        try:
            _make_private(path.parent)
            while True:
                flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
                descriptor = os.open(path, flags, 0o600)
                if not _try_lock(descriptor):
                    os.close(descriptor)
                    return None
                if _is_at(descriptor, path):
                    break
                os.close(descriptor)  # the previous holder removed the file
        except OSError as error:
            cause = error.strerror or error
            raise StorageError(f"cannot lock {printable(str(path))}: {cause}{_advice(error)}") from None
        before, nonce = _nonce_of(path), secrets.token_hex(8)
        holder = {"pid": os.getpid(), "host": host_name(), "since": datetime.now(UTC).isoformat(), "nonce": nonce}
        with contextlib.suppress(OSError):  # with a full disk the lock works, but does not name its holder
            os.fchmod(descriptor, 0o600)  # an earlier version let everyone read it, and who can read can lock
            os.utime(descriptor)  # see `held_since`
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(holder).encode(), 0)
            return cls(path, descriptor, nonce, before)
        return cls(path, descriptor, before=before)

    def release(self, *, remove: bool = False) -> None:
        """Release the lock; `remove` also deletes the file of a lock that is used only once."""
        if remove:
            with contextlib.suppress(OSError):
                self.path.unlink()
        os.close(self._descriptor)


def host_name() -> str:
    """Return how this machine is called in records: NEWSCRAWL_HOST_NAME, else its name."""
    return os.environ.get("NEWSCRAWL_HOST_NAME") or socket.gethostname()


def site_lock(url: str, site: str) -> Path:
    """Return the lock file of a site, shared by all its crawls into the database at `url`."""
    return lock_folder(url) / f"{file_name(site)}.lock"


def lock_folder(url: str) -> Path:
    """Return the folder of a database's locks: beside its file, or for a database server in the user's state folder.

    It is the same for every spelling of the address. Raises StorageError.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(os.path.realpath(location(parsed)))
        return path.with_name(f"{path.name}.locks")
    try:
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    except RuntimeError:
        raise StorageError("this user has no home folder for locks; set XDG_STATE_HOME to a folder") from None
    place = hashlib.blake2b(f"{parsed.host}:{parsed.port}/{parsed.database}".encode(), digest_size=8).hexdigest()
    folder = state / "newscrawl" / f"{place}.locks"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot create {printable(str(folder.parent))}: {error.strerror or error}") from None
    return folder


def file_name(name: str) -> str:
    """Return a safe file name for an arbitrary name; different names give different file names."""
    safe = re.sub(r"[^\w.-]|^\.", "_", name)[:_LONGEST_NAME]
    if safe == name:
        return name
    return f"{safe}-{hashlib.blake2b(name.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"


def holder_of(path: Path) -> Holder | None:
    """Return who took a lock last; None if the file does not say."""
    try:
        said = json.loads(path.read_bytes())
        return Holder(int(said["pid"]), str(said["host"]), datetime.fromisoformat(said["since"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def is_left(path: Path, nonce: str) -> bool:
    """Whether the holder of a lock, which wrote `nonce` into its file, ended without giving it back."""
    return bool(nonce) and _nonce_of(path) == nonce and not is_held(path)


def _nonce_of(path: Path) -> str | None:
    try:
        return str(json.loads(path.read_bytes())["nonce"]) or None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def held_since(path: Path) -> datetime | None:
    """Return when a lock was taken last, by the time of its file, whatever the file says; None if it is gone."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


def is_held(path: Path) -> bool:
    """Whether a process holds a lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # if in doubt, it is held
    try:
        return not _try_lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)


def sweep(folder: Path, pattern: str) -> None:
    """Delete the files of locks that are not held. The caller makes sure that none is about to be taken."""
    for path in folder.glob(pattern):
        if not is_held(path):
            with contextlib.suppress(OSError):
                path.unlink()


def _make_private(folder: Path) -> None:
    """Make a folder that only this user can enter: who can open the file of a lock can hold it, and stop a crawl."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.stat()
    if found.st_mode & 0o077 and found.st_uid == os.geteuid():
        folder.chmod(0o700)


def _try_lock(descriptor: int) -> bool:
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


def _advice(error: OSError) -> str:
    if isinstance(error, PermissionError | FileNotFoundError):
        return " (check that the folder of the database exists and is writable)"
    return ""
