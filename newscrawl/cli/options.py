"""Shared by commands that read the database: options, one-line errors, tables, colour, dates."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
import wcwidth

from newscrawl.project import ProjectError, setting
from newscrawl.text import printable

if TYPE_CHECKING:
    from scrapy.settings import Settings

    from newscrawl.archive import ArchiveFolder
    from newscrawl.storage.selection import Selection

Command = TypeVar("Command", bound=Callable[..., Any])

database_option = click.option(
    "--database",
    metavar="URL",
    help="Database address [default: DATABASE_URL]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")

_DAY = click.DateTime(["%Y-%m-%d"])
_SELECTION = (
    click.option("--since", type=_DAY, metavar="DAY", help="Published on this day (UTC) or later: 2020-09-01."),
    click.option("--until", type=_DAY, metavar="DAY", help="Published on this day (UTC) or earlier."),
    click.option(
        "--source", multiple=True, metavar="SITE", help="Only articles of this site, as named by `newscrawl stats`."
    ),
    click.option("--section", metavar="WORDS", help="Only articles in sections with these words: 'kinh te'."),
    click.option("--author", metavar="NAME", help="Only articles by this author; accents and case are ignored."),
    click.option("--language", multiple=True, metavar="CODE", help="Only articles in this language: vi."),
    click.option("--all-copies", is_flag=True, help="Include duplicates, and articles that are gone from their site."),
)


def settings_with(given: Iterable[str]) -> Settings:
    """Return the project's settings with those of the command line. Raises ProjectError."""
    from scrapy.utils.project import get_project_settings  # noqa: PLC0415

    try:
        settings = get_project_settings()
    except (ImportError, SyntaxError) as error:
        raise ProjectError(f"the project's settings cannot be read ({error})") from None
    for pair in given:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise ProjectError(f"-s {pair}: write a setting as NAME=VALUE")
        settings.set(name, value, "cmdline")
    return settings


def with_database(given: tuple[str, ...], database: str | None) -> tuple[str, ...]:
    """Return the settings of a command line and, as the last of them, the database of its `--database`."""
    return given if database is None else (*given, f"DATABASE_URL={database}")


def selection_options(command: Command) -> Command:
    """Add the options that select articles."""
    for option in reversed(_SELECTION):
        command = option(command)
    return command


def selection_of(typed: str, chosen: dict[str, Any], url: str) -> Selection:
    """Return the selection given by a query and the options that select articles; a site may be meant by its name.

    Raises QueryError and StorageError.
    """
    from newscrawl.storage.selection import Selection  # noqa: PLC0415

    named = {}
    if chosen["source"]:
        from newscrawl.storage.site_rows import sources_named  # noqa: PLC0415

        named = sources_named(url, chosen["source"])

    return Selection.of(
        typed,
        since=chosen["since"] and chosen["since"].date(),
        until=chosen["until"] and chosen["until"].date(),
        sources=[named.get(source, source) for source in chosen["source"]],
        languages=chosen["language"],
        section=chosen["section"] or "",
        author=chosen["author"] or "",
        all_copies=chosen["all_copies"],
    )


def address(database: str | None) -> str:
    """Return the address of the database to use."""
    return database or str(setting("DATABASE_URL"))


archive_option = click.option(
    "--archive", metavar="FOLDER", help="Archive folder, or its place in an object store [default: ARCHIVE_DIR]"
)


def archive_folder(given: str | None = None) -> ArchiveFolder | None:
    """Return the archive that is given, else the project's; None if it keeps no raw pages. Raises StorageError."""
    from newscrawl.archive import ArchiveError, archive_at  # noqa: PLC0415 - takes a tenth of a second
    from newscrawl.storage.errors import StorageError  # noqa: PLC0415

    place = given or setting("ARCHIVE_DIR")
    if not place:
        return None
    try:
        return archive_at(place, setting("ARCHIVE_SPOOL"))
    except ArchiveError as error:
        raise StorageError(f"archive: {error}") from None


def refuse(command: str, message: str) -> NoReturn:
    """Print a one-line error message, and exit with code 1."""
    click.echo(f"newscrawl {command}: {printable(message)}", err=True)
    sys.exit(1)


