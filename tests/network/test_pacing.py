"""Tests of the clock that spaces requests, with a time of its own."""

from __future__ import annotations

from newscrawl.network.pacing import Pace


def test_the_first_request_leaves_at_once():
    """Nobody waits for a host that nobody has asked."""
    assert Pace().wait("a", 100.0) == 0


def test_requests_are_as_far_apart_as_the_slowest_crawl_wants():
    """A crawl's newer wish takes the place of its older one, but not of what robots.txt asks for."""
    pace = Pace()
    pace.want("a", "one", 1.0)
    pace.want("a", "two", 5.0)
    pace.sent("a", 100.0)
    assert pace.wait("a", 101.0) == 4
    pace.want("a", "two", 2.0)
    assert pace.wait("a", 101.0) == 1
    pace.want("a", "one", 9.0, "robots.txt")
    pace.want("a", "one", 1.0)
    assert pace.wait("a", 101.0) == 8
    assert pace.wait("b", 101.0) == 0


def test_a_pause_holds_everybody_back():
    """The longest of several counts."""
    pace = Pace()
    pace.pause("a", 130.0)
    pace.pause("a", 110.0)
    assert pace.wait("a", 100.0) == 30


def test_a_crawl_that_has_ended_leaves_its_last_request_behind():
    """The next crawl of the process waits as this one would have; after that nothing is kept."""
    pace = Pace()
    pace.want("a", "one", 5.0)
    pace.sent("a", 100.0)
    pace.forget("one", 101.0)
    assert pace.wait("a", 101.0) == 4
    pace.forget("one", 106.0)
    assert not pace._hosts
