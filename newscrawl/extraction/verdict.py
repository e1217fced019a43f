"""Whether a web page is an article at all: lists, home pages, shells, walls and error pages are not.

The verdict is learned (``training/verdicts``) from articles, articles cut to their first lines, the same pages
without their article, home and section pages, pages of accounts, and walls. What it looks at is in ``EVIDENCE``, and
nothing of it knows a language but ``wall_words``, which is one hint and names the kind of a wall.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import numpy as np

from newscrawl.extraction.containers import Floats
from newscrawl.extraction.judge import Measured, PageJudge
from newscrawl.extraction.keep import Kept
from newscrawl.extraction.line_features import SLOT
from newscrawl.extraction.rules import beside, containers, own_headlines
from newscrawl.extraction.tree_features import LEVEL, TREE, words_and_prose
from newscrawl.extraction.walls import WIDE, plain, wall_phrases
from newscrawl.items import Article

EVIDENCE = {
    "words": "words of the kept text (log)",
    "share": "share of the page's words that are kept",
    "sure": "mean chance of the kept words",
    "prose": "share of the kept words that are unlinked sentences",
    "together": "share of the kept words in containers with three kept lines or more",
    "repeated": "how often the containers around the kept words are repeated beside themselves, as cards are (log)",
    "from_headline": "lines from the first-level heading above the text to its first line (log); -1 without one",
    "below_headline": "share of the kept words in the innermost container of a first-level heading",
    "headline_in_text": "share of the headline's words that the text uses",
    "headline_in_address": "share of the words of the page's address that stand in its headline; -1 where it has none",
    "text_in_address": "share of the words of the page's address that stand in headline or text; -1 where it has none",
    "claims_article": "the page's mark-up calls it an article",
    "dated": "the page has a date in its mark-up or its address; one in its text may be another thing's",
    "author": "the page names an author",
    "described": "the page has a description",
    "other_headlines": "lines that are nothing but a link within the site, and long enough for a headline (log)",
    "headlines_within": "such lines between the first and the last line of the text (log)",
    "list_address": "the address is that of a list: of a tag, a section, an author, a year, or a further page of one",
    "beside_links": "share of the kept words in lines beside such a line, as a teaser is",
    "linked": "share of the page's words that are links",
    "lines": "lines of the page (log)",
    "kept_lines": "lines of the text (log)",
    "longest": "words of the longest kept line (log)",
    "dates": "lines that hold a date (log)",
    "headings": "first-level headings",
    "depth": "steps in the path of the address; -1 without an address",
    "slug": "words of the last step of the path; -1 without an address",
    "digits": "longest run of digits in the path; -1 without an address",
    "fields": "fields that a reader is to fill in, but for searches (log)",
    "fields_beside": "such fields whose container also holds lines of the text (log)",
    "passwords": "fields for a password",
    "wall_words": "phrases of walls and error pages in headline and text, for each hundred words",
}
"""What the verdict looks at, in the order of its columns."""

WALLS = {
    "consent": "a request for consent",
    "login": "a request to sign in or subscribe",
    "geo": "a notice that the page is not shown in this region",
    "robot": "a check for robots",
    "maintenance": "a notice of maintenance or of an error",
    "not_found": "a notice that the page does not exist",
}
"""What the kinds of ``walls.json`` are called to a person."""
FEWEST_CARDS = 5
"""Headlines of other articles on a page that is called a list."""
LIKELY = 0.05
"""Chance of a page to be an article below which it is refused."""
LIKELY_ASIDE = 0.2
"""The same for a text that is a small part of a page which says nothing of it, at the address of a list or a site, and
beside a field for a password on a page that says nothing of an article."""
LIKELY_ELSEWHERE = 0.5
"""The same for one that says hardly anything but what walls say, or says it on a page without a date of its own, and
for a small part of such a page that stands elsewhere than its headline."""
LIKELY_ALONE = 0.02
"""The same for a sure text on a page that has little else."""
CERTAIN = 0.95
"""Chance from which a text of teasers or numbers is an article all the same."""
MANY_NUMBERS = 1 / 3
"""Share of numbers among the words of a table."""
PLAIN = 0.8
"""Share of prose, and certainty, of a text that is kept whatever the verdict's forest makes of its page."""
FEWEST_PLAIN = 60
"""Words of such a text on a page that does not call itself an article: walls and notices say less."""
LONG_PLAIN, PLAIN_LINE, MOST_LINKED = 300, 8, 0.1
"""Words of a text whose lines need no sentences, words of its mean line, and the share of links on its page."""
FEWEST_WORDS = 12
"""Words of the shortest article."""
MANY_WALL_WORDS, FEW_WORDS = 3, 150
"""Phrases of walls in each hundred words of a text that says hardly anything else, and words of which it has fewer."""
FEWEST_PHRASES = 2
"""Phrases of walls by which a refused page is called one."""

