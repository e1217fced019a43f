"""Raw pages in WARC files: written while crawling, read again by place, and read from anybody's files."""

from newscrawl.archive.deletion import OldFile, delete_record, old_files, remove_file
from newscrawl.archive.location import ArchiveError, Place
from newscrawl.archive.reader import FAULTS, Record, read_archive, read_page
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
