"""Dumps put together from real bodies and real headlines, in shapes that the benchmark pages hardly show.

Older Vietnamese sites leave lists in which a bullet, a section, a headline, a time and a lead take turns, teasers cut
with "... |", captions in table rows, and headings glued to the last paragraph. The judge learns the shapes from dumps
that are made here: the body of one page, items from other pages of its own fold and language.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from importlib import resources

import inscriptis

from newscrawl.extraction.text_dump import split_dump
from newscrawl.extraction.text_lines import Line, parse_lines
from newscrawl.urls import site_of
from testing.datasets import bench_folder, load_dataset
from training.bench_data import BenchPage, _clean
from training.dump_labels import BODY, SIDEBAR, label_lines

Item = tuple[str, str]
"""A headline and a lead; the lead may be empty."""

_STOP = re.compile(r"[.!?…:;,]$")


class Pools:
    """Headlines with leads, section names and headings, by fold and language."""

    def __init__(self, pages: list[BenchPage], fold_of: dict[str, int]) -> None:
        self.items: dict[tuple[int, str], list[Item]] = defaultdict(list)
        self.sections: dict[tuple[int, str], list[str]] = defaultdict(list)
        for page in pages:
            key = (fold_of[page.domain], page.language)
            self.items[key].append((page.title, _first_sentences(page.lead or page.gold)))
            lines = parse_lines(page.dumps["inscriptis"])[1:]
            labels, _ = label_lines(lines, page.gold, page.lead)
            self._take(key, [line.text for line, label in zip(lines, labels, strict=True) if label == SIDEBAR])
        for domain, lines in _listings():
            if domain in fold_of:
                self._take((fold_of[domain], "vi"), [line.text for line in lines])

    def _take(self, key: tuple[int, str], texts: list[str]) -> None:
        for text, *rest in zip(texts, texts[1:], texts[2:], strict=False):
            words = text.count(" ") + 1
            if words <= 4 and not _STOP.search(text) and not re.search(r"\d", text) and text:
                self.sections[key].append(text)
            elif 6 <= words <= 22 and not _STOP.search(text):
                lead = next((t for t in rest if 14 <= t.count(" ") <= 60 and _STOP.search(t)), "")
                self.items[key].append((text, lead))


def _first_sentences(text: str) -> str:
    line = text.split("\n", 1)[0]
    found = re.match(r".{40,260}?[.!?](?=\s|$)", line)
    return found[0] if found else ""


def _listings() -> list[tuple[str, list[Line]]]:
    """The lines of saved home and section pages, with their site."""
    found = []
    for page in load_dataset(bench_folder(), "vn-listings"):
        html = page.body().decode("utf-8", "replace")
        found.append((site_of(page.url or "") or page.name, parse_lines(_clean(inscriptis.get_text(html)))))
    return found


def _clock(dice: random.Random) -> str:
    return f"{dice.randrange(24):02}:{dice.randrange(60):02}"


def _day(dice: random.Random, mark: str = "/") -> str:
    return f"{dice.randrange(1, 29):02}{mark}{dice.randrange(1, 13):02}{mark}20{dice.randrange(10, 27)}"


_MONTHS = ("January", "February", "March", "May", "June", "August", "October")
_AGES = ("giờ trước", "phút trước", "hours ago", "min ago", "Std.", "h")
_TIMES: tuple[Callable[[random.Random], str], ...] = (
    _clock,
    _day,
    lambda dice: f"{_clock(dice)}'",
    lambda dice: f"{_clock(dice)}' - {_day(dice)}",
    lambda dice: f"{_day(dice)} {_clock(dice)}",
    lambda dice: _day(dice, "."),
    lambda dice: f"{dice.choice(_MONTHS)} {dice.randrange(1, 29)}, 20{dice.randrange(10, 27)}",
    lambda dice: f"{dice.randrange(2, 24)} {dice.choice(_AGES)}",
    lambda dice: f"({dice.randrange(1, 29)}/{dice.randrange(1, 13)})",
)


def make_dump(
    page: BenchPage, pools: Pools, fold: int, dice: random.Random
) -> tuple[str, list[Line], list[int]] | None:
    """A made dump's title, lines and labels; None where the fold has too few items of the language."""
    items = [item for item in pools.items[fold, page.language] if item[0] != page.title]
    if len(items) < 8 or page.language == "other":
        return None
    maker = _Maker(page, items, pools.sections[fold, page.language] or [""], dice)
    if dice.random() < 0.4 and maker.end > 3:
        maker.add_own_list()
    for _ in range(dice.randrange(3)):
        maker.add_caption()
    if dice.random() < 0.35:
        maker.add_teasers()
    if dice.random() < 0.2 and len(maker.rows) > 4:
        maker.add_box()
    for _ in range(dice.randrange(0 if maker.own else 1, 5)):
        maker.add_section()
    return maker.labelled()


