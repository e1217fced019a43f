"""Articles as JSON lines, CSV and Parquet: each takes rows one after the other and keeps none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

Row = Sequence[Any]
Writer = Callable[[Iterable[Row], Sequence[str], BinaryIO], None]

_BATCH = 1_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""


class FormatError(Exception):
    """A format that cannot be written here. The message is one line for a person."""


def write_jsonl(rows: Iterable[Row], names: Sequence[str], file: BinaryIO) -> None:
    """An object a line, moments as ISO 8601 in UTC."""
    import orjson  # noqa: PLC0415 - the standard library's encoder was half of an export

    for row in rows:
        line = orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
        # JSON allows these two; readers that go by Unicode's lines do not.
        file.write(line.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029"))


def write_csv(rows: Iterable[Row], names: Sequence[str], file: BinaryIO) -> None:
    """UTF-8 with a mark, as spreadsheets want it; what they would take for a formula has an apostrophe before it."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in rows)
    text.detach()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        value = "; ".join(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in value)
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" \u00a0").startswith(_FORMULA) else value
    return value


def write_parquet(rows: Iterable[Row], names: Sequence[str], file: BinaryIO) -> None:
    """Columns with types: moments with their zone, lists as lists. Raises FormatError without pyarrow."""
    try:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise FormatError("Parquet needs pyarrow: pip install 'newscrawl[parquet]'") from None
    picture = pa.struct([("url", pa.string()), ("caption", pa.string())])
    kinds = {
        **dict.fromkeys(("id", "duplicate_of", "revision", "word_count", "archive_offset", "run_id"), pa.int64()),
        **dict.fromkeys((name for name in names if name.endswith("_at")), pa.timestamp("us", tz="UTC")),
        **dict.fromkeys(("authors", "tags"), pa.list_(pa.string())),
        "images": pa.list_(picture),
        "paywalled": pa.bool_(),
        "similarity": pa.float64(),
    }
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names])
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            columns = zip(*batch, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        yield batch


FORMATS: dict[str, Writer] = {"jsonl": write_jsonl, "csv": write_csv, "parquet": write_parquet}
