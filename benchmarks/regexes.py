"""The worst time of every regular expression of newscrawl on strings made to be hard for it.

    python -m benchmarks.regexes [--length 20000] [--slow 50] [NAME...]

Every pattern that a module holds when it is imported is tried, by the methods that the code calls on it, on strings
that repeat what the pattern itself speaks of: each character that it names, each pair of them, and the shortest string
that it matches, each followed by something that it does not match. This finds the common ways of backtracking, and is
no proof. A pattern that is only ever given short strings is tried by way of the function that shortens them: `THROUGH`.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import pkgutil
import re
import re._constants as constants
import re._parser as parser
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as TimedOut
from pathlib import Path
from typing import Any

import regex
from pebble import ProcessPool

import newscrawl
from newscrawl.discovery import pagination
from newscrawl.extraction import line_features, parse
from newscrawl.extraction.metadata import names, site_names

MOST_SECONDS = 3.0
"""For one pattern and one string; the report says ``> 3 s`` beyond."""
_MOST_CHARACTERS = 10
_METADATA = "newscrawl.extraction.metadata"
THROUGH: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(
        (f"{_METADATA}.names.{name}" for name in ("_TAIL", "_DEGREES", "_AND", "_TRAILING_WORDS")), names.names_in
    ),
    f"{_METADATA}.site_names._PARTS": site_names.longest_part,
    f"{_METADATA}.site_names.SEPARATOR": lambda text: site_names.without_site(text, frozenset({"bao"})),
    f"{_METADATA}.headings.SEPARATOR": lambda text: site_names.without_site(text, frozenset({"bao"})),
    "newscrawl.extraction.line_features._END_CUT": lambda text: line_features.facts_of(text, use_lexicon=False),
    "newscrawl.discovery.pagination._NAMED": lambda text: list(pagination._readings(f"https://bao.example/{text}")),
    "newscrawl.discovery.pagination._BARE": lambda text: list(pagination._readings(f"https://bao.example/{text}")),
    "newscrawl.extraction.parse._DOCTYPE_WITH_SLASH": lambda text: parse._needs_repair(f"<!DOCTYPE html>{text}\n"),
}
"""Functions that shorten what they are given, by the patterns that are only used by them."""
_SAMPLES = {
    constants.CATEGORY_DIGIT: "7",
    constants.CATEGORY_NOT_DIGIT: "x",
    constants.CATEGORY_SPACE: " ",
    constants.CATEGORY_NOT_SPACE: "x",
    constants.CATEGORY_WORD: "w",
    constants.CATEGORY_NOT_WORD: "-",
}


def patterns() -> dict[str, Any]:
    """Return every compiled pattern that a module or class of newscrawl holds, by its dotted name."""
    found: dict[str, Any] = {}
    for module_info in pkgutil.walk_packages(newscrawl.__path__, "newscrawl."):
        if ".migrations." in module_info.name or module_info.name.endswith("__main__"):
            continue
        module = importlib.import_module(module_info.name)
        for name, value in vars(module).items():
            for place, pattern in _within(name, value):
                if pattern.pattern not in {other.pattern for other in found.values()}:
                    found[f"{module_info.name}.{place}"] = pattern
    return found


def _within(name: str, value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, re.Pattern | regex.Pattern):
        yield name, value
    elif isinstance(value, tuple | list):
        for index, part in enumerate(value):
            yield from _within(f"{name}[{index}]", part)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _within(f"{name}[{key!r}]", part)
    elif hasattr(value, "__self__") and isinstance(value.__self__, re.Pattern | regex.Pattern):
        yield name, value.__self__


def hard_strings(pattern: str | bytes, length: int) -> Iterator[str]:
    """Yield strings of about ``length`` characters that may be hard for a pattern."""
    try:
        tree = parser.parse(pattern)
    except (re.error, RecursionError):  # what only the package regex understands
        named = re.findall(r"\w", pattern if isinstance(pattern, str) else pattern.decode("latin-1"))
        characters, shortest = list(dict.fromkeys(named))[:_MOST_CHARACTERS], ""
    else:
        characters, shortest = list(dict.fromkeys(_characters(tree)))[:_MOST_CHARACTERS], _shortest(tree)
    parts = [*characters, *map("".join, itertools.permutations(characters[:6], 2))]
    parts += [shortest, *(shortest[:size] for size in (len(shortest) // 2, len(shortest) - 1))]
    for part in dict.fromkeys(filter(None, parts)):
        repeated = part * (length // len(part))
        yield from (repeated, repeated + "\0", shortest + repeated + "\0")


def _characters(tree: Any) -> Iterator[str]:
    for kind, value in tree:
        if kind in {constants.LITERAL, constants.NOT_LITERAL}:
            yield chr(value) if kind is constants.LITERAL else "x"
        elif kind is constants.ANY:
            yield "x"
        elif kind is constants.IN:
            yield from itertools.islice(_class(value), 3)
        elif kind is constants.BRANCH:
            for branch in value[1]:
                yield from _characters(branch)
        elif kind in {constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT}:
            yield from _characters(value[2])
        elif kind is constants.SUBPATTERN:
            yield from _characters(value[-1])
        elif kind in {constants.ASSERT, constants.ASSERT_NOT}:
            yield from _characters(value[1])


def _class(parts: Any) -> Iterator[str]:
    if parts and parts[0][0] is constants.NEGATE:
        yield "x"
        return
    for kind, value in parts:
        if kind is constants.LITERAL:
            yield chr(value)
        elif kind is constants.RANGE:
            yield chr(value[0])
        elif kind is constants.CATEGORY:
            yield _SAMPLES.get(value, "x")


def _shortest(tree: Any) -> str:
    """Return a short string that a pattern matches, as well as that can be said without trying."""
    text = ""
    for kind, value in tree:
        if kind is constants.LITERAL:
            text += chr(value)
        elif kind in {constants.ANY, constants.NOT_LITERAL}:
            text += "x"
        elif kind is constants.IN:
            text += next(_class(value), "x")
        elif kind is constants.BRANCH:
            text += _shortest(value[1][0])
        elif kind in {constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT}:
            text += _shortest(value[2]) * max(min(value[0], 100), 1)
        elif kind is constants.SUBPATTERN:
            text += _shortest(value[-1])
    return text


def methods_of(module: str, name: str) -> tuple[str, ...]:
    """Return which of match, fullmatch and search are called on a pattern, going by its name in the source."""
    own = Path(sys.modules[module].__file__ or "")
    everywhere = Path(newscrawl.__file__).parent.rglob("*.py")
    call = re.compile(rf"\b{re.escape(name)}\.(\w+)\b")
    called = set(call.findall(own.read_text("utf-8")))
    if not name.startswith("_"):
        called |= {method for path in everywhere for method in call.findall(path.read_text("utf-8"))}
    found = called & {"match", "fullmatch"}
    if not found or called - found:  # sub, split, findall and finditer search as well
        found |= {"search"}
    return tuple(sorted(found))


def slowest(name: str, pattern: Any, methods: tuple[str, ...], length: int) -> tuple[float, str, str]:
    """Return the longest time in seconds, and by which method and string, shortened, it was taken."""
    worst = (0.0, "", "")
    if name in THROUGH:
        methods = ("its function",)
    for text, method in itertools.product(hard_strings(pattern.pattern, length), methods):
        given = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
        try_it = THROUGH.get(name) or getattr(pattern, method)
        began = time.process_time()
        try_it(given)
        took = time.process_time() - began
        if took > worst[0]:
            worst = (took, method, ascii(text[:20]))
        if took > MOST_SECONDS:
            break
    return worst


def main() -> None:
    """Print the slow ones, slowest first, and how many there are in all."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--length", type=int, default=20_000, metavar="CHARACTERS")
    options.add_argument("--slow", type=float, default=50, metavar="MS", help="show patterns that take longer")
    options.add_argument("names", nargs="*", metavar="NAME", help="only patterns whose name holds one of these words")
    given = options.parse_args()
    found = patterns()
    if given.names:
        found = {name: one for name, one in found.items() if any(word in name for word in given.names)}
    rows = []
    with ProcessPool(max_workers=1) as pool:
        for name, pattern in found.items():
            module, _, place = name.partition("[")[0].rpartition(".")
            methods = methods_of(module, place)
            arguments = (name, pattern, methods, given.length)
            try:
                took, method, text = pool.schedule(slowest, args=arguments, timeout=10 * MOST_SECONDS).result()
            except TimedOut:
                took, method, text = 10 * MOST_SECONDS, "?", "(stopped)"
            except (ValueError, TypeError, re.error, regex.error) as error:
                print(f"{name}: not tried ({error})", file=sys.stderr)
                continue
            rows.append((took * 1000, name, method, text))
    rows.sort(reverse=True)
    for took, name, method, text in rows:
        if took >= given.slow:
            print(f"{took:>9.1f} ms  {name}  {method}({text}…)")
    slow = sum(took >= given.slow for took, *_ in rows)
    print(f"{len(rows)} patterns, {slow} of them slower than {given.slow:g} ms at {given.length:,} characters")


if __name__ == "__main__":
    main()
