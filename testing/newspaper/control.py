"""The requests by which a test changes a site and looks at it: POST with a token, arguments and answer in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from testing.newspaper import changes
from testing.newspaper.faults import Fault, Faults
from testing.newspaper.journal import Request
from testing.newspaper.paper import Newspaper

PREFIX = "/__control/"
TOKEN_HEADER = "x-control-token"
_CHANGES: dict[str, Callable[..., list[int]]] = {
    "edit": changes.edit,
    "publish": changes.publish,
    "retitle": changes.retitle,
    "comment": changes.comment,
    "delete": changes.delete,
}


class Control:
    """Carries out what a test asks for, and saves the state where a file is named."""

    def __init__(self, paper: Newspaper, faults: Faults, journal: list[Request], state: Path | None) -> None:
        self.paper = paper
        self.faults = faults
        self.journal = journal
        self.state = state

    def carry_out(self, name: str, body: bytes) -> Any:
        """Return what can be written as JSON; ValueError, one line, for what cannot be done."""
        try:
            arguments = json.loads(body or b"{}")
            if name in _CHANGES:
                result: Any = [self.paper.url_of(one) for one in _CHANGES[name](self.paper, **arguments)]
            else:
                result = getattr(self, f"do_{name}")(**arguments)
        except (AttributeError, TypeError, KeyError) as error:
            raise ValueError(f"{name} cannot be done: {error}") from error
        if self.state is not None and name not in {"requests", "gold", "urls", "now", "fault", "heal", "forget"}:
            self.paper.state.save(self.state)
        return result

    def do_rotate(self) -> None:  # noqa: D102
        changes.rotate(self.paper)

    def do_tick(self, seconds: float) -> str:  # noqa: D102
        changes.tick(self.paper, seconds)
        return self.do_now()

    def do_now(self) -> str:  # noqa: D102
        return self.paper.state.now.isoformat()

    def do_fault(self, **arguments: Any) -> None:  # noqa: D102
        self.faults.add(Fault.from_json(arguments))

    def do_heal(self, path: str | None = None) -> None:  # noqa: D102
        self.faults.heal(path)

    def do_set(self, **options: Any) -> None:  # noqa: D102
        self.paper.switch(**options)

    def do_urls(self, first: int | None = None) -> list[str]:  # noqa: D102
        return [self.paper.url_of(number) for number in self.paper.ids()[:first]]

    def do_gold(self, urls: list[str]) -> list[dict[str, Any]]:  # noqa: D102
        return [self.paper.gold(number).as_json() for number in changes.numbers_of(self.paper, urls)]

    def do_requests(self, since: int = 0) -> list[Request]:  # noqa: D102
        return self.journal[since:]

    def do_forget(self) -> None:  # noqa: D102
        self.journal.clear()
