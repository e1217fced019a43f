"""Answers that break off, break HTTP, or never end."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from email.utils import formatdate
from http import HTTPStatus

from testing.newspaper.answers import Answer
from testing.newspaper.bodies import bomb
from testing.newspaper.faults import Fault

BREAKING = frozenset(("close", "reset", "hang", "slow", "bad_header", "truncated_gzip", "bomb", "huge"))
"""The faults after which a connection is of no use."""
_PIECE = b"0" * (1 << 16)


def head_of(answer: Answer, clock: int, *, close: bool, chunked: bool = False, length: int | None = None) -> bytes:
    """Write the head of an answer."""
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines.append(f"Date: {formatdate(clock, usegmt=True)}")
    lines.append("Server: newspaper")
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if chunked:
        lines.append("Transfer-Encoding: chunked")
    elif answer.status != 304:
        lines.append(f"Content-Length: {len(answer.body) if length is None else length}")
    lines.append(f"Connection: {'close' if close else 'keep-alive'}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


async def break_off(writer: asyncio.StreamWriter, fault: Fault, answer: Answer, clock: int) -> None:
    """Do what HTTP forbids, or what nobody should have to wait for; the connection ends with it."""
    html = Answer(200, {"Content-Type": "text/html; charset=utf-8"})
    match fault.kind:
        case "bad_header":
            writer.write(b"HTP/one fine\x00 200\r\n: nothing\r\n\r\n<html></html>")
        case "reset":
            writer.write(head_of(answer, clock, close=True) + answer.body[: len(answer.body) // 2])
            await writer.drain()
            await asyncio.sleep(0.05)  # what was sent should arrive before the reset throws it away
            linger = struct.pack("ii", 1, 0)
            writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        case "slow":
            for byte in head_of(answer, clock, close=True) + answer.body:
                writer.write(bytes((byte,)))
                await writer.drain()
                await asyncio.sleep(fault.seconds)
        case "truncated_gzip":
            plain = answer.headers.get("Content-Encoding") != "gzip"
            whole = gzip.compress(answer.body, mtime=0) if plain else answer.body
            coded = answer.headers | {"Content-Encoding": "gzip"}
            half = Answer(200, coded, whole[: len(whole) // 2])
            writer.write(head_of(half, clock, close=True) + half.body)
        case "bomb":
            packed = Answer(200, html.headers | {"Content-Encoding": "gzip"}, bomb(fault.amount))
            writer.write(head_of(packed, clock, close=True) + packed.body)
        case "huge":
            writer.write(head_of(html, clock, close=True, length=fault.amount))
            for at in range(0, fault.amount, len(_PIECE)):
                writer.write(_PIECE[: fault.amount - at])
                await writer.drain()
    await writer.drain()
