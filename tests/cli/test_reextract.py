"""`newscrawl reextract`, as a person runs it: archived pages, a real database, processes that are killed."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newscrawl.archive import ArchiveWriter, delete_record
from newscrawl.boilerplate.repeated import THRESHOLD, keys_of
from newscrawl.crawl.reextraction import extract_again
from newscrawl.dedupe import content_hash
from newscrawl.extraction import extract_page
from newscrawl.items import Candidate, Page
from newscrawl.rules import NO_RULES
from newscrawl.storage.reextractions import Reextraction, Reread, Scope
from newscrawl.storage.store import Store
from tests.archive.made import page
from tests.database import query, snapshot
from tests.projects import COMMAND, environment, make_project, run, run_on_a_terminal

SITE = """
from newscrawl.base_spiders import SiteSpider

class BaoSpider(SiteSpider):
    name = "bao"
    allowed_domains = ("bao.example",)
    {rule}
"""
RULE = "prune_xpath = (\"//p[contains(., 'Theo báo cáo')]\",)"
PROGRESS = "select position, json_extract(counts, '$.outcomes.changed'), finished_at is null from reextractions"


def candidate(name: str, made: Page | None = None) -> Candidate:
    """A page as the pipelines hand it over."""
    made = made or page(name)
    extraction = extract_page(made)
    return Candidate(made, extraction, content_hash(extraction.article.text), block_keys=keys_of(extraction.blocks))


def archived(folder: Path, count: int) -> Path:
    """Make a database of articles with their raw pages, as crawls leave it; return the folder of both."""
    store = Store.open(f"sqlite:///{folder}/newscrawl.db", "bao", {}, ArchiveWriter(folder / "archive", "bao"))
    for number in range(count):
        store.write([candidate(f"thị xã số {number}")])
    store.finish("finished")
    store.close()
    return folder


def change(folder: Path, *statements: str) -> None:
    """Change the database as an earlier extraction could have left it."""
    with closing(sqlite3.connect(folder / "newscrawl.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def reextract(folder: Path, *arguments: object, seconds: float = 90) -> subprocess.CompletedProcess[str]:
    """Run the command there."""
    return run(COMMAND, "reextract", *map(str, arguments), cwd=folder, seconds=seconds)


def asked(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    """Query the database there."""
    return query(folder / "newscrawl.db", statement)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Twelve articles with their raw pages."""
    return archived(make_project(tmp_path_factory.mktemp("news") / "made", bao=SITE.format(rule="")), 12)


@pytest.fixture
def news(made, tmp_path) -> Path:
    """A copy of them."""
    return Path(shutil.copytree(made, tmp_path / "copy"))


def prune(folder: Path) -> None:
    """Change the rules of the site."""
    (folder / "sites" / "bao.py").write_text(SITE.format(rule=RULE), "utf-8")


def test_articles_that_come_out_as_before_are_not_touched(news):
    """Not even the version of what made them."""
    change(news, "update articles set extractor = 'newscrawl 0.0'")
    before = asked(news, "select * from articles order by id")
    result = reextract(news)
    assert (result.returncode, result.stderr) == (0, "")
    assert "12 pages re-extracted: 0 articles changed, 12 unchanged" in result.stdout
    assert asked(news, "select * from articles order by id") == before
    assert asked(news, "select count(*) from article_revisions") == [(0,)]


def test_only_changed_articles_get_a_new_extractor_and_text(news):
    """By today's extraction; their earlier texts are the extractor's doing, not the publisher's."""
    right = snapshot(news / "newscrawl.db")["articles"]
    change(
        news,
        "update articles set extractor = 'newscrawl 0.0'",
        "update articles set text = text || char(10) || 'Tin liên quan' where id = 3",
        "update articles set title = 'Báo Mới' where id = 5",
        "update articles set tags = '[\"a\"]', language = null where id = 7",
    )
    result = reextract(news)
    assert result.returncode == 0, result.stderr
    assert "3 articles changed, 9 unchanged" in result.stdout
    old = "extractor = 'newscrawl 0.0'"
    assert asked(news, f"select id from articles where not {old} order by id") == [(3,), (5,), (7,)]
    assert asked(news, "select article_id, cause, extractor, title from article_revisions order by 1") == [
        (3, "extractor", "newscrawl 0.0", asked(news, "select title from articles where id = 3")[0][0]),
        (5, "extractor", "newscrawl 0.0", "Báo Mới"),
    ]
    assert asked(news, "select distinct revision, fetched_at > '2026-03-02' from articles") == [(1, 0)]
    change(news, f"update articles set extractor = '{right[0][20]}'")
    assert snapshot(news / "newscrawl.db")["articles"] == right
    assert re.search(r"^text +0 +0 +1 +0 words gained, 3 lost$", result.stdout, re.MULTILINE)
    assert re.search(r"^language +1 +0 +0$", result.stdout, re.MULTILINE)
    assert re.search(r"^tags +0 +1 +0$", result.stdout, re.MULTILINE)


