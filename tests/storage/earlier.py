"""Databases as earlier versions left them, and upgrades that are killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, event

from newscrawl import storage
from newscrawl.storage.backends import backend_of, parse_url
from newscrawl.storage.engine import check_database


def downgrade(url: str, revision: str) -> None:
    """Bring a database back to an earlier version of the schema."""
    engine = backend_of(url).writer(parse_url(url), create=False)
    with engine.connect().execution_options(newscrawl_writes=True) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


def killed_upgrade(url: str, number: int) -> bool:
    """Upgrade a database in a process that is killed after a statement of this number; return whether it was."""
    process = os.fork()
    if not process:
        code = 1
        try:
            _upgrade_until(url, number)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(process, 0)
    assert status in {0, signal.SIGKILL}
    return status == signal.SIGKILL


def _upgrade_until(url: str, number: int) -> None:
    """Upgrade; die after the statement of this number, counted from the first of a migration."""
    done = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal done
        is_begun = done or statement.lstrip().lower().startswith(("drop view", "create table", "alter table", "update"))
        done += bool(is_begun)
        if done == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", count)
    check_database(url)
