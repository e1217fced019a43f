"""A year of cron in minutes: ticks at which everything goes wrong that can, and what must hold after each."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing

from newscrawl.storage.locks import holder_of, is_held
from tests.rounds.disk import Disk
from tests.rounds.papers import Newsroom

MINUTES = 15
"""Between two ticks."""
_MOMENTS = {  # by our clock: what listings say of a page is by the clock of its site
    "pages": ("queued_at", "fetched_at", "next_fetch_at", "retry_at"),
    "articles": ("fetched_at", "first_seen_at", "updated_at", "gone_at"),
    "runs": ("started_at", "finished_at"),
}
SQLITES_PATIENCE = 5
"""Seconds that newscrawl waits for a database that another process writes."""


class Cron:
    """Calls `newscrawl crawl --due` again and again. Instead of the clock, the moments in the database are moved."""

    def __init__(self, room: Newsroom, disk: Disk, seed: int) -> None:
        self.room = room
        self.disk = disk
        self.dice = random.Random(seed)
        self.happened: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.edited: Counter[str] = Counter()
        self._last_run = 0

    def tick(self, event: str) -> None:
        """Let time go by, let the papers work, let something happen, and look at what is left."""
        self._shift(-60 * MINUTES)
        self._publish()
        self._last_run = self._newest_run()
        act: Callable[[], None] = getattr(self, f"_{event}")
        act()
        self.happened[event] += 1
        self._wait_for_locks(event)
        assert self.room.query("pragma quick_check") == [("ok",)], event
        together = (  # of one tick alone: between two of them the clock may have been put back
            "select one.id, two.id from runs one join runs two on two.spider = one.spider and two.id > one.id "
            "where two.started_at < one.finished_at and one.reason not in ('killed', 'not_started') "
            f"and two.reason <> 'not_started' and one.id > {self._last_run}"
        )
        assert not self.room.query(together), f"two crawls of one site at a time, {event}"

    # What happens

    def _plain(self) -> None:
        self._succeed(self.room.start("--due", "--json"), "plain")

    def _overlap(self) -> None:
        self._make_due()
        first = self.room.start("--due", "--json", "-s", "DOWNLOAD_DELAY=0.5")
        self._some_crawl(first)
        second = self.room.start("--all", "--json")
        for process in (first, second):
            self._succeed(process, "overlap")
        running = "select spider from runs where id > {} and reason = 'killed'"
        assert not self.room.query(running.format(self._last_run))

    def _kill_child(self) -> None:
        process = self.room.start("--due", "--json")
        pid = self._some_crawl(process)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        code, _, err = self._end(process, "kill_child")
        killed = self.room.query(
            f"select pid, exit_code, error from runs where id > {self._last_run} and pid = {pid or 0}"
        )
        if [row for row in killed if row[1] == 137]:
            assert code == 2, err
            assert "ended by SIGKILL" in killed[0][2]

    def _kill_parent(self) -> None:
        process = self.room.start("--due", "--json")
        self._pause(5)
        process.kill()
        process.communicate()

    def _kill_all(self) -> None:
        self._make_due()
        process = self.room.start("--due", "--json", "-s", "DOWNLOAD_DELAY=0.1")
        while process.poll() is None and not self.room.query("select 1 from runs where finished_at is null"):
            time.sleep(0.02)
        self._pause(2)
        for pid in (process.pid, *self._crawls()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate()

    def _terminate(self) -> None:
        process = self.room.start("--due", "--json")
        self._pause(6)
        process.send_signal(signal.SIGTERM)
        code, _, err = self._end(process, "terminate")
        assert code in {0, 143, -15}, err

    def _full_disk(self) -> None:
        self._make_due()
        left = self.dice.choice([8, 24, 100, 200]) * 1024
        with self.disk.full(left):
            code, out, err = self._end(self.room.start("--all", "--json", "-a", "full=1"), "full_disk")
        assert "Traceback" not in err, err
        if code or left < 50 * 1024:  # else there was room for what was new
            assert code in {1, 2}, out + err
            assert "full" in err or "space" in err, err

    def _locked(self) -> None:
        self._hold(3)

    def _locked_long(self) -> None:
        self._make_due()
        code, err = self._hold(2 * SQLITES_PATIENCE + 20)
        assert code == 0, err
        assert "another process is writing; waiting for it" in err

    def _gone(self) -> None:
        away = self.room.database.parent.with_name("away")
        self.room.database.parent.rename(away)
        code, _, err = self._end(self.room.start("--due", "--quiet"), "gone")
        away.rename(self.room.database.parent)
        assert code == 1, err
        assert "unable to open database file" in err
        assert err.count("\n") == 1

    def _gone_meanwhile(self) -> None:
        self._make_due()
        away = self.room.database.parent.with_name("away")
        process = self.room.start("--all", "--json", "-s", "DOWNLOAD_DELAY=0.2")
        found = self._some_crawl(process)
        self._pause(1)
        self.room.database.parent.rename(away)
        code, out, err = self._end(process, "gone_meanwhile")
        away.rename(self.room.database.parent)
        assert found is None or code in {1, 2}, out + err
        assert "Traceback" not in err, err

    def _read_only(self) -> None:
        with self.disk.read_only():
            code, _, err = self._end(self.room.start("--due", "--quiet"), "read_only")
        assert code == 1, err
        assert err.count("\n") == 1

    def _clock_back(self) -> None:
        self._shift(self.dice.choice([3600 * 5, 86_400 * 3, 86_400 * 365]))
        self._plain()

    def _clock_ahead(self) -> None:
        self._shift(-self.dice.choice([3600 * 5, 86_400 * 20]))
        self._plain()

    def _site_down(self) -> None:
        name = self.dice.choice(list(self.room.sites))
        self._make_due()
        self.room.sites[name].stop()
        code, out, err = self._end(self.room.start("--all", "--json"), "site_down")
        self.room.sites[name].start()
        assert code == 2, out + err
        sites = {site["spider"]: site for site in json.loads(out)["sites"]}
        assert [spider for spider, site in sites.items() if site["exit_code"]] == [name]
        failed = f"select spider, exit_code from runs where id > {self._last_run} and error like 'nothing could%'"
        assert self.room.query(failed) == [(name, 2)]

    # How it is done

    def _succeed(self, process: subprocess.Popen[str], event: str) -> None:
        code, out, err = self._end(process, event)
        assert code == 0, out + err
        assert {site["exit_code"] for site in json.loads(out)["sites"]} <= {0}

    def _end(self, process: subprocess.Popen[str], event: str) -> tuple[int, str, str]:
        out, err = process.communicate(timeout=400)
        self.codes[f"{event} {process.returncode}"] += 1
        return process.returncode, out, err

    def _pause(self, most: float) -> None:
        time.sleep(self.dice.uniform(0.2, most))

    def _crawls(self) -> list[int]:
        """The processes of the crawls that go on."""
        folder = self.room.database.with_name("news.db.locks")
        held = [path for path in folder.glob("paper*.lock") if is_held(path)]
        return [holder.pid for path in held if (holder := holder_of(path)) is not None]

    def _some_crawl(self, process: subprocess.Popen[str]) -> int | None:
        while process.poll() is None:
            if found := self._crawls():
                return self.dice.choice(found)
            time.sleep(0.02)
        return None

    def _hold(self, seconds: float) -> tuple[int, str]:
        """Crawl while another program has the right to write."""
        done = threading.Event()
        other = sqlite3.connect(self.room.database, isolation_level=None, check_same_thread=False)
        other.execute("begin immediate")
        timer = threading.Timer(seconds, lambda: (other.execute("rollback"), done.set()))
        timer.start()
        code, out, err = self._end(self.room.start("--due", "--json"), "locked" if seconds < 10 else "locked_long")
        timer.join()
        other.close()
        if seconds < 10:
            assert code == 0, out + err
        return code, err

    def _publish(self) -> None:
        site = self.dice.choice(list(self.room.sites.values()))
        match self.dice.randrange(6):
            case 0 | 1:
                site.publish(self.dice.randrange(1, 3))
            case 2:
                stored = {url for (url,) in self.room.query("select url from articles")}
                self.edited.update(stored.intersection(site.edit(1)))  # of another, nobody has seen what it was
            case 3:
                site.rotate()

    def _shift(self, seconds: int) -> None:
        with closing(sqlite3.connect(self.room.database, timeout=30)) as connection, connection:
            for table, columns in _MOMENTS.items():
                moved = ", ".join(
                    f"{column} = strftime('%Y-%m-%d %H:%M:%f', {column}, '{seconds} seconds') || '000'"
                    for column in columns
                )
                connection.execute(f"update {table} set {moved}")

    def _make_due(self) -> None:
        with closing(sqlite3.connect(self.room.database, timeout=30)) as connection, connection:
            connection.execute(
                "update pages set next_fetch_at = '2000-01-01 00:00:00.000000' where next_fetch_at is not null"
            )

    def _newest_run(self) -> int:
        return int(self.room.query("select coalesce(max(id), 0) from runs")[0][0])

    def _wait_for_locks(self, event: str) -> None:
        """No lock outlives its process."""
        began = time.monotonic()
        folder = self.room.database.with_name("news.db.locks")
        while held := [path.name for path in folder.iterdir() if is_held(path)]:
            assert time.monotonic() - began < 60, f"{held} after {event}"
            time.sleep(0.05)

    # The end

    def finish(self) -> None:
        """Crawl undisturbed until all is done, and look whether anything was lost or came twice."""
        for _ in range(2):
            self._make_due()
            self._succeed(self.room.start("--all", "--json"), "finish")
        assert self.room.is_whole()
        unfinished = self.room.query("select id, spider from runs where finished_at is null or reason is null")
        assert not unfinished
        revisions = dict(
            self.room.query(
                "select a.url, count(*) from article_revisions r join articles a on a.id = r.article_id "
                "where r.cause = 'publisher' group by a.url"
            )
        )
        changed_twice = {url: count for url, count in revisions.items() if count > self.edited[url]}
        assert not changed_twice, changed_twice
        unseen = self.edited.keys() - revisions.keys()
        assert not unseen, unseen
        waiting = "select url from pages where outcome in ('queued', 'failed') and kind = 'article'"
        assert self.room.query(waiting) == []
        assert self.room.query("pragma integrity_check") == [("ok",)]
        left = list(self.room.database.with_name("news.db.locks").glob("run-*"))
        assert not left, "the lock of a run that has ended"
