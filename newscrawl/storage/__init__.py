"""The output database. The only package that imports SQLAlchemy.

Import from its modules: a command that only reads never loads what a crawl needs.
"""
