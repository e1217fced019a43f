"""The same tests for every database."""

from __future__ import annotations

import pytest

from tests.database import Database


@pytest.fixture
def database(each_database: Database) -> Database:
    """Where a test puts its articles."""
    return each_database
