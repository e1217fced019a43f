"""In which language an article is written: what its text shows, against what the page declares."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice

from lxml.html import HtmlElement
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import MetaTags

MOST_PARAGRAPHS = 300
SHORTEST = 60
"""Bytes of a paragraph that is a sentence of the article rather than a button, in UTF-8: Chinese needs fewer signs."""

ENOUGH = 600
"""Characters by which a language is recognized, in half a millisecond; half of them where it is the declared one."""

FEWEST_LETTERS = 40
SURE = 0.8
"""py3langid's chance, which is calibrated, from which on a text is believed against its page."""

_LOCALES = ("content-language", "og:locale", "dc.language", "dcterms.language", "language")
_MISTAKEN = {"vn": "vi", "jp": "ja", "cz": "cs", "dk": "da", "gr": "el", "ua": "uk"}
"""Countries that are often written for languages, and are the code of none."""

_RELATED = (
    frozenset(("no", "nb", "nn", "da")),
    frozenset(("hr", "bs", "sr", "sh")),
    frozenset(("id", "ms")),
    frozenset(("tl", "fil")),
    frozenset(("gl", "pt")),
)
"""Languages that a text does not tell apart for certain: there the page is believed."""


def locales_of(tree: HtmlElement, head: MetaTags, structured: JsonLd, language: str | None) -> tuple[str, ...]:
    """Return what the page says about its language, as tags such as ``en-US``, the surest first."""
    root = next(islice(tree.iter("html"), 1), tree)
    said = (root.get("lang"), root.get("xml:lang"), *head.all(*_LOCALES), structured.language, language)
    return tuple(dict.fromkeys(locale for text in said if text and (locale := _locale(text))))


def _locale(text: str) -> str | None:
    parts = re.split(r"[-_,; ]", text.strip()[:20])
    code = _MISTAKEN.get(parts[0].lower(), parts[0].lower())
    if len(code) != 2 or not (code.isascii() and code.isalpha()):
        return None
    return "-".join([code, *(part.upper() for part in parts[1:] if len(part) == 2 and part.isalpha())])


def language_of(tree: HtmlElement, said: Iterable[str | None], locales: tuple[str, ...]) -> str | None:
    """Return the ISO 639-1 code of the language in which the paragraphs of a page and what it says of them are written.

    `said` are its title and description. Systems that write en-US whatever the language are common, so the text decides
    where it is long enough; where it is not, or does not tell two related languages apart, the page does.
    """
    declared = [locale[:2] for locale in locales]
    sample = _sample(tree, said)
    if sum(map(str.isalpha, sample)) < FEWEST_LETTERS:
        return declared[0] if declared else None
    identifier = load_identifier()
    found, chance = identifier.classify(sample[: ENOUGH // 2]) if identifier else ("", 0)
    if identifier and not (found in declared and chance >= SURE):
        found, chance = identifier.classify(sample)
    if found in declared or chance < SURE or len(found) != 2:
        return found if found in declared else declared[0] if declared else None
    related = next((code for code in declared if any({code, found} <= group for group in _RELATED)), None)
    return related or found


def _sample(tree: HtmlElement, said: Iterable[str | None]) -> str:
    pieces = [text[: ENOUGH // 4] for text in said if text]
    length = 0
    for paragraph in islice(tree.iter("p"), MOST_PARAGRAPHS):
        text = "".join(islice(paragraph.itertext(), 40))
        if len(text.encode("utf-8", "replace")) >= SHORTEST:
            pieces.append(text[:ENOUGH])
            length += len(pieces[-1])
        if length >= ENOUGH:
            break
    return " ".join(pieces)[:ENOUGH]


@cache
def load_identifier() -> LanguageIdentifier | None:
    """Return py3langid's model, with chances that are calibrated; reading it takes 0.4 s and 70 MB, once.

    It knows the languages that ISO 639-1 has a code for: of others it would take Chinese for Wu. None where there is no
    room to unpack it: it is unpacked to a temporary file.
    """
    try:
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except OSError:
        return None
    identifier.set_languages([language for language in identifier.labels if len(language) == 2])
    return identifier