_BESIDE = len(TREE) + [*LEVEL].index("beside")
"""The column of ``tree_features`` that says how often the innermost container of a line is repeated."""
_LISTED_BY = frozenset(
    "author authors autor categories category chuyen-muc kategorie rubrik rubrique search seccion tag tags topic "
    "topics".split()
)
"""What the step is called behind which the name of a list stands."""
_LISTS = _LISTED_BY | {"archive", "archives", "blog", "home", "latest", "section", "sections"}
"""What the last step of the address of a list is called."""
_COUNTED = frozenset("author cat m offset page paged start".split())
"""What stands before the number of a list, of a month, or of a further page of a list."""
_SEARCHES = frozenset("keyword keywords q query s search".split())
"""Parameters that hold what somebody looks for."""
MOST_PARAMETERS = 50
FEWEST_SLUG_WORDS = 3
"""Words by which a parameter of an address names a page."""
_WORD = re.compile(r"\w+")
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_DIGITS = re.compile(r"\d+")
_ADDRESS_WORD = re.compile(r"[^\W\d_]{3,}")
_IN_MARKUP = ("json_ld", "meta", "time", "url")


class Verdict(NamedTuple):
    """Whether a page is an article."""

    article: float | None
    """Its chance to be one; None where nothing of it is kept."""
    evidence: tuple[tuple[str, float], ...] = ()
    refusal: str | None = None
    """``no_text``, ``too_short``, ``wall`` or ``listing``; None where the page is an article."""
    detail: str = ""
    """The refusal in a sentence."""


def judge_page(page: Measured, judge: PageJudge, kept: Kept, facts: Article, *, claims_article: bool) -> Verdict:
    """Decide whether a page is an article, by what is kept of it."""
    flags = [reason is None for reason in kept.reasons]
    if not any(flags):
        return Verdict(None, (), "no_text", "no article text was found")
    text = [line.text for line, keep in zip(page.blocks.lines, flags, strict=True) if keep]
    kinds = wall_phrases(facts.title or "", text)
    # An article that is not free for all asks to subscribe at its end, and says that it is one.
    phrases = 0 if claims_article and facts.paywalled else kinds.total()
    values = evidence(page, kept.chances, flags, facts, claims_article=claims_article, phrases=phrases)
    chance = float(judge.verdict.chances(values[None, :].astype(np.float32))[0])
    found = tuple((name, round(value, 3)) for name, value in zip(EVIDENCE, values.tolist(), strict=True))
    words = _amount(text)
    told = dict(found)
    looks_listed = chance < CERTAIN and (_is_all_teasers(told) or _is_numbers(told, text))
    is_likely = chance >= _enough(told, phrases, kinds.total()) and not looks_listed
    if words >= FEWEST_WORDS and (is_likely or (_is_plain(told, words) and not phrases)):
        return Verdict(chance, found)
    return Verdict(chance, found, *_refusal(page, kinds, words, chance))


