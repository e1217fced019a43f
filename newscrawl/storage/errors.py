"""What the database cannot do, in a line for a person."""


class StorageError(Exception):
    """The database cannot do what is asked of it. The message is one line for a person."""
