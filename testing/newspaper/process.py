"""The process in which a newspaper is served."""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from testing.newspaper.options import Options

ROOT = Path(__file__).parents[2]


class Process:
    """Starts and ends the process of a newspaper; ValueError, in its own words, where it does not start."""

    def __init__(self, options: Options, host: str, port: int, state: Path | None) -> None:
        # An hour that turns while a site restarts must not turn its dates.
        start = options.now or datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        self.options = replace(options, now=start)
        self.host = host
        self.port = port
        self._state = state
        self.token = secrets.token_hex(8)
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        """Start it; again on the same port, with the same bytes, and with its changes where a state file is named."""
        command = [
            sys.executable,
            "-m",
            "testing.newspaper",
            "--attached",
            "--host",
            self.host,
            "--port",
            str(self.port),
        ]
        command += ["--token", self.token, "--options", json.dumps(self.options.as_json())]
        command += ["--state", str(self._state)] if self._state else []
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            _, complaint = self._process.communicate()
            raise ValueError(complaint.strip())
        self.port = urlsplit(line).port or 0

    def stop(self, sign: int = signal.SIGTERM) -> None:
        """End it; what hangs is not waited for."""
        if self._process is not None:
            self._process.send_signal(sign)
            self._process.communicate()
            self._process = None

    def kill(self) -> None:
        """End it as a power cut would."""
        self.stop(signal.SIGKILL)

    def restart(self) -> None:
        """End it and start it again."""
        self.stop()
        self.start()
