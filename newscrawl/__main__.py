"""`python -m newscrawl` is the `newscrawl` command."""

from newscrawl.cli import main

main(prog_name="newscrawl")
