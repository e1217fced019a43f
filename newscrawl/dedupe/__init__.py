"""Near-duplicate texts: keys that find candidates, and the comparison of two texts."""

from newscrawl.dedupe.fingerprints import content_hash, near_duplicate_keys, words_of
from newscrawl.dedupe.similarity import Likeness, Reading, compare

__all__ = ["Likeness", "Reading", "compare", "content_hash", "near_duplicate_keys", "words_of"]
