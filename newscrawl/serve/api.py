"""The API: JSON for programs, read only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newscrawl._version import __version__
from newscrawl.serve.question import BadQuestion, Question, flag_of, number_of, text_of
from newscrawl.serve.rendering import page
from newscrawl.serve.resources import (
    ALARM_COLUMNS,
    ARTICLE_COLUMNS,
    FOUND_BY_DEFAULT,
    RESOURCES,
    REVISION_COLUMNS,
    RUN_COLUMNS,
    Parameter,
    openapi,
)
from newscrawl.serve.served import Served, id_of
from newscrawl.storage.health import active_alarms
from newscrawl.storage.lookup import BRIEF_COLUMNS, Facts, History, article_by_id, articles_by_ids, history
from newscrawl.storage.search import Answer, search
from newscrawl.storage.statistics import Dimension, count_by, last_runs

MOST_OFFSET = 900
"""Results of a search by words that may be passed over."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


async def articles(served: Served, request: Request) -> dict[str, Any]:
    """Answer a search."""
    given = request.query_params
    question, limit = Question.of(given), number_of(given, "limit", 20, 100)
    fields = fields_of(request, FOUND_BY_DEFAULT)
    offset, after = _place(given.get("cursor"))
    ranked = bool(question.selection.query.phrases)
    if ranked != (after is None) and given.get("cursor"):
        offset, after = 0, None  # it belongs to another search, so this one begins
    answer = await served.ask(search, served.database, question.selection, limit, offset, after)
    ids = [one.facts["id"] for one in answer.found]
    more = [name for name in fields if name in ARTICLE_COLUMNS]
    rows = await served.ask(articles_by_ids, served.database, ids, more)
    found = []
    for one in answer.found:
        row = rows.get(one.facts["id"])
        if row is not None:
            marks = {"snippet": one.snippet.text, "marks": one.snippet.marks}
            found.append({name: (row | marks)[name] for name in fields})
    following = _following(answer, limit, offset, ranked=ranked)
    return {"total": answer.total, "not_indexed": answer.not_indexed, "articles": found, "next": following}


def _place(cursor: str | None) -> tuple[int, tuple[datetime | None, int] | None]:
    """Read a cursor: how many results to pass over, or the date and id of the last one."""
    if not cursor:
        return 0, None
    if cursor.startswith("o"):
        return min(int(cursor[1:]), MOST_OFFSET), None
    moment, _, number = cursor[1:].partition(".")
    if not moment:
        return 0, (None, int(number))
    microseconds = max(int(moment), -62_135_596_800_000_000)  # the year 1
    return 0, (_EPOCH + microseconds * _MICROSECOND, int(number))


