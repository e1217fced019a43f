"""A small database with what people ask about, and the commands run on it as a user would."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from newscrawl.archive import ArchiveWriter
from newscrawl.items import Candidate, Outcome, Page, Visit
from newscrawl.storage.store import Store
from tests.database import tables
from tests.projects import invoke
from tests.storage.test_store import candidate

NOON = datetime(2020, 9, 10, 12, tzinfo=UTC)
AGENCY = "Theo TTXVN, mưa lớn kéo dài từ sáng nay đã làm ngập nhiều tuyến đường ở thành phố Đà Nẵng và vùng lân cận."
CHANGED = f"{AGENCY}\nĐến chiều, nước đã rút."
HOSTILE = "=cmd|'/c calc'!A0\x1b[2J\x1b]0;x\x07\x9b1m Đà\u202eNẵng"
"""A title that runs in a spreadsheet, clears the screen and turns the line."""


def page(number: int, text: str, hours: int = 0, **facts: Any) -> Candidate:
    """An article of a site, published after noon; its page is kept in the archive."""
    url = f"https://{facts['source']}.example/{number}"
    made = candidate(text, url=url, published_at=NOON + timedelta(hours=hours), **facts)
    visit = Visit(url, status=200, headers=(("Content-Type", "text/html"),))
    return Candidate(
        Page(url, f"<p>{text}</p>".encode(), "text/html", NOON + timedelta(hours=hours), url, facts["source"], visit),
        made.extraction,
        made.content_hash,
    )


def fill(database: Path, url: str | None = None) -> str:
    """Store two copies of an agency's story, one that was changed, and one with a hostile title; return the address.

    Into the file, or the database at `url`; raw pages go beside the file.
    """
    if url is None and not database.exists():
        database.write_bytes(tables())
    url, archive = url or f"sqlite:///{database}", database.parent / "archive"
    _FOLDERS[url] = database.parent
    store = Store.open(url, "made", {"since": "2020-09-01"}, ArchiveWriter(archive, "made"))
    store.write(
        [
            page(1, AGENCY, source="ttx", title="Đà Nẵng ngập", section="Xã hội", language="vi", authors=("Trần Ý",)),
            page(2, AGENCY, 2, source="bao", title="Ngập ở Đà Nẵng", section="Thời sự", language="vi"),
            page(3, AGENCY, 30, source="tin", title="Mưa lớn", section="Thời sự", language="vi"),
            page(4, "Một bài báo khác hẳn về bóng đá.", 3, source="bao", title="東京の雨 サッカー", section="Thể thao"),
            page(5, "Một bài có tiêu đề lạ.", 4, source="bao", title=HOSTILE, authors=("@a", "b\x1b[2J")),
        ]
    )
    store.write([page(4, "Một bài báo khác hẳn về bóng đá.\nĐã sửa.", 8, source="bao", title="東京の雨 サッカー")])
    store.write([Outcome("https://bao.example/9", "failed", "timeout", "it did not answer", NOON, source="bao")])
    store.finish("finished")
    store.close()
    return url


_FOLDERS: dict[str, Path] = {}


def folder_of(url: str) -> Path:
    """Where a database is, or what is kept beside it."""
    return _FOLDERS.get(url) or Path(url.removeprefix("sqlite:///")).parent


def newscrawl(url: str, *arguments: object, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a database, in this process."""
    return invoke(*arguments, cwd=folder_of(url), typed=typed, NEWSCRAWL_DATABASE_URL=url, **variables)


def answer(url: str, *arguments: object) -> Any:
    """What a command gives as JSON."""
    result = newscrawl(url, *arguments, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def refusal(url: str, *arguments: object) -> str:
    """The one line with which a command ends that cannot do what is asked."""
    result = newscrawl(url, *arguments)
    assert (result.returncode, result.stdout) == (1, ""), result.stderr
    (line,) = result.stderr.splitlines()
    return line