def test_rules_of_the_site_are_those_of_today(news):
    """What is written is what a crawl would store now; links of copies follow the texts."""
    prune(news)
    assert "12 articles changed" in reextract(news).stdout
    texts = asked(news, "select text, word_count, content_hash from articles")
    assert not [text for text, _, _ in texts if "Theo báo cáo" in text]
    assert all((count, digest) == (len(text.split()), content_hash(text)) for text, count, digest in texts)
    assert asked(news, "select distinct reason from runs where spider = 'reextract'") == [("finished",)]
    assert "0 articles changed, 12 unchanged" in reextract(news).stdout


def test_a_dry_run_says_what_a_sample_would_gain_and_lose(news):
    """And writes nothing."""
    prune(news)
    before = snapshot(news / "newscrawl.db"), asked(news, "select * from articles"), asked(news, "select * from runs")
    result = reextract(news, "--dry-run", "--sample", 5)
    assert result.returncode == 0, result.stderr
    assert "5 pages of 12 re-extracted: 5 articles would change, 0 unchanged" in result.stdout
    assert re.search(r"^text +0 +0 +5 +0 words gained, 1\d\d lost$", result.stdout, re.MULTILINE)
    after = snapshot(news / "newscrawl.db"), asked(news, "select * from articles"), asked(news, "select * from runs")
    assert after == before
    assert asked(news, "select count(*) from reextractions") == [(0,)]


def test_pages_that_are_missing_or_damaged_are_counted_and_left(news):
    """Nothing is lost with them, and each says why."""
    places = asked(news, "select archive_file, archive_offset from articles order by id")
    delete_record(news / "archive", *places[0])
    with (news / "archive" / places[1][0]).open("r+b") as file:
        file.seek(places[1][1] + 300)
        file.write(b"\0\0\0\0")
    change(
        news,
        "update articles set archive_file = 'bao/away.warc.gz' where id = 3",
        f"update articles set archive_offset = {places[4][1]} where id = 4",
        "update articles set archive_file = '../../etc/passwd' where id = 5",
        "update articles set archive_file = null, archive_offset = null where id = 6",
        "update articles set title = 'alt'",
    )
    result = reextract(news)
    assert result.returncode == 0, result.stderr
    assert "11 pages re-extracted: 6 articles changed, 0 unchanged" in result.stdout
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("5 left unchanged")]
    reasons = line.rpartition(": ")[2].split(", ")
    assert sorted(reasons) == ["another_page 1", "damaged 1", "deleted 1", "missing 1", "outside 1"]
    assert "1 articles have no raw page" in result.stdout
    assert asked(news, "select id from articles where title = 'alt' order by id") == [(i,) for i in range(1, 7)]


def test_only_what_is_asked_for_is_read(news):
    """By site and by the day of the fetch."""
    change(
        news,
        "update articles set title = 'alt'",
        "update articles set source = 'khác' where id < 4",
        "update articles set fetched_at = '2026-03-05 12:00:00.000000' where id between 4 and 6",
    )
    assert "3 pages re-extracted" in reextract(news, "--source", "khác").stdout
    assert "3 pages re-extracted" in reextract(news, "--since", "2026-03-05", "--until", "2026-03-05").stdout
    assert "6 pages re-extracted" in reextract(news, "--source", "bao.example", "--until", "2026-03-04").stdout
    assert asked(news, "select count(*) from articles where title = 'alt'") == [(0,)]


