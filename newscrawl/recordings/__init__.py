"""What a site's server answered once, kept in a folder, and what must come of it."""

from newscrawl.recordings.folder import (
    EXPECTED,
    FIELDS,
    NOT_REVIEWED,
    RESPONSES,
    body_name,
    facts_of,
    not_reviewed,
    read_expected,
    read_recordings,
    record,
    write_expected,
)
from newscrawl.recordings.recording import Recording, RecordingError, Recordings

__all__ = [
    "EXPECTED",
    "FIELDS",
    "NOT_REVIEWED",
    "RESPONSES",
    "Recording",
    "RecordingError",
    "Recordings",
    "body_name",
    "facts_of",
    "not_reviewed",
    "read_expected",
    "read_recordings",
    "record",
    "write_expected",
]
