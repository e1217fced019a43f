"""The same tests for every database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database import Database
from tests.postgres import Cluster

ONLY_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what only a file can be asked."""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Where a test puts its articles."""
    if request.param == "sqlite":
        yield Database(f"sqlite:///{tmp_path / 'out.db'}")
        return
    postgres: Cluster = request.getfixturevalue("postgres")
    url = postgres.create_with_tables()
    yield Database(url)
    postgres.drop(url)
