"""Scrapyd runs newscrawl from an egg, as docs/SCALING.md says: a real server, a real egg, with its data files."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.conftest import PROVIDED, ROOT
from tests.database import query

pytestmark = pytest.mark.slow

OURS = """
from newscrawl.spiders.fixtures import FixturesSpider

class OursSpider(FixturesSpider):
    name = "ours"
"""


def build_egg(folder: Path) -> Path:
    """Build an egg of newscrawl with a spider that the installed one does not have."""
    shutil.copytree(ROOT / "newscrawl", folder / "newscrawl", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "newscrawl/spiders/ours.py").write_text(OURS)
    command = [sys.executable, "-c", "import setuptools; setuptools.setup()", "-q", "bdist_egg"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return next((folder / "dist").glob("*.egg"))


@contextmanager
def scrapyd(folder: Path, **variables: str) -> Iterator[str]:
    """Run a server in a folder; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "scrapyd.conf").write_text(f"[scrapyd]\nhttp_port = {port}\npoll_interval = 0.2\n")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    with (folder / "scrapyd.log").open("wb") as log:
        command = [sys.executable, "-P", "-m", "scrapyd"]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        while True:
            assert process.poll() is None, (folder / "scrapyd.log").read_text()
            try:
                asked(f"{address}/daemonstatus.json")
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def asked(address: str, fields: dict[str, bytes] | None = None) -> Any:
    """What the server answers; `fields` are posted as a form."""
    request = urllib.request.Request(address)
    if fields is not None:
        edge = uuid.uuid4().hex.encode()
        request.data = b"".join(
            b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="x"\r\n\r\n%s\r\n'
            % (edge, name.encode(), value)
            if name == "egg"
            else b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (edge, name.encode(), value)
            for name, value in fields.items()
        )
        request.data += b"--%s--\r\n" % edge
        request.add_header("Content-Type", f"multipart/form-data; boundary={edge.decode()}")
    with urllib.request.urlopen(request, timeout=150) as response:
        answer = orjson.loads(response.read())
    assert answer["status"] == "ok", answer
    return answer


@pytest.mark.soak
def test_scrapyd_runs_an_egg(tmp_path, expected):
    """Deployed and scheduled over HTTP; the egg has the models, the migrations and the lists that it needs."""
    (tmp_path / "project").mkdir()
    egg = build_egg(tmp_path / "project")
    folder = tmp_path / "scrapyd"
    folder.mkdir()
    database = folder / "news.db"
    with scrapyd(folder, NEWSCRAWL_DATABASE_URL=f"sqlite:///{database}") as address:
        fields = {"project": b"newscrawl", "version": b"1", "egg": egg.read_bytes()}
        assert asked(f"{address}/addversion.json", fields)["spiders"] > 10
        job = {"project": b"newscrawl", "spider": b"ours", "path": str(PROVIDED).encode()}
        asked(f"{address}/schedule.json", job)
        ends = time.monotonic() + 200
        while not (finished := asked(f"{address}/listjobs.json?project=newscrawl")["finished"]):
            assert time.monotonic() < ends, [path.read_text() for path in folder.rglob("*.log")]
            time.sleep(0.2)
    logs = "\n".join(path.read_text() for path in (folder / "logs").rglob("*.log"))
    assert finished[0]["spider"] == "ours"
    assert database.exists(), logs
    assert query(database, "select spider, reason, arguments from runs") == [
        ("ours", "finished", f'{{"path": "{PROVIDED}"}}')
    ]
    titles = {title for (title,) in query(database, "select title from articles")}
    assert titles == {article["title"] for article in expected.values()}, logs
