"""Every end of a download has a word and a line."""

from __future__ import annotations

import pytest
from OpenSSL import SSL
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from newscrawl.network.refusals import BodyCut, Ending, Refused, TooManyHeaders, reason_of


def wrapped(error: Exception) -> Exception:
    """An error as Scrapy hands it on."""
    outer = DownloadFailedError("[<twisted.python.failure.Failure>]")
    outer.__cause__ = ResponseFailed([Failure(error)])
    return outer


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Refused("robots", "no"), "robots"),
        (Ending(), "ending"),
        (wrapped(SSL.Error([("SSL routines", "", "certificate verify failed")])), "tls"),
        (wrapped(ConnectionLost()), "reset"),
        (wrapped(TooManyHeaders("many")), "headers"),
        (CannotResolveHostError("x"), "dns"),
        (DownloadTimeoutError("x"), "timeout"),
        (BodyCut("x"), "truncated"),
        (HttpError(Response("http://a.example", status=404), "x"), "http_404"),
        (IgnoreRequest("somebody's middleware"), "failed"),
        (RuntimeError("a bug"), "failed"),
        (KeyError(), "failed"),
    ],
)
def test_each_error_has_its_word(error: Exception, reason: str):
    """Behind all its wrappings, as an exception and as a failure."""
    assert reason_of(error)[0] == reason
    failure = Failure(error)
    failure.request = Request("http://a.example")
    assert reason_of(failure)[0] == reason


def test_a_sentence_is_one_short_line_that_controls_no_terminal():
    """Whatever a server writes into an error."""
    _, sentence = reason_of(RuntimeError("a\nb\x1b[31m" + "x" * 10_000))
    assert sentence.isprintable()
    assert len(sentence) < 500


def test_an_error_that_causes_itself_is_no_trap():
    """Chains of causes are followed a few steps."""
    error = RuntimeError("round")
    error.__cause__ = error
    assert reason_of(error)[0] == "failed"