def test_facts_of_a_later_visit_are_not_taken_back(news):
    """Its page had the same text and is not kept; the one that is kept is older."""
    change(
        news,
        "update articles set body_digest = 'later', section = 'Thời sự'",
        "update articles set text = text || char(10) || 'Tin liên quan' where id = 2",
    )
    assert "1 articles changed, 11 unchanged" in reextract(news).stdout
    assert asked(news, "select distinct section, body_digest from articles") == [("Thời sự", "later")]
    assert asked(news, "select count(*) from articles where text like '%liên quan'") == [(0,)]


def test_an_article_that_is_none_any_more_stays(news):
    """Extraction may be wrong; an article is not taken away for it."""
    (news / "sites" / "bao.py").write_text(SITE.format(rule='prune_xpath = ("//body/*",)'), "utf-8")
    before = asked(news, "select * from articles")
    result = reextract(news)
    assert "12 left unchanged" in result.stdout
    assert asked(news, "select * from articles") == before


@pytest.mark.slow
def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(news):
    """With the time that is left."""
    shown = run_on_a_terminal(COMMAND, "reextract", cwd=news)
    assert "[####" in shown
    assert "100%" in shown
    lines = reextract(news).stdout.splitlines()
    assert "re-extracting: 12 of 12" in lines
    assert not [line for line in lines if "\r" in line or "#" in line]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--archive", "nowhere"), "no folder nowhere"),
        (("--database", "sqlite:///nowhere.db"), "does not exist"),
        (("--since", "gestern"), "since must be a day"),
    ],
)
def test_what_is_wrong_is_one_line(news, arguments, said):
    """And nothing is begun."""
    result = reextract(news, *arguments)
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("newscrawl reextract: ")
    assert said in line
    assert not (news / "nowhere.db").exists()


