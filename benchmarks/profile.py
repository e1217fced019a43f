"""Where the time of a crawl goes, as a flame graph: `python -m benchmarks.profile --py-spy ~/peers/bin/py-spy OUT.svg`.

py-spy looks at all processes of a crawl from WARC to rows a hundred times a second and counts which thread holds the
interpreter. What lets go of it meanwhile is not in it: parsing by libxml2 and writing to the disk.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from benchmarks.throughput import NEWSCRAWL, prepare
from testing.datasets import NoPages

_PLACES = (
    ("extraction and keys, in the workers", "make (newscrawl/workers/candidates.py)"),
    ("the store, in the thread that writes", "Writer._run (newscrawl/storage/writer.py)"),
    ("the reactor", "BaseEventLoop._run_once (asyncio/base_events.py)"),
)
"""Where a stack is cut off, and what stands there instead."""
_ELSEWHERE = "start, end, pebble"
_WIDTH, _ROW = 1200, 17
_OURS, _OTHERS = ("#f2b27a", "#f7cb97"), ("#cfd8e3", "#dfe6ee")
_MOST_ROWS = 16
_NARROWEST = 0.004
"""Share of the time below which a frame is not drawn."""


@dataclass(slots=True)
class Frame:
    """A function at its place in the stack."""

    samples: int = 0
    inside: dict[str, Frame] = field(default_factory=dict)

    def add(self, names: Iterable[str], samples: int) -> None:
        """Count a stack, the outermost function first."""
        frame = self
        frame.samples += samples
        for name in names:
            frame = frame.inside.setdefault(name, Frame())
            frame.samples += samples


def read(raw: str) -> Frame:
    """Read the stacks that py-spy writes as `raw`: a line each, with how often it was seen."""
    whole = Frame()
    for line in raw.splitlines():
        stack, _, samples = line.rpartition(" ")
        whole.add(_placed([_short(name) for name in stack.split(";")]), int(samples))
    return whole


def _short(name: str) -> str:
    """A function and its file, without the line and without where all files lie."""
    function, _, place = name.removesuffix(")").rpartition(" (")
    path = place.partition(":")[0].split("/")
    begin = path.index("newscrawl", -4) if "newscrawl" in path[-4:] else max(len(path) - 2, 0)
    return f"{function} ({'/'.join(path[begin:])})"


def _placed(names: list[str]) -> list[str]:
    for place, begin in _PLACES:
        at = next((at for at, name in enumerate(names) if name == begin), None)
        if at is not None:
            return [place, *names[at + 1 :]]
    return [_ELSEWHERE]


def draw(whole: Frame) -> str:
    """Draw frames as SVG, the outermost above; the widest first."""
    boxes = list(_boxes(whole, "all processes", 0.0, 0, whole.samples))
    height = _ROW * (max(row for row, _ in boxes) + 1)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" '
    paper = f'font-size="11"><rect width="{_WIDTH}" height="{height}" fill="#fff"/>'
    return f"{head}{paper}{''.join(box for _, box in boxes)}</svg>\n"


def _boxes(frame: Frame, name: str, left: float, row: int, total: int) -> Iterator[tuple[int, str]]:
    width = frame.samples / total * _WIDTH
    label = f"{name} {100 * frame.samples / total:.1f} %"
    shown = label if len(label) * 6 < width else f"{name.partition(' (')[0][: int(width / 6.5)]}"
    colour = (_OURS if "newscrawl" in name or row < 2 else _OTHERS)[row % 2]
    place = f'x="{left:.1f}" y="{row * _ROW}" width="{max(width - 0.5, 0.5):.1f}" height="{_ROW - 1}"'
    text = f'<text x="{left + 2:.1f}" y="{row * _ROW + 12}">{escape(shown)}</text>'
    yield row, f'<g><title>{escape(label)}</title><rect {place} fill="{colour}"/>{text}</g>\n'
    for inner, within in sorted(frame.inside.items(), key=lambda item: -item[1].samples):
        if within.samples >= _NARROWEST * total and row < _MOST_ROWS:
            yield from _boxes(within, inner, left, row + 1, total)
        left += within.samples / total * _WIDTH


def main() -> None:
    """Crawl under py-spy, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--py-spy", default="py-spy", help="the program, where it is not in the PATH")
    parser.add_argument("--datasets", default="wcxb,fundus")
    options = parser.parse_args()
    try:
        pages = prepare(options.datasets.split(","), 1)
    except NoPages as error:
        sys.exit(str(error))
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        spy = (options.py_spy, "record", "--gil", "--subprocesses", "--function", "--rate", "100", "--format", "raw")
        crawl = (NEWSCRAWL, "crawl", "fixtures", "-a", f"path={pages.warc}", "-L", "WARNING")
        stored = ("-s", f"DATABASE_URL=sqlite:///{folder}/out.db")
        subprocess.run([*spy, "--output", raw, "--", *crawl, *stored], cwd=folder, check=True)
        options.out.write_text(draw(read(raw.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
