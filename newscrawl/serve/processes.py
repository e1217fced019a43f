"""Commands that the server starts: a crawl, a re-extraction. Each is a process of its own, as from a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any

from newscrawl.text import printable

TOKEN = "NEWSCRAWL_SERVE_TOKEN"  # noqa: S105 - the name of a variable
MOST_AT_ONCE = 4
"""As many crawls as a round runs at a time, by default."""
_TAIL_BYTES = 16_384
_TAIL_LINES = 20


class RefusedError(Exception):
    """A command that is not started. The message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Started:
    """A command that was started here."""

    what: str
    """`crawl`, `reextract` or `relearn`."""
    source: str
    began: datetime
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    """A file without a name, to which the process writes what it says."""

    @property
    def exit_code(self) -> int | None:
        """Exit code, negative for the signal that ended it; None while it goes on."""
        return self.process.poll()

    @property
    def tail(self) -> list[str]:
        """The last lines of what it said."""
        size = os.fstat(self.output.fileno()).st_size
        read = os.pread(self.output.fileno(), _TAIL_BYTES, max(0, size - _TAIL_BYTES))
        lines = read.decode("utf-8", "replace").splitlines()
        return [printable(line) for line in lines[size > _TAIL_BYTES :][-_TAIL_LINES:]]


@dataclass(slots=True)
class Processes:
    """The commands that were started here, the last one for each site. They go on when the server ends."""

    variables: dict[str, str]
    """Environment variables that they get in addition."""
    _last: dict[str, Started] = field(default_factory=dict)

    def last(self, source: str) -> Started | None:
        """Return the command that was last started for a site."""
        return self._last.get(source)

    def close(self) -> None:
        """Forget the commands, which go on."""
        for one in self._last.values():
            one.output.close()
        self._last.clear()

    def start(self, what: str, source: str, arguments: Sequence[str]) -> Started:
        """Start `newscrawl` with arguments, which no shell reads. Raises RefusedError."""
        going_on = [one for one in self._last.values() if one.exit_code is None]
        if any(one.source == source for one in going_on):
            raise RefusedError(f"a command that was started here is still at work on {source}")
        if len(going_on) >= MOST_AT_ONCE:
            raise RefusedError(f"{MOST_AT_ONCE} commands that were started here are still at work; wait for one")
        output = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as its command is remembered
        options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(  # noqa: S603 - the arguments are names that were looked up
            [sys.executable, "-P", "-m", "newscrawl", *arguments],
            env={name: value for name, value in os.environ.items() if name != TOKEN} | self.variables,
            start_new_session=True,  # Ctrl-C in the server's terminal is not meant for it
            **options,
        )
        if source in self._last:
            self._last[source].output.close()
        self._last[source] = Started(what, source, datetime.now(UTC), process, output)
        return self._last[source]
