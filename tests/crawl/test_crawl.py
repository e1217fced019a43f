"""`scrapy crawl fixtures`, whole: real processes, real files, a real database."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.project import get_project_settings

from newscrawl.base_spiders import ArgumentError
from newscrawl.commands.crawl import known_spider
from testing.forkserver import fork_server
from tests.conftest import PROVIDED, ROOT, SCRAPY, article
from tests.database import committed
from tests.vietnamese import decomposed, to_windows_1258


def test_provided_documents_become_two_clean_articles(crawl, rows, expected):
    """Both come out as settled, byte for byte, without a date of their own, and not as copies of each other."""
    result = crawl()
    assert result.returncode == 0, result.stderr
    assert rows("select title, text from articles order by source") == [
        (document["title"], document["text"]) for document in expected.values()
    ]
    assert rows("select published_at, duplicate_of from articles") == [(None, None), (None, None)]
    assert rows("select count(*) from unique_articles") == [(2,)]
    assert rows("select spider, reason, json_extract(counts, '$.outcomes.stored') from runs") == [
        ("fixtures", "finished", 2)
    ]


def test_no_dropped_line_stands_in_the_text(crawl, rows):
    """Every line of a provided document is either in its article or was dropped with a reason."""
    log = crawl().stderr
    (counts,) = rows("select counts from runs")[0]
    counts = json.loads(counts)
    words = sum(len(path.read_text("utf-8").split()) for path in PROVIDED.glob("*.txt"))
    titles = sum(len(path.read_text("utf-8").split("\n")[0].split()) for path in PROVIDED.glob("*.txt"))
    # Sentences that were glued together count one word more.
    seen = counts["words_kept"] + sum(counts["words_dropped"].values())
    assert 0.97 * (words - titles) <= seen <= 1.01 * (words - titles)
    assert set(counts["words_dropped"]) >= {"related", "teaser", "caption"}
    for reason, dropped in counts["words_dropped"].items():
        assert f"'newscrawl/words_dropped/{reason}': {dropped}," in log
        assert f"{reason} {dropped}" in log  # the closing line


def test_provided_documents_are_the_given_bytes():
    """The repository holds the documents as they were given."""
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in PROVIDED.glob("*.txt")}
    assert digests == {
        "000_e93e4d1366500a3a.txt": "929f0b5c90426da9456fcbd85c8a5e18d86f20892d03d29149c2599aa13c033c",
        "001_89b347cee3ab0069.txt": "cac67a7ebbcabe37d2b72fdb1b0f9911f9c0ccdc7894ab262fe345a95f718b5f",
    }


def test_second_run_stores_nothing_and_says_so(crawl, rows):
    """Known and unchanged documents are neither stored again nor revised."""
    crawl()
    before = rows("select id, text, updated_at, revision from articles")
    second = crawl()
    assert second.returncode == 0
    assert "2 unchanged" in second.stdout
    assert "stored" not in second.stdout
    assert rows("select id, text, updated_at, revision from articles") == before
    assert rows("select count(*) from article_revisions") == [(0,)]


def test_one_changed_word_makes_one_revision(crawl, rows, tmp_path):
    """The new text replaces the old one, which is kept."""
    page = tmp_path / "pages" / "town.txt"
    page.parent.mkdir()
    page.write_text(article("Huế"), "utf-8")
    crawl("-a", f"path={page}")
    (old,) = rows("select text from articles")[0]
    page.write_text(article("Huế").replace("Sáng nay", "Chiều nay"), "utf-8")
    result = crawl("-a", f"path={page}")
    assert "1 stored, 1 of them revised" in result.stdout
    assert rows("select revision, text from articles") == [(2, old.replace("Sáng nay", "Chiều nay"))]
    assert rows("select number, text, cause from article_revisions") == [(1, old, "publisher")]
    crawl("-a", f"path={page}")
    assert rows("select count(*) from article_revisions") == [(1,)]


def test_an_article_that_is_too_long_is_refused_with_its_size(crawl, rows):
    """Neither cut nor stored, and the others are not affected."""
    result = crawl("-s", "ARTICLE_MAX_CHARACTERS=6500")
    assert "1 stored, 1 without an article (too_long 1)" in result.stdout
    ((error,),) = rows("select error from pages where reason = 'too_long'")
    assert error.endswith("characters; ARTICLE_MAX_CHARACTERS allows 6,500")


def test_change_in_the_sidebar_is_no_revision(crawl, rows, tmp_path):
    """What stands around an article may change as it likes."""
    page = tmp_path / "dump.txt"
    body = (PROVIDED / "001_89b347cee3ab0069.txt").read_text("utf-8")
    page.write_text(body, "utf-8")
    crawl("-a", f"path={page}")
    page.write_text(body.replace("Thắm tình hữu nghị Việt Nam - Bulgaria", "Tin vừa thêm vào hôm nay"), "utf-8")
    assert "1 unchanged" in crawl("-a", f"path={page}").stdout
    assert rows("select revision from articles") == [(1,)]


def test_same_file_is_the_same_article_from_any_folder(crawl, rows, tmp_path):
    """A file is known by its place, not by the argument or the working directory that led to it."""
    crawl()
    crawl("-a", f"path={PROVIDED}", cwd=tmp_path)
    crawl("-a", "path=000_e93e4d1366500a3a.txt", cwd=PROVIDED)
    assert rows("select url_key, source from articles order by source") == [
        ("file:provided/000_e93e4d1366500a3a.txt", "bnews"),
        ("file:provided/001_89b347cee3ab0069.txt", "thoidai"),
    ]


def test_feed_holds_stored_and_unchanged_articles(crawl, tmp_path, expected):
    """A feed export of a second run is as full as that of the first."""
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    crawl("-O", str(first))
    crawl("-O", str(second))
    assert sorted(first.read_text("utf-8").splitlines()) == sorted(second.read_text("utf-8").splitlines())
    items = [json.loads(line) for line in first.read_text("utf-8").splitlines()]
    assert sorted(item["text"] for item in items) == sorted(document["text"] for document in expected.values())
    assert "blocks" not in items[0]


def test_feed_on_stdout_is_not_mixed_with_the_report(crawl):
    """A program that reads the feed from a pipe gets nothing else."""
    result = crawl("-o", "-:jsonlines")
    assert sorted(json.loads(line)["source"] for line in result.stdout.splitlines()) == ["bnews", "thoidai"]
    assert "2 stored" in result.stderr


def bad_and_good_files(folder: Path) -> dict[str, str]:
    """Write files good and bad; return the bad ones and the reason each must fail with."""
    folder.mkdir()
    encodings = {"utf16.txt": "utf-16", "utf16-no-mark.txt": "utf-16-le", "marked.txt": "utf-8-sig"}
    for name, encoding in encodings.items():
        (folder / name).write_bytes(article("Đà Nẵng").encode(encoding))
    (folder / "windows-1258.txt").write_bytes(to_windows_1258(article("Đà Nẵng")))
    (folder / "nfd.txt").write_text(decomposed(article("Đà Nẵng")), "utf-8")
    (folder / "new\nline.txt").write_text(article("Đà Nẵng"), "utf-8")
    (folder / "packed.txt.gz").write_bytes(gzip.compress(article("Đà Nẵng").encode()))

    (folder / "empty.txt").touch()
    (folder / "binary.html").write_bytes(bytes(range(256)) * 40)
    (folder / "noise.html").write_bytes(b"\x89PNG\r\n" + bytes(range(128, 256)) * 40)
    (folder / "cut.txt.gz").write_bytes(gzip.compress(article("Huế").encode())[:-20])
    (folder / "nothing.html").write_text("<html><body></body></html>", "utf-8")
    (folder / "cut.html").write_text("<html><body><p>" + article("Huế") + "</p><div cla", "utf-8")
    (folder / "nul.txt").write_text(article("Huế").replace(" ", "\0\0\0"), "utf-8")
    with (folder / "huge.txt").open("wb") as huge:
        huge.truncate(200 * 1024 * 1024)
    (folder / "bomb.txt.gz").write_bytes(gzip.compress(bytes(30 * 1024 * 1024)))
    (folder / "denied.txt").write_text(article("Huế"), "utf-8")
    (folder / "denied.txt").chmod(0)
    os.mkfifo(folder / "pipe.txt")
    (folder / "escape.txt").symlink_to("/etc/hostname")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "closed").mkdir()
    (folder / "closed" / "inside.txt").write_text(article("Huế"), "utf-8")
    (folder / "closed").chmod(0o600)
    return {
        "empty.txt": "empty",
        "binary.html": "binary",
        "noise.html": "undecodable",
        "cut.txt.gz": "truncated",
        "cut.html": "truncated",
        "nul.txt": "binary",
        "huge.txt": "too_large",
        "bomb.txt.gz": "too_large",
        "denied.txt": "unreadable",
        "pipe.txt": "unreadable",
        "escape.txt": "unreadable",
        "loop.txt": "unreadable",
        "inside.txt": "unreadable",
    }


@pytest.mark.slow
def test_bad_files_fail_alone_and_good_ones_are_stored(database, rows, tmp_path):
    """Each bad file has one line in the log and a row with its error; all others are stored right."""
    folder = tmp_path / "pages"
    bad = bad_and_good_files(folder)
    command = [*SCRAPY, "crawl", "fixtures", "-a", f"path={folder}", "-s", f"DATABASE_URL=sqlite:///{database}"]
    if os.geteuid() == 0:  # to whom nothing is unreadable
        command = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", *command]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90, check=False)
    assert result.returncode == 0, result.stderr
    failed = rows("select url_key, reason, error from pages where outcome = 'failed'")
    assert {key.rpartition("/")[2]: reason for key, reason, _ in failed} == bad
    assert rows("select url_key like '%/nothing.html', reason from pages where outcome = 'no_article'") == [
        (1, "no_text")
    ]
    warnings = [line for line in result.stderr.splitlines() if re.search(r"\] (WARNING|ERROR|CRITICAL): ", line)]
    assert len(warnings) == len(bad)
    for name in bad:
        assert len([line for line in warnings if f"/{name}: " in line]) == 1
    assert all(error and "\n" not in error for _, _, error in failed)
    assert rows("select distinct text from articles") == [("\n".join(article("Đà Nẵng").splitlines()[1:]),)]
    assert rows("select count(*), count(duplicate_of) from articles") == [(7, 6)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-a", "path=/does/not/exist"], "no such file or folder: /does/not/exist"),
        (["-a", "pth=x"], "did you mean 'path'"),
        (["-a", "path=README.md"], "README.md is not a page"),
        (["-a", "path=*.nothing"], "no file matches *.nothing"),
        (["-a", "path=newscrawl/storage"], "nothing to read in newscrawl/storage"),
        (["-a", "path"], "-a NAME=VALUE"),
        (["-s", "DATABASE_URL=sqlite:////does/not/exist/x.db"], "check that its folder exists"),
        (["-s", "DATABASE_URL=sqlite:///pyproject.toml"], "file is not a database"),
        (["-s", "DATABASE_URL=sqlite://"], "in memory"),
        (["-s", "DATABASE_URL=sqlite:///a?b.db"], "write %3F for a question mark in the name of the file"),
        (["-s", "DATABASE_URL=nonsense"], "not a database address"),
        (["--nonsense"], "unknown option --nonsense"),
        (["--database", "sqlite:///x.db"], "unknown option --database; name the database by -s DATABASE_URL=URL"),
        (["another"], "name one spider"),
    ],
)
def test_wrong_argument_is_one_line_and_exit_code_1(crawl, arguments, message):
    """What cannot start says why in one line, and leaves everything as it was."""
    before = (ROOT / "pyproject.toml").read_bytes()
    result = crawl(*arguments)
    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("newscrawl crawl: ")
    assert message in result.stderr
    assert (ROOT / "pyproject.toml").read_bytes() == before


def test_unknown_spider_is_one_line(tmp_path):
    """A mistyped spider is answered with the one that was meant."""
    result = subprocess.run(
        [*SCRAPY, "crawl", "fixtuers"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 1
    assert result.stderr == "newscrawl crawl: no spider named 'fixtuers'; did you mean 'fixtures'?\n"


@pytest.mark.parametrize("name", ["forbid", "nyt", "forbes"])
def test_name_that_is_near_no_other_is_told_what_to_do(name, tmp_path):
    """No spider far off is suggested."""
    loader = get_spider_loader(get_project_settings())
    with pytest.raises(ArgumentError, match=f"no spider named '{name}'; `newscrawl list`") as raised:
        known_spider(loader, name, f"sqlite:///{tmp_path / 'no.db'}")
    assert "`newscrawl sites add URL`" in str(raised.value)
    assert "`newscrawl crawl site -a url=URL`" in str(raised.value)


def test_database_is_named_as_for_other_commands(tmp_path):
    """Beside `-s DATABASE_URL=`; for one spider and for several."""
    database = tmp_path / "other.db"
    page = tmp_path / "a.txt"
    page.write_text(article("Huế"), "utf-8")
    command = [sys.executable, "-m", "newscrawl", "crawl", "fixtures"]
    one = [*command, "-a", f"path={page}", "--database", f"sqlite:///{database}"]
    result = fork_server().run(one, cwd=ROOT, env=os.environ)
    assert (result.returncode, committed(database)) == (0, 1)
    result = fork_server().run([*command, "site", "--database", "sqlite:////nowhere/x.db"], cwd=ROOT, env=os.environ)
    assert result.returncode == 1
    assert "/nowhere/x.db" in result.stderr


@pytest.mark.slow
def test_command_works_in_any_folder(tmp_path, expected):
    """`newscrawl` needs no scrapy.cfg, writes below the working directory, and reads the result back."""
    newscrawl = [str(Path(sys.executable).parent / "newscrawl")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SCRAPY", "NEWSCRAWL"))}
    options = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True, "timeout": 60}
    crawled = subprocess.run([*newscrawl, "crawl", "fixtures", "-a", f"path={PROVIDED}"], check=False, **options)
    assert crawled.returncode == 0, crawled.stderr
    assert (tmp_path / "newscrawl.db").exists()
    answer = subprocess.run([*newscrawl, "sql", "select title from articles order by source"], check=False, **options)
    assert answer.stdout.splitlines() == ["title", *(document["title"] for document in expected.values())]
    listed = subprocess.run([*newscrawl, "list"], check=False, **options).stdout.split()
    assert {"bnews", "fixtures", "site", "thoidai"} <= set(listed)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_crawl_needs_no_network(database):
    """The job runs in a network namespace that has not even a loopback."""
    unshare = ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no network namespaces")
    command = [*unshare, *SCRAPY, "crawl", "fixtures", "-s", f"DATABASE_URL=sqlite:///{database}"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    assert "2 stored" in result.stdout


def many_files(folder: Path, count: int) -> Path:
    """Write so many articles that a crawl can be caught in the middle."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:05}.txt").write_text(article(f"Thị xã {number}"), "utf-8")
    return folder


