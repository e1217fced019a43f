"""Raw pages in WARC files: written by crawls, read by file and offset, and read from any WARC file."""

from newscrawl.archive.deletion import OldFile, delete_record, old_files, remove_file
from newscrawl.archive.reader import FAULTS, Record, read_archive, read_page
from newscrawl.archive.records import ArchiveError, Place
from newscrawl.archive.writer import MAX_BYTES, ArchiveWriter

__all__ = [
    "FAULTS",
    "MAX_BYTES",
    "ArchiveError",
    "ArchiveWriter",
    "OldFile",
    "Place",
    "Record",
    "delete_record",
    "old_files",
    "read_archive",
    "read_page",
    "remove_file",
]
