"""Exit codes that tell the truth, and in words."""

from __future__ import annotations

import pytest

from newscrawl.crawl.exit_status import Ending, ending_of, worst

WELL = {"newscrawl/run_id": 1, "downloader/response_count": 3, "finish_reason": "finished"}


@pytest.mark.parametrize(
    ("stats", "signal_number", "lost", "ending"),
    [
        (WELL, 0, 0, Ending(0)),
        (WELL, 15, 2, Ending(143)),
        ({}, 0, 0, Ending(1, "the crawl could not start; see the log")),
        (WELL, 0, 1, Ending(2, "1 page lost to an unexpected error; see the log")),
        (
            WELL | {"finish_reason": "storage_failed", "newscrawl/storage_error": "x.db: full"},
            0,
            3,
            Ending(2, "x.db: full"),
        ),
        (
            WELL | {"newscrawl/in_vain": True, "newscrawl/failed/timeout": 4, "newscrawl/failed/dns": 1},
            0,
            0,
            Ending(2, "nothing could be fetched: dns 1, timeout 4"),
        ),
        (
            WELL
            | {"newscrawl/in_vain": True, "newscrawl/failed/robots_unreachable": 1, "newscrawl/robots_failed/tls": 1},
            0,
            0,
            Ending(
                2,
                "nothing could be fetched: robots_unreachable 1; its certificate is wrong: if you trust it, set "
                "SSL_CERT_FILE to that of its authority, or DOWNLOAD_VERIFY_CERTIFICATES=False",
            ),
        ),
        (
            WELL | {"newscrawl/in_vain": True, "newscrawl/failed/private_address": 1},
            0,
            0,
            Ending(
                2,
                "nothing could be fetched: private_address 1; its address is not on the public Internet: if it is "
                "yours, name it in ALLOW_PRIVATE_ADDRESSES",
            ),
        ),
        (WELL | {"newscrawl/unknown_section": "no such section"}, 0, 0, Ending(2, "no such section")),
        (
            WELL | {"feedexport/failed_count/FileFeedStorage": 1},
            0,
            0,
            Ending(2, "the output file (-o) could not be written; see the log"),
        ),
    ],
)
def test_ending(stats, signal_number, lost, ending):
    """By what Scrapy counted, the signal, and the pages that errors ended."""
    assert ending_of(stats, signal_number, lost) == ending


@pytest.mark.parametrize(
    ("codes", "code"),
    [([], 0), ([0, 0], 0), ([0, 1], 1), ([1, 2, 0], 2), ([0, 137], 2), ([2, 143], 143)],
)
def test_worst_of_many(codes, code):
    """What lost something tells more than what never began."""
    assert worst(codes) == code