def interrupted(folder: Path, number: int, *, after: int) -> int:
    """Run the command, send it a signal once so many pages are done, and return its exit code."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "env": environment()}
    with subprocess.Popen([COMMAND, "reextract", "--workers", "1"], cwd=folder, **options) as process:
        while process.poll() is None and not any(row[0] >= after for row in progress(folder)):
            time.sleep(0.01)
        process.send_signal(number)
        output = process.communicate()[0]
    assert "Traceback" not in output, output
    return process.returncode


def progress(folder: Path) -> list[tuple[Any, ...]]:
    """What the database says of the pass."""
    try:
        return asked(folder, PROGRESS)
    except sqlite3.OperationalError:
        return []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)])
def test_interrupted_and_resumed_no_page_is_written_twice(tmp_path, number):
    """What was done is counted once, and the database is that of an undisturbed pass."""
    folder = archived(make_project(tmp_path / "one", bao=SITE.format(rule="")), 110)
    prune(folder)
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    assert "110 articles changed" in reextract(other).stdout
    code = interrupted(folder, number, after=1)
    assert code == (-number if number == signal.SIGKILL else 128 + number)
    ((_, changed, is_unfinished),) = asked(folder, PROGRESS)
    assert is_unfinished
    assert 0 < changed < 110
    assert asked(folder, "select count(*) from article_revisions") == [(changed,)]
    result = reextract(folder)
    assert f"resuming a pass that was interrupted after {changed} page" in result.stdout
    assert "110 pages re-extracted: 110 articles changed, 0 unchanged" in result.stdout
    assert asked(folder, "select max(number), count(*) from article_revisions") == [(1, 110)]
    assert snapshot(folder / "newscrawl.db") == snapshot(other / "newscrawl.db")
    reason = "killed" if number == signal.SIGKILL else "shutdown"
    assert asked(folder, "select reason from runs where spider = 'reextract'") == [(reason,), ("finished",)]


def test_a_pass_of_another_version_or_begun_anew_starts_at_the_beginning(news):
    """What another version has read is not what this one would have."""
    for arguments, other in (((), "version = '0.0.1'"), (("--restart",), "finished_at = null")):
        reextract(news)
        change(news, f"update reextractions set finished_at = null, position = 6, {other}")
        change(news, "update articles set title = 'alt'")
        assert "12 articles changed" in reextract(news, *arguments).stdout
    change(news, "update reextractions set finished_at = null, position = 6")
    change(news, "update articles set title = 'alt'")
    assert reextract(news).returncode == 0
    assert asked(news, "select count(*) from articles where title = 'alt'") == [(6,)]


def test_two_passes_at_a_time_are_refused(news):
    """The second says who is at it."""
    other = Reextraction.begin(f"sqlite:///{news}/newscrawl.db", Scope())
    result = reextract(news)
    assert (result.returncode, result.stdout) == (1, "")
    assert f"process {os.getpid()} on" in result.stderr
    assert reextract(news, "--restart").returncode == 0
    other.close()


@pytest.mark.slow
@pytest.mark.soak
def test_a_crawl_may_write_meanwhile(news):
    """Neither waits for long, and neither fails."""
    store = Store.open(f"sqlite:///{news}/newscrawl.db", "bao", {}, ArchiveWriter(news / "archive", "bao"))
    prune(news)
    written = 0
    with subprocess.Popen([COMMAND, "reextract"], cwd=news, env=environment(), stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            written += 1
            store.write([candidate(f"tỉnh số {written}")])
    store.close()
    assert process.returncode == 0
    assert asked(news, "select count(*) from articles") == [(12 + written,)]
    assert asked(news, "select count(*) from articles where id <= 12 and text like '%Theo báo cáo%'") == [(0,)]


def test_an_article_that_a_crawl_has_revised_meanwhile_is_left(news):
    """The reading of its earlier page is out of date."""
    url = f"sqlite:///{news}/newscrawl.db"
    work = Reextraction.begin(url, Scope())
    first = next(work.articles())
    reread = Reread(first, replace(extract_again(news / "archive", first, NO_RULES), content_hash="stale"))
    store = Store.open(url, "bao", {}, ArchiveWriter(news / "archive", "bao"))
    later = page("thị xã số 0", body=page("Hội An").body)
    later = replace(later, fetched_at=later.fetched_at + timedelta(days=1))
    store.write([candidate("", later)])
    store.close()
    before = asked(news, "select * from articles")
    work.write([reread])
    work.finish("finished")
    work.close()
    assert work.tally.reasons == {"changed_meanwhile": 1}
    assert asked(news, "select * from articles") == before


def test_an_article_that_moved_is_read_again_from_the_page_that_was_kept(news):
    """Its raw page lies under the address of before."""
    store = Store.open(f"sqlite:///{news}/newscrawl.db", "bao", {}, ArchiveWriter(news / "archive", "bao"))
    before = page("thị xã số 3")
    url = "https://bao.example/moved/3.html"
    assert before.visit is not None
    visit = replace(before.visit, requested_url=before.url)
    store.write([candidate("", replace(before, key=url, url=url, visit=visit))])
    store.close()
    assert asked(news, f"select title is null, url from articles where url_key = '{url}'") == [(0, url)]
    change(news, f"update articles set title = 'alt' where url_key = '{url}'")
    assert "1 articles changed, 11 unchanged" in reextract(news).stdout


@pytest.mark.soak
def test_ten_thousand_pages(tmp_path):
    """Killed ten times on the way, each is done once."""
    folder = archived(make_project(tmp_path / "many", bao=SITE.format(rule="")), 10_000)
    prune(folder)
    for number in range(10):
        interrupted(folder, signal.SIGKILL, after=900 * (number + 1))
    assert "10000 articles changed" in reextract(folder, seconds=3600).stdout
    assert asked(folder, "select max(number), count(*) from article_revisions") == [(1, 10_000)]


NOTICE = "Toà soạn cảm ơn bạn đọc đã gửi thư về địa chỉ của báo và mong nhận được thêm nhiều ý kiến khác nữa."
WORDS = """
    người dân thành phố hôm nay đường cầu trường học bệnh viện nước mưa gió lúa ruộng chợ hàng giá tăng giảm công ty
    nhà máy xây dựng dự án kế hoạch hội nghị chính quyền tỉnh huyện xã sông biển núi rừng du lịch khách tàu xe lửa máy
    bay sân vận động bóng đá trẻ em thầy cô sách báo phim nhạc lễ hội văn hóa lịch sử khoa học môi trường năng lượng
