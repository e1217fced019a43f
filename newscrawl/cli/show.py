"""`newscrawl show`: an article with its duplicates, its revisions and where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from newscrawl.cli.options import address, database_option, json_option, one_line, page_of, print_json, refuse, wrapped

if TYPE_CHECKING:
    from newscrawl.storage.lookup import History

_LABEL = 13
_FACTS = (
    *("url", "canonical_url", "source", "section", "authors", "tags", "language", "published_at", "modified_at"),
    *("paywalled", "origin", "gone_at", "word_count", "revision", "first_seen_at", "updated_at", "extractor"),
)


@click.command()
@click.argument("page", metavar="ID|URL")
@click.option("--color/--no-color", default=None, help="[default: on a terminal, unless NO_COLOR is set]")
@database_option
@json_option
def show(page: str, database: str | None, as_json: bool, color: bool | None) -> None:
    """Show an article: its text, its duplicates, what the publisher changed in it, and where it came from.

    \b
    newscrawl show 12
    newscrawl show https://news.example/a.html
    """
    with one_line("show"):
        from newscrawl.storage.backends import location  # noqa: PLC0415
        from newscrawl.storage.lookup import history  # noqa: PLC0415

        found = history(address(database), page_of(page))
        where = location(address(database))
    if found is None:
        refuse("show", f"no article {page} in {where}")
    if as_json:
        print_json(asdict(found))
        return
    from newscrawl.cli.options import terminal_width, wants_colour  # noqa: PLC0415, wrapped

    for line in as_text(found, terminal_width()):
        click.echo(line, color=wants_colour(color))


def as_text(found: History, width: int) -> Iterator[str]:
    """Yield coloured lines, wrapped to a terminal's width."""
    from newscrawl.cli.options import cell  # noqa: PLC0415, wrapped

    article = found.article
    yield from (click.style(line, bold=True) for line in wrapped(cell(article["title"] or "(no title)"), width))
    yield cell(f"article {article['id']} {article['url_key']}")
    yield ""
    for name in _FACTS:
        value = article[name]
        if value not in (None, []):
            yield from _row(name, ", ".join(value) if isinstance(value, list) else cell(value), width, fg="cyan")
    yield ""
    for paragraph in [article["description"], *article["text"].split("\n")]:
        if paragraph:
            yield from wrapped(cell(paragraph), width)
            yield ""
    yield from _copies(found, width)
    yield from _revisions(found, width)
    yield from _origin(found, width)


def _copies(found: History, width: int) -> Iterator[str]:
    if found.original:
        yield from _heading("Copy of")
        yield from _row(str(found.original["id"]), _brief(found.original), width, fg="cyan")
        yield from _row("", f"{_percent(found.article['similarity'])} of the text in common", width, fg="cyan")
    if found.copies:
        yield from _heading("Other copies" if found.original else "Copies")
        for copy in found.copies:
            share = _percent(copy["similarity"])
            yield from _row(str(copy["id"]), f"{_brief(copy)}, {share} in common", width, fg="cyan")
        if found.copy_count > len(found.copies):
            yield f"and {found.copy_count - len(found.copies)} more"


def _revisions(found: History, width: int) -> Iterator[str]:
    from newscrawl.storage.revisions import changes  # noqa: PLC0415

    later: list[dict[str, Any]] = [*found.revisions, found.article][1:]
    for before, after in zip(found.revisions, later, strict=True):
        yield from _heading(
            f"Change {before['number']}, seen {before['replaced_at']:%Y-%m-%d %H:%M}: {before['cause']}"
        )
        texts = (f"{before['title'] or ''}\n{before['text']}", f"{after['title'] or ''}\n{after['text']}")
        for change in changes(*texts):
            sign, colour = ("+ added", "green") if change.kind == "added" else ("- removed", "red")
            yield from _row(sign, change.text, width, fg=colour)


def _origin(found: History, width: int) -> Iterator[str]:
    yield from _heading("Where it came from")
    for page in found.pages:
        facts = [page["outcome"], page["status"] and f"status {page['status']}"]
        facts += [page["fetched_at"] and f"fetched {page['fetched_at']:%Y-%m-%d %H:%M}"]
        facts += [page["relation"] and f"another address ({page['relation']})"]
        facts += [page["listing"] and f"named by the {page['kind']} {page['listing']}"]
        yield from _row("page", page["url_key"], width, fg="cyan")
        yield from _row("", ", ".join(str(fact) for fact in facts if fact), width, fg="cyan")
    if found.article["archive_file"]:
        place = f"{found.article['archive_file']}, byte {found.article['archive_offset']}"
        yield from _row("archive", place, width, fg="cyan")
    if found.run:
        yield from _row("run", f"{found.run['id']}, {found.run['spider']}", width, fg="cyan")


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield click.style(text, bold=True)


def _row(label: str, text: str, width: int, *, fg: str) -> Iterator[str]:
    from newscrawl.cli.options import cell  # noqa: PLC0415, wrapped

    first, *rest = wrapped(cell(text), max(width - _LABEL - 1, 20))
    yield (click.style(f"{label:<{_LABEL}} ", fg=fg) + first).rstrip()
    yield from (" " * (_LABEL + 1) + line for line in rest)


def _brief(article: dict[str, Any]) -> str:
    when = f"{article['published_at']:%Y-%m-%d %H:%M}" if article["published_at"] else "no date"
    gone = ", gone" if article["gone_at"] else ""
    return f"{article['source'] or 'no site'}, {when}{gone}: {article['url_key']}"


def _percent(share: float | None) -> str:
    return f"{share or 0:.0%}"
