"""`newscrawl fleet` says in one line why it cannot start."""

from __future__ import annotations

import sys

import pytest

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


def test_extra_is_named(tmp_path, monkeypatch):
    """Who has not installed it learns how."""
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    monkeypatch.delitem(sys.modules, "newscrawl.fleet.queue", raising=False)
    done = invoke("fleet", cwd=tmp_path, NEWSCRAWL_DATABASE_URL=SERVER)
    assert (done.returncode, done.stderr) == (
        1,
        "newscrawl fleet: it needs Procrastinate; run: pip install 'newscrawl[fleet]'\n",
    )
