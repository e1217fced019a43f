"""Which texts are copies of one another: keys that find them, and a verdict on two texts."""

from newscrawl.dedupe.likeness import Likeness, Reading, compare
from newscrawl.dedupe.signature import near_duplicate_keys
from newscrawl.dedupe.words import content_hash, words_of

__all__ = ["Likeness", "Reading", "compare", "content_hash", "near_duplicate_keys", "words_of"]
