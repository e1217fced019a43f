"""The JSON files of a folder of recordings, laid out to be compared by a person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from newscrawl.recordings.recording import RecordingError
from newscrawl.text import printable


def load_json(path: Path) -> Any:
    """Read a JSON file of a folder of recordings. Raises RecordingError."""
    try:
        return json.loads(load_bytes(path).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{printable(str(path))}: not JSON in UTF-8 ({printable(str(error))})") from None


def as_json(value: Any) -> bytes:
    """Lay a value out for a person who compares two versions."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def load_bytes(path: Path) -> bytes:
    """Read a file that stands in the folder itself. Raises RecordingError."""
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise RecordingError(f"{printable(str(path))}: must be a file of its own, not a link or a folder")
        return path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{printable(str(path))}: cannot be read ({error.strerror})") from None
