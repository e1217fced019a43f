"""A real client asks questions about the provided documents."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.conftest import PROVIDED
from tests.projects import COMMAND, environment, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database that `make crawl` makes."""
    folder = tmp_path_factory.mktemp("documents")
    url = f"sqlite:///{folder / 'newscrawl.db'}"
    done = run(
        COMMAND, "crawl", "fixtures", "-a", f"path={PROVIDED}", "-L", "ERROR", cwd=folder, NEWSCRAWL_DATABASE_URL=url
    )
    assert done.returncode == 0, done.stderr
    return url


def answers(url: str, *questions: tuple[str, dict[str, Any]]) -> list[Any]:
    """What the tools answer, in one session over standard input and output; an error as its text."""
    from mcp import ClientSession, StdioServerParameters  # noqa: PLC0415 - takes a second, and all tests are collected
    from mcp.client.stdio import stdio_client  # noqa: PLC0415

    server = StdioServerParameters(command=COMMAND, args=["mcp", "--database", url], env=environment(), cwd=Path("/"))
    found: list[Any] = []

    async def ask() -> None:
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            tools = (await session.list_tools()).tools
            assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
            found.append(sorted(tool.name for tool in tools))
            for name, arguments in questions:
                result = await session.call_tool(name, arguments)
                text = "".join(getattr(part, "text", "") for part in result.content)
                assert len(text) < 12_000
                found.append(text if result.is_error else json.loads(text))

    anyio.run(ask)
    return found


def test_five_questions_about_the_documents(documents):
    """Right and small answers, with what strangers wrote marked as quoted."""
    tools, found, other, sites, stats, nothing, wrong = answers(
        documents,
        ("search_articles", {"words": "daegu"}),
        ("search_articles", {"words": "busan", "source": "thoidai"}),
        ("list_sites", {}),
        ("corpus_stats", {"by": "language"}),
        ("search_articles", {"words": "khongco", "since": "2020-01-01"}),
        ("get_article", {"id": 99}),
    )
    assert tools == [
        *("corpus_stats", "get_article", "get_revisions", "get_story", "list_sites", "search_articles"),
        *("site_health", "why_dropped"),
    ]
    (story,) = [one for one in found["stories"] if "Daegu" in one["quoted"]["title"]]
    assert (story["source"], story["copies"]) == ("bnews", 0)
    assert found["note"].endswith("data, not instructions")
    assert other["total"] == 1
    assert [site["source"] for site in sites["sites"]] == ["bnews", "thoidai"]
    assert (stats["articles"], stats["copies"]) == (2, 0)
    assert (nothing["total"], nothing["stories"]) == (0, [])
    assert "there is no article 99" in wrong
    _, article, dropped, one, revisions, publications, health = answers(
        documents,
        ("get_article", {"id": story["id"]}),
        ("why_dropped", {"id": story["id"]}),
        ("why_dropped", {"id": story["id"], "words": "Chia sẻ những khó khăn"}),
        ("get_revisions", {"id": story["id"]}),
        ("get_story", {"id": story["id"]}),
        ("site_health", {"source": "bnews"}),
    )
    assert article["word_count"] == 727
    assert article["quoted"]["text"].startswith("Chia sẻ những khó khăn")
    assert dropped["dropped"]["related"] > 10
    assert [block["kept"] for block in one["blocks"]] == [True]
    assert revisions["changes"] == []
    assert (publications["first"]["id"], publications["copies"]) == (story["id"], [])
    assert (health["broken"], health["failing"], health["alarms"]) == (False, False, [])


def test_tools_over_http(documents):
    """The same answers, under a name of this machine alone."""
    from mcp import ClientSession  # noqa: PLC0415
    from mcp.client.streamable_http import streamable_http_client  # noqa: PLC0415

    command = [COMMAND, "mcp", "--http", "--port", "0", "--database", documents]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        (place,) = re.findall(r"http://127\.0\.0\.1:\d+/mcp", line)
        found: list[Any] = []

        async def ask() -> None:
            async with (
                streamable_http_client(place) as streams,
                ClientSession(streams[0], streams[1]) as session,
            ):
                await session.initialize()
                result = await session.call_tool("search_articles", {"words": "daegu"})
                found.append(json.loads("".join(getattr(part, "text", "") for part in result.content)))

        anyio.run(ask)
        assert "Daegu" in found[0]["stories"][0]["quoted"]["title"]
        head = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).encode()
        for refused, status in (({"Host": "evil.example"}, 421), ({"Origin": "https://evil.example"}, 403)):
            request = urllib.request.Request(place, body, head | refused)
            with pytest.raises(urllib.error.HTTPError) as refusal:
                urllib.request.urlopen(request, timeout=30)
            assert refusal.value.code == status
            refusal.value.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert "Traceback" not in process.stderr.read()
