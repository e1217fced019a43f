"""Query parsing and snippets, for every backend."""
