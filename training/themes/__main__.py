"""``python -m training.themes``: install themes, make pages, score newscrawl on themes that nothing was trained on."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from training.themes.catalogue import THEMES
from training.themes.dataset import make_side_by_side, write_dataset
from training.themes.install import install
from training.themes.saved import saved_pages
from training.themes.score import report, score_dataset


def cache_folder() -> Path:
    """Where themes and generators are installed: ``NEWSCRAWL_THEMES`` or ~/.cache/newscrawl-themes."""
    return Path(os.environ.get("NEWSCRAWL_THEMES") or Path.home() / ".cache" / "newscrawl-themes")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m training.themes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("install", help="install generators and themes (npm, pip and apt-get; as root)")
    make = commands.add_parser("make", help="make pages into FOLDER/train and FOLDER/held")
    make.add_argument("folder", type=Path)
    make.add_argument("--themes", help="only those whose name holds one of these, by comma")
    make.add_argument(
        "--sites", type=int, default=16, help="sites of each theme, each with a language and habits of its own"
    )
    make.add_argument("--size", type=int, default=3, help="articles of a site")
    make.add_argument("--listings", type=int, default=1, help="listing pages of a site; a newsroom's has one more")
    make.add_argument("--only", choices=("train", "held"), help="one of the two halves")
    make.add_argument("--seed", type=int, default=1)
    make.add_argument("--jobs", type=int, default=2, help="processes; any number makes the same pages")
    score = commands.add_parser("score", help="score newscrawl on made pages, such as FOLDER/held")
    score.add_argument("folder", type=Path)
    score.add_argument("--worst", type=int, default=30, help="pages to name")
    score.add_argument("--processes", type=int, default=1)
    given = parser.parse_args(arguments)
    if given.command == "install":
        sys.exit(0 if install(cache_folder()) else 1)
    if given.command == "score":
        print(report(score_dataset(given.folder, given.processes), given.worst))
        return
    wanted = given.themes.split(",") if given.themes else [""]
    chosen = [theme for theme in THEMES if any(part in theme.name for part in wanted)]
    missing: set[str] = set()
    for name, held in (("train", False), ("held", True)):
        themes = [theme for theme in chosen if theme.held is held]
        if themes and given.only in {None, name}:
            pages = make_side_by_side(
                themes,
                cache_folder(),
                given.jobs,
                sites=given.sites,
                size=given.size,
                seed=given.seed,
                listings=given.listings,
            )
            saved = () if given.themes else saved_pages(cache_folder(), held=held)
            written = write_dataset(chain(pages, saved), given.folder / name)
            print(name, written.total(), "pages")
            missing |= {theme.name for theme in themes} - written.keys()
    if missing:
        sys.exit(f"no pages of {', '.join(sorted(missing))}: what is trained on these pages is not the same")


if __name__ == "__main__":
    main()
