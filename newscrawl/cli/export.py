"""`newscrawl export`: write articles to a JSON Lines, CSV or Parquet file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import click

from newscrawl.cli.options import (
    address,
    database_option,
    json_option,
    one_line,
    print_json,
    refuse,
    selection_of,
    selection_options,
)
from newscrawl.cli.parquet import FormatError, Row, write_parquet
from newscrawl.sites.lists import FORMULA, write_rows
from newscrawl.whole_files import followed, replaced

Writer = Callable[[Iterable[Row], Sequence[str], BinaryIO], object]


def write_jsonl(rows: Iterable[Row], names: Sequence[str], file: BinaryIO) -> None:
    """Write one JSON object per line, with times as ISO 8601 in UTC."""
    import orjson  # noqa: PLC0415 - the standard library's encoder took half of the time of an export

    for row in rows:
        line = orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
        # Valid in JSON, but line breaks to readers that split lines by Unicode's rules.
        file.write(line.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029"))


def write_opensearch(rows: Iterable[Row], names: Sequence[str], file: BinaryIO) -> None:
    """Write two lines an article, as the bulk API of OpenSearch and Elasticsearch takes them: the action, the article.

    The action indexes it by its id, so the same export twice leaves each article once.
    """
    import orjson  # noqa: PLC0415

    number = names.index("id")
    for row in rows:
        file.write(b'{"index":{"_id":"%d"}}\n' % row[number])
        file.write(orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE))


def write_csv(rows: Iterable[Row], names: Sequence[str], file: BinaryIO) -> None:
    """Write CSV for spreadsheets; an apostrophe is put before would-be formulas."""
    write_rows(names, (map(_cell, row) for row in rows), file)


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        value = "; ".join(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in value)
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" \u00a0").startswith(FORMULA) else value
    return value


FORMATS: dict[str, Writer] = {
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
    "opensearch": write_opensearch,
}
_EXTENSIONS = ("jsonl", "csv", "parquet")


_DRAWN_EVERY = 500
"""Articles per row group."""


@click.command()
@click.argument("out", type=click.Path(allow_dash=True, path_type=Path), required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv", "parquet", "opensearch"]),
    help="[default: by the extension of OUT; without one, jsonl]",
)
@click.option(
    "--lake",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Write the whole database into a folder of Parquet files by day, or only the days that changed.",
)
@click.option("--words", default="", help="Only articles that `newscrawl search` finds for these words.")
@selection_options
@database_option
@json_option
def export(
    *,
    out: Path | None,
    form: str | None,
    lake: Path | None,
    words: str,
    database: str | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Write articles to the file OUT, with all columns except `blocks`; - is standard output.

    \b
    newscrawl export articles.jsonl
    newscrawl export --source bnews --since 2020-09-01 september.csv
    newscrawl export --format jsonl - | gzip > articles.jsonl.gz
    newscrawl export --lake lake

    In a CSV file a text that a spreadsheet would run as a formula begins with an apostrophe. Parquet needs
    pip install 'newscrawl[parquet]', which is also all that --lake needs. The format opensearch is for its bulk API.
    """

    if lake is not None:
        if out is not None or form or words or any(chosen.values()):
            raise click.UsageError("--lake holds the whole database: it takes no OUT, no --format and no selection")
        _export_lake(lake, database, as_json=as_json)
        return
    if out is None:
        raise click.UsageError("name a file to write, - for standard output, or --lake FOLDER")
    form = form or _format_of(out)
    with one_line("export"):
        from newscrawl.storage.search import COLUMNS  # noqa: PLC0415
        from newscrawl.storage.search import export as read  # noqa: PLC0415

        found = read(address(database), selection_of(words, chosen, address(database)))
        try:
            with _opened(out) as file, _counted(found.rows, found.total) as rows:
                FORMATS[form](rows, COLUMNS, file)
        except BrokenPipeError:
            raise  # the reader has closed the pipe
        except FormatError as error:
            refuse("export", str(error))
        except OSError as error:
            refuse("export", f"{out} cannot be written ({error.strerror or error})")
    if as_json and str(out) != "-":
        print_json({"articles": found.total, "file": str(out), "format": form})


def _format_of(out: Path) -> str:
    """Return the format that a file's name ends with; JSON lines for a name without an extension."""
    extension = out.suffix[1:].lower()
    if extension and extension not in _EXTENSIONS:
        known = ", ".join(f".{one}" for one in _EXTENSIONS)
        refuse("export", f"{out}: there is no format .{extension}; there are {known}, or choose one with --format")
    return extension or "jsonl"


def _export_lake(folder: Path, database: str | None, *, as_json: bool) -> None:
    with one_line("export"):
        from newscrawl.cli.lake import LakeError, export_lake  # noqa: PLC0415

        try:
            with _rows_drawn() as report_progress:
                done = export_lake(address(database), folder, report_progress)
        except (FormatError, LakeError) as error:
            refuse("export", str(error))
        except OSError as error:
            refuse("export", f"{error.filename or folder} cannot be written ({error.strerror or error})")
    if as_json:
        print_json({"folder": str(folder), "tables": [asdict(table) for table in done]})
        return
    for table in done:
        changes = f"{table.written} days written" + (f", {table.removed} removed" if table.removed else "")
        click.echo(f"{table.name}: {table.rows} rows of {table.days} days; {changes}")


@contextmanager
def _rows_drawn() -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar for each table on the terminal."""
    with ExitStack() as bars:
        bar: Any = None

        def report_progress(name: str, done: int, total: int) -> None:
            nonlocal bar
            if bar is None or bar.label != name:
                bars.close()
                bar = bars.enter_context(
                    click.progressbar(length=max(total, 1), label=name, file=sys.stderr, hidden=not sys.stderr.isatty())
                )
            bar.update(done - bar.pos)

        yield report_progress


@contextmanager
def _counted(rows: Iterator[Any], total: int) -> Iterator[Iterable[Any]]:
    """Show a progress bar on the terminal."""
    if not sys.stderr.isatty():
        yield rows
        return
    with click.progressbar(
        rows, length=total, label="exporting", file=sys.stderr, update_min_steps=_DRAWN_EVERY
    ) as bar:
        yield bar


@contextmanager
def _opened(out: Path) -> Iterator[BinaryIO]:
    """Open a file that replaces an existing one atomically when it is complete."""
    if str(out) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    real = followed(out)
    if real.exists() and not real.is_file():
        with real.open("wb") as file:  # a device or a pipe; opening a folder fails
            yield file
        return
    with replaced(real) as file:
        yield file
