"""How fast the archive is written and read, beside plain gzip in the same run: `python -m benchmarks.archive`."""

from __future__ import annotations

import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from newscrawl.archive import ArchiveWriter, read_archive, read_page
from newscrawl.items import Page, Visit
from testing.datasets import DATASETS, NoPages, bench_folder, load_dataset

ROUNDS = 3


def main() -> None:
    """Print CPU times a page, the least of three rounds, and ratios."""
    try:
        saved = [page for name in DATASETS for page in load_dataset(bench_folder(), name)]
    except NoPages as error:
        sys.exit(str(error))
    pages = [_page(page.body(), page.url or "https://bench.example/") for page in saved]
    size = sum(len(page.body) for page in pages) / len(pages)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        packed = [zlib.compress(page.body, 6) for page in pages]
        gzip_time = _least(lambda: [zlib.compress(page.body, 6) for page in pages])
        gunzip_time = _least(lambda: [zlib.decompress(body) for body in packed])
        write_time = _least(lambda: _write(folder, pages))
        path = next(folder.glob("bench/*"))
        places = _write(folder, pages)
        assert [read_page(folder, *place) for place in places] == pages, "a page came back changed"
        read_time = _least(lambda: list(read_archive(path, max_size=0)))
        warcio_time = _least(lambda: _warcio(path))
        kept = path.stat().st_size / len(pages)
    count = len(pages) / 1000
    print(f"{len(pages)} pages of {size:,.0f} bytes; {kept:,.0f} bytes each in the archive")
    print(f"write {write_time / count:.2f} ms a page, {write_time / gzip_time:.2f} times gzip -6")
    print(f"read  {read_time / count:.2f} ms a page, {read_time / gunzip_time:.2f} times gunzip, ", end="")
    print(f"{read_time / warcio_time:.2f} times warcio")


def _page(html: bytes, url: str) -> Page:
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"), ("Server", "nginx"))
    return Page(url, html, "text/html", datetime.now(UTC), url, None, Visit(url, status=200, headers=headers))


def _write(folder: Path, pages: list[Page]) -> list[tuple[str, int]]:
    writer = ArchiveWriter(folder, "bench")
    places = [writer.write(page) for page in pages]
    writer.close()
    return [(place.file, place.offset) for place in places]


def _warcio(path: Path) -> None:
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            record.content_stream().read()


def _least(action: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        action()
        times.append(time.process_time() - begin)
    return min(times)


if __name__ == "__main__":
    main()
