"""The output database. The only importer of SQLAlchemy."""

from newscrawl.storage.counts import Counts, Result
from newscrawl.storage.engine import StorageError, check_database, location
from newscrawl.storage.lookup import StoredArticle, article_by_id, article_by_key
from newscrawl.storage.query import RunReport, report_run, select_rows
from newscrawl.storage.store import Store
from newscrawl.storage.writer import Writer

__all__ = [
    "Counts",
    "Result",
    "RunReport",
    "StorageError",
    "Store",
    "StoredArticle",
    "Writer",
    "article_by_id",
    "article_by_key",
    "check_database",
    "location",
    "report_run",
    "select_rows",
]
