"""Guard: who may talk to the studio. Only this machine, only with the token, and no other site's page."""

import hmac
import logging
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("gifsom.studio")

COOKIE: Final = "gifsom-studio"

LONGEST: Final = 4 << 20
"""Bytes of a request's body, where it is no file that is dropped."""

DROPPED: Final = 2 * 1000**3
"""Bytes of a file that is dropped on the page."""

DROP: Final = "/api/drop/"
"""Where files that are dropped are sent to."""

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
    " media-src 'self' blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Refused(Exception):
    """A request is refused.

    status  of HTTP
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Guard:
    """Lets requests through that come from the studio's own page, and logs all others in one line each."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        """Guard an application; `token` is in the first address, and in a cookie from then on."""
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self._cookie = f"{COOKIE}-{port}"  # cookies know no ports, and two studios may run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            response = self._checked(scope)
        except Refused as error:
            log.warning("refused: %s %r: %s", scope.get("method", scope["type"]), scope.get("path", ""), error)
            response = JSONResponse({"error": str(error)}, error.status)
        if response is not None:
            await response(scope, receive, _with_headers(send))
            return
        await self._app(scope, _limited(scope, receive), _with_headers(send))

    def _checked(self, scope: Scope) -> Response | None:
        """An answer of its own; None: the request goes through. Raises `Refused`."""
        if scope["type"] != "http":
            raise Refused(404, "there is no such page")
        request = Request(scope)
        headers = request.headers
        if headers.get("host") not in self._hosts:
            raise Refused(403, "it is for another host")
        own = f"http://{headers['host']}"
        if headers.get("origin", own) != own or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Refused(403, "it comes from another site")
        if request.method not in ("GET", "HEAD") and "origin" not in headers:
            raise Refused(403, "it does not say from where it comes")
        if ".." in scope["path"].replace("\\", "/").split("/"):
            raise Refused(400, "its path leaves its folder")
        given = request.query_params.get("token")
        if given is not None and request.url.path == "/" and hmac.compare_digest(given.encode(), self._token.encode()):
            response = RedirectResponse("/", 303)
            response.set_cookie(self._cookie, self._token, httponly=True, samesite="strict", path="/")
            return response
        if not hmac.compare_digest(request.cookies.get(self._cookie, "").encode(), self._token.encode()):
            raise Refused(403, "it has no key: open the address that gifsom studio has printed")
        _check_length(headers, scope["path"])
        return None


def _check_length(headers: Headers, path: str) -> None:
    """Raise `Refused` for a body that says that it is too long, and for one where none is taken."""
    said = headers.get("content-length", "0")
    limit = DROPPED if path.startswith(DROP) else LONGEST
    if not said.isdecimal() or int(said) > limit:
        raise Refused(413, f"it is larger than {limit} bytes: open such a file by the list or on the command line")
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if not path.startswith(DROP) and int(said) and kind != "application/json":
        raise Refused(415, "no file is taken here")


def _limited(scope: Scope, receive: Receive) -> Receive:
    """The parts of a body, as far as it may be long, whatever it has said."""
    left = DROPPED if scope["path"].startswith(DROP) else LONGEST

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            log.warning("refused: %s %r: it is too long", scope["method"], scope["path"])
            return {"type": "http.disconnect"}
        return message

    return limited


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *((k.encode(), v.encode()) for k, v in _HEADERS.items() if k.encode() not in there),
            ]
        await send(message)

    return sent