@contextmanager
def one_line(command: str) -> Iterator[None]:
    """Turn errors of the database, a query or a site's rules into a one-line message and exit code 1."""
    from newscrawl.rules import RulesError  # noqa: PLC0415
    from newscrawl.search.query import QueryError  # noqa: PLC0415
    from newscrawl.storage.errors import StorageError  # noqa: PLC0415

    try:
        yield
    except (ProjectError, QueryError, RulesError, StorageError) as error:
        refuse(command, str(error))


def page_of(given: str) -> int | str:
    """Return an article id, or the key of a page given by its URL. Raises RulesError."""
    if given.isascii() and given.isdecimal() and len(given) < 10:  # PostgreSQL's integer ends at 2**31
        return int(given)
    if given.startswith("file:"):
        return given
    from newscrawl.base_spiders.registry import load_sites  # noqa: PLC0415 - it imports Scrapy
    from newscrawl.urls import url_key  # noqa: PLC0415

    load_sites()
    try:
        return url_key(given)
    except ValueError:
        return given


def print_json(value: object) -> None:
    """Print a value as JSON, with times as ISO 8601."""
    text = json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None, default=_plain)
    click.echo(escaped(text))


def escaped(text: str) -> str:
    """Return JSON with only those characters escaped that could control a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text)


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


WIDEST = 120
"""Maximum width of a line, in columns."""
_GAP = "  "
_NARROWEST = 8


def terminal_width() -> int:
    """Return the width to use, in columns."""
    return min(shutil.get_terminal_size().columns, WIDEST)


def wants_colour(chosen: bool | None = None) -> bool | None:
    """Return the `color` argument for `click.echo`: None means only on a terminal."""
    return False if chosen is None and os.environ.get("NO_COLOR") else chosen


def cell(value: object) -> str:
    """Return a value as one line without control characters; the empty string for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return printable(" ".join(str(value).split()))


def fitted(text: str, width: int) -> str:
    """Truncate a text to a number of columns; a wide character that does not fit is left out."""
    if wcwidth.width(text) <= width:
        return text
    return f"{wcwidth.clip(text, 0, max(width - 1, 0)).rstrip()}…"


def table(names: Sequence[str], rows: Sequence[Sequence[object]], width: int | None = None) -> Iterator[str]:
    """Yield the lines of a table, with numbers right-aligned; if it is too wide, the widest columns are truncated.

    Without a `width` that of the terminal; in a file or pipe nothing is truncated, unless COLUMNS says how wide it is.
    """
    cells = [[cell(value) for value in row] for row in rows]
    widths = [max(map(wcwidth.width, column)) for column in zip(names, *cells, strict=True)]
    if width is None and (sys.stdout.isatty() or os.environ.get("COLUMNS")):
        width = terminal_width()
    room = sum(widths) if width is None else width - len(_GAP) * (len(names) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = widths.index(max(widths))
        others = sorted(widths)[-2] if len(widths) > 1 else 0
        widths[widest] = max(_NARROWEST, min(widths[widest] - 1, max(others, widths[widest] - sum(widths) + room)))
    right = [all(isinstance(row[i], int | float | None) for row in rows) and bool(rows) for i in range(len(names))]
    for line in [list(names), *cells]:
        placed = zip(line, widths, right, strict=True)
        yield _GAP.join(_placed(fitted(text, size), size, right=side) for text, size, side in placed).rstrip()


def _placed(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - wcwidth.width(text))
    return space + text if right else text + space


def wrapped(text: str, width: int) -> list[str]:
    """Wrap text into lines of at most `width` columns, between words if there are any.

    Unlike `textwrap`, it counts what a terminal shows: two columns for a Chinese character, none for a combining one.
    """
    lines, line, used = [], "", 0
    for word in text.split():
        if line and used + 1 + sum(map(_columns, word)) > width:
            lines.append(line)
            line, used = "", 0
        elif line:
            line, used = f"{line} ", used + 1
        for char in word:
            if used + _columns(char) > width:
                lines.append(line)
                line, used = "", 0
            line, used = line + char, used + _columns(char)
    return [*lines, line]


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:  # accents and joiners
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
