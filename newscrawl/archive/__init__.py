"""Raw pages in WARC files: written by crawls, read by file and offset, and read from any WARC file."""

from newscrawl.archive.deletion import delete_record, old_files, remove_file
from newscrawl.archive.reader import FAULTS, Record, read_archive, read_page, read_stored
from newscrawl.archive.records import ArchiveError, Place
from newscrawl.archive.shared import ArchiveFolder, SharedFolder, archive_at, files_of
from newscrawl.archive.stream import ReadingStopped
from newscrawl.archive.uploads import finish_uploads, upload_spool, uploads_of
from newscrawl.archive.writer import MAX_BYTES, ArchiveWriter

__all__ = [
    "FAULTS",
    "MAX_BYTES",
    "ArchiveError",
    "ArchiveFolder",
    "ArchiveWriter",
    "Place",
    "ReadingStopped",
    "Record",
    "SharedFolder",
    "archive_at",
    "delete_record",
    "files_of",
    "finish_uploads",
    "old_files",
    "read_archive",
    "read_page",
    "read_stored",
    "remove_file",
    "upload_spool",
    "uploads_of",
]