def started_crawl(folder: Path, database: Path) -> subprocess.Popen[str]:
    """Begin a crawl and come back when it has stored its first articles."""
    command = [*SCRAPY, "crawl", "fixtures", "-a", f"path={folder}", "-s", f"DATABASE_URL=sqlite:///{database}"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and committed(database) < 20:
        time.sleep(0.01)
    return process


@pytest.mark.slow
def test_sigterm_ends_a_crawl_cleanly(database, rows, tmp_path):
    """What was read is stored, the run says how it ended, and the exit code is the signal's."""
    folder = many_files(tmp_path / "pages", 5000)
    process = started_crawl(folder, database)
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 143, log
    assert rows("select reason from runs") == [("shutdown",)]
    stored = rows("select count(*) from articles")[0][0]
    assert 20 <= stored < 5000
    assert rows("select json_extract(counts, '$.outcomes.stored') from runs") == [(stored,)]


@pytest.mark.slow
def test_full_disk_ends_the_crawl_with_exit_code_2(database, rows, tmp_path):
    """A database that can grow no further ends the crawl in one line; what was stored before stays."""
    folder = many_files(tmp_path / "pages", 3000)
    limit = 2 * 1024 * 1024  # of any file that the process writes, as a full disk would set it
    command = [*SCRAPY, "crawl", "fixtures", "-a", f"path={folder}", "-s", f"DATABASE_URL=sqlite:///{database}"]
    result = subprocess.run(
        ["bash", "-c", f'trap "" XFSZ; ulimit -f {limit // 1024}; exec "$@"', "bash", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert result.returncode == 2, result.stderr
    errors = [line for line in result.stderr.splitlines() if "] ERROR: " in line]
    assert "the crawl stops here" in errors[0]
    assert not [line for line in result.stderr.splitlines() if "Traceback" in line]
    stored = rows("select count(*) from articles")[0][0]
    assert 0 < stored < 3000
    assert rows("pragma integrity_check") == [("ok",)]


def test_others_cannot_read_what_a_crawl_writes(crawl, tmp_path):
    """The group may read, others nothing, and of locks nobody but the user."""

    def modes(name: str, *settings: str) -> dict[str, int]:
        folder = tmp_path / name
        folder.mkdir()
        where = ["-s", f"DATABASE_URL=sqlite:///{folder / 'x.db'}", "-s", f"LOG_DIR={folder / 'logs'}"]
        result = crawl(*where, *settings, "-a", f"path={page}", cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        return {path.relative_to(folder).parts[0]: path.stat().st_mode & 0o777 for path in folder.rglob("*")}

    page = tmp_path / "page.txt"
    page.write_text(article("Huế"), "utf-8")
    assert modes("usual") == {"x.db": 0o640, "logs": 0o640, "x.db.locks": 0o600}
    assert modes("strict", "-s", "UMASK=077") == {"x.db": 0o600, "logs": 0o600, "x.db.locks": 0o600}


@pytest.mark.slow
def test_workers_without_memory_lose_no_page(crawl, rows, tmp_path):
    """Each page says why, in a line and in its row; a run with more memory reads them."""
    folder = tmp_path / "long"
    folder.mkdir()
    for name in ("first", "second"):
        lines = (f"Cầu {name} {number} đã mở lại sau {number} ngày, thành phố cho biết." for number in range(20_000))
        (folder / f"{name}.txt").write_text("\n".join([f"Cầu {name} mở lại", *lines]), "utf-8")
    pages = ("-a", f"path={folder}")
    small = crawl("-s", "EXTRACT_MAX_MEGABYTES=100", "-L", "WARNING", *pages, env={"NEWSCRAWL_EXTRACT_WORKERS": "1"})
    assert small.returncode == 0, small.stderr
    assert "Traceback" not in small.stderr
    assert len([line for line in small.stderr.splitlines() if "EXTRACT_MAX_MEGABYTES" in line]) == 2
    assert rows("select distinct outcome, reason from pages") == [("failed", "worker_died")]
    assert crawl(*pages, env={"NEWSCRAWL_EXTRACT_WORKERS": "1"}).returncode == 0
    assert rows("select outcome, count(*) from pages group by 1") == [("stored", 2)]
