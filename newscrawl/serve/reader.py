"""Pages for readers: search, an article, its story, its revisions, its raw page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from newscrawl.archive import ArchiveError
from newscrawl.items import Block, NoArticle, kept_text
from newscrawl.serve import copying
from newscrawl.serve.guard import STRANGERS_POLICY
from newscrawl.serve.plots import plot_of_days
from newscrawl.serve.question import LARGEST_ID, MOST_PAGES, PAGE, BadQuestion, Question, number_of
from newscrawl.serve.rendering import page
from newscrawl.serve.served import Served, id_of
from newscrawl.serve.strangers_page import Chances, harmless_page, judge_again
from newscrawl.serve.word_diff import compare
from newscrawl.storage.lookup import Facts, History, StoredArticle, article_by_id, copies_of, history
from newscrawl.storage.search import search
from newscrawl.storage.statistics import count_by
from newscrawl.text import printable
from newscrawl.workers.pool import WorkerFailed

MOST_DAYS = 20_000


async def search_page(served: Served, request: Request) -> Response:
    """Results of a search with passages; a story's copies are folded under the oldest."""
    try:
        question = Question.of(request.query_params)
        selection = question.selection
    except BadQuestion as error:
        return page("search.html", 400, question=Question(), error=str(error), answer=None)
    answer = await served.ask(search, served.database, selection, PAGE, PAGE * (question.page - 1))
    heads = [one.facts["id"] for one in answer.found]
    copies = {} if question.all_copies else await served.ask(copies_of, served.database, heads)
    return page(
        "search.html",
        question=question,
        error=None,
        answer=answer,
        copies=copies,
        first=PAGE * (question.page - 1) + 1,
        has_more=PAGE * question.page < answer.total and question.page < MOST_PAGES,
    )


async def counts_page(served: Served, request: Request) -> Response:
    """How many articles of a search were published when, as a plot whose bars are links."""
    question = Question.of(request.query_params)
    days = await served.ask(count_by, served.database, question.selection, "day", MOST_DAYS)
    is_part = request.headers.get("hx-request") == "true"
    return page("counts_part.html" if is_part else "counts.html", question=question, plot=plot_of_days(days, question))


async def article_page(served: Served, request: Request) -> Response:
    """An article as it is read, or with everything that was dropped from its page and why."""
    found, stored = await _article(served, request)
    shows_blocks = request.query_params.get("view") == "blocks"
    chances = None
    if shows_blocks and request.query_params.get("certainty") == "1":
        chances = await _chances(served, found.article)
    blocks = stored.extraction.blocks
    is_whole = kept_text(blocks) == found.article["text"]
    return page(
        "article.html",
        found=found,
        article=found.article,
        parts=parts_of(blocks if is_whole else map(_paragraph, found.article["text"].split("\n"))),
        shows_blocks=shows_blocks,
        is_adjusted=not is_whole,
        blocks=list(zip(blocks, _notes(stored), _of_blocks(blocks, chances), strict=True)),
        dropped=sum(block.reason is not None for block in blocks),
        words_dropped=_by_reason(blocks),
        chances=chances,
        citation=copying.citation(found.article),
    )


def _paragraph(line: str) -> Block:
    return Block("paragraph", line)


def parts_of(blocks: Iterable[Block]) -> list[tuple[str, list[str]]]:
    """Return kept blocks by kind, with the items of a list and the rows of a table together."""
    parts: list[tuple[str, list[str]]] = []
    for block in blocks:
        if block.reason is not None or not block.text:
            continue
        if parts and parts[-1][0] == block.kind and block.kind in {"list_item", "table_row"}:
            parts[-1][1].append(block.text)
        else:
            parts.append((block.kind, [block.text]))
    return parts


def _notes(stored: StoredArticle) -> list[str | None]:
    """For boilerplate: on how many other pages it stands."""
    return [
        f"on {stored.shared[index].articles} pages of the site" if index in stored.shared else None
        for index in range(len(stored.extraction.blocks))
    ]


def _by_reason(blocks: Sequence[Block]) -> list[tuple[str, int]]:
    words: dict[str, int] = {}
    for block in blocks:
        if block.reason is not None:
            words[block.reason] = words.get(block.reason, 0) + block.words
    return sorted(words.items(), key=lambda one: -one[1])


def _of_blocks(blocks: Sequence[Block], chances: Chances | None) -> list[float | None]:
    """Assign the chances of a new reading to the stored blocks, by their texts and in their order."""
    waiting: dict[str, list[float]] = {}
    for text, chance in reversed(chances.blocks if chances else ()):
        waiting.setdefault(text, []).append(chance)
    return [waiting[block.text].pop() if waiting.get(block.text) else None for block in blocks]


async def _chances(served: Served, article: Facts) -> Chances:
    place = _place(served, article)
    if place is None:
        return Chances((), None, (), asked_trafilatura=False, refusal="The raw page was not kept.")
    try:
        return await served.workers.run(judge_again, *place, served.max_size)
    except (ArchiveError, NoArticle, WorkerFailed) as error:
        return Chances((), None, (), asked_trafilatura=False, refusal=_told(served, error))


