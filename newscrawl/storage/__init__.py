"""The output database. The only importer of SQLAlchemy.

Who takes a name from here imports the module that has it, and no other: a command that reads starts in half the time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newscrawl.storage.alarms import Alarm, accept, judge_run, note_told, untold
    from newscrawl.storage.article_history import History, history
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
    from newscrawl.storage.listings import Wanted
    from newscrawl.storage.locks import Holder, Lock, file_name, holder_of, site_lock
    from newscrawl.storage.lookup import Shared, StoredArticle, article_by_id, article_by_key
    from newscrawl.storage.pruning import Pruned, prune
    from newscrawl.storage.reading import select_rows
    from newscrawl.storage.rebuilding import Progress, Stories, count_stories, rebuild
    from newscrawl.storage.reextractions import Archived, Reextraction, Reread, Scope
    from newscrawl.storage.relearning import Relearned, relearn
    from newscrawl.storage.run_reports import RunReport, report_run
    from newscrawl.storage.running import begin_run, close_dead_runs, conclude_run, record_not_started, run_record
    from newscrawl.storage.runs import Traffic
    from newscrawl.storage.searching import Answer, Found, search
    from newscrawl.storage.selection import Selection
    from newscrawl.storage.shares import Share, Statistics, last_runs, statistics
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

_NAMES = {
    "alarms": (
        "Alarm",
        "accept",
        "judge_run",
        "note_told",
        "untold",
    ),
    "article_history": (
        "History",
        "history",
    ),
    "backends": (
        "location",
        "shown_address",
    ),
    "backup": ("back_up",),
    "copying": (
        "Copying",
        "copy_database",
    ),
    "counts": (
        "Counts",
        "Result",
    ),
    "deleting": (
        "Deleted",
        "delete_article",
    ),
    "due": (
        "Standing",
        "standings",
    ),
    "engine": ("check_database",),
    "errors": (
        "StorageError",
        "fault_of",
    ),
    "exporting": (
        "COLUMNS",
        "Export",
        "export",
    ),
    "frontier": (
        "DuePage",
        "Seed",
        "Take",
        "Window",
    ),
    "health": (
        "SiteHealth",
        "site_health",
    ),
    "listings": ("Wanted",),
    "locks": (
        "Holder",
        "Lock",
        "file_name",
        "holder_of",
        "site_lock",
    ),
    "lookup": (
        "Shared",
        "StoredArticle",
        "article_by_id",
        "article_by_key",
    ),
    "pruning": (
        "Pruned",
        "prune",
    ),
    "run_reports": (
        "RunReport",
        "report_run",
    ),
    "reading": ("select_rows",),
    "rebuilding": (
        "Progress",
        "Stories",
        "count_stories",
        "rebuild",
    ),
    "reextractions": (
        "Archived",
        "Reextraction",
        "Reread",
        "Scope",
    ),
    "relearning": (
        "Relearned",
        "relearn",
    ),
    "running": (
        "begin_run",
        "close_dead_runs",
        "conclude_run",
        "record_not_started",
        "run_record",
    ),
    "runs": ("Traffic",),
    "searching": (
        "Answer",
        "Found",
        "search",
    ),
    "selection": ("Selection",),
    "shares": (
        "Share",
        "Statistics",
        "last_runs",
        "statistics",
    ),
    "store": (
        "Store",
        "StoreItem",
    ),
    "upkeep": (
        "Indexing",
        "check",
        "upgrade",
        "vacuum",
    ),
    "writer": ("Writer",),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