def _enough(found: dict[str, float], phrases: int, all_phrases: int) -> float:
    """The chance from which a page is an article; ``all_phrases`` counts those that ask to subscribe as well."""
    says_nothing = not (found["claims_article"] or found["dated"])
    says_little = found["words"] < np.log1p(FEW_WORDS) and found["wall_words"] >= MANY_WALL_WORDS
    is_wall = says_little or (all_phrases > FEWEST_PHRASES and says_nothing)
    if is_wall or _is_elsewhere(found):
        return LIKELY_ELSEWHERE
    asks_to_sign_in = found["passwords"] and says_nothing
    if _is_aside(found) or _is_doubted(found) or found["list_address"] == 1 or asks_to_sign_in:
        return LIKELY_ASIDE
    return LIKELY_ALONE if _is_alone(found) and not phrases else LIKELY


def _amount(text: list[str]) -> int:
    """Words with a letter in them; two characters of a script without spaces are one."""
    joined = " ".join(text)
    words = _WORD.findall(joined)
    wide = WIDE.findall(joined)
    if wide:
        words = [word for word in words if not WIDE.match(word)]
    return len(words) - sum(map(str.isdecimal, words)) + len(wide) // 2


def looks_like_a_list(found: dict[str, float], text: list[str]) -> bool:
    """Whether a text is a small part of its page, one of teasers, or numbers: no list is an article by being named."""
    is_aside = _is_aside(found) or _is_doubted(found)
    return is_aside or _is_lone_teaser(found) or _is_all_teasers(found) or _is_numbers(found, text)


def _is_lone_teaser(found: dict[str, float]) -> bool:
    """Whether the text is next to nothing of its undated page, and beside a linked headline or not about its own."""
    is_another = found["beside_links"] > 0.8 or found["headline_in_text"] == 0
    return found["share"] < 0.05 and is_another and not found["dated"]


def _is_all_teasers(found: dict[str, float]) -> bool:
    """Whether each line of the text is alone in its card beside a linked headline, on a page without its own date."""
    return found["together"] < 0.1 and found["beside_links"] > 0.8 and not found["dated"]


def _is_aside(found: dict[str, float]) -> bool:
    """Whether the text is a small part of a page that no headline, date, mark-up or address says to be an article."""
    speaks = found["claims_article"] or found["dated"] or _is_announced(found)
    return found["share"] < 0.25 and not speaks


def _is_announced(found: dict[str, float]) -> bool:
    """Whether the text uses the words of the headline, or of an address that is made of one."""
    says_its_address = found["slug"] >= FEWEST_SLUG_WORDS and found["text_in_address"] >= 0.7
    return found["headline_in_text"] >= 0.8 or says_its_address


def _is_doubted(found: dict[str, float]) -> bool:
    """Whether the text is a small part of a page, and the judge does not believe in it."""
    return found["share"] < 0.25 and found["sure"] < 0.5


def _is_elsewhere(found: dict[str, float]) -> bool:
    """Whether the text is a small part of an undated page, and most of it stands outside of what its headline heads."""
    is_small = found["share"] < 0.25 and not found["dated"]
    return is_small and found["below_headline"] < 0.5 and not _is_announced(found)


def _is_alone(found: dict[str, float]) -> bool:
    """Whether a sure text is much of its page, which is no list."""
    is_no_list = found["list_address"] != 1 and found["other_headlines"] < np.log1p(FEWEST_CARDS)
    return found["share"] >= 0.4 and found["sure"] >= PLAIN and is_no_list


def _is_numbers(found: dict[str, float], text: list[str]) -> bool:
    """Whether the text is numbers with hardly a sentence, and the page claims nothing: a table of prices."""
    if found["prose"] >= 0.25 or found["claims_article"] or found["dated"]:
        return False
    words = _WORD.findall(" ".join(text))
    return sum(map(str.isdecimal, words)) > MANY_NUMBERS * len(words)


def _is_plain(found: dict[str, float], words: int) -> bool:
    """Whether a page is hardly more than sure prose, and calls itself an article or is no list: then it is one.

    Prose has sentences, or is long lines of a long text that fills a page without links: old pages break their lines.
    """
    is_single = found["headings"] <= 1 and found["other_headlines"] < np.log1p(FEWEST_CARDS) and words >= FEWEST_PLAIN
    is_long = words >= max(LONG_PLAIN, PLAIN_LINE * np.expm1(found["kept_lines"]))
    is_prose = found["prose"] >= PLAIN or (is_long and found["share"] >= PLAIN and found["linked"] < MOST_LINKED)
    is_plain = is_prose and found["sure"] >= PLAIN and found["share"] >= 0.5 and found["list_address"] != 1
    return bool(found["claims_article"] or is_single) and is_plain


