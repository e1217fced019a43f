"""What the engines share: running a generator and reading what it wrote."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from training.themes.pages import Rendered
from training.themes.site import Post, Site

_SECONDS = 240
_MOST_LISTINGS = 5
_WRITTEN = 1_760_000_000
"""When the sources were written: in October 2025."""
_CLOCK = "2026-11-20 12:00:00"
"""What the clock shows a generator, and goes on showing: some themes print when they were built, down to the second."""
_ENVIRONMENT = {"NO_COLOR": "1", "TZ": "UTC", "SOURCE_DATE_EPOCH": str(_WRITTEN)}
_ENVIRONMENT |= {"DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
"""The last two are faketime's: generators wait by the monotonic clock, and files keep their own times."""


class ThemeFailed(Exception):  # noqa: N818 - an answer about a theme rather than a fault
    """The generator did not render the site; the message ends with its last lines."""


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a generator and give what it said. Raises ThemeFailed where it fails or takes too long."""
    _date(folder)
    try:
        done = subprocess.run(
            ["faketime", "-f", _CLOCK, *command],
            cwd=folder,
            env={**os.environ, **_ENVIRONMENT, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, FileNotFoundError) as error:
        raise ThemeFailed(str(error)) from error
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        raise ThemeFailed(f"{command[0]} ended with {done.returncode}: {said[-600:]}")
    return said


def _date(folder: Path) -> None:
    """Give all sources one day of writing, which some themes print: the same sources are to give the same pages."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            if not path.is_symlink():
                with suppress(FileNotFoundError):  # of a database that is at work
                    os.utime(path, (_WRITTEN, _WRITTEN))


def url_of(site: Site, public: Path, path: Path) -> str:
    """The address of a rendered file."""
    return f"{site.url}/{path.relative_to(public).as_posix().removesuffix('index.html')}"


def posts(site: Site, public: Path, path_of: Callable[[Post], str]) -> Iterator[Rendered]:
    """The rendered posts, from the paths that the generator gives them. Raises ThemeFailed where there are none."""
    found = 0
    for post in site.posts:
        path = public / path_of(post)
        if path.is_file():
            found += 1
            yield Rendered(url_of(site, public, path), path.read_text("utf-8", "replace"), post.slug)
    if not found:
        raise ThemeFailed(f"{site.theme}: none of {len(site.posts)} posts was rendered")


def listings(site: Site, public: Path, patterns: Sequence[str]) -> Iterator[Rendered]:
    """Home, archive, tag and category pages, a few of each."""
    for pattern in patterns:
        for path in sorted(public.glob(pattern))[:_MOST_LISTINGS]:
            yield Rendered(url_of(site, public, path), path.read_text("utf-8", "replace"), "")


def packages(cache: Path) -> Path:
    """Where the Python packages of the cache lie. Raises ThemeFailed where there are none."""
    found = next((cache / "python").glob("lib/python*/site-packages"), None)
    if found is None:
        raise ThemeFailed(f"no Python packages in {cache}: run the install command")
    return found
