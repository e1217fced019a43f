"""What the API gives, declared once: for routes, for reading requests and for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from newscrawl.items import DROP_REASONS
from newscrawl.serve.question import LARGEST_ID
from newscrawl.storage.lookup import BRIEF_COLUMNS
from newscrawl.storage.schema import alarms, article_revisions, articles, described, runs
from newscrawl.storage.statistics import Dimension

Schema = dict[str, Any]

MOST = 100
"""Rows of an answer."""
_DAY: Schema = {"type": "string", "format": "date"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query string or path."""

    name: str
    schema: Schema
    text: str
    is_path: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as OpenAPI has it."""
        found: dict[str, Any] = {"name": self.name, "in": "path" if self.is_path else "query", "description": self.text}
        if self.is_path:
            found["required"] = True
        if self.schema.get("type") == "array":
            found |= {"style": "form", "explode": True}
        return {**found, "schema": self.schema}


@dataclass(frozen=True, slots=True)
class Resource:
    """An address of the API."""

    path: str
    """As OpenAPI has it: `/api/articles/{id}`."""
    name: str
    text: str
    schema: Schema
    """Of the answer."""
    parameters: tuple[Parameter, ...] = ()
    may_be_missing: bool = False


def nullable(schema: Schema) -> Schema:
    """Return a schema that allows null too."""
    return {**schema, "type": [schema["type"], "null"]} if "type" in schema else {"anyOf": [schema, {"type": "null"}]}


def list_of(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def object_of(properties: Mapping[str, Schema], required: tuple[str, ...] | None = None) -> Schema:
    """Return the schema of an object; all properties are required unless some are named."""
    needed = list(properties if required is None else required)
    return {"type": "object", "properties": dict(properties), **({"required": needed} if needed else {})}


_KINDS: dict[str, Schema] = {
    "integer": _COUNT,
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "text": _TEXT,
    "time": _MOMENT,
}


def _columns(described: Mapping[str, tuple[str, bool, str]], *without: str) -> dict[str, Schema]:
    found = {}
    for name, (kind, may_be_null, text) in described.items():
        if name not in without:
            schema = _KINDS.get(kind, {"type": ["array", "object"]})
            types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            found[name] = {**schema, "type": [*types, "null"] if may_be_null else schema["type"], "description": text}
    return found


ARTICLE_COLUMNS = _columns(described(articles), "blocks")
RUN_COLUMNS = _columns(described(runs), "lock", "pid", "host")
REVISION_COLUMNS = _columns(described(article_revisions))
ALARM_COLUMNS = {
    **_columns(described(alarms), "detail", "page_id", "ended_by", "told"),
    "example": nullable(_TEXT),
}
_BRIEF = object_of({name: ARTICLE_COLUMNS[name] for name in BRIEF_COLUMNS})

_ID = Parameter("id", {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}, "Number of the article.", is_path=True)
_FIELDS = "Names of the columns to give, separated by commas; all by default."
_LIMIT = Parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 20}, "How many to give.")
_NEXT = "`next` of the answer before."
ARTICLE_CURSOR = r"^(o[0-9]{1,3}|k-?[0-9]{1,17}\.[0-9]{1,9}|k\.[0-9]{1,9})$"
_CURSOR = Parameter("cursor", {"type": "string", "pattern": ARTICLE_CURSOR}, _NEXT)
_RUN_CURSOR = Parameter("cursor", {"type": "string", "pattern": "^[0-9]{1,9}$"}, _NEXT)
SEARCH = (
    Parameter("q", _TEXT, 'Words, "a phrase", -without, as `newscrawl search` takes them.'),
    Parameter("source", list_of(_TEXT), "Only articles of these sites."),
    Parameter("language", list_of(_TEXT), "Only articles in these languages."),
    Parameter("section", _TEXT, "Only articles in sections with these words."),
    Parameter("author", _TEXT, "Only articles by this author."),
    Parameter("since", _DAY, "Published on this day (UTC) or later."),
    Parameter("until", _DAY, "Published on this day (UTC) or earlier."),
    Parameter("all_copies", {"type": "boolean"}, "Include duplicates, and articles that are gone from their site."),
)


def fields_parameter(names: Mapping[str, Schema]) -> Parameter:
    """Return the parameter that chooses columns."""
    pattern = f"^({'|'.join(names)})(,({'|'.join(names)}))*$"
    return Parameter("fields", {"type": "string", "pattern": pattern}, _FIELDS)


FOUND_COLUMNS = {
    **ARTICLE_COLUMNS,
    "snippet": {**_TEXT, "description": "The passage that has most of the words, or the beginning."},
    "marks": {**list_of(list_of(_COUNT)), "description": "Start and end of the words within `snippet`."},
}
FOUND_BY_DEFAULT = (
    *("id", "url_key", "url", "source", "section", "authors", "language", "published_at", "published_precision"),
    *("duplicate_of", "word_count", "title", "snippet", "marks"),
)
BLOCK = object_of(
    {
        "kind": _TEXT,
        "text": _TEXT,
        "reason": {"type": ["string", "null"], "description": f"Why it was dropped: {', '.join(DROP_REASONS)}."},
    }
)
SITE = object_of(
    {
        "source": _TEXT,
        "articles": _COUNT,
        "days": list_of(object_of({"day": _DAY, "articles": _COUNT})),
        "pages": _COUNT,
        "due": _COUNT,
        "next_fetch_at": nullable(_MOMENT),
        "last_run": {"type": ["object", "null"]},
        "shares": {"type": "object"},
        "alarms": list_of(_TEXT),
        "holder": nullable(_TEXT),
        "state": {**nullable(_TEXT), "description": "`active`, `paused` or `dead`; null where no round crawls it."},
    }
)
DIMENSIONS = get_args(Dimension)

RESOURCES = (
    Resource(
        "/api/articles",
        "articles",
        "The articles of a search: the best first, or without words the newest.",
        object_of(
            {
                "total": _COUNT,
                "not_indexed": _COUNT,
                "articles": list_of(object_of(FOUND_COLUMNS, ())),
                "next": nullable(_TEXT),
            }
        ),
        (*SEARCH, fields_parameter(FOUND_COLUMNS), _LIMIT, _CURSOR),
    ),
    Resource(
        "/api/articles/{id}",
        "article",
        "An article.",
        object_of(ARTICLE_COLUMNS, ()),
        (_ID, fields_parameter(ARTICLE_COLUMNS)),
        may_be_missing=True,
    ),
    Resource(
        "/api/articles/{id}/revisions",
        "revisions",
        "Earlier titles and texts of an article, the earliest first.",
        object_of({"revisions": list_of(object_of(REVISION_COLUMNS))}),
        (_ID,),
        may_be_missing=True,
    ),
    Resource(
        "/api/articles/{id}/blocks",
        "blocks",
        "Every block of the article's page in reading order.",
        object_of({"blocks": list_of(BLOCK)}),
        (_ID,),
        may_be_missing=True,
    ),
    Resource(
        "/api/stories/{id}",
        "story",
        "The oldest publication of a text, and its copies; by the number of any of them.",
        object_of({"original": _BRIEF, "copies": list_of(_BRIEF), "copy_count": _COUNT}),
        (_ID,),
        may_be_missing=True,
    ),
    Resource("/api/sites", "sites", "All sites, with their state.", object_of({"sites": list_of(SITE)})),
    Resource(
        "/api/runs",
        "runs",
        "The last runs, the latest first.",
        object_of({"runs": list_of(object_of(RUN_COLUMNS)), "next": nullable(_TEXT)}),
        (Parameter("spider", _TEXT, "Only runs of this spider."), _LIMIT, _RUN_CURSOR),
    ),
    Resource(
        "/api/alarms",
        "alarms",
        "Active alarms of sites.",
        object_of({"alarms": list_of(object_of(ALARM_COLUMNS))}),
        (Parameter("source", _TEXT, "Only alarms of this site."),),
    ),
    Resource(
        "/api/counts",
        "counts",
        "Numbers of articles of a search: by day or month the latest first, else the most frequent first.",
        object_of({"by": _TEXT, "counts": list_of(object_of({"name": nullable(_TEXT), "articles": _COUNT}))}),
        (
            Parameter("by", {"type": "string", "enum": list(DIMENSIONS), "default": "day"}, "What to count by."),
            *SEARCH,
            _LIMIT,
        ),
    ),
)


def openapi(version: str) -> dict[str, Any]:
    """Return the OpenAPI document."""
    error = {"description": "What is wrong.", "content": _json(object_of({"error": _TEXT}))}
    paths = {}
    for one in RESOURCES:
        answers: dict[str, Any] = {"200": {"description": one.text, "content": _json(one.schema)}, "400": error}
        answers["304"] = {"description": "Not changed since the answer with the `ETag` in `If-None-Match`."}
        if one.may_be_missing:
            answers["404"] = error
        answers["503"] = error
        paths[one.path] = {
            "get": {
                "operationId": one.name,
                "summary": one.text,
                "parameters": [parameter.as_json() for parameter in one.parameters],
                "responses": answers,
            }
        }
    info = {
        "title": "newscrawl",
        "version": version,
        "description": "Articles with their copies, revisions and blocks, and the state of sites.",
        "license": {"name": "MIT", "identifier": "MIT"},
    }
    return {"openapi": "3.1.0", "info": info, "paths": paths}


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
