"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) as a JSON Schema; what it does not name fails."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

_TEXT = {"type": "string"}
_URL = {"type": "string", "format": "uri", "pattern": "^https?://"}
_MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
_EXTENSIONS = {"^_[^.]+$": {"type": "object"}}
_AUTHORS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": _TEXT, "url": _URL, "avatar": _URL},
        "minProperties": 1,
        "additionalProperties": False,
    },
}
_ATTACHMENT = {
    "type": "object",
    "properties": {
        "url": _URL,
        "mime_type": _TEXT,
        "title": _TEXT,
        "size_in_bytes": {"type": "integer"},
        "duration_in_seconds": {"type": "number"},
    },
    "required": ["url", "mime_type"],
    "additionalProperties": False,
}
_ITEM = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        **dict.fromkeys(("url", "external_url", "image", "banner_image"), _URL),
        **dict.fromkeys(("title", "content_html", "content_text", "summary", "language"), _TEXT),
        **dict.fromkeys(("date_published", "date_modified"), _MOMENT),
        "authors": _AUTHORS,
        "tags": {"type": "array", "items": _TEXT},
        "attachments": {"type": "array", "items": _ATTACHMENT},
    },
    "patternProperties": _EXTENSIONS,
    "required": ["id"],
    "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        **dict.fromkeys(("home_page_url", "feed_url", "next_url", "icon", "favicon"), _URL),
        **dict.fromkeys(("title", "description", "user_comment", "language"), _TEXT),
        "authors": _AUTHORS,
        "expired": {"type": "boolean"},
        "hubs": {
            "type": "array",
            "items": {"type": "object", "properties": {"type": _TEXT, "url": _URL}, "required": ["type", "url"]},
        },
        "items": {"type": "array", "items": _ITEM},
    },
    "patternProperties": _EXTENSIONS,
    "required": ["version", "title", "items"],
    "additionalProperties": False,
}


def valid(feed: dict[str, Any]) -> dict[str, Any]:
    """Return a feed that is one. Raises jsonschema's ValidationError."""
    Draft202012Validator(SCHEMA).validate(feed)
    return feed
