"""Databases as earlier versions left them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from newscrawl import storage
from newscrawl.storage.backends import backend_of, parse_url


def migrate(url: str, revision: str) -> None:
    """Bring a database to a version of the schema, which need not be the newest."""
    engine = backend_of(url).writer(parse_url(url))
    with engine.connect().execution_options(newscrawl_writes=True) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