def _refusal(page: Measured, kinds: Counter[str], words: int, chance: float) -> tuple[str, str]:
    told = f"{words} words of text, an article with a chance of {chance:.0%}"
    if kinds.total() >= FEWEST_PHRASES:
        return "wall", f"{WALLS[kinds.most_common(1)[0][0]]} in the place of an article ({told})"
    if words < FEWEST_WORDS or own_headlines(page.blocks).sum() < FEWEST_CARDS:
        return "too_short", f"too little text, and little that speaks for an article ({told})"
    return "listing", f"a list of articles, a home page or a shell: its texts are no article of their own ({told})"


def evidence(
    page: Measured, chances: Floats, kept: list[bool], facts: Article, *, claims_article: bool, phrases: int
) -> Floats:
    """The values of ``EVIDENCE`` for a page of which something is kept, with so many phrases of walls."""
    lines = page.blocks.lines
    chosen = np.array(kept)
    text_lines = np.flatnonzero(chosen)
    first, last = int(text_lines[0]), int(text_lines[-1])
    headlines = own_headlines(page.blocks)
    words, prose = words_and_prose(page.matrix)
    every, amount = max(float(words.sum()), 1), max(float(words[chosen].sum()), 1)
    text = [line.text for line, keep in zip(lines, kept, strict=True) if keep]
    said = _terms(" ".join(text)[:20_000])
    headline = _terms(facts.title or "")
    url = _valid(facts.url)
    path, slug = _path(url)
    address = {plain(word) for word in _ADDRESS_WORD.findall(" ".join(path).lower())} if url else set()
    named = set(plain(" ".join(headline)).split())
    told = named | set(plain(" ".join(said)).split())
    linked = np.minimum(page.base[:, SLOT["linked"]], 1) * words
    values = {
        "words": np.log1p(amount),
        "share": amount / every,
        "sure": float((chances[chosen] * words[chosen]).sum()) / amount,
        "prose": float(prose[chosen].sum()) / amount,
        "together": _together(page, chosen, words),
        "repeated": float((page.matrix[:, _BESIDE + page.base.shape[1]] * words)[chosen].sum()) / amount,
        "from_headline": _from_headline(page, chosen),
        "below_headline": _below_headline(page, chosen, words),
        "headline_in_text": len(headline & said) / max(len(headline), 1),
        "headline_in_address": len(address & named) / len(address) if address else -1,
        "text_in_address": len(address & told) / len(address) if address else -1,
        "claims_article": claims_article,
        "dated": facts.published_source in _IN_MARKUP or _is_dated_address(path),
        "author": bool(facts.authors),
        "described": bool(facts.description),
        "other_headlines": np.log1p(int(headlines.sum())),
        "headlines_within": np.log1p(int(headlines[first : last + 1].sum())),
        "list_address": _is_list_address(path) if url else -1,
        "beside_links": float(words[chosen & beside(headlines)].sum()) / amount,
        "linked": float(linked.sum()) / every,
        "lines": np.log1p(len(lines)),
        "kept_lines": np.log1p(len(text)),
        "longest": np.log1p(words[chosen].max(initial=0)),
        "dates": np.log1p(int((page.base[:, SLOT["date"]] > 0).sum())),
        "headings": min(sum(line.level == 1 for line in lines), 9),
        "depth": len(path) if url else -1,
        "slug": slug if url else -1,
        "digits": max(map(len, _DIGITS.findall(" ".join(path))), default=0) if url else -1,
        "fields": np.log1p(len(page.blocks.fields)),
        "fields_beside": np.log1p(_fields_beside(page, chosen)),
        "passwords": min(page.blocks.passwords, 3),
        "wall_words": phrases / max(amount, 50) * 100,
    }
    return np.array([float(values[name]) for name in EVIDENCE])


