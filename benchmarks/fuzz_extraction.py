"""Extraction of damaged pages: ``python -m benchmarks.fuzz_extraction --minutes 10 --seed 1``.

Takes real pages (the data sets of ``datasets``, the provided documents) and damages each in one to six ways: bytes and
tags changed, two pages spliced, another encoding, hostile snippets, broken structured data, another content type or
URL. Case ``n`` of a seed is the same on every run of a day. A finding is any exception but NoArticle, one that
NoArticle hides (``extractor_failed``), a page that takes longer than ten seconds, and an article that could not be
stored as it is. Each is made smaller and written to the folder that ``--keep`` names, with the line that shows it
again:

    python -m benchmarks.fuzz_extraction --again .cache/fuzz/1-205.page
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import re
import signal
import sys
import time
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

from newscrawl import Article, NoArticle, extract
from newscrawl.extraction.metadata.dates import AHEAD
from testing.datasets import DATASETS, NoPages, bench_folder, load_dataset
from testing.hostile_pages import article

LONGEST_CASE = 10.0
"""Seconds after which a page hangs."""
MINIMISING = 60.0
"""Seconds for making one finding smaller."""
_ROOT = Path(__file__).resolve().parent.parent
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\u2028\u2029]")
_TAG = re.compile(rb"<[^<>]{1,500}>")
_ELEMENT = re.compile(rb"<(p|div|li|h1|h2|time|span|article|script|table|figure|meta|title)\b[^<>]{0,300}>")
_ATTRIBUTE = re.compile(rb"""\s([a-z:-]{2,20})=("[^"<>]{0,300}"|'[^'<>]{0,300}')""")
_STRUCTURED = re.compile(rb"<script[^<>]{0,200}ld\+json[^<>]{0,200}>(.{2,20000}?)</script>", re.DOTALL)
_DATE = re.compile(rb"\d{4}-\d\d-\d\d(?:T[\d:]{5,8}(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?|\d{1,2}[./-]\d{1,2}[./-]\d{4}")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is extracted."""

    body: bytes
    url: str | None
    content_type: str


class Hang(BaseException):
    """A page took too long. No Exception, or the extractor would catch it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A page that is about to be damaged."""

    chance: random.Random
    subject: Subject
    others: Sequence[Subject]
    """Pages whose parts may be taken."""


Damage = Callable[[Draft], Subject]

_LINES = """\
<!--
-->
<![CDATA[
]]>
</html>
</body>
<body>
<html lang='\u0130'>
<frameset>
<?php ?>
<title>
<h1></h1>
<h1><h1>
<base href='http://['>
<base href='//'>
<svg><title>x</title>
<math><mi>
<template>
<textarea>
<plaintext>
<noscript>
<select><option>
<button>
&#0;
&#xD800;
&#x1F;
&#x202E;
&#x85;
&#x2028;
&#1114112;
&amp;amp;
&notanentity
e&#x323;&#x302;
\u200b\ufeff
\u202eabc\u202c
\x1b[31m
\x00
\x85
\u2028
\ufffe
\ud800
ﬁ \ufdfa
Ã©tÃ© Ä‘áº£o
\u1100\u1161\u11a8
\u0130 ß e\u0323\u0302
\U000e0041 👩\u200d👧
<meta property='article:published_time' content='9999-12-31T23:59:59-14:00'>
<meta property='article:published_time' content='0001-01-01T00:00:00+14:00'>
<meta property='og:title' content='e&#x323;&#x302;&#x2028;&#x202e;&#7;'>
<meta name=author content='&#0;&#x1b;[2J'>
<meta name=keywords content=',,,'>
<meta name=description content='&#xD800;&#x85;Ã©'>
<meta charset=utf-7>
<meta charset=rot13>
<meta http-equiv=content-type content='text/html; charset=zlib'>
<meta charset=''>
<link rel=canonical href='http://[::1'>
<link rel=canonical href='https://a.example/&#x2028;&#x202e;e&#x323;&#x302;'>
<link rel='' href>
<img src='http://[' srcset=', ,, 1x'>
<img width=99999999999999999999 src=a>
<figure><img src='/e&#x323;&#x302;&#x85;.jpg'><figcaption>&#x202e;&#1;</figcaption></figure>
<time datetime='٣٠٠٠-٠١-٠١'>
<time datetime='2024-02-30T25:61:61+99:99'>
<time datetime='99999999999999999999'>
<time>½/¾/²⁰²⁴</time>
<span class='date'>31/12/9999 23:59 GMT-12</span>
<span class='date'>12/03/2024 10:20&#x2028;&#x202e;&#1;e&#x323;&#x302;</span>
<span class=author>By &#0; and, and ,</span>
<span class=author>By Marta&#x202e; Obe&#x323;&#x302;rlin</span>
LD"datePublished":20240312}</script>
LD"datePublished":["x"],"headline":{"@value":null}}</script>
LD"headline":"\\u0000\\ud800\\u202e","author":"\\ud800 \\u0007"}</script>
LD"datePublished":NaN,"author":[[[]]]}</script>
LD"datePublished":1e400,"author":{"name":{"name":{}}}}</script>
LD"@id":{"a":[]},"author":{"@id":["#"]},"image":[{"url":7}],"keywords":[1,null,{}],"isAccessibleForFree":[]}</script>
LD"inLanguage":{"name":["\\u0000"]},"articleSection":[[]],"publisher":[{"name":5}],"dateModified":"2999"}</script>
LD"articleSection":"\\ud800\\u0000e\\u0323\\u0302","keywords":"\\ud800,\\u0000,e\\u0323\\u0302"}</script>
LD"datePublished":"2024-03-12T10:20:00+24:00\\ud800\\u0000"}</script>\
"""
_OFTEN = {
    "<p>": 300,
    "<div>": 300,
    "<table><tr><td>": 40,
    "<b><p></b></p>": 40,
    "<a>": 20,
    "<ul><li>": 100,
    "<br>": 500,
}
_OFTEN |= {"\u0301": 40, "[": 2000, "![](": 500, "| ": 500, "a\n": 500}
_LD = '<script type="application/ld+json">{"@type":"NewsArticle",'
SNIPPETS = tuple(
    snippet.replace("LD", _LD, 1).encode("utf-8", "surrogatepass")
    for snippet in (
        *_LINES.split("\n"),
        *(snippet * often for snippet, often in _OFTEN.items()),
        f'LD"datePublished":"{"1" * 400}"}}</script>',
        "<script type='application/ld+json'>" + "[" * 3000,
        "<script type='application/ld+json'>" + '{"a":' * 2000,
        article(),
    )
)
CONTENT_TYPES = (
    "text/html",
    "text/html; charset=utf-8",
    "text/html; charset=windows-1252",
    "text/html;charset=gb18030",
    "text/html; charset=rot13",
    "text/html; charset=utf-7",
    "text/html; charset=punycode",
    "text/html; charset=\x00",
    "application/xhtml+xml",
    "application/html; charset=idna",
    "text/plain",
    "text/plain; charset=utf-16",
    "TEXT/HTML",
    "",
    ";",
)
URLS = (
    None,
    "",
    "http://[",
    "https://[::1]/a",
    "//paper.example",
    "https://paper.example/2024/13/45/a",
    "https://paper.example:99999/a",
    "https://paper.example/9999/12/31/a",
    "https://paper.example/0000-00-00",
    "https://paper.example/20240230123456789.html",
    "https://paper.vn/\u0661\u0662/\u0663",
    "https://xn--\u0130.example/",
    "https://\ud800.example/",
    "https://a..b/%ff?\n",
    "https://" + "a." * 300 + "vn/",
    "HTTPS://É.VN/",
    "file:///a",
    "data:text/html,a",
    "x" * 3000,
)
ENCODINGS = (
    *("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp1252", "cp1258", "latin-1", "cp1251", "gb18030"),
    *("shift_jis", "utf-7", "big5", "koi8-r"),
)


def _changed(subject: Subject, body: bytes) -> Subject:
    return Subject(body, subject.url, subject.content_type)


def _at(chance: random.Random, body: bytes) -> int:
    """A place in a page, as likely before and in a tag as anywhere."""
    place = chance.randrange(len(body) + 1)
    return body.find(b"<", place) if chance.random() < 0.5 and body.find(b"<", place) >= 0 else place


def flip(draft: Draft) -> Subject:
    """Other bytes here and there."""
    body = bytearray(draft.subject.body)
    for _ in range(draft.chance.choice((1, 3, 20, 200)) if body else 0):
        body[draft.chance.randrange(len(body))] = draft.chance.choice(
            (0, 0x20, 0x22, 0x26, 0x3C, 0x3E, 0x80, 0xFF, draft.chance.randrange(256))
        )
    return _changed(draft.subject, bytes(body))


def cut(draft: Draft) -> Subject:
    """The page ends, or begins, somewhere, or misses a part."""
    body, one, two = draft.subject.body, _at(draft.chance, draft.subject.body), _at(draft.chance, draft.subject.body)
    return _changed(
        draft.subject, draft.chance.choice((body[:one], body[one:], body[: min(one, two)] + body[max(one, two) :]))
    )


def tags(draft: Draft) -> Subject:
    """Tags are lost, doubled, or exchanged."""
    found = [match.span() for match in _TAG.finditer(draft.subject.body)]
    if not found:
        return draft.subject
    chosen = sorted(draft.chance.sample(found, min(len(found), draft.chance.choice((1, 5, 50)))))
    way = draft.chance.randrange(4)
    parts, last = [], 0
    for start, end in chosen:
        tag = draft.subject.body[start:end]
        other = slice(*draft.chance.choice(found))
        parts += [
            draft.subject.body[last:start],
            (b"", tag * 2, draft.subject.body[other], tag * draft.chance.choice((10, 300)))[way],
        ]
        last = end
    return _changed(draft.subject, b"".join([*parts, draft.subject.body[last:]]))


def attributes(draft: Draft) -> Subject:
    """Attributes get other values, those of others, or none."""
    found = list(_ATTRIBUTE.finditer(draft.subject.body))
    if not found:
        return draft.subject
    values: list[bytes] = [
        b'""',
        b'"' + b"a" * 5000 + b'"',
        b"",
        b'"&#0;&#x1b;"',
        b'"9999-12-31"',
        b"'\"'",
        b'"{}"',
        b'"-1"',
    ]
    parts, last = [], 0
    for match in sorted(
        draft.chance.sample(found, min(len(found), draft.chance.choice((1, 5, 50)))), key=lambda one: one.start()
    ):
        value = draft.chance.choice(
            (
                draft.chance.choice(values),
                draft.chance.choice(found)[2],
                b'"' + draft.chance.choice(SNIPPETS)[:200] + b'"',
            )
        )
        parts += [draft.subject.body[last : match.start(2)], value]
        last = match.end(2)
    return _changed(draft.subject, b"".join([*parts, draft.subject.body[last:]]))


def splice(draft: Draft) -> Subject:
    """A part of another page stands in this one."""
    other = draft.chance.choice(draft.others).body
    begin, end = sorted((_at(draft.chance, other), _at(draft.chance, other)))
    one, two = _at(draft.chance, draft.subject.body), _at(draft.chance, draft.subject.body)
    return _changed(draft.subject, draft.subject.body[:one] + other[begin:end] + draft.subject.body[max(one, two) :])


def encode(draft: Draft) -> Subject:
    """The page is in another encoding, which it may not declare, or is decoded wrongly and encoded again."""
    text = draft.subject.body.decode(draft.chance.choice(("utf-8", "utf-8", "cp1252")), "replace")
    if draft.chance.random() < 0.3:
        text = unicodedata.normalize(draft.chance.choice(("NFD", "NFKD")), text)
    encoding = draft.chance.choice(ENCODINGS)
    if draft.chance.random() < 0.5:
        text = re.sub(r"charset=(['\"]?)[\w-]+", rf"charset=\g<1>{encoding}", text)
    return _changed(
        draft.subject, text.encode(encoding, draft.chance.choice(("replace", "ignore", "xmlcharrefreplace")))
    )


def insert(draft: Draft) -> Subject:
    """Hostile snippets stand at some places."""
    body = draft.subject.body
    for _ in range(draft.chance.choice((1, 1, 3, 12))):
        place = (
            _at(draft.chance, body)
            if draft.chance.random() < 0.8
            else draft.chance.choice((0, len(body), max(body.find(b"<head"), 0)))
        )
        body = body[:place] + draft.chance.choice(SNIPPETS) * draft.chance.choice((1, 1, 1, 5)) + body[place:]
    return _changed(draft.subject, body)


def nest(draft: Draft) -> Subject:
    """Elements begin and do not end, many times."""
    found = list(_ELEMENT.finditer(draft.subject.body))
    if not found:
        return draft.subject
    match = draft.chance.choice(found)
    return _changed(
        draft.subject,
        draft.subject.body[: match.start()]
        + match[0] * draft.chance.choice((3, 60, 250, 3000))
        + draft.subject.body[match.end() :],
    )


def structured(draft: Draft) -> Subject:
    """JSON-LD loses signs, gains some, or has other values."""
    found = list(_STRUCTURED.finditer(draft.subject.body))
    if not found:
        return insert(draft)
    match = draft.chance.choice(found)
    script = bytearray(match[1])
    for _ in range(draft.chance.choice((1, 4, 30))):
        place = draft.chance.randrange(len(script) + 1)
        sign = draft.chance.choice(
            (
                b'"',
                b"{",
                b"}",
                b"[",
                b"]",
                b",",
                b":",
                b"\\",
                b"null",
                b"[]",
                b"{}",
                b"\\ud800",
                b"\\u0000",
                b"1e999",
                b"",
            )
        )
        script[place : place + draft.chance.choice((0, 1, 1, 20))] = sign
    return _changed(
        draft.subject, draft.subject.body[: match.start(1)] + bytes(script) + draft.subject.body[match.end(1) :]
    )


def dates(draft: Draft) -> Subject:
    """Dates are others, or none."""
    soon = datetime.now(UTC).date() + timedelta(days=draft.chance.choice((0, 1, 2, 400)))
    values = [
        *(
            b"9999-12-31T23:59:59-12:00",
            b"0001-01-01T00:00:00+14:00",
            b"2024-02-30",
            b"0000-00-00T00:00:00",
            b"31/12/9999",
        ),
        *(b"2024-03-12T24:00:60.999999999+23:59", "٢٠٢٤-٠٣-١٢".encode(), f"{soon}T23:59:59-12:00".encode()),
    ]
    return _changed(
        draft.subject,
        _DATE.sub(lambda match: draft.chance.choice((match[0], draft.chance.choice(values))), draft.subject.body),
    )


def address(draft: Draft) -> Subject:
    """Another URL, another content type."""
    url = draft.chance.choice((draft.subject.url, draft.chance.choice(URLS)))
    return Subject(
        draft.subject.body, url, draft.chance.choice((draft.subject.content_type, draft.chance.choice(CONTENT_TYPES)))
    )


DAMAGES: tuple[Damage, ...] = (
    *(flip, cut, tags, attributes, splice, encode, insert, insert, nest, structured, dates, address),
)  # fmt: skip


def make_case(seed: str, number: int, pages: Sequence[Subject]) -> Subject:
    """A damaged page, the same for the same seed, number and pages."""
    chance = random.Random(f"{seed}-{number}")
    subject = chance.choice(pages)
    for damage in chance.choices(DAMAGES, k=chance.choice((1, 1, 2, 3, 6))):
        subject = damage(Draft(chance, subject, pages))
    return subject


def real_pages(limit: int | None = None) -> list[Subject]:
    """Every page of the data sets that are on this machine, and the provided documents."""
    found = [
        Subject(path.read_bytes(), None, "text/plain")
        for path in sorted((_ROOT / "fixtures" / "provided").glob("*.txt"))
    ]
    for name in DATASETS:
        try:
            found += [Subject(page.body(), page.url, "text/html") for page in load_dataset(bench_folder(), name, limit)]
        except NoPages as error:
            print(error, file=sys.stderr)
    return found


def outcome_of(subject: Subject) -> tuple[str, str | None]:
    """What became of a page, as a word to count by; and what is wrong, None where nothing is."""
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, LONGEST_CASE)
    try:
        found = extract(subject.body, subject.url, subject.content_type)
    except NoArticle as error:
        if error.reason != "extractor_failed":
            return error.reason, None
        return error.reason, f"hidden {type(error.__cause__).__name__} at {_place(error.__cause__)}"
    except Hang as error:
        return "hang", f"hang at {_place(error)}"
    except Exception as error:  # noqa: BLE001 - every exception is a finding
        return "exception", f"{type(error).__name__} at {_place(error)}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return "article", fault_of(found)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise Hang


def _place(error: BaseException | None) -> str:
    """File and function of the project, or of what it calls first, where an error came from."""
    trace = error.__traceback__ if error else None
    place = "nowhere"
    while trace is not None:
        code = trace.tb_frame.f_code
        if "newscrawl" in code.co_filename:
            place = f"{Path(code.co_filename).name}:{code.co_name}"
        trace = trace.tb_next
    return place


def fault_of(found: Article) -> str | None:
    """Why an article could not be stored or shown as it is; None where it could."""
    lines = {
        "title": found.title,
        "description": found.description,
        "section": found.section,
        "raw": found.published_raw,
    }
    lines |= {
        "author": "".join(found.authors),
        "tag": "".join(found.tags),
        "image": found.image_url,
        "language": found.language,
    }
    lines |= {
        "caption": "".join(f"{image.url}{image.caption or ''}" for image in found.images),
        "canonical": found.canonical_url,
    }
    faults = [
        f"{name} {fault}" for name, text in {**lines, "text": found.text}.items() if (fault := _fault(name, text))
    ]
    if not found.text.strip():
        faults.append("the text is empty")
    for moment in filter(None, (found.published_at, found.modified_at)):
        if moment.tzinfo is None:
            faults.append("a time without zone")
        elif moment > datetime.now(UTC) + AHEAD:
            faults.append("a date in the future")
    return next(iter(faults), None)


def _fault(name: str, text: str | None) -> str | None:
    text = text or ""
    if match := _CONTROL.search(text):
        return f"holds U+{ord(match[0]):04X}"
    if name != "text" and "\n" in text:
        return "holds a line end"
    return None if unicodedata.is_normalized("NFC", text) else "is not NFC"


def minimised(subject: Subject, fault: str) -> Subject:
    """The page without what the same fault does not need, as far as a minute leads."""
    end = time.monotonic() + MINIMISING
    if subject.url is not None and outcome_of(Subject(subject.body, None, subject.content_type))[1] == fault:
        subject = Subject(subject.body, None, subject.content_type)
    size = max(len(subject.body) // 2, 1)
    while size and time.monotonic() < end:
        start, before = 0, len(subject.body)
        while start < len(subject.body) and time.monotonic() < end:
            shorter = _changed(subject, subject.body[:start] + subject.body[start + size :])
            if outcome_of(shorter)[1] == fault:
                subject = shorter
            else:
                start += size
        if len(subject.body) == before or size > len(subject.body):
            size //= 2
    return subject


def keep(subject: Subject, fault: str, name: str, folder: Path) -> Path:
    """Write a finding and what is needed to see it again."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.page"
    path.write_bytes(subject.body)
    about = {"url": subject.url, "content_type": subject.content_type, "fault": fault}
    path.with_suffix(".json").write_text(json.dumps(about), "utf-8")
    return path


