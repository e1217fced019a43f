"""Rules of a site, as data that can be sent to any process."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from lxml import etree

from newscrawl.items import Article, Page
from newscrawl.urls import Parameters

# https://www.w3.org/TR/1999/REC-xpath-19991116/: functions, node tests, and operators that are words.
_WORDS = frozenset(
    """
    last position count id local-name namespace-uri name string concat starts-with contains substring-before
    substring-after substring string-length normalize-space translate boolean not true false lang number sum floor
    ceiling round has-class text node comment processing-instruction and or div mod
    """.split()
)
_LITERAL = re.compile("'[^']*'|\"[^\"]*\"")
_CALL = re.compile(r"(?<![\w:.-])(?:[\w-]++::)?+([\w:.-]++)\s*+\(")


@cache
def compile_xpath(xpath: str) -> Callable[[etree._Element], list[Any]]:
    """Compile an XPath 1.0 that selects nodes; Scrapy's has-class() is available also in a process without Scrapy.

    Raises ValueError with one line for a person.
    """
    # Commands that only read the database import this module just for RulesError.
    from lxml import etree  # noqa: PLC0415
    from parsel.xpathfuncs import has_class  # noqa: PLC0415

    try:
        compiled = etree.XPath(xpath, extensions={(None, "has-class"): has_class})
        selected = compiled(etree.fromstring("<html/>"))
    except (etree.XPathError, TypeError, ValueError) as error:
        raise ValueError(f"{xpath!r} is not a valid XPath ({error})") from None
    # libxml2 looks up a function only when a page makes it evaluate the call.
    unknown = set(_CALL.findall(_LITERAL.sub("", xpath))) - _WORDS
    if unknown:
        raise ValueError(f"{xpath!r} is not a valid XPath (unknown function {min(unknown)}())")
    if not isinstance(selected, list):
        raise ValueError(f"{xpath!r} does not select nodes; it returns {selected!r}")  # noqa: TRY004 - the XPath is wrong
    return compiled  # type: ignore[return-value]


EXTRACTORS = ("newscrawl", "trafilatura")
Adjust = Callable[[Article, Page], Article]

# https://www.loc.gov/standards/iso639-2/php/code_list.php
_LANGUAGES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
    es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka
    kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng
    nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su
    sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split()
)


def is_language(code: str) -> bool:
    """Say whether a code is one of ISO 639-1."""
    return code in _LANGUAGES


class RulesError(ValueError):
    """An invalid rule of a site. The message is one line for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """How the pages of a site are extracted; the defaults fit any site.

    Raises RulesError for a rule that no page could be read by: a mistake in a spider shows when the spider is loaded.
    """

    prune_xpath: tuple[str, ...] = ()
    """XPaths of boxes that are removed from a page before extraction."""
    timezone: str | None = None
    """IANA time zone name, for times without a zone."""
    language: str | None = None
    """ISO 639-1 code, for pages that do not declare their language."""
    adjust: str | None = None
    """``module:function`` of a pure function (article, page) -> article, called last. It may raise NoArticle."""
    kept_parameters: tuple[str, ...] = ()
    """Query parameters that identify an article of this site, although the general rules drop them."""
    dropped_parameters: tuple[str, ...] = ()
    """Query parameters that do not identify an article of this site; ``*`` for all but the kept ones."""
    extractor: str | None = None
    """The extractor: ``newscrawl``, or ``trafilatura`` alone. None for the setting ``EXTRACTOR``."""

    @property
    def parameters(self) -> Parameters:
        """The query parameters that URL keys keep and drop."""
        return Parameters(self.kept_parameters, self.dropped_parameters)

    def __post_init__(self) -> None:
        # A string would be taken for a sequence of one-letter XPaths.
        if not isinstance(self.prune_xpath, tuple) or not all(isinstance(xpath, str) for xpath in self.prune_xpath):
            raise RulesError(f'prune_xpath must be a tuple of XPaths, as in ("//aside",), not {self.prune_xpath!r}')
        for xpath in self.prune_xpath:
            _check_xpath(xpath)
        if self.timezone is not None:
            _check_timezone(self.timezone)
        if self.language is not None and not is_language(str(self.language)):
            raise RulesError(f"language must be an ISO 639-1 code, such as 'vi', not {self.language!r}")
        if self.extractor is not None and self.extractor not in EXTRACTORS:
            raise RulesError(f"extractor must be one of {', '.join(EXTRACTORS)}, not {self.extractor!r}")
        if self.adjust is not None:
            load_adjust(self.adjust)
        try:
            _ = self.parameters
        except ValueError as error:
            raise RulesError(str(error)) from None


NO_RULES = SiteRules()


def load_adjust(name: str) -> Adjust:
    """Import the function that an `adjust` rule names. Raises RulesError."""
    module, colon, function = str(name).partition(":")
    if not (module and colon and function):
        raise RulesError(f"adjust must be written as 'module:function', not {name!r}")
    try:
        found: Any = pkgutil.resolve_name(name)
    except AttributeError:
        raise RulesError(
            f"adjust: {module} has no {function}; in the spider's own file, define it above the spider"
        ) from None
    except Exception as error:
        raise RulesError(f"adjust: {name!r} cannot be imported ({type(error).__name__}: {error})") from error
    if not callable(found):
        raise RulesError(f"adjust: {name!r} is not a function")
    return found  # type: ignore[no-any-return]


def _check_xpath(xpath: str) -> None:

    try:
        compile_xpath(xpath)
    except ValueError as error:
        raise RulesError(f"prune_xpath: {error}") from None


def _check_timezone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError):
        raise RulesError(f"timezone must be an IANA name, such as 'Asia/Ho_Chi_Minh', not {name!r}") from None
