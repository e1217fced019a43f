"""Answers that are given again, and how they leave."""

from __future__ import annotations

import socket
import threading

import pytest

from newscrawl.cli.listening import bound_socket
from newscrawl.serve import recent
from newscrawl.serve.recent import Recent


def test_answer_is_given_again_until_it_is_old(monkeypatch):
    """Or until something was changed; a question that fails is asked again."""
    now, asked = [100.0], []
    monkeypatch.setattr(recent.time, "monotonic", lambda: now[0])
    kept = Recent(lambda: asked.append(now[0]) or len(asked))
    assert (kept.get(), kept.get()) == (1, 1)
    now[0] += recent.SECONDS - 0.1
    assert kept.get() == 1
    now[0] += 0.2
    assert kept.get() == 2
    kept.forget()
    assert kept.get() == 3
    failing = Recent(lambda: asked[99])
    for _ in range(2):
        with pytest.raises(IndexError):
            failing.get()


def test_nobody_waits_for_who_asks_again(monkeypatch):
    """They are given the earlier answer; without one, all wait for the same."""
    now = [100.0]
    monkeypatch.setattr(recent.time, "monotonic", lambda: now[0])
    go, asked = threading.Event(), []

    def question() -> int:
        asked.append(1)
        assert go.wait(30)
        return len(asked)

    kept, got = Recent(question), []
    threads = [threading.Thread(target=lambda: got.append(kept.get())) for _ in range(4)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(30)
    assert (got, len(asked)) == ([1] * 4, 1)
    now[0] += 2 * recent.SECONDS
    go.clear()
    again = threading.Thread(target=kept.get)
    again.start()
    while len(asked) < 2:
        pass
    assert kept.get() == 1
    go.set()
    again.join(30)
    assert kept.get() == 2


def test_answers_leave_at_once():
    """A socket that names no protocol would hold each back for 40 ms; one that is taken is refused."""
    with bound_socket("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
        with pytest.raises(OSError, match="in use"):
            bound_socket("127.0.0.1", listening.getsockname()[1])