def kept(path: Path) -> Subject:
    """What `keep` wrote."""
    about = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return Subject(path.read_bytes(), about["url"], about["content_type"])


def cases(seed: str, pages: Sequence[Subject], minutes: float, first: int = 0) -> Iterator[tuple[int, Subject]]:
    """Case after case, until the time is over."""
    end = time.monotonic() + 60 * minutes
    number = first
    while time.monotonic() < end:
        yield number, make_case(seed, number, pages)
        number += 1


def run(seed: str, minutes: float, folder: Path, first: int = 0) -> int:
    """Fuzz for a time. The exit code is 1 where something was found."""
    pages = real_pages()
    outcomes: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    spent = 0.0
    for number, subject in cases(seed, pages, minutes, first):
        start = time.process_time()
        outcome, fault = outcome_of(subject)
        spent += time.process_time() - start
        outcomes[outcome] += 1
        if fault is None:
            continue
        faults[fault] += 1
        if faults[fault] == 1:
            path = keep(minimised(subject, fault), fault, f"{seed}-{number}", folder)
            print(f"case {number}: {fault}\n    python -m benchmarks.fuzz_extraction --again {path}", flush=True)
    total = outcomes.total()
    print(f"seed {seed}: {total} cases of {len(pages)} pages, {total / max(spent, 0.001):.1f} a second of CPU time")
    print(", ".join(f"{name} {count}" for name, count in outcomes.most_common()))
    print("\n".join(f"{count} times {fault}" for fault, count in faults.most_common()) or "nothing found")
    return 1 if faults else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the fuzzer, or one finding again."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz_extraction", description="Extract damaged pages.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="the case to begin with")
    parser.add_argument("--keep", type=Path, default=_ROOT / ".cache" / "fuzz", metavar="DIR", help="where findings go")
    parser.add_argument("--again", type=Path, metavar="FILE", help="extract a finding again, with its traceback")
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    if options.again:
        subject = kept(options.again)
        print(*outcome_of(subject))
        print(extract(subject.body, subject.url, subject.content_type))
        return 0
    return run(options.seed, options.minutes, options.keep, options.first)


if __name__ == "__main__":
    sys.exit(main())
