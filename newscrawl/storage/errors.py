"""What the database cannot do, in a line for a person."""


class StorageError(Exception):
    """The database cannot do what is asked of it. The message is one line for a person."""


def fault_of(error: Exception) -> str:
    """Say why a database refuses a row, without the row: PostgreSQL tells it in full, and SQLAlchemy the statement."""
    cause = getattr(error, "orig", None) or error
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    return " ".join((primary or str(cause)).split())
