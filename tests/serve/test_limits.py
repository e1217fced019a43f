"""What a question may cost."""

from __future__ import annotations

import pytest

from newscrawl.storage.engine import read_connection, time_limit
from newscrawl.storage.errors import StorageError

ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"


def test_long_questions_are_stopped(filled):
    """With a message that says what to do; the next question is answered."""
    with time_limit(0.05):
        with (
            pytest.raises(StorageError, match="takes too long to answer; narrow it"),
            read_connection(filled.url) as connection,
        ):
            connection.exec_driver_sql(ENDLESS).scalar()
        with read_connection(filled.url) as connection:
            assert connection.exec_driver_sql("select 1").scalar() == 1
    with read_connection(filled.url) as connection:  # the connection of the pool has no limit any more
        more = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000) select count(*) from n"
        assert connection.exec_driver_sql(more).scalar() == 300_000
