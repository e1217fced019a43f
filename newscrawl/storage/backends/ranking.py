"""What makes one article a better answer than another, in every database."""

TITLE_WEIGHT, LEAD_WEIGHT = 8.0, 3.0
"""How much a word in the title and in the lead counts, beside one in the text."""
FRESH_DAYS = 30.0
"""Age at which an article has lost half of what being new gives it."""
