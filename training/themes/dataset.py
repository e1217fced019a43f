"""Made pages as a data set of the benchmark: ``pages.jsonl`` and a gzipped page each."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from training.themes.catalogue import ENGINES, Theme
from training.themes.engines.run import ThemeFailed
from training.themes.pages import MadePage, finish
from training.themes.prose import codes
from training.themes.site import draw_site

_USUAL = ("en", "vi", "zh", "vi", "ja", "zh")
"""Languages of two sites in three; the others have all that can be written."""
ATTEMPTS = 2
"""How often a site is generated at most: now and then a generator hangs, and succeeds the next time."""


def language_of(index: int, number: int) -> str:
    """The language of a theme's site: one of those that are usual, by turns with all that can be written."""
    known = codes()
    if number % 3:
        return _USUAL[(index + number) % len(_USUAL)]
    return known[(index + number // 3 * 5) % len(known)]


def make_side_by_side(
    themes: Iterable[Theme], cache: Path, jobs: int, *, sites: int, size: int, seed: int, listings: int
) -> Iterator[MadePage]:
    """The same as ``make_pages``, in so many processes."""
    make = partial(_pages_of, cache=cache, sites=sites, size=size, seed=seed, listings=listings)
    with get_context("spawn").Pool(jobs) as pool:
        for pages in pool.imap(make, themes):
            yield from pages


def _pages_of(theme: Theme, cache: Path, *, sites: int, size: int, seed: int, listings: int) -> list[MadePage]:
    return list(make_pages([theme], cache, sites=sites, size=size, seed=seed, listings=listings))


def make_pages(
    themes: Iterable[Theme], cache: Path, *, sites: int, size: int, seed: int, listings: int
) -> Iterator[MadePage]:
    """The pages of so many sites of each theme; what failed is told on standard error."""
    for theme in themes:
        index = zlib.crc32(theme.name.encode())
        for number in range(sites):
            longest = number == sites - 1 and index % 4 == 0 and not theme.kinds
            turn = number * size % len(theme.kinds) if theme.kinds else 0
            kinds = ("longest",) if longest else (*theme.kinds[turn:], *theme.kinds[:turn])
            count = 1 if longest else size
            site = draw_site(theme.name, number, language_of(index, number), size=count, seed=seed, kinds=kinds)
            for _ in range(ATTEMPTS):
                failures: list[str] = []
                made: list[MadePage] = []
                with tempfile.TemporaryDirectory(prefix="themes-") as folder:
                    rendered = ENGINES[theme.engine](site, theme.package, Path(folder), cache)
                    try:
                        made.extend(finish(site, rendered, failures))
                        break
                    except ThemeFailed as error:
                        failures.append(f"{theme.name} failed: {error}")
            wrong = [line for line in failures if "a listing of" not in line]
            articles = [page for page in made if page.kind != "listing"]
            print(
                f"{theme.name} {site.language}: {len(articles)} of {count} articles",
                *wrong[:3],
                sep="\n  ",
                file=sys.stderr,
            )
            yield from articles
            # The sections of a newsroom look unlike its home page, which comes first.
            wanted = listings + (theme.engine == "newsroom")
            yield from islice((page for page in made if page.kind == "listing"), wanted)


def write_dataset(pages: Iterable[MadePage], folder: Path) -> Counter[str]:
    """Write a data set in the place of what is there, whole or not at all; give the number of pages of each theme."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    fresh.chmod(0o755)
    (fresh / "html").mkdir()
    written: Counter[str] = Counter()
    with (fresh / "pages.jsonl").open("w", encoding="utf-8") as lines:
        for page in pages:
            path = f"html/{page.name[:150]}.html.gz"
            (fresh / path).write_bytes(gzip.compress(page.html.encode(), mtime=0))
            lines.write(json.dumps(page.record(path), ensure_ascii=False) + "\n")
            written[page.theme] += 1
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        folder.rename(old / folder.name)
        fresh.rename(folder)
        shutil.rmtree(old)
    else:
        fresh.rename(folder)
    return written
