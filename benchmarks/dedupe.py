"""How well copies are found: recall by kind, share of changed words and length; look-alikes that were taken for copies.

    python -m benchmarks.dedupe [--tuning]

Texts are what newscrawl extracts from the saved pages, cut to the lengths of news. Sites are halved: on one half the
thresholds were tuned (`--tuning`), the other half is measured. A copy counts as found when a look-up would come upon
the original (they share a key) and the verdict on both texts is that they are copies.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from benchmarks.dedupe_texts import load_texts
from benchmarks.look_alikes import LOOK_ALIKES
from benchmarks.newsroom_copies import EDITS, Desk, Pair, first_words
from newscrawl.dedupe import Reading, compare
from newscrawl.dedupe.fingerprints import bands_of

LANGUAGES = ("en", "vi", "de", "fr", "es", "")
LENGTHS = (40, 70, 110, 180, 350, 800)
SHARES = (0.05, 0.10, 0.14, 0.20, 0.28, 0.38)
BINS = (0.0, 0.05, 0.10, 0.15, 0.20, 0.30, 0.40)
SIZES = (0, 60, 100, 150, 300, 600, 10**9)
NEWS_WORDS = 150
WORST = "words respelt"


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair and what was made of it."""

    pair: Pair
    base: int
    words: int
    meet: bool
    """They share a key."""
    meet_by_bands: bool
    is_copy: bool

    @property
    def is_found(self) -> bool:
        """Whether the store would link them."""
        return self.meet and self.is_copy


def judge(pair: Pair, base: int = -1) -> Judged:
    """Treat a pair as the store would."""
    one, other = Reading(pair.one), Reading(pair.other)
    bands = [set(bands_of(reading.shingles)) if reading.shingles.size else set() for reading in (one, other)]
    meet = not one.keys.isdisjoint(other.keys)
    return Judged(pair, base, len(one.words), meet, bool(bands[0] & bands[1]), compare(one, other).is_copy)


def stories(tuning: bool) -> dict[str, list[str]]:
    """Texts of one half of the sites by language, each story once."""
    found: dict[str, list[str]] = defaultdict(list)
    readings: list[Reading] = []
    for text in load_texts():
        reading = Reading(text.text)
        is_wanted = text.is_measured != tuning and text.language in LANGUAGES and len(text.text.split()) >= 60
        if is_wanted and not any(compare(reading, other).shares_enough for other in readings):
            readings.append(reading)
            found[text.language].append(text.text)
    return {language: texts for language, texts in found.items() if len(texts) >= 4}


def copies(texts: dict[str, list[str]], rng: random.Random, count: int) -> list[Judged]:
    """Make copies of every kind, length and share, and judge them."""
    found = []
    bases = {text: number for number, text in enumerate(text for group in texts.values() for text in group)}
    languages = list(texts)
    for kind in EDITS:
        for length in LENGTHS:
            for share in SHARES:
                for number in range(count):
                    group = texts[languages[number % len(languages)]]
                    whole = rng.choice(group)
                    source = first_words(whole, length)
                    if len(source.split()) >= 30:
                        desk = Desk(rng, [text for text in group if text != whole])
                        found.append(judge(desk.copy(source, kind, share), bases[whole]))
    return found


def look_alikes(texts: dict[str, list[str]], rng: random.Random, count: int) -> list[Judged]:
    """Make pairs that are no copies, and judge them."""
    groups = list(texts.values())
    made = (make(rng, groups[number % len(groups)]) for make in LOOK_ALIKES.values() for number in range(count))
    return [judge(pair) for pair in made if pair is not None]


