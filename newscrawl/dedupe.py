"""Keys by which copies of a text are found."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_WORD = re.compile(r"\w+")


def content_hash(text: str) -> str:
    """Hash what a text says: 128 bits of BLAKE2b in hex over its words, in NFC and case-folded.

    Spacing, punctuation and letter case make no difference; numbers do.
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    words = " ".join(_WORD.findall(folded)) or folded
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()
