"""Databases as earlier versions left them, and upgrades that are killed.

    python -m tests.storage.earlier URL NUMBER

upgrades a database, and kills itself with SIGKILL after so many statements.
"""

from __future__ import annotations

import os
import signal
import sys
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


def upgrade_until(url: str, number: int) -> None:
    """Upgrade a database; die after the statement of this number, counted from the first of a migration."""
    done = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal done
        is_begun = done or statement.lstrip().lower().startswith(("drop view", "create table", "alter table", "update"))
        done += bool(is_begun)
        if done == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", count)
    check_database(url)


if __name__ == "__main__":
    upgrade_until(sys.argv[1], int(sys.argv[2]))
