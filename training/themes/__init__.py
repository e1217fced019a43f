"""Pages made with real themes and generators, filled with generated articles whose every block is known."""
