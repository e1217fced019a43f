"""`newscrawl serve`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import urllib.request

import pytest

from tests.cli.made import newscrawl
from tests.projects import COMMAND, environment


def test_others_are_not_served_by_accident(filled_file):
    """An address that others can reach needs a token, or the word that everybody may read."""
    result = newscrawl(filled_file.url, "serve", "--host", "0.0.0.0")
    assert result.returncode == 1
    assert "set NEWSCRAWL_SERVE_TOKEN, or let everybody read with --public-read" in result.stderr


@pytest.mark.slow
def test_served_in_a_process_of_its_own(filled_file):
    """It says where, answers, refuses a port that is taken, and ends with Ctrl-C."""
    command = [COMMAND, "serve", "--port", "0", "--database", filled_file.url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        (place, port) = re.findall(r"(http://127\.0\.0\.1:(\d+));", line)[0]
        with urllib.request.urlopen(f"{place}/?q=ngap", timeout=60) as answer:
            assert answer.status == 200
            assert "Đà" in answer.read().decode()
        taken = subprocess.run(
            [COMMAND, "serve", "--port", port, "--database", filled_file.url],
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
            timeout=60,
        )
        assert taken.returncode == 1
        assert f"port {port} of 127.0.0.1 cannot be used" in taken.stderr
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
        assert "Traceback" not in process.stderr.read()
