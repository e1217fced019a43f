"""Boilerplate: blocks that a site repeats on unrelated articles."""
