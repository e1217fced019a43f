"""Blocks that a site repeats on unrelated articles."""
