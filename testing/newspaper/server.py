"""HTTP/1.1 over asyncio, written out: a site of tests must also be able to break it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from urllib.parse import unquote

from testing.newspaper.answers import Answer, Desk
from testing.newspaper.breaking import BREAKING, break_off, head_of
from testing.newspaper.control import PREFIX, TOKEN_HEADER, Control
from testing.newspaper.journal import Request

_MOST_BODY = 8_000_000


class Server:
    """Serves one paper; every connection is a task of its own."""

    def __init__(self, desk: Desk, control: Control, token: str | None) -> None:
        self.desk = desk
        self.control = control
        self.token = token

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after the other."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; say whether another may follow."""
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return False
        method, target, version = words
        named = (line.partition(":") for line in lines[1:] if ":" in line)
        headers = {name.strip().lower(): value.strip() for name, _, value in named}
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _MOST_BODY:
            return False
        body = await reader.readexactly(int(length)) if length != "0" else b""
        if target.startswith("http://"):  # as a proxy is asked
            target = "/" + target[7:].partition("/")[2]
        keep = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
        if target.startswith(PREFIX) and self.token is not None and headers.get(TOKEN_HEADER) == self.token:
            self._command(writer, target.removeprefix(PREFIX), body)
        else:
            keep = await self._public((reader, writer), method, target, headers, keep=keep)
        await writer.drain()
        return keep

    def _command(self, writer: asyncio.StreamWriter, name: str, body: bytes) -> None:
        try:
            status, result = 200, self.control.carry_out(name, body)
        except ValueError as error:
            status, result = 400, str(error)
        self._send(
            writer, Answer(status, {"Content-Type": "application/json"}, json.dumps(result).encode()), close=False
        )

    async def _public(
        self,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        method: str,
        target: str,
        headers: dict[str, str],
        *,
        keep: bool,
    ) -> bool:
        reader, writer = streams
        started, wall = time.monotonic(), time.time()
        met = self.control.faults.meet(unquote(target.partition("?")[0]), started)

        def note(status: int, sent: int) -> None:
            agent, tag = headers.get("user-agent", ""), headers.get("if-none-match")
            since, host = headers.get("if-modified-since"), headers.get("host", "")
            self.control.journal.append(Request(started, wall, method, target, status, sent, agent, tag, since, host))

        if breaking := next((fault for kind, fault in met.items() if kind in BREAKING), None):
            note(0 if breaking.kind in {"close", "hang", "bad_header"} else 200, 0)
            if breaking.kind == "hang":
                await reader.read()  # until the visitor has enough
            await break_off(writer, breaking, self.desk.answer(target, headers, met), self.desk.paper.state.clock)
            return False
        if method not in {"GET", "HEAD"}:
            answer = Answer(405, {"Allow": "GET, HEAD", "Content-Type": "text/plain"}, b"405\n")
        else:
            answer = self.desk.answer(target, headers, met)
        bodiless = method == "HEAD" or answer.status == 304
        note(answer.status, 0 if bodiless else len(answer.body))
        self._send(writer, answer, close=not keep, bodiless=bodiless, chunked="chunked" in met)
        return keep

    def _send(
        self,
        writer: asyncio.StreamWriter,
        answer: Answer,
        *,
        close: bool,
        bodiless: bool = False,
        chunked: bool = False,
    ) -> None:
        head = head_of(answer, self.desk.paper.state.clock, close=close, chunked=chunked)
        if bodiless:
            writer.write(head)
        elif chunked:
            pieces = [answer.body[at : at + 8192] for at in range(0, len(answer.body), 8192)]
            framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
            writer.write(head + framed + b"0\r\n\r\n")
        else:
            writer.write(head + answer.body)
