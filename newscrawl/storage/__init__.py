"""The output database. The only importer of SQLAlchemy."""

from newscrawl.storage.alarms import Alarm, accept, judge_run, note_told, untold
from newscrawl.storage.backends import location, shown_address
from newscrawl.storage.backup import back_up
from newscrawl.storage.copying import Copying, copy_database
from newscrawl.storage.counts import Counts, Result
from newscrawl.storage.deleting import Deleted, delete_article
from newscrawl.storage.due import Standing, standings
from newscrawl.storage.engine import check_database
from newscrawl.storage.errors import StorageError, fault_of
from newscrawl.storage.exporting import COLUMNS, Export, export
from newscrawl.storage.frontier import DuePage, Seed, Take, Window
from newscrawl.storage.health import SiteHealth, site_health
from newscrawl.storage.history import History, history
from newscrawl.storage.listings import Wanted
from newscrawl.storage.locks import Holder, Lock, file_name, holder_of, site_lock
from newscrawl.storage.lookup import Shared, StoredArticle, article_by_id, article_by_key
from newscrawl.storage.pruning import Pruned, prune
from newscrawl.storage.query import RunReport, report_run, select_rows
from newscrawl.storage.rebuild import Progress, Stories, count_stories, rebuild
from newscrawl.storage.reextractions import Archived, Reextraction, Reread, Scope
from newscrawl.storage.relearning import Relearned, relearn
from newscrawl.storage.running import begin_run, close_dead_runs, conclude_run, record_not_started, run_record
from newscrawl.storage.runs import Traffic
from newscrawl.storage.search import Answer, Found, search
from newscrawl.storage.selection import Selection
from newscrawl.storage.statistics import Share, Statistics, last_runs, statistics
from newscrawl.storage.store import Store, StoreItem
from newscrawl.storage.upkeep import Indexing, check, upgrade, vacuum
from newscrawl.storage.writer import Writer

__all__ = [
    "COLUMNS",
    "Alarm",
    "Answer",
    "Archived",
    "Copying",
    "Counts",
    "Deleted",
    "DuePage",
    "Export",
    "Found",
    "History",
    "Holder",
    "Indexing",
    "Lock",
    "Progress",
    "Pruned",
    "Reextraction",
    "Relearned",
    "Reread",
    "Result",
    "RunReport",
    "Scope",
    "Seed",
    "Selection",
    "Share",
    "Shared",
    "SiteHealth",
    "Standing",
    "Statistics",
    "StorageError",
    "Store",
    "StoreItem",
    "StoredArticle",
    "Stories",
    "Take",
    "Traffic",
    "Wanted",
    "Window",
    "Writer",
    "accept",
    "article_by_id",
    "article_by_key",
    "back_up",
    "begin_run",
    "check",
    "check_database",
    "close_dead_runs",
    "conclude_run",
    "copy_database",
    "count_stories",
    "delete_article",
    "export",
    "fault_of",
    "file_name",
    "history",
    "holder_of",
    "judge_run",
    "last_runs",
    "location",
    "note_told",
    "prune",
    "rebuild",
    "record_not_started",
    "relearn",
    "report_run",
    "run_record",
    "search",
    "select_rows",
    "shown_address",
    "site_health",
    "site_lock",
    "standings",
    "statistics",
    "untold",
    "upgrade",
    "vacuum",
]
