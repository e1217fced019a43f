"""Draw the pictures of `newscrawl serve` in docs/images: `python -m docs.screenshots`. It needs Chromium.

The provided documents, and invented articles of invented sites: a story with copies, one that its publisher changed,
texts in other scripts, and the crawls of a site that broke.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson

from newscrawl.archive import ArchiveWriter
from newscrawl.dedupe import content_hash
from newscrawl.items import Article, Block, Candidate, Extraction, Page, Visit, kept_text
from newscrawl.storage.store import Store
from testing.browser import browser, serving

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "images"
WIDTH, HEIGHT = 780, 480
SHOWN = {
    "search": ("/", "light"),
    "dropped": ("/articles/1?view=blocks", "light"),
    "story": ("/stories/3?a=3&b=5#compared", "light"),
    "revisions": ("/articles/6/revisions", "light"),
    "site": ("/sites/bao-bien.example", "light"),
    "sites": ("/sites", "dark"),
}
"""Address and colours of each picture."""
PLACE = "{block: 'center', behavior: 'instant'}"
"""Where the first dropped block stands in its picture."""
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

STORM = """Mưa lớn kéo dài từ đêm qua đã làm ngập nhiều tuyến phố ven sông, có nơi nước sâu hơn nửa mét.
Lực lượng cứu hộ đã đưa hơn hai trăm người dân ở các khu nhà thấp đến nơi an toàn trong buổi sáng.
Trung tâm dự báo cho biết mưa sẽ giảm dần từ chiều nay, nhưng mực nước sông vẫn ở mức cao trong hai ngày tới.
Các trường học trong vùng ngập được nghỉ, và xe buýt tạm ngừng chạy trên bốn tuyến."""
FERRY = """The night ferry between the two islands will stop for three weeks while its engine is replaced.
Passengers can take the morning boat, which has room for {seats} people and leaves an hour earlier than usual.
{last}"""
TOKYO = """東京都内では昼過ぎから雨が強まり、川沿いの公園が閉鎖された。
気象台は、夕方までに雨は弱まるとみている。"""
CAIRO = """أُعيد فتح المكتبة القديمة في وسط المدينة بعد عامين من أعمال الترميم.
ويقول القائمون عليها إن عدد المخطوطات المعروضة يزيد على ثلاثة آلاف."""


@dataclass(frozen=True, slots=True)
class Told:
    """An article of an invented site."""

    source: str
    title: str
    text: str
    language: str
    hours: float
    """Before now."""
    number: int = 1

    def candidate(self) -> Candidate:
        """Return it as the pipelines hand it over."""
        url = f"https://{self.source}/{self.number}"
        moment = NOW - timedelta(hours=self.hours)
        lines = [Block("paragraph", line) for line in self.text.split("\n")]
        blocks = (*lines, Block("list_item", "Đọc nhiều nhất", "related"))
        text = kept_text(blocks)
        facts: dict[str, Any] = {"published_at": moment, "published_precision": "minute", "published_source": "meta"}
        article = Article(title=self.title, text=text, url=url, source=self.source, language=self.language, **facts)
        visit = Visit(url, status=200, headers=(("Content-Type", "text/html"),))
        page = Page(url, f"<p>{text}</p>".encode(), "text/html", moment, url, self.source, visit)
        extraction = Extraction(article, blocks, "newscrawl")
        return Candidate(page, extraction, content_hash(text))


def tell() -> list[Told]:
    """Return the articles in the order in which they were seen."""
    shorter = STORM.replace("hơn hai trăm người dân", "khoảng 180 người dân").rpartition("\n")[0]
    boats = FERRY.format(seats=120, last="The company says that tickets stay valid.")
    more = FERRY.format(seats=160, last="The company says that tickets stay valid, and that a bus will meet the boat.")
    return [
        Told("bao-song.example", "Mưa lớn, nhiều phố ven sông ngập sâu", STORM, "vi", 99),
        Told("tin-pho.example", "Phố ven sông ngập sau mưa lớn", STORM, "vi", 95.5),
        Told("bao-bien.example", "Mưa lớn làm ngập nhiều tuyến phố", shorter, "vi", 50),
        Told("island-times.example", "Night ferry stops for three weeks", boats, "en", 45),
        Told("tokyo.example", "都内で強い雨、川沿いの公園を閉鎖", TOKYO, "ja", 4),
        Told("cairo.example", "إعادة فتح المكتبة القديمة بعد الترميم", CAIRO, "ar", 3),
        Told("island-times.example", "Night ferry stops: bigger morning boat", more, "en", 2),
    ]


def fill(folder: Path) -> str:
    """Make the database and the archive; return the address."""
    url = f"sqlite:///{folder / 'newscrawl.db'}"
    given = {"NEWSCRAWL_DATABASE_URL": url, "NEWSCRAWL_EXTRACT_WORKERS": "0"}
    command = [sys.executable, "-m", "newscrawl", "crawl", "fixtures", "-L", "ERROR"]
    subprocess.run(command, cwd=ROOT, env=os.environ | given, check=True, stdout=subprocess.DEVNULL)
    for told in tell():
        store = Store.open(url, "site", {"url": f"https://{told.source}/"}, ArchiveWriter(folder / "archive", "site"))
        store.write([told.candidate()])
        store.finish("finished")
        store.close()
    with closing(sqlite3.connect(folder / "newscrawl.db")) as database, database:
        _add_crawls(database)
    return url


def _add_crawls(database: sqlite3.Connection) -> None:
    """Add 30 days of crawls; in the last ones a site gives no headlines any more."""
    die = Random(4)
    for source in ("bao-song.example", "tin-pho.example", "bao-bien.example", "island-times.example"):
        is_broken = source == "bao-bien.example"
        for day in range(30):
            stored, broken = die.randint(8, 16), is_broken and day >= 26
            measures = {
                "fresh": {"stored": stored, "timeout": die.randint(0, 2), "http_404": die.randint(0, 1)},
                "known": {"same": die.randint(30, 60), "revised": die.randint(0, 3)},
                "without": {"title": stored - 2 if broken else 0, "authors": stored // 3},
                "words": {str(die.choice((280, 304, 332)) // (3 if broken else 1)): stored},
            }
            stamp = f"{NOW - timedelta(days=29 - day, minutes=20):%Y-%m-%d %H:%M:%S.%f}"
            columns = "spider, arguments, version, host, pid, started_at, finished_at, reason, counts"
            run = database.execute(
                f"insert into runs ({columns}) select {columns.replace('started_at, finished_at', '?, ?')} from runs"
                " where spider = 'site' limit 1",
                (stamp, stamp),
            ).lastrowid
            database.execute(
                "insert into run_sources (run_id, source, measures, symptoms) values (?, ?, ?, '[]')",
                (run, source, orjson.dumps(measures).decode()),
            )
            if is_broken and day == 26:
                database.execute(
                    "insert into alarms (source, symptom, message, now, before, sample, run_id, since, shown_at) values"
                    " (?, 'title', '10 of 12 new articles have no title; before, none had none', 0.8, 0, 12, ?, ?, ?)",
                    (source, run, stamp, stamp),
                )


def main() -> None:
    """Draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        url = fill(Path(made))
        with serving(url, Path(made) / "archive") as place, browser() as chrome:
            for name, (path, scheme) in SHOWN.items():
                size = {"width": WIDTH, "height": HEIGHT}
                context = chrome.new_context(viewport=size, color_scheme=scheme)
                page = context.new_page()
                page.goto(f"{place}{path}")
                page.wait_for_load_state("networkidle")
                if name == "dropped":
                    page.evaluate(f"document.querySelector('.block.dropped').scrollIntoView({PLACE})")
                picture = folder / f"serve-{name}.png"
                page.screenshot(path=picture)
                context.close()
                print(f"{picture}: {picture.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
