"""Lists of sites that are read line by line: addresses, CSV, JSON lines."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

import orjson

from newscrawl.sites.entries import Entry, address, entry_of, facts_of_address
from newscrawl.sites.site import FACTS, LISTS, Site

LONGEST_LINE = 1 << 18
"""Bytes; a longer line is told and passed over."""
_ADDRESSES = frozenset({"home", "feeds", "sitemaps", "sections"})
_BOM = b"\xef\xbb\xbf"


def _lines(file: BinaryIO) -> Iterator[tuple[int, str, str | None]]:
    """Yield number, text and fault of each line; the text of a faulty one is empty."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield number, "", f"the line has more than {LONGEST_LINE:,} bytes"
            continue
        if number == 1:
            line = line.removeprefix(_BOM)
        try:
            yield number, line.decode(), None
        except UnicodeDecodeError:
            yield number, "", "the line is no text in UTF-8"


def read_addresses(file: BinaryIO) -> Iterator[Entry]:
    """Yield the sites of a list of addresses, one a line; an empty line or one that begins with # is passed over."""
    for number, line, fault in _lines(file):
        text = line.strip()
        if fault:
            yield Entry(number, None, (fault,))
        elif text and not text.startswith("#"):
            yield entry_of(number, facts_of_address(address(text)))


def read_jsonl(file: BinaryIO) -> Iterator[Entry]:
    """Yield the sites of JSON lines, an object each, with the facts of `Site`."""
    for number, line, fault in _lines(file):
        if fault:
            yield Entry(number, None, (fault,))
        elif line.strip():
            try:
                facts = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield Entry(number, None, (f"the line is no JSON ({error})",))
                continue
            if isinstance(facts, dict):
                yield entry_of(number, facts)
            else:
                yield Entry(number, None, ("the line is no JSON object",))


def write_jsonl(sites: Iterable[Site], file: BinaryIO) -> None:
    """Write an object a line."""
    file.writelines(orjson.dumps(site.as_json(), option=orjson.OPT_APPEND_NEWLINE) for site in sites)


_COLUMNS = {
    "url": "home", "website": "home", "homepage": "home", "htmlurl": "home", "link": "home", "site": "home",
    "feed": "feeds", "rss": "feeds", "xmlurl": "feeds", "feed_url": "feeds", "sitemap": "sitemaps",
    "section": "sections", "domain": "domains", "lang": "language", "text": "title",
}  # fmt: skip
"""What other programs call our facts."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters of a cell that a spreadsheet takes for a formula (OWASP, CSV Injection)."""
_SWITCHES = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def header_of(line: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the delimiter and the names of a header of CSV; None where a line is none."""
    for delimiter in (",", ";", "\t"):
        names = next(csv.reader([line], delimiter=delimiter), [])
        known = tuple(_COLUMNS.get(name, name) for name in (one.strip().lower().replace(" ", "_") for one in names))
        if {"home", "feeds"} & set(known):
            return delimiter, known
    return None


class _Lines:
    """The lines of a file for a reader of CSV, which may take several for a row."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = _lines(file)
        self.number = 0
        self.faults: list[str] = []
        """Of the lines of the row at hand."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number, text, fault = next(self._lines)
        if fault:
            self.faults.append(fault)
        return text


def read_csv(file: BinaryIO) -> Iterator[Entry]:
    """Yield the sites of CSV, by the names of its columns; several values of a cell stand one a line in it.

    Addresses may have any white space between them. A column that is no fact of a site is told at its header.
    """
    lines = _Lines(file)
    header = header_of(next(lines, ""))
    if header is None:
        known = ", ".join(FACTS)
        yield Entry(1, None, (f"the first line names no column 'home' or 'feeds'; there are: {known}",))
        return
    delimiter, names = header
    unknown = [name for name in names if name and name not in FACTS]
    if unknown:
        yield Entry(1, None, tuple(f"column {name[:40]!r} is no fact of a site and is left out" for name in unknown))
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        begin = lines.number + 1
        lines.faults.clear()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Entry(begin, None, (f"the row up to line {lines.number} is no CSV ({error})",))
            rows = csv.reader(lines, delimiter=delimiter)
            continue
        if lines.faults:
            yield Entry(begin, None, tuple(lines.faults))
        elif len(row) > len(names):
            yield Entry(begin, None, (f"the row has {len(row)} cells, and the header names {len(names)}",))
        elif any(cell.strip() for cell in row):
            cells = dict(zip(names, row, strict=False))
            yield entry_of(begin, {name: _value(name, cell) for name, cell in cells.items() if name in FACTS})


def _value(name: str, cell: str) -> Any:
    """Read a cell; what is no number or switch stays a text, and is then told as wrong."""
    text = cell.strip()
    if text.startswith("'") and text[1:].lstrip("' \u00a0").startswith(FORMULA):
        text = text[1:]
    if not text:
        return None
    if name in LISTS:
        values = re.split(r"\s+" if name != "prune_xpath" else r"\s*\n\s*", text)
        return [address(one) for one in values] if name in _ADDRESSES else values
    return _READ.get(name, str)(text)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


_READ: Mapping[str, Callable[[str], Any]] = {
    "home": address,
    "pace": _number,
    "explores": lambda text: _SWITCHES.get(text.lower(), text),
    "country": str.upper,
    "language": str.lower,
}


def write_csv(sites: Iterable[Site], file: BinaryIO) -> None:
    """Write CSV for spreadsheets; an apostrophe is put before would-be formulas."""
    write_rows(FACTS, ([_cell(said.get(name)) for name in FACTS] for said in map(Site.as_json, sites)), file)


def write_rows(names: Iterable[str], rows: Iterable[Iterable[object]], file: BinaryIO) -> None:
    """Write CSV in UTF-8 with a byte order mark, as spreadsheets know it."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows(rows)
    text.detach()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        value = "\n".join(value)
    if isinstance(value, str) and value.lstrip("' \u00a0").startswith(FORMULA):
        return f"'{value}"
    return value


def write_addresses(sites: Iterable[Site], file: BinaryIO) -> None:
    """Write the front pages, one a line."""
    file.writelines(f"{site.home}\n".encode() for site in sites)
