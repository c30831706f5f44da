"""Server: the studio's pages and routes, on the loopback address alone. Starlette answers, uvicorn serves."""

import json
import logging
import os
import secrets
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from gifsom.conversion import stages
from gifsom.core.errors import GifsomError, SettingError, TargetExists, printable
from gifsom.core.source import Source
from gifsom.options.conversion import ConvertOptions
from gifsom.studio import routes
from gifsom.studio.app import Studio, Unclear
from gifsom.studio.frames import StepError
from gifsom.studio.guard import Guard
from gifsom.studio.session import Outdated

log = logging.getLogger("gifsom.studio")

HOST: Final = "127.0.0.1"

_DESKTOPS: Final = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")

LEFT: Final = 2.0
"""Seconds after which a page that has gone is closed, and does not only load anew."""

Answer = Callable[[Studio, Mapping[str, Any]], Any]
"""A function that answers a request, in a thread: given the studio and what is asked, it gives JSON or a response."""


def application(studio: Studio, static: Path) -> Starlette:
    """The routes of a studio."""
    made: list[BaseRoute] = [Route("/", _page(static)), Mount("/static", StaticFiles(directory=static))]
    for method, path, answer in routes.ALL:
        made.append(Route(f"/api{path}", _route(studio, answer), methods=[method]))
    made.append(Route("/api/events", _events(studio)))
    made.append(Route("/api/drop/{name}", _drop(studio), methods=["PUT"]))
    return Starlette(routes=made)


def _page(static: Path) -> Callable[[Request], Awaitable[Response]]:
    async def page(_: Request) -> Response:
        return FileResponse(static / "index.html", headers={"cache-control": "no-cache"})

    return page


def _route(studio: Studio, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            said = await _said(request)
            found = await run_in_threadpool(answer, studio, said)
        except Outdated:
            text = "the document was changed in another tab, which is shown now"
            return JSONResponse({"error": text, "state": studio.session.state()})
        except TargetExists as error:
            return JSONResponse({"error": printable(error), "exists": True}, 409)
        except StepError as error:  # a user's mistake: the request itself is all right, as that above is
            return JSONResponse({"error": str(error), "step": error.step})
        except (GifsomError, Unclear) as error:
            return JSONResponse({"error": printable(error)}, 422)
        except ClientDisconnect:  # or it was too long, which the guard has told
            return Response(status_code=413)
        except OSError as error:
            return JSONResponse({"error": error.strerror or "it cannot be read"}, 422)
        except IndexError:  # of a document that has been changed since, as the page will hear
            return Response(status_code=204)
        return found if isinstance(found, Response) else JSONResponse(found)

    return respond


async def _said(request: Request) -> dict[str, Any]:
    """All that a request says: of its path, its query and its body, which is JSON."""
    said: dict[str, Any] = {**request.query_params, **request.path_params}
    if request.method != "GET" and (data := await request.body()):
        try:
            body = json.loads(data)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise Unclear("that is no object of JSON")
        said |= body
    return said


def _events(studio: Studio) -> Callable[[Request], Awaitable[Response]]:
    async def events(_: Request) -> Response:
        headers = {"cache-control": "no-store"}
        return StreamingResponse(studio.events.stream(), media_type="text/event-stream", headers=headers)

    return events


def _drop(studio: Studio) -> Callable[[Request], Awaitable[Response]]:
    async def drop(request: Request) -> Response:
        path = await run_in_threadpool(studio.drop, request.path_params["name"])
        try:
            with path.open("xb") as file:
                async for part in request.stream():
                    await run_in_threadpool(file.write, part)
        except (OSError, ClientDisconnect) as error:
            path.unlink(missing_ok=True)
            cause = error.strerror if isinstance(error, OSError) else "it did not come whole, or it is too large"
            return JSONResponse({"error": f"{printable(path.name)}: {cause}"}, 422)
        return JSONResponse({"name": str(path)})

    return drop


class Server:
    """A studio that is served.

    studio   what it serves
    address  of the page, with its token
    """

    def __init__(self, folder: Path, port: int = 0, defaults: Mapping[str, Any] | None = None) -> None:
        """Take a port of this machine; 0: a free one. Raises `SettingError` where it is in use.

        `defaults` are options as settings files say them.
        """
        self._socket = socket.socket()
        try:
            self._socket.bind((HOST, port))
            self._socket.listen()
        except (OSError, OverflowError) as error:
            self._socket.close()
            cause = getattr(error, "strerror", None) or "it is no port"
            raise SettingError(f"port {port} cannot be used: {cause}; leave it out for a free one") from None
        self.port = self._socket.getsockname()[1]
        self.token = secrets.token_urlsafe(24)
        self.address = f"http://{HOST}:{self.port}/?token={self.token}"
        self.studio = Studio(folder, defaults)

    @property
    def tunnel(self) -> str:
        """The command by which another machine reaches this one."""
        user, host = os.environ.get("USER", "you"), socket.gethostname()
        return f"ssh -L {self.port}:{HOST}:{self.port} {user}@{host}"

    def show(self) -> bool:
        """Open the page in a browser; whether there is one, and a desktop for it."""
        if sys.platform not in ("win32", "darwin") and not any(map(os.environ.get, _DESKTOPS)):
            return False  # one in a terminal would take that over
        return webbrowser.open(self.address)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serve while in the block, and end all work then."""
        with as_file(files("gifsom.studio") / "static") as static:
            app = Guard(application(self.studio, static), self.token, self.port)
            quiet: dict[str, Any] = {"log_level": "error", "access_log": False, "lifespan": "off"}
            server = uvicorn.Server(uvicorn.Config(app, timeout_graceful_shutdown=1, **quiet))
            thread = threading.Thread(target=server.run, args=([self._socket],), name="studio", daemon=True)
            thread.start()
            try:
                yield
            finally:
                self.studio.close()
                server.should_exit = True
                thread.join(5)
                self._socket.close()


def edit_source(source: Source, no_browser: bool = False) -> Source:
    """Open a source in the studio; the edited one, once the page is closed, or Ctrl-C is pressed."""
    server = Server(Path.cwd())
    try:
        server.studio.session.open_source(source)
    except StepError as error:
        raise error.__cause__ or error from None
    with server.serving():
        if no_browser or not server.show():
            log.warning("the studio is at %s; closing its page, or Ctrl-C, ends it", server.address)
        with suppress(KeyboardInterrupt):
            _wait_for_page(server.studio)
        stage = server.studio.session.stage
        document = server.studio.session.document
    assert document is not None
    if stage is None:
        return source
    settings = ConvertOptions.of(document.keywords)
    return stages.with_edits(source, settings)


def _wait_for_page(studio: Studio) -> None:
    """Wait until a page has come and is closed again, or it says that it is done."""
    gone: float | None = None
    came = False
    while not studio.done.wait(0.2):
        came = came or studio.events.pages > 0
        if not came or studio.events.pages:
            gone = None
        elif gone is None:
            gone = time.monotonic()
        elif time.monotonic() - gone > LEFT:
            return
