"""Column types that behave alike on every database."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import JSON, DateTime, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


_LEVEL = 4
"""Of zlib: 3 % more bytes than 6 at three fifths of the time, on the blocks of 240 pages."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, with its zone on the Python side; SQLite keeps no zones, so UTC is what it holds."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: it could mean anything."""
        return None if value is None else _in_utc(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], object] | None:
        """Into SQLite's text in one step: each of a page's hundred blocks was seen at the same moment."""
        return _to_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC, whatever zone the connection has."""
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Of SQLite's text in one step: a list of articles has hundreds of thousands of moments."""
        return _of_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {value}")
    return value.astimezone(UTC)


@lru_cache(maxsize=64)
def _to_text(value: datetime | None) -> str | None:
    return None if value is None else _in_utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")


def _of_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


class CompressedJson(TypeDecorator[Any]):
    """JSON compressed by zlib, for what no query looks into."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Compress."""
        if value is None:
            return None
        return zlib.compress(orjson.dumps(value), _LEVEL)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Decompress."""
        return None if value is None else orjson.loads(zlib.decompress(value))
