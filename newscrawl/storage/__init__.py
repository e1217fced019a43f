"""The output database. The only package that imports SQLAlchemy.

Import from its modules, so that a command that only reads does not load what a crawl needs.
"""