def strangers(judged: Sequence[Judged]) -> tuple[int, int]:
    """Compare all that share a key and are made of different stories: how many pairs there are, and false ones."""
    holders: dict[int, list[tuple[int, str]]] = defaultdict(list)
    everyone = {(one.base, text) for one in judged for text in (one.pair.one, one.pair.other)}
    for base, text in everyone:
        for key in Reading(text).keys:
            holders[key].append((base, text))
    met = {
        (one, other)
        for group in holders.values()
        if len({base for base, _ in group}) > 1
        for one, other in combinations(sorted(set(group)), 2)
        if one[0] != other[0]
    }
    false = sum(compare(Reading(one[1]), Reading(other[1])).is_copy for one, other in met)
    sizes: dict[int, int] = defaultdict(int)
    for base, _ in everyone:
        sizes[base] += 1
    pairs = (len(everyone) ** 2 - sum(size**2 for size in sizes.values())) // 2
    return pairs, false


def recall(judged: Iterable[Judged]) -> str:
    """Share found, with how many there were."""
    rows = list(judged)
    return f"{sum(one.is_found for one in rows) / len(rows):.3f} ({len(rows)})" if len(rows) >= 8 else ""


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print Markdown."""
    for row in (header, ["---"] * len(header), *rows):
        print("| " + " | ".join(map(str, row)) + " |")
    print()


def report(judged: list[Judged], alike: list[Judged]) -> None:
    """Print all figures."""
    news = [one for one in judged if one.words >= NEWS_WORDS]
    spans = list(pairwise(BINS))
    table(
        ["copies of 150 words and more, by words changed", *(f"≤ {high:.0%}" for _, high in spans)],
        (
            [
                kind,
                *(
                    recall(o for o in news if o.pair.kind == kind and low < o.pair.changed <= high)
                    for low, high in spans
                ),
            ]
            for kind in EDITS
        ),
    )
    usual = [one for one in judged if one.pair.kind != WORST]
    lengths = list(pairwise(SIZES))
    table(
        [
            "all kinds but the last, by words of the text",
            *(f"< {high}" if high < 10**9 else "more" for _, high in lengths),
        ],
        [
            [
                f"≤ {limit:.0%} changed",
                *(recall(o for o in usual if a <= o.words < b and o.pair.changed <= limit) for a, b in lengths),
            ]
            for limit in (0.15, 0.30, 0.40)
        ],
    )
    briefs = [one for one in usual if one.words < NEWS_WORDS and one.pair.changed > 0.3]
    by_bands = sum(one.meet_by_bands for one in briefs) / len(briefs)
    by_all = sum(one.meet for one in briefs) / len(briefs)
    print(f"{len(briefs)} briefs with more than 30 % changed: {by_bands:.3f} meet by bands, {by_all:.3f} by all keys\n")
    kinds = [[kind, *_taken(alike, kind)] for kind in LOOK_ALIKES]
    table(["look-alikes", "pairs", "that meet", "taken for copies"], kinds)
    pairs, false = strangers([one for one in judged if one.words >= NEWS_WORDS])
    asked = [one for one in news if one.pair.changed <= 0.15]
    true = sum(one.is_found for one in asked)
    wrong = false + sum(one.is_found for one in alike if one.words >= NEWS_WORDS)
    print(f"unrelated texts of 150 words and more: {pairs} pairs, {false} taken for copies")
    for name, rows in (("all kinds", asked), ("without the last", [one for one in asked if one.pair.kind != WORST])):
        print(f"150 words and more, up to 15 % changed, {name}: recall {recall(rows)}")
    print(f"precision {true / (true + wrong):.4f} ({true} right, {wrong} wrong)")


def _taken(alike: list[Judged], kind: str) -> tuple[int, int, int]:
    rows = [one for one in alike if one.pair.kind == kind]
    return len(rows), sum(one.meet for one in rows), sum(one.is_found for one in rows)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tuning", action="store_true", help="the half of the sites that thresholds were tuned on")
    parser.add_argument("--count", type=int, default=30, help="copies of each kind, length and share")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    texts = stories(options.tuning)
    print({language or "?": len(group) for language, group in texts.items()}, "stories\n")
    report(copies(texts, rng, options.count), look_alikes(texts, rng, options.count * 20))


if __name__ == "__main__":
    main()
