"""``python -m training FOLDER``: make both models that ship, from saved pages and the generated ones in FOLDER/train.

``--check`` changes nothing: it makes them again elsewhere, and exits with 1 if a byte is another.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import newscrawl
from training import train_pages, train_textdumps
from training.page_data import digest_of

MODELS = ("page_judge.npz", "text_judge.npz")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, or check."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__.partition("\n")[0])
    parser.add_argument("themes", type=Path, metavar="FOLDER", help="pages that `python -m training.themes make` made")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes; any number gives the same models")
    parser.add_argument("--check", action="store_true", help="compare with the models that ship, and write none")
    options = parser.parse_args(arguments)
    shipped = Path(newscrawl.__file__).parent / "extraction"
    if options.check and digest_of(options.themes / "train") != _learned_from(shipped):
        print("the generated pages are not those that the models learned from")
    with tempfile.TemporaryDirectory(prefix="models-") as made:
        folder = Path(made) if options.check else shipped
        train_pages.train(options.themes / "train", folder, options.jobs)
        train_textdumps.train(options.themes / "train", folder)
        if options.check:
            others = [name for name in MODELS if not filecmp.cmp(folder / name, shipped / name, shallow=False)]
            print("other bytes: " + ", ".join(others) if others else "the same bytes")
            sys.exit(bool(others))


def _learned_from(shipped: Path) -> str | None:
    card: dict[str, str] = json.loads((shipped / "page_judge.json").read_text("utf-8"))
    return card.get("generated")


if __name__ == "__main__":
    main()