def _told(served: Served, error: Exception) -> str:
    """Return a message, which may name a file, if the reader may know where files are."""
    return "The raw page cannot be read." if served.is_public else printable(str(error))


def _place(served: Served, article: Facts) -> tuple[Any, str, int] | None:
    if served.archive is None or article["archive_file"] is None:
        return None
    return served.archive, article["archive_file"], article["archive_offset"]


async def _history(served: Served, request: Request) -> History:
    found = await served.ask(history, served.database, id_of(request.path_params["id"]))
    if found is None:
        raise HTTPException(404, f"There is no article {request.path_params['id']}.")
    return found


async def _article(served: Served, request: Request) -> tuple[History, StoredArticle]:
    found = await _history(served, request)
    stored = await served.ask(article_by_id, served.database, found.article["id"])
    if stored is None:  # deleted just now
        raise HTTPException(404, f"There is no article {request.path_params['id']}.")
    return found, stored


async def story_page(served: Served, request: Request) -> Response:
    """A story: who had it first, all its copies, and two of them side by side."""
    found = await _history(served, request)
    if found.article["duplicate_of"] is not None:
        return RedirectResponse(f"/stories/{found.article['duplicate_of']}", 303)
    given = request.query_params
    chosen = {number_of(given, name, found.article["id"], LARGEST_ID) for name in ("a", "b") if given.get(name)}
    ids = [found.article["id"], *(copy["id"] for copy in found.copies)]
    compared = None
    if chosen <= set(ids) and found.copies:
        first = number_of(given, "a", ids[0], LARGEST_ID)
        second = number_of(given, "b", ids[1], LARGEST_ID)
        texts = [await served.ask(article_by_id, served.database, one) for one in (first, second)]
        if texts[0] is not None and texts[1] is not None:
            one, other = (text.extraction.article for text in texts if text is not None)
            compared = (
                first,
                second,
                one,
                other,
                compare(_whole(one.title, one.text), _whole(other.title, other.text)),
            )
    return page("story.html", found=found, article=found.article, compared=compared)


def _whole(title: str | None, text: str) -> str:
    return f"{title}\n{text}" if title else text


async def revisions_page(served: Served, request: Request) -> Response:
    """What was changed in an article, one change after the other."""
    found = await _history(served, request)
    versions = [*found.revisions, found.article]
    last = max(len(versions) - 1, 1)
    number = number_of(request.query_params, "n", last, last)
    rows = []
    if len(versions) > 1:
        before, after = versions[number - 1], versions[number]
        rows = compare(_whole(before["title"], before["text"]), _whole(after["title"], after["text"]))
    return page(
        "revision_part.html" if request.headers.get("hx-request") == "true" else "revisions.html",
        article=found.article,
        versions=versions,
        number=number,
        rows=rows,
    )


async def raw_page(served: Served, request: Request) -> Response:
    """The page as it was fetched, in a frame."""
    found = await _history(served, request)
    return page("raw.html", article=found.article, has_page=_place(served, found.article) is not None)


async def raw_frame(served: Served, request: Request) -> Response:
    """The page of a stranger's itself, which may do nothing."""
    found = await _history(served, request)
    place = _place(served, found.article)
    if place is None:
        raise HTTPException(404, "The raw page was not kept.")
    try:
        text = await served.workers.run(harmless_page, *place, served.max_size)
    except (ArchiveError, NoArticle, WorkerFailed) as error:
        return PlainTextResponse(_told(served, error), 404, {"Content-Security-Policy": STRANGERS_POLICY})
    body = text.encode("utf-8", "replace")
    return Response(body, 200, {"Content-Security-Policy": STRANGERS_POLICY}, "text/html")


async def as_text(served: Served, request: Request) -> Response:
    """The text alone."""
    article = (await _history(served, request)).article
    return PlainTextResponse(_whole(article["title"], article["text"]) + "\n")


async def as_markdown(served: Served, request: Request) -> Response:
    """The article in Markdown."""
    found, stored = await _article(served, request)
    return PlainTextResponse(copying.markdown(found.article, stored.extraction.blocks), media_type="text/markdown")


async def as_bibtex(served: Served, request: Request) -> Response:
    """The article as an entry of a bibliography."""
    return PlainTextResponse(
        copying.bibtex((await _history(served, request)).article), media_type="application/x-bibtex"
    )


ROUTES = {
    "/": search_page,
    "/counts": counts_page,
    "/articles/{id:int}": article_page,
    "/articles/{id:int}/revisions": revisions_page,
    "/articles/{id:int}/raw": raw_page,
    "/articles/{id:int}/raw/page": raw_frame,
    "/articles/{id:int}/text": as_text,
    "/articles/{id:int}/markdown": as_markdown,
    "/articles/{id:int}/bibtex": as_bibtex,
    "/stories/{id:int}": story_page,
}
