"""Which texts are copies of one another: keys that find them, and a verdict on two texts."""

from newscrawl.dedupe.fingerprints import content_hash, near_duplicate_keys, words_of
from newscrawl.dedupe.similarity import Likeness, Reading, compare

__all__ = ["Likeness", "Reading", "compare", "content_hash", "near_duplicate_keys", "words_of"]
