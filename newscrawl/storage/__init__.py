"""The output database. The only importer of SQLAlchemy."""

from newscrawl.storage.counts import Counts, Result
from newscrawl.storage.engine import StorageError, check_database, location
from newscrawl.storage.frontier import DuePage, Seed, Take, Window
from newscrawl.storage.listings import Wanted
from newscrawl.storage.lookup import StoredArticle, article_by_id, article_by_key
from newscrawl.storage.query import RunReport, report_run, select_rows
from newscrawl.storage.store import Store, StoreItem
from newscrawl.storage.writer import Writer

__all__ = [
    "Counts",
    "DuePage",
    "Result",
    "RunReport",
    "Seed",
    "StorageError",
    "Store",
    "StoreItem",
    "StoredArticle",
    "Take",
    "Wanted",
    "Window",
    "Writer",
    "article_by_id",
    "article_by_key",
    "check_database",
    "location",
    "report_run",
    "select_rows",
]
