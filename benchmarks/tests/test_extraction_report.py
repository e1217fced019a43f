"""The extraction benchmark from its command line, on pages made here."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.extraction_report import WorstPage, as_html, as_text, unmatched_lines
from benchmarks.extractors import EXTRACTORS, plain_text
from testing.forkserver import fork_server

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PARAGRAPHS = [
    "The council of Millbrook met on Monday evening to decide about the new bridge, which the town wanted for years.",
    "After four hours of debate the members voted eleven to six in favour, and the works are to begin next spring.",
    "The mayor said that the ferry would keep running until the first cars can cross the river, in about three years.",
]
TITLE = "Millbrook decides to build its bridge"
HTML = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>
<meta property="og:title" content="{TITLE}"><meta name="author" content="Ann Lee">
<meta property="article:published_time" content="2026-03-02T08:00:00+00:00"></head>
<body><article><h1>{TITLE}</h1>{"".join(f"<p>{text}</p>" for text in PARAGRAPHS)}</article></body></html>"""


def run(*arguments: str, bench: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.extraction", *arguments]
    return fork_server().run(command, cwd=ROOT, env=os.environ | {"NEWSCRAWL_BENCH": str(bench)})


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A data set of one article and one page without an answer."""
    folder = tmp_path / "vn"
    (folder / "html").mkdir(parents=True)
    (folder / "html" / "1.html.gz").write_bytes(gzip.compress(HTML.encode()))
    gold = {
        "title": TITLE,
        "text": "\n".join(PARAGRAPHS),
        "authors": ["Ann Lee"],
        "published_at": "2026-03-02 09:00:00+01:00",
        "must": ["eleven to six"],
        "must_not": ["Most read"],
    }
    records = [
        {"id": "bridge", "url": "https://news.example/bridge", "html": "html/1.html.gz", "gold": gold},
        {"id": "unknown", "url": "https://news.example/x", "html": "html/1.html.gz", "gold": {"text": None}},
    ]
    (folder / "pages.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return tmp_path


def test_figures_of_every_page(bench: Path, tmp_path: Path):
    figures = tmp_path / "figures.json"
    done = run("--datasets", "vn", "--extractors", "ours,trafilatura", "--json", str(figures), bench=bench)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^ours +1( +1\.0000){5} .* \[[+-]0\.\d+, [+-]0\.\d+\]$", done.stdout, re.MULTILINE)
    assert re.search(r"^trafilatura +1 ", done.stdout, re.MULTILINE)
    known, unknown, *_ = (record for record in json.loads(figures.read_text()) if record["extractor"] == "ours")
    assert known.pop("cpu_ms") > 0
    assert known == {
        "dataset": "vn",
        "page": "bridge",
        "extractor": "ours",
        "precision": 1,
        "recall": 1,
        "f1": 1,
        "with": 1,
        "leak": 0,
        "title": True,
        "authors": True,
        "day": True,
        "failure": None,
    }
    assert (unknown["page"], unknown["f1"], unknown["title"]) == ("unknown", None, None)


def test_the_public_benchmark_is_read_from_a_clone(tmp_path: Path):
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "ab12.html.gz").write_bytes(gzip.compress(HTML.encode()))
    truth = {"ab12": {"articleBody": "\n".join(PARAGRAPHS[:2]), "url": "https://news.example/bridge"}}
    (tmp_path / "ground-truth.json").write_text(json.dumps(truth))
    done = run("--aeb", str(tmp_path), "--extractors", "trafilatura", "--worst", "1", bench=tmp_path / "none")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^trafilatura +1 +0\.\d+ +1\.0000 ", done.stdout, re.MULTILINE)
    assert "aeb/ab12   trafilatura F1 0." in done.stdout
    assert "The mayor said that the ferry" in done.stdout


@pytest.mark.parametrize(("arguments", "hint"), [((), "NEWSCRAWL_BENCH"), (("--aeb", "/nonexistent"), "--aeb")])
def test_missing_pages_are_one_line(tmp_path: Path, arguments: tuple[str, ...], hint: str):
    done = run(*arguments, bench=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert hint in done.stderr


def test_an_unknown_extractor_is_named(bench: Path):
    done = run("--extractors", "ours,magic", bench=bench)
    assert done.returncode == 2
    assert "unknown: magic; known: ours, ours-out-of-fold, ours-by-trafilatura, trafilatura," in done.stderr


def test_an_extractor_without_its_package_is_listed_and_skipped(bench: Path):
    if any(_installed(name) for name in ("resiliparse", "goose3")):
        pytest.skip("resiliparse or goose3 is installed")
    done = run("--datasets", "vn", "--extractors", "resiliparse,goose3,trafilatura", bench=bench)
    assert done.returncode == 0
    assert "resiliparse: not installed" in done.stdout
    assert "goose3: not installed" in done.stdout
    assert re.search(r"^trafilatura +1 ", done.stdout, re.MULTILINE)


def _installed(name: str) -> bool:
    try:
        EXTRACTORS[name].load()
    except ImportError:
        return False
    return True


def test_lines_that_the_other_text_does_not_have():
    gold = f"{PARAGRAPHS[0]}\nBy boat\n{PARAGRAPHS[1]}"
    text = f"{TITLE}\n{PARAGRAPHS[0]}\nBy boat\nBy car\n\n{PARAGRAPHS[0]}"
    assert unmatched_lines(text, gold) == [TITLE, "By car", PARAGRAPHS[0]]
    assert unmatched_lines(gold, text) == [PARAGRAPHS[1]]


def test_the_page_of_differences_escapes_what_it_shows():
    hostile = '<script>alert(1)</script><img src=x onerror="alert(1)">\x00\x1b[2J\u202e\ud800'
    page = WorstPage(f"vn/{hostile}", f'javascript:alert("1"){hostile}', [hostile], [hostile, "</table><b>"])
    shown = as_html([f"vn {hostile}"], [page])
    assert "<script" not in shown
    assert "<img" not in shown
    assert "</table><b>" not in shown
    assert "href" not in shown
    assert not re.search("[\x00\x1b\u202e\ud800]", shown)
    assert shown.count("&lt;script&gt;") == 5
    assert re.search(r"content=\"default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'", shown)


def test_the_terminal_is_not_steered_by_a_page():
    shown = as_text(WorstPage("vn/1", "https://news.example/\x1b]0;x\x07", ["a\x1b[31m red line"], ["lost\x9b2J"]))
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\x9b" not in shown
    assert re.search(r"^a\[31m red line +\| lost2J$", shown, re.MULTILINE)


def test_blocks_become_lines_and_words_stay_whole():
    fragment = "<p>The <b>b</b>ridge<br>opens</p><ul><li>in spring</li></ul>"
    assert plain_text(fragment) == "The bridge\nopens\nin spring"