def _terms(text: str) -> set[str]:
    """The words of a text, or pairs of characters where it is in a script without spaces."""
    text = text.lower()
    wide = WIDE.findall(text)
    words = {word for word in set(_WORD.findall(text)) if len(word) > 1}
    return {word for word in words if not WIDE.match(word)}.union(map("".join, pairwise(wide))) if wide else words


def _valid(url: str | None) -> str | None:
    """The address; None where it is not valid, for that says nothing of the page."""
    try:
        return url if urlsplit(url or "").netloc else None
    except ValueError:
        return None


def _path(url: str | None) -> tuple[list[str], int]:
    """The steps of an address's path and the parameters that name a page, and how many words the last step has."""
    parts = urlsplit(url or "")
    parameters = parse_qsl(parts.query)[:MOST_PARAMETERS]
    steps = [step for step in unquote(parts.path).split("/") if step]
    for name, given in parameters:
        value = given.strip("/")
        names_page = value.isdecimal() or len(_ADDRESS_WORD.findall(value)) >= FEWEST_SLUG_WORDS
        if names_page and name.lower() not in _SEARCHES:
            steps += [name, value]
    return steps, len(_ADDRESS_WORD.findall(steps[-1])) if steps else 0


def _is_dated_address(path: Sequence[str]) -> bool:
    """Whether the steps of an address name a year and a month, and then something else."""
    pairs = pairwise([] if _is_list_address(path) else path[:-1])
    return any(_YEAR.fullmatch(year) and month.isdecimal() and 1 <= int(month[:3]) <= 12 for year, month in pairs)


def _is_list_address(path: Sequence[str]) -> bool:
    """Whether the steps of an address are those of a list, as the usual systems call them, or of a whole site."""
    steps = [step.lower().rsplit(".", 1)[0] for step in path]
    steps = steps[:-1] if steps[-1:] == ["index"] else steps
    numbers = [*takewhile(str.isdecimal, reversed(steps))][::-1]
    above = steps[-len(numbers) - 1] if len(numbers) < len(steps) else ""
    if numbers:
        is_day = _YEAR.fullmatch(numbers[0]) is not None and all(len(number) <= 2 for number in numbers[1:])
        return above in _COUNTED or (is_day and above in ("", "archive", "archives"))
    return not steps or above in _LISTS or any(step in _LISTED_BY for step in steps[-2:-1])


def _together(page: Measured, kept: np.ndarray, words: Floats) -> float:
    """How much of the text stands in the same containers, rather than each line in a card of its own."""
    if kept.sum() < 3:
        return 1.0
    groups = page.held.group[np.array(page.blocks.owners)]
    count = Counter(groups[kept].tolist())
    shared = sum(words[line] for line in np.flatnonzero(kept) if count[int(groups[line])] >= 3)
    return float(shared / max(words[kept].sum(), 1))


def _from_headline(page: Measured, kept: np.ndarray) -> float:
    first = int(np.argmax(kept))
    above = [at for at, line in enumerate(page.blocks.lines[: first + 1]) if line.level == 1]
    return float(np.log1p(first - above[-1])) if above else -1.0


def _fields_beside(page: Measured, kept: np.ndarray) -> int:
    """Fields in a container of which a line is kept: the innermost around the field that holds a line at all."""
    taken = np.concatenate([[0], np.cumsum(kept)])
    found = 0
    for node in page.blocks.fields:
        around = containers(page.blocks, node)
        holder = next((one for one in around if page.held.first[one] < page.held.last[one]), None)
        found += holder is not None and taken[page.held.last[holder]] > taken[page.held.first[holder]]
    return found


def _below_headline(page: Measured, kept: np.ndarray, words: Floats) -> float:
    owners = [owner for owner, line in zip(page.blocks.owners, page.blocks.lines, strict=True) if line.level == 1]
    if not owners:
        return -1.0
    taken = page.held.sums((words * kept)[:, None], page.held.group[np.array(owners)])
    return float(taken.max() / max(words[kept].sum(), 1))
