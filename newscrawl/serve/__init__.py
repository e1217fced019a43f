"""The database in a browser: pages for readers and operators, a JSON API and feeds (`newscrawl serve`).

It reads through the functions that the commands use. Only with ``--actions`` and a token does it write: see `actions`.
"""
