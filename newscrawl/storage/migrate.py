"""Schema migrations, run by Alembic."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


@cache
def migrations_folder() -> Path:
    """Return the folder of the migrations; out of an egg, which is a zip file, they are copied for this process."""
    source = resources.files(__package__) / "migrations"
    if isinstance(source, Path):
        return source
    copied = Path(tempfile.mkdtemp(prefix="newscrawl-migrations-"))
    atexit.register(shutil.rmtree, copied, ignore_errors=True)
    _copy(source, copied)
    return copied


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for item in source.iterdir():
        if item.is_dir():
            _copy(item, target / item.name)
        else:
            (target / item.name).write_bytes(item.read_bytes())


def upgrade(connection: Connection) -> None:
    """Migrate to the newest schema version, inside the transaction of the connection."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["connection"] = connection
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it logs each step at INFO
    command.upgrade(config, "head")


@cache
def versions() -> frozenset[str]:
    """Return every schema version that was ever released."""
    return frozenset(script.revision for script in ScriptDirectory(str(migrations_folder())).walk_revisions())
