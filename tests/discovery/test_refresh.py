"""Tests of where a page sends its readers on."""

from __future__ import annotations

import pytest

from newscrawl.discovery.refresh import refresh_target

URL = "https://news.example/old/story"
PROSE = "<p>" + "The ferry left the pier an hour late because of the storm. " * 20 + "</p>"


def target(html: str, header: str | None = None) -> str | None:
    return refresh_target(html.encode(), "text/html; charset=utf-8", URL, header)


@pytest.mark.parametrize(
    "html",
    [
        '<meta http-equiv="refresh" content="0; url=/new/story">',
        "<META HTTP-EQUIV=Refresh CONTENT=\"0;URL='/new/story'\">",
        '<meta content="2, https://news.example/new/story" http-equiv=refresh>',
        '<html><head><base href="https://news.example/new/"><meta http-equiv="refresh" content="0;url=story"></head>',
        f'<meta http-equiv="refresh" content="0; url=/new/story">{PROSE}',
        '<meta http-equiv="refresh" content="10; url=/new/story"><p>You will be taken there. <a href="/">Or click</a>',
        '<head><noscript><meta http-equiv="refresh" content="0; url=/new/story"></noscript></head><body></body>',
        '<body><noscript><meta http-equiv="refresh" content="0; url=/new/story"></noscript><script>go()</script>',
    ],
)
def test_a_page_that_sends_on(html: str):
    """At once, or after a while where it has nothing else to say; also where readers without scripts are sent."""
    assert target(html) == "https://news.example/new/story"


@pytest.mark.parametrize(
    "html",
    [
        f'<meta http-equiv="refresh" content="300">{PROSE}',
        f'<meta http-equiv="refresh" content="60;url=/">{PROSE}',
        '<meta http-equiv="refresh" content="900; url=/new/story"><p>Soon.',
        f'<noscript><meta http-equiv="refresh" content="0; url=/plain/story"></noscript>{PROSE}',
        '<!-- <meta http-equiv="refresh" content="0; url=/new/story"> -->',
        '<meta name="refresh" content="0; url=/new/story">',
        '<meta http-equiv="refresh" content="soon; url=/new/story">',
        '<meta http-equiv="refresh" content="0; url=">',
        '<meta http-equiv="refresh" content="0; url=javascript:go()">',
        "<script>'<meta http-equiv=refresh content=\"0; url=/new/story\">'</script>",
    ],
)
def test_a_page_that_is_to_be_read(html: str):
    """A front page that reloads itself, an article with a plainer form, and what only looks like a refresh."""
    assert target(html) is None


def test_the_header_sends_on_as_the_element_does():
    """`Refresh` is a header of browsers that no standard has."""
    assert target(PROSE, "0;url=/new/story") == "https://news.example/new/story"
    assert target("", "30; /new/story") == "https://news.example/new/story"
    assert target(PROSE, "300; url=/new/story") is None
    assert target("", "0") is None