def _following(answer: Answer, limit: int, offset: int, *, ranked: bool) -> str | None:
    if len(answer.found) < limit:
        return None
    if ranked:
        following = offset + limit
        return f"o{following}" if following < min(answer.total, MOST_OFFSET + 1) else None
    last = answer.found[-1].facts
    moment = "" if last["published_at"] is None else str((last["published_at"] - _EPOCH) // _MICROSECOND)
    return f"k{moment}.{last['id']}"


def fields_of(request: Request, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the columns to give; those that exist were checked before."""
    given = request.query_params.get("fields")
    return tuple(dict.fromkeys(given.split(","))) if given else default


async def article(served: Served, request: Request) -> dict[str, Any]:
    """Answer with an article."""
    number = id_of(request.path_params["id"])
    fields = fields_of(request, tuple(ARTICLE_COLUMNS))
    rows = await served.ask(articles_by_ids, served.database, [number], fields)
    if number not in rows:
        raise missing(number)
    return {name: rows[number][name] for name in fields}


def missing(number: int) -> HTTPException:
    """Return the error for an article that is not there."""
    return HTTPException(404, f"There is no article {number}.")


async def _history(served: Served, request: Request) -> History:
    number = id_of(request.path_params["id"])
    found = await served.ask(history, served.database, number)
    if found is None:
        raise missing(number)
    return found


async def revisions(served: Served, request: Request) -> dict[str, Any]:
    """Answer with the earlier texts of an article."""
    found = await _history(served, request)
    return {"revisions": [_only(row, REVISION_COLUMNS) for row in found.revisions]}


async def blocks(served: Served, request: Request) -> dict[str, Any]:
    """Answer with all blocks of an article's page."""
    number = id_of(request.path_params["id"])
    stored = await served.ask(article_by_id, served.database, number)
    if stored is None:
        raise missing(number)
    return {
        "blocks": [
            {"kind": block.kind, "text": block.text, "reason": block.reason} for block in stored.extraction.blocks
        ]
    }


async def story(served: Served, request: Request) -> dict[str, Any]:
    """Answer with all publications of a text."""
    found = await _history(served, request)
    if found.original is not None:
        head = await served.ask(history, served.database, found.original["id"])
        found = found if head is None else head
    brief = dict.fromkeys(BRIEF_COLUMNS)
    return {
        "original": _only(found.article, brief),
        "copies": [_only(copy, brief) for copy in found.copies],
        "copy_count": found.copy_count,
    }


def _only(row: Facts, names: Mapping[str, object]) -> Facts:
    return {name: row[name] for name in names}


async def sites(served: Served, request: Request) -> dict[str, Any]:  # noqa: ARG001 - as all handlers
    """Answer with the state of all sites."""
    states = await served.ask(served.states.get)
    found = []
    for state in states:
        days = [{"day": day, "articles": count} for day, count in state.days]
        holder = ("another process" if served.is_public else state.holder) if state.holder else None
        found.append({**asdict(state), "days": days, "holder": holder})
    return {"sites": found}


async def runs(served: Served, request: Request) -> dict[str, Any]:
    """Answer with the last runs."""
    given = request.query_params
    limit, before = number_of(given, "limit", 20, 100), given.get("cursor")
    spider = text_of(given, "spider") or None
    rows = await served.ask(last_runs, served.database, limit, spider, int(before) if before else None)
    following = str(rows[-1]["id"]) if len(rows) == limit else None
    return {"runs": [_only(row, RUN_COLUMNS) for row in rows], "next": following}


async def alarms(served: Served, request: Request) -> dict[str, Any]:
    """Answer with what is wrong with sites."""
    found = await served.ask(active_alarms, served.database, text_of(request.query_params, "source") or None)
    return {"alarms": [_only(asdict(alarm), ALARM_COLUMNS) for alarm in found]}


async def counts(served: Served, request: Request) -> dict[str, Any]:
    """Answer with numbers of articles."""
    given = request.query_params
    by: Dimension = next((name for name in get_args(Dimension) if name == given.get("by")), "day")
    selection = Question.of(given).selection
    rows = await served.ask(count_by, served.database, selection, by, number_of(given, "limit", 20, 100))
    return {"by": by, "counts": [{"name": name, "articles": count} for name, count in rows]}


Answering = Callable[[Served, Request], Awaitable[dict[str, Any]]]
_HANDLERS: dict[str, Answering] = {
    handler.__name__: handler for handler in (articles, article, revisions, blocks, story, sites, runs, alarms, counts)
}


def _checked(handler: Answering, parameters: tuple[Parameter, ...]) -> Callable[[Served, Request], Awaitable[Response]]:
    known = {parameter.name: parameter for parameter in parameters if not parameter.is_path}

    async def answer(served: Served, request: Request) -> Response:
        for name in request.query_params:
            if name not in known:
                raise BadQuestion(f"unknown parameter {name[:40]!r}; known are {', '.join(known) or 'none'}")
            _check(known[name], request)
        return as_json(request, await handler(served, request))

    return answer


def _check(parameter: Parameter, request: Request) -> None:
    """Refuse a value that the declared schema does not allow. Raises BadQuestion."""
    given, schema, name = request.query_params, parameter.schema, parameter.name
    values = given.getlist(name)
    if schema["type"] != "array" and len(values) > 1:
        raise BadQuestion(f"{name} may be given once")
    if (schema["type"] in {"integer", "boolean"} or schema.get("format") == "date") and not values[0]:
        raise BadQuestion(f"{name} is empty")
    if schema["type"] == "boolean":
        flag_of(given, name)
    if "enum" in schema and values[0] not in schema["enum"]:
        raise BadQuestion(f"{name} must be one of {', '.join(schema['enum'])}")
    if "pattern" in schema and (not values[0].isascii() or not re.fullmatch(schema["pattern"], values[0])):
        raise BadQuestion(f"{name} is not of the form that the API description gives")


def as_json(request: Request, value: object, media_type: str = "application/json") -> Response:
    """Return JSON with an ETag, or status 304 if the client has it."""
    return with_etag(request, orjson.dumps(value, option=orjson.OPT_UTC_Z), media_type)


def with_etag(request: Request, body: bytes, media_type: str) -> Response:
    """Return a body with an ETag, or status 304 if the client has it."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    asked = request.headers.get("if-none-match", "")
    if tag in {part.strip().removeprefix("W/") for part in asked.split(",")}:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type=media_type, headers={"ETag": tag})


async def openapi_document(served: Served, request: Request) -> Response:  # noqa: ARG001
    """The description of the API for programs."""
    return as_json(request, openapi(__version__))


async def api_page(served: Served, request: Request) -> Response:  # noqa: ARG001
    """The description of the API for people."""
    return page("api.html", resources=RESOURCES)


ROUTES: dict[str, Callable[[Served, Request], Awaitable[Response]]] = {
    "/api": api_page,
    "/api/openapi.json": openapi_document,
    **{one.path.replace("{id}", "{id:int}"): _checked(_HANDLERS[one.name], one.parameters) for one in RESOURCES},
}
