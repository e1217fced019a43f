"""The articles that must come of recorded pages: `expected.json`, generated, and reviewed by a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newscrawl.items import Article
from newscrawl.recordings.folder import EXPECTED, as_json, load_json
from newscrawl.recordings.recording import RecordingError
from newscrawl.text import printable
from newscrawl.whole_files import replace_file

FIELDS = tuple(one.name for one in fields(Article))

NOT_REVIEWED = "not_reviewed"
"""The mark of an article that was generated, and that nobody has compared with its page: first of its facts, so that
a person takes it away with its line."""


def facts_of(article: Article) -> dict[str, Any]:
    """Return every field of an article as it stands in `expected.json`: plain JSON, times as ISO 8601 in UTC."""
    return {name: _plain(value) for name, value in asdict(article).items()}


def read_expected(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the expected articles of a folder by URL, some with NOT_REVIEWED; none where there is no such file.

    Raises RecordingError.
    """
    path = folder / EXPECTED
    if not path.exists():
        return {}
    expected = load_json(path)
    if not isinstance(expected, dict):
        raise RecordingError(f"{printable(str(path))}: must map URLs to articles")
    for url, facts in expected.items():
        if not isinstance(facts, dict) or set(facts) - {NOT_REVIEWED} != set(FIELDS):
            raise RecordingError(f"{printable(str(path))}: {printable(url)}: must have exactly {', '.join(FIELDS)}")
    return expected


def not_reviewed(folder: Path) -> dict[str, str]:
    """Return, by URL, what is to be done about articles that nobody has reviewed. Raises RecordingError."""
    path = printable(str(folder / EXPECTED))
    what = f"was generated; compare it with the page, correct it, and remove its line {NOT_REVIEWED!r}"
    return {
        url: f"{path}: {printable(url)}: {what}"
        for url, facts in read_expected(folder).items()
        if NOT_REVIEWED in facts
    }


def write_expected(folder: Path, articles: Mapping[str, Article], *, is_reviewed: bool = True) -> Path:
    """Write the articles of some URLs over what is expected of them; others stay as they are. Raises RecordingError."""
    path = folder / EXPECTED
    mark = {} if is_reviewed else {NOT_REVIEWED: "compare every field with the page, then remove this line"}
    expected = read_expected(folder) | {url: mark | facts_of(article) for url, article in articles.items()}
    try:
        replace_file(path, as_json(dict(sorted(expected.items()))))
    except OSError as error:
        raise RecordingError(f"{printable(str(path))}: cannot be written ({error.strerror})") from None
    return path


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
