"""A PostgreSQL server of the tests' own: unprivileged, in a temporary folder, on a socket in it and on no port."""

from __future__ import annotations

import getpass
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

USER = "newscrawl"
_TEMPLATE = "newscrawl_template"
_ATTEMPTS = 12
_MEMORY = Path("/dev/shm")
_ROOM = 2 * 2**30
"""Bytes that must be free in memory for a server to stand there; those of three workers took 300 MB together."""


def programs() -> Path | None:
    """Where the server's programs are: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "postgres").exists()), None)


@dataclass
class Cluster:
    """A server with its databases."""

    folder: Path
    programs: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, name: str, user: str = USER) -> str:
        """The address of a database, as a user writes it."""
        return f"postgresql://{user}@/{name}?host={self.folder}"

    def admin(self, statement: str) -> None:
        """Run a statement that stands outside of transactions.

        To create and to drop a database, the server waits five seconds for those who still have it or its template.
        On a busy machine a process that was told to end may take longer.
        """
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for attempts_left in reversed(range(_ATTEMPTS)):
                try:
                    connection.execute(statement)
                except psycopg.errors.ObjectInUse:
                    if not attempts_left:
                        raise
                else:
                    return

    def create(self, template: str = "template0") -> str:
        """Make an empty database, and return its address."""
        name = f"test{next(self.numbers)}"
        self.admin(f"create database {name} template {template}")
        return self.url(name)

    def create_with_tables(self) -> str:
        """Make a database as a crawl leaves it that stored nothing, and return its address."""
        from newscrawl.storage.engine import check_database  # noqa: PLC0415

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", [_TEMPLATE]).fetchone()
        if known is None:
            self.admin(f"create database {_TEMPLATE} template template0")
            check_database(self.url(_TEMPLATE))
        return self.create(_TEMPLATE)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is connected."""
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        self.admin(f"drop database if exists {name} with (force)")

    @property
    def pid(self) -> int:
        """The process that the others are children of."""
        return int((self.folder / "data/postmaster.pid").read_text().split("\n")[0])

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        # Nothing but a power cut loses what is not forced to the disk.
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off -c max_connections=100"
        options += " -c max_wal_size=128MB"
        self._run("pg_ctl", "-D", "data", "-o", options, "-l", "log", "-w", "start")

    def stop(self) -> None:
        """Stop the server, whoever is connected."""
        if (self.folder / "data/postmaster.pid").exists() and Path(f"/proc/{self.pid}").exists():
            self._run("pg_ctl", "-D", "data", "-m", "immediate", "stop")

    def kill(self) -> None:
        """Kill the server and all its processes as `kill -9` does, and wait until they are gone."""
        pid = self.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in (pid, *map(int, children)):
            os.kill(process, signal.SIGKILL)
        while any(Path(f"/proc/{process}").exists() for process in (pid, *children)):
            time.sleep(0.02)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*_unprivileged(), str(self.programs / program), *arguments]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, timeout=60)


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    owner = pwd.getpwnam(_owner())
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]


def _owner() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    if os.geteuid() != 0:
        return getpass.getuser()
    return next(name for name in ("postgres", "nobody") if name in names)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A new server, which ends with the block."""
    place = programs()
    assert place is not None
    # In memory a database is made about three times as fast.
    parent = _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM else None
    # The name is short, for a socket's path has 107 bytes at the most.
    with tempfile.TemporaryDirectory(prefix="pg", dir=parent) as name:
        folder = Path(name)
        shutil.chown(folder, _owner())
        made = Cluster(folder, place)
        made._run("initdb", "-D", "data", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        made.start()
        try:
            yield made
        finally:
            made.stop()
