"""Which web archives were loaded."""

from __future__ import annotations

from dataclasses import replace

from newscrawl.items import ArchiveRead
from newscrawl.storage.archives import loaded, record_archive
from newscrawl.storage.engine import open_engine, write_transaction
from tests.database import query

READ = ArchiveRead("/cc/CC-NEWS-1.warc.gz", 1 << 33, {"since": "2020-09-01"})


def test_archive_is_known_as_it_was_read(each_database):
    """Of that size, and with those arguments; the last reading counts."""
    engine = open_engine(each_database.url)
    assert not loaded(each_database.url).holds(READ)
    for read in (READ, replace(READ, arguments={}), replace(READ, size=1, arguments={})):
        with write_transaction(engine) as connection:
            record_archive(connection, read, None)
        known = loaded(each_database.url)
        others = [one for one in (READ, replace(READ, arguments={})) if one != read]
        assert known.holds(read)
        assert not any(map(known.holds, others))
    engine.dispose()
    assert query(each_database, "select file, size from loaded_archives") == [(READ.file, 1)]
