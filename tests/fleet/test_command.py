"""`newscrawl fleet` says in one line why it cannot start."""

from __future__ import annotations

import asyncio
import gc
import sys

import pytest
from procrastinate import exceptions

from newscrawl.fleet.queue import _note_lost_job
from tests.projects import invoke

SERVER = "postgresql://nobody@127.0.0.1:1/none"


@pytest.mark.parametrize(
    ("arguments", "url", "said"),
    [
        ((), "sqlite:///news.db", "several machines can only share a PostgreSQL database; set DATABASE_URL to one"),
        (("--every", "now and then"), SERVER, "--every: "),
        ((), SERVER, "check that the server is running"),
    ],
)
def test_wrong_order_is_refused(tmp_path, arguments, url, said):
    """Nothing has been started then."""
    done = invoke("fleet", *arguments, cwd=tmp_path, NEWSCRAWL_DATABASE_URL=url)
    assert done.returncode == 1
    assert done.stderr.startswith("newscrawl fleet: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_database_is_named_as_for_other_commands(tmp_path):
    """It wins over what is set."""
    done = invoke("fleet", "--database", "sqlite:///news.db", cwd=tmp_path, NEWSCRAWL_DATABASE_URL=SERVER)
    assert done.returncode == 1
    assert "several machines can only share a PostgreSQL database" in done.stderr


def test_extra_is_named(tmp_path, monkeypatch):
    """Who has not installed it learns how."""
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    monkeypatch.delitem(sys.modules, "newscrawl.fleet.queue", raising=False)
    done = invoke("fleet", cwd=tmp_path, NEWSCRAWL_DATABASE_URL=SERVER)
    assert (done.returncode, done.stderr) == (
        1,
        "newscrawl fleet: it needs Procrastinate; run: pip install 'newscrawl[fleet]'\n",
    )


@pytest.mark.parametrize("error", [exceptions.ConnectorException("not\nfound"), ValueError("a fault of ours")])
def test_job_that_others_have_given_up_is_one_line(caplog, error):
    """A machine that had stopped for a minute need not show a traceback; what is our fault has one."""

    async def fail() -> None:
        raise error

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(_note_lost_job)
        task = asyncio.create_task(fail())
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(run())
    is_ours = isinstance(error, ValueError)
    assert ("Traceback" in caplog.text) == is_ours
    assert ("which changes nothing: not found" in caplog.text) != is_ours