""".split()
OTHER_THRESHOLD = """
import sys
from newscrawl.boilerplate import repeated
from newscrawl.cli import main
repeated.THRESHOLD = int(sys.argv.pop(1))
main()
"""


def repeating(number: int) -> Page:
    """The page of an article with words of its own and the same notice as all others."""
    die = random.Random(number)
    lines = [f"{' '.join(die.choices(WORDS, k=16)).capitalize()}." for _ in range(8)]
    body = "".join(f"<p>{line}</p>" for line in [*lines, NOTICE])
    made = page(str(number))
    title = " ".join(die.choices(WORDS, k=8)).capitalize()
    head = f"<title>{title}</title><meta property='og:type' content='article'>"
    html = f"<!doctype html><html lang='vi'>{head}<body><article><h1>{title}</h1>{body}</article></body></html>"
    return replace(made, body=html.encode())


@pytest.fixture
def learned(tmp_path) -> Path:
    """Articles of a site whose notice is known, the last of them without a raw page."""
    folder = make_project(tmp_path / "learned", bao=SITE.format(rule=""))
    store = Store.open(f"sqlite:///{folder}/newscrawl.db", "bao", {}, ArchiveWriter(folder / "archive", "bao"))
    for number in range(THRESHOLD):
        store.write([candidate("", repeating(number))])
    store.write([candidate("", replace(repeating(99), visit=None))])
    store.close()
    assert asked(folder, "select archive_file is null, text like '%Toà soạn%' from articles") == [
        *[(0, 0)] * THRESHOLD,
        (1, 0),
    ]
    return folder


def with_threshold(folder: Path, threshold: int, *arguments: str) -> str:
    """Run the command as a version with another threshold would; return what it says."""
    result = run(sys.executable, "-c", OTHER_THRESHOLD, str(threshold), "reextract", *arguments, cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [(), ("--templates-only",), ("--templates-only", "--source", "bao.example")])
def test_another_threshold_gives_the_texts_back(learned, arguments):
    """Of all articles, also without a raw page; no publisher changed anything, and the old one drops them again."""
    before = snapshot(learned / "newscrawl.db")["articles"]
    said = with_threshold(learned, THRESHOLD + 2, *arguments)
    assert f"{THRESHOLD + 1} texts changed by relearned boilerplate" in said
    rows = asked(learned, "select text like '%Toà soạn%', revision, content_hash, text from articles")
    assert all((is_back, revision) == (1, 1) for is_back, revision, _, _ in rows)
    assert all(digest == content_hash(text) for _, _, digest, text in rows)
    assert asked(learned, "select distinct cause from article_revisions") == [("template",)]
    with_threshold(learned, THRESHOLD, *arguments)
    assert snapshot(learned / "newscrawl.db")["articles"] == before
    assert "0 texts changed" in with_threshold(learned, THRESHOLD, *arguments)


def test_pages_of_some_days_decide_nothing_about_a_site(learned):
    """What the others repeat is not theirs to say."""
    before = snapshot(learned / "newscrawl.db")
    assert "texts changed" not in with_threshold(learned, THRESHOLD + 2, "--since", "2020-01-01")
    assert "texts changed" not in with_threshold(learned, THRESHOLD + 2, "--dry-run")
    assert snapshot(learned / "newscrawl.db") == before


@pytest.mark.slow
@pytest.mark.soak
def test_deciding_anew_that_is_killed_is_done_by_the_next(learned):
    """Between the verdict and the last text."""
    for number in range(200, 320):
        store = Store.open(f"sqlite:///{learned}/newscrawl.db", "bao", {})
        store.write([candidate("", replace(repeating(number), visit=None))])
        store.close()
    calm = learned / "calm.db"
    shutil.copy(learned / "newscrawl.db", calm)
    with_threshold(learned, 400, "--templates-only", "--database", f"sqlite:///{calm}")
    command = [sys.executable, "-c", OTHER_THRESHOLD, "400", "reextract", "--templates-only"]
    with subprocess.Popen(command, cwd=learned, env=environment(), stdout=subprocess.DEVNULL) as process:
        while not asked(learned, "select count(*) from articles where text like '%Toà soạn%'")[0][0]:
            time.sleep(0.01)
        process.kill()
    back = asked(learned, "select count(*) from articles where text like '%Toà soạn%'")[0][0]
    with_threshold(learned, 400, "--templates-only")
    assert snapshot(learned / "newscrawl.db") == snapshot(calm)
    assert back < 120


def test_what_deciding_alone_does_not_take_is_refused(learned):
    """It reads no page, so days, samples and archives say nothing to it."""
    result = reextract(learned, "--templates-only", "--since", "2020-01-01")
    assert result.returncode == 2
    assert "--templates-only can only be combined with --database and --source" in result.stderr
