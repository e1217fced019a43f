"""Errors of the database, as one-line messages."""


class StorageError(Exception):
    """The database cannot be opened, read or written. The message is one line for the user."""


def fault_of(error: Exception) -> str:
    """Say why the database rejected a row, without quoting the row or statement as PostgreSQL and SQLAlchemy do."""
    cause = getattr(error, "orig", None) or error
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    return " ".join((primary or str(cause)).split())
