"""The user's own command, which is told of alarms."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from newscrawl.text import printable


class CommandFailed(Exception):  # noqa: N818 - of somebody else's program
    """The command did not do its work. The message is one line."""


def tell(command: str, facts: Mapping[str, Any], messages: Sequence[str], seconds: float) -> None:
    """Run a command once, the facts as JSON on its standard input, and in its environment what a short script needs.

    It is a program and its arguments, and no shell reads it. What it prints goes nowhere. Raises CommandFailed.
    """
    try:
        program = shlex.split(command)
    except ValueError as error:
        raise CommandFailed(f"it cannot be read: {error}") from None
    environment = os.environ | {
        "NEWSCRAWL_ALARM_SOURCE": str(facts["source"]),
        "NEWSCRAWL_ALARM_STATE": str(facts["state"]),
        "NEWSCRAWL_ALARM_MESSAGE": "\n".join(messages),
    }
    try:
        done = subprocess.run(  # noqa: S603 - the user's own
            program,
            input=json.dumps(facts, ensure_ascii=False, default=_plain),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CommandFailed(f"it took more than {seconds:g} s and was ended") from None
    except (OSError, ValueError) as error:
        raise CommandFailed(printable(str(error))) from None
    if done.returncode:
        last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "")
        raise CommandFailed(f"it ended with {done.returncode}" + (f": {printable(last)[:200]}" if last else ""))


def _plain(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
