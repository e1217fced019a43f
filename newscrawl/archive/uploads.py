"""Upload what is complete in the spool of a shared archive: after each file, and whatever an earlier process left."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread

from newscrawl.archive.deletion import finish_deletion
from newscrawl.archive.records import ArchiveError, failure, shown
from newscrawl.archive.shared import BEING_WRITTEN, SharedFolder, files_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of the files in a spool."""

    done: int = 0
    waiting: int = 0
    """Files that could not be uploaded; they stay in the spool."""
    error: str | None = None
    """Why, in one line."""


def upload_spool(folder: SharedFolder) -> Uploaded:
    """Upload all files of the spool that nobody writes, and remove them there.

    A file is removed once the store has all of it, so a crash costs another upload at most. Several processes may do
    this at a time. After the first failure the rest is left for the next time.
    """
    done = 0
    files = [file.name for file in files_of(folder.spool) if file.name.endswith(".warc.gz")]
    for number, name in enumerate(files):
        try:
            done += _upload(folder, name)
        except ArchiveError as error:
            return Uploaded(done, len(files) - number, str(error))
    return Uploaded(done)


def _upload(folder: SharedFolder, name: str) -> bool:
    """Upload a file; return False if somebody writes, uploads or has removed it."""
    path = folder.spool / name
    lock = path.with_name(path.name + BEING_WRITTEN)
    if _is_locked(lock):
        return False
    try:
        with path.open("r+b", buffering=0) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if not os.fstat(file.fileno()).st_nlink:
                return False
            finish_deletion(file, path.with_name(f"{path.name}.deleting"))
            folder.upload(path, name)
            path.unlink()
            lock.unlink(missing_ok=True)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise failure("cannot be uploaded", path, error) from None
    except ValueError:
        raise ArchiveError("damaged", f"{shown(path)}.deleting is damaged") from None
    return True


def _is_locked(lock: Path) -> bool:
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False  # its writer died


class Uploads:
    """Uploads from one spool, in a thread that is there while something is to be done.

    What fails is said once in the log, and tried again with the next file.
    """

    def __init__(self, folder: SharedFolder) -> None:
        self._folder = folder
        self._changed = Condition()
        self._asked = self._done = 0
        self._is_running = self._has_failed = False

    def begin(self) -> None:
        """Upload what is complete now, soon."""
        with self._changed:
            self._asked += 1
            if not self._is_running:
                self._is_running = True
                Thread(target=self._run, name="newscrawl-uploads", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Wait until everything that was asked for so far is done or has failed; return False if it takes longer."""
        with self._changed:
            asked = self._asked
            return self._changed.wait_for(lambda: self._done >= asked, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._done == self._asked:
                    self._is_running = False
                    return
                asked = self._asked
            try:
                self._report(upload_spool(self._folder))
            except OSError as error:
                self._report(Uploaded(0, 0, str(failure("cannot be read", self._folder.spool, error))))
            with self._changed:
                self._done = asked
                self._changed.notify_all()

    def _report(self, result: Uploaded) -> None:
        if result.error is not None and not self._has_failed:
            logger.warning(
                "archive: %s; what is complete waits in %s, and is tried again with every file and by the next crawl",
                result.error,
                shown(self._folder.spool),
            )
        elif result.error is None and self._has_failed:
            logger.info("archive: what waited in %s is uploaded", shown(self._folder.spool))
        self._has_failed = result.error is not None


_of_this_process: dict[SharedFolder, Uploads] = {}


def uploads_of(folder: SharedFolder) -> Uploads:
    """Return what uploads to a shared archive in this process. The first call uploads what earlier ones left."""
    if folder not in _of_this_process:
        _of_this_process[folder] = Uploads(folder)
        _of_this_process[folder].begin()
    return _of_this_process[folder]


LONGEST_WAIT, SHORTEST_WAIT = 60.0, 4.0
"""Seconds for which a process that ends waits for its uploads, and where it was told to end; the next crawl does the
rest."""
_LOOK = 0.1


def finish_uploads(is_hurried: Callable[[], bool]) -> None:
    """Wait for what this process uploads; if it uploads nothing, not at all. `is_hurried`: whether it has to end."""
    began = time.monotonic()
    for uploads in tuple(_of_this_process.values()):
        while not uploads.wait(_LOOK):
            if time.monotonic() - began > (SHORTEST_WAIT if is_hurried() else LONGEST_WAIT):
                return