class _Maker:
    """The rows of a dump in the making, what was put in, and what of that belongs to the article."""

    def __init__(self, page: BenchPage, items: list[Item], sections: list[str], dice: random.Random) -> None:
        self.page, self.items, self.sections, self.dice = page, items, sections, dice
        self.rows = page.dumps["recall"].split("\n")[1:]
        self.added: list[str] = []
        self.own: list[str] = []
        known = [number for number, row in enumerate(self.rows) if len(row) > 30 and row[:60] in page.gold]
        self.end = known[-1] + 1 if known else 0
        """Index after the last row that the gold holds."""

    def put(self, at: int, rows: list[str]) -> None:
        self.rows[at:at] = rows
        self.added += rows

    def heading(self) -> list[str]:
        if self.dice.random() < 0.55:
            return [self.dice.choice(_headings(self.page.language))]
        return [self.dice.choice(self.sections)] if self.dice.random() < 0.5 else []

    def add_own_list(self) -> None:
        """A list that belongs to the article, often its end."""
        at = self.end if self.dice.random() < 0.6 else self.dice.randrange(2, self.end)
        self.own = _own_list(self.rows[: self.end], self.dice)
        if self.own:
            self.rows[at - 1] = re.sub(r"[.!?]$", ":", self.rows[at - 1])
        self.rows[at:at] = self.own

    def add_caption(self) -> None:
        """A picture and its caption in table rows."""
        caption = self.dice.choice(self.items)[0] + self.dice.choice((".", "", ". (Ảnh: TTXVN)"))
        self.put(self.dice.randrange(len(self.rows) + 1), ["![]() |", f"| {caption} |"])

    def add_teasers(self) -> None:
        """Teasers that were cut off, above and below."""
        for at in (0, len(self.rows)):
            teasers = [_teaser(self.dice.choice(self.items), self.dice) for _ in range(self.dice.randrange(1, 4))]
            self.put(at, [text for text in teasers if text])

    def add_box(self) -> None:
        """A box of headlines inside the body."""
        top = self.heading() or [self.dice.choice(_headings(self.page.language))]
        headlines = [self.dice.choice(self.items)[0] for _ in range(self.dice.randrange(1, 5))]
        self.put(self.dice.randrange(2, len(self.rows)), [*top, *headlines])

    def add_section(self) -> None:
        """A list of items below the body, its heading now and then glued to the last paragraph."""
        top = self.heading()
        if top and self.rows and self.dice.random() < 0.25 and re.search(r"[.!?]$", self.rows[-1]):
            self.added.append(top[0])
            self.rows[-1] += top.pop()
        rows = [*top, *_section(self.items, self.sections, self.dice)]
        self.put(len(self.rows), [text for text in rows if text])

    def labelled(self) -> tuple[str, list[Line], list[int]]:
        """Title, lines and labels."""
        title, lines = split_dump("\n".join([self.page.title, *self.rows]))
        labels, _ = label_lines(lines, self.page.gold, self.page.lead)
        foreign = {line.text for row in self.added for line in parse_lines(row)}
        native = {line.text for row in self.own for line in parse_lines(row)}
        for number, line in enumerate(lines):
            if line.text in foreign or line.text in native:
                labels[number] = BODY if line.text in native else SIDEBAR
        return title, lines, labels


@cache
def _headings(language: str) -> list[str]:
    kinds = json.loads(resources.files("newscrawl.extraction").joinpath("headings.json").read_text(encoding="utf-8"))
    return [phrase for kind in ("related", "more") for phrase in kinds[kind][language]]


def _own_list(body: list[str], dice: random.Random) -> list[str]:
    """Items cut out of the article's own sentences: clauses, quantities, names with a value."""
    clauses = [clause.strip() for line in body if line.count(" ") > 15 for clause in re.split(r"[,.;:–]\s", line)]
    clauses = [clause for clause in clauses if 1 <= clause.count(" ") <= 12]
    if len(clauses) < 8:
        return []
    style, bullet = dice.randrange(4), dice.choice(("- ", "- ", "* ", "• ", "", "1"))
    out = []
    for number in range(dice.randrange(3, 12)):
        words = dice.choice(clauses).rstrip(".!?").split()
        item = {
            0: " ".join(words),
            1: f"{dice.randrange(1, 60) * dice.choice((1, 5, 10))} {' '.join(words[:4])}",
            2: f"{' '.join(words[:2])}: {' '.join(dice.choice(clauses).split()[:6])}",
            3: " ".join(words) + dice.choice((".", ";")),
        }[style]
        item = item[0].upper() + item[1:]
        out.append(f"{number + 1}. {item}" if bullet == "1" else bullet + item)
    return out


def _teaser(item: Item, dice: random.Random) -> str:
    words = item[1].split()
    if len(words) < 12:
        return ""
    return " ".join(words[: dice.randrange(10, min(len(words), 30))]) + dice.choice((" ... |", "...", " …", " [...]"))


def _section(items: list[Item], sections: list[str], dice: random.Random) -> list[str]:
    """A list of items in one rhythm: every part a line of its own, or an item a line."""
    bullet = dice.choice(("", "", "-", "- ", "* "))
    one_line = dice.random() < 0.35
    named, timed, led = (dice.random() < (0.6 if one_line else 0.45) for _ in range(3))
    time_first, cut = dice.random() < 0.3, dice.random() < 0.2
    stamp, name = dice.choice(_TIMES), dice.choice(sections)
    glue = dice.choice((" ", " ", " - ", ""))
    out: list[str] = []
    for _ in range(dice.randrange(2, 14)):
        item = dice.choice(items)
        parts = [name if dice.random() < 0.7 else dice.choice(sections)] if named else []
        pair = [item[0], stamp(dice)] if timed else [item[0]]
        parts += pair[::-1] if time_first else pair
        if led and item[1]:
            parts.append(_teaser(item, dice) if cut else item[1])
        if one_line:
            parts = [(glue if timed and not led else " ").join(parts)]
        if bullet == "-" and not one_line:
            parts.insert(0, bullet)
        elif bullet:
            parts[0] = f"{bullet.strip()} {parts[0]}"
        out += parts
    return out
