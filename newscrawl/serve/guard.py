"""Who may ask, and what a browser may do with the answer."""

from __future__ import annotations

import base64
import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from other hosts, and no code or style within a page: a text that was not escaped could do nothing."""
STRANGERS_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
"""For a page of a stranger's: no scripts, no requests, an origin of its own."""
SIGN_IN = "/sign-in"
"""The page that asks for the token wherever reading does not."""
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "Permissions-Policy": "interest-cohort=()",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """Wraps an application: checks the Host header and the token of every request, and sets headers of security.

    A page of another site can make a browser send requests to this machine under a name of its own that it points here
    (DNS rebinding); such a name is in no list of ours. An address, which no other site can own, is accepted where
    others than this machine are served.
    """

    app: ASGIApp
    hosts: frozenset[str]
    """Names under which it may be asked, in lower case and without ports."""
    any_address: bool = False
    """Whether IP addresses are accepted as names."""
    token: str | None = None
    """What must be given as a password (user name is anything) or bearer token; None asks for nothing."""
    public_read: bool = False
    """Whether reading needs no token."""
    acts: bool = False
    """Whether who gives the token may change something; `request.state.may_act` says so to the application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", POLICY)
                headers.setdefault("Cache-Control", "no-cache")
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        headers = Headers(scope=scope)
        refusal = None
        if not self._is_ours(headers.getlist("host")):
            refusal = PlainTextResponse(
                "This name is not served here. To allow it, start `newscrawl serve` with --allow-host.\n", 421
            )
        elif self.token is not None:
            has_token = _has(headers.get("authorization", ""), self.token)
            scope.setdefault("state", {})["may_act"] = self.acts and has_token
            is_read = scope["method"] in {"GET", "HEAD"} and scope["path"] != SIGN_IN
            if not has_token and not (self.public_read and is_read):
                refusal = PlainTextResponse(
                    "A token is needed.\n", 401, {"WWW-Authenticate": 'Basic realm="newscrawl", charset="UTF-8"'}
                )
        await (refusal or self.app)(scope, receive, send_with_headers)

    def _is_ours(self, given: list[str]) -> bool:
        if len(given) != 1:
            return False
        name, closed, port = given[0].lower().rpartition("]") if given[0].startswith("[") else ("", "", "")
        name, port = (name + closed, port) if closed else (given[0].lower().partition(":")[0], "")
        return name.rstrip(".") in self.hosts or (self.any_address and _is_address(name))


def allowed_hosts(bound: str, more: Iterable[str] = ()) -> frozenset[str]:
    """Return the names under which a server at an address may be asked."""
    own = f"[{bound}]" if ":" in bound else bound
    return frozenset(name.lower().rstrip(".") for name in (*_LOOPBACK_NAMES, own, *more))


def is_loopback(host: str) -> bool:
    """Whether an address to bind can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _has(authorization: str, token: str) -> bool:
    scheme, _, credentials = authorization.partition(" ")
    given = credentials.strip().encode("utf-8", "replace")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).partition(b":")[2]
        except ValueError:
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given, token.encode())
