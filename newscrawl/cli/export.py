"""`newscrawl export`: articles into a file of another format."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
from newscrawl.wholefile import replaced

_DRAWN_EVERY = 500
"""Articles."""


@click.command()
@click.argument("out", type=click.Path(allow_dash=True, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv", "parquet"]),
    help="[default: by the ending of OUT, else jsonl]",
)
@click.option("--words", default="", help="Only what `newscrawl search` finds for these words.")
@selection_options
@database_option
@json_option
def export(out: Path, form: str | None, words: str, database: str | None, as_json: bool, **chosen: Any) -> None:
    """Write articles to the file OUT, all columns but the blocks; - is the standard output.

    \b
    newscrawl export articles.jsonl
    newscrawl export --source bnews --since 2020-09-01 september.csv
    newscrawl export --format jsonl - | gzip > articles.jsonl.gz

    In a CSV file a text that a spreadsheet would run as a formula begins with an apostrophe. Parquet needs
    pip install 'newscrawl[parquet]'.
    """
    from newscrawl.cli.export_formats import FORMATS, FormatError  # noqa: PLC0415

    form = form or (out.suffix[1:] if out.suffix[1:] in FORMATS else "jsonl")
    with one_line("export"):
        from newscrawl.storage import COLUMNS  # noqa: PLC0415
        from newscrawl.storage import export as read  # noqa: PLC0415

        found = read(address(database), selection_of(words, chosen))
        try:
            with _opened(out) as file, _counted(found.rows, found.total) as rows:
                FORMATS[form](rows, COLUMNS, file)
        except BrokenPipeError:
            raise  # whoever reads has enough
        except FormatError as error:
            refuse("export", str(error))
        except OSError as error:
            refuse("export", f"{out} cannot be written ({error.strerror or error})")
    if as_json and str(out) != "-":
        print_json({"articles": found.total, "file": str(out), "format": form})


@contextmanager
def _counted(rows: Iterator[Any], total: int) -> Iterator[Iterable[Any]]:
    """Draw on the terminal how far it is."""
    if not sys.stderr.isatty():
        yield rows
        return
    with click.progressbar(
        rows, length=total, label="exporting", file=sys.stderr, update_min_steps=_DRAWN_EVERY
    ) as bar:
        yield bar


@contextmanager
def _opened(out: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of an earlier one whole or not at all."""
    if str(out) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    real = Path(os.path.realpath(out))
    if real.exists() and not real.is_file():
        with real.open("wb") as file:  # a device, a pipe; a folder says so
            yield file
        return
    with replaced(real) as file:
        yield file
