"""What a run has logged, where `LOG_DIR` keeps a file for each site."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from newscrawl.storage.locks import file_name
from newscrawl.text import printable

MOST_LINES = 60
_MOST_BYTES = 256_000
"""Of the end of a file that are read."""
_MARGIN = timedelta(seconds=5)
_STAMP = "%Y-%m-%d %H:%M:%S"
"""Scrapy's, in the time zone of the machine."""


def tail_of(folder: Path, names: Iterable[str], run: Mapping[str, Any]) -> list[str]:
    """Return the last lines of a run's log; none if there are none, or they have been rotated away.

    Lines of text do not name their run, so they are told by their time.
    """
    for name in names:
        path = folder / f"{file_name(name)}.log"
        try:
            with path.open("rb") as file:
                size = path.stat().st_size
                file.seek(max(0, size - _MOST_BYTES))
                lines = file.read(_MOST_BYTES).decode("utf-8", "replace").splitlines()
        except OSError:
            continue
        found = list(_of_run(lines[size > _MOST_BYTES :], run))
        if found:
            return [printable(line) for line in found[-MOST_LINES:]]
    return []


def _of_run(lines: Iterable[str], run: Mapping[str, Any]) -> Iterable[str]:
    is_its = False
    for line in lines:
        if line.startswith("{"):
            event = _event(line)
            if event.get("run") == run["id"]:
                yield f"{event.get('time')} {event.get('level')}: {event.get('message')}"
            continue
        moment = _moment(line)
        if moment is not None:  # else it goes on with the line above, as a traceback does
            ended = run["finished_at"]
            is_its = run["started_at"] - _MARGIN <= moment and (ended is None or moment <= ended + _MARGIN)
        if is_its:
            yield line


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _moment(line: str) -> datetime | None:
    try:
        return datetime.strptime(line[:19], _STAMP).astimezone()
    except ValueError:
        return None
