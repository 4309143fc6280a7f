"""From the server to the application: a request is read whole before it takes a thread.

A phone that uploads a plan over a slow line, or somebody who trickles bytes on purpose, holds
a place in the event loop and nothing else; the few threads that run the application are for
requests that are all there. What is too slow or too large is refused here. granian's own WSGI
interface gives each such request a thread, and 64 of them would stop the service; an ASGI
adapter costs a third of the throughput (docs/adr/0003).
"""

import asyncio
import gc
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, NamedTuple

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]

from ptm_participation.core import clock
from ptm_participation.core.arrival import ARRIVED

log = logging.getLogger(__name__)

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

IN_MEMORY = 1024 * 1024
# A body may take this long, and longer as long as it keeps up the pace.
PATIENCE_SECONDS = 20.0
SLOWEST_BYTES_A_SECOND = 2_000
# A reader that does not take the answer's next piece for so long is let go.
SLOWEST_READER_SECONDS = 60.0


class Refusal(NamedTuple):
    """What is answered before the application, and so its catalogue of sentences, is asked."""

    title: str
    italian: str
    english: str


TOO_SLOW = Refusal(
    "Dati arrivati troppo lentamente",
    "Non è stato salvato niente. Torna alla pagina di prima e prova di nuovo.",
    "The data arrived too slowly. Nothing was saved: go back and try again.",
)
TOO_LARGE = Refusal(
    "Troppi dati in una volta",
    "Un file può avere fino a 20 MB, tutti insieme 60 MB. Non è stato salvato niente: torna alla "
    "pagina di prima e scegli file più piccoli.",
    "Too much data in one go: files up to 20 MB each, 60 MB in all. Nothing was saved.",
)
PAGE = """<!doctype html>
<html lang="it"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>
<body><h1>{title}</h1><p>{italian}</p><p lang="en">{english}</p></body></html>
"""


class TooSlow(Exception):
    """The body does not keep up the pace."""


class TooLarge(Exception):
    """The body is longer than the application takes."""


class Gateway:
    """An RSGI application that runs a WSGI one in a small pool of threads."""

    def __init__(self, wsgi: Wsgi, *, threads: int, largest_body: int) -> None:
        self.wsgi = wsgi
        self.largest_body = largest_body
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="ptm")
        # What is loaded now lives as long as the process: the collector need not walk it again.
        gc.collect()
        gc.freeze()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        if scope.proto != "http":
            protocol.close(None)
            return
        body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed below
        try:
            try:
                await self._read_body(scope, protocol, body)
            except TooSlow:
                _refuse(protocol, 408, TOO_SLOW)
            except TooLarge:
                _refuse(protocol, 413, TOO_LARGE)
            else:
                environ = _environ(scope, body)
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self.pool, self._run, environ, protocol, loop)
        finally:
            body.close()

    async def _read_body(self, scope: Any, protocol: Any, body: IO[bytes]) -> None:
        """Copy the request's body into `body`. Raises TooSlow or TooLarge."""
        declared = scope.headers.get("content-length")
        if declared is not None and (not declared.isdigit() or int(declared) > self.largest_body):
            raise TooLarge()
        if scope.method in {"GET", "HEAD"} or declared == "0":
            return
        started, size = time.monotonic(), 0
        pieces = aiter(protocol)
        while True:
            allowed = PATIENCE_SECONDS + size / SLOWEST_BYTES_A_SECOND
            left = started + allowed - time.monotonic()
            try:
                async with asyncio.timeout(max(0.0, left)):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                break
            except TimeoutError:
                raise TooSlow() from None
            size += len(piece)
            if size > self.largest_body:
                raise TooLarge()
            body.write(piece)
        body.seek(0)

    def _run(self, environ: dict[str, Any], protocol: Any, loop: Any) -> None:
        """Call the application and hand its answer over; runs in a thread of the pool."""
        answer = _Answer(protocol, loop)
        pieces: Iterable[bytes] | None = None
        try:
            pieces = self.wsgi(environ, answer.start)
            answer.send(pieces)
        except ProtocolClosed:
            log.info("The reader went away before the answer was whole")
        except Exception:
            log.exception("The request could not be answered")
            answer.fail()
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()


class _Answer:
    """An answer on its way: short ones go in one piece, long ones are streamed."""

    def __init__(self, protocol: Any, loop: Any) -> None:
        self.protocol, self.loop = protocol, loop
        self.status, self.headers = 0, list[tuple[str, str]]()
        self.started = False

    def start(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        self.status, self.headers = int(status[:3]), headers

    def send(self, pieces: Iterable[bytes]) -> None:
        iterator = iter(pieces)
        first = next((piece for piece in iterator if piece), b"")
        second = next((piece for piece in iterator if piece), None)
        self.started = True
        if second is None:
            self.protocol.response_bytes(self.status, self.headers, first)
            return
        stream = self.protocol.response_stream(self.status, self.headers)
        for piece in (first, second):
            self._push(stream, piece)
        for piece in iterator:
            if piece:
                self._push(stream, piece)

    def _push(self, stream: Any, piece: bytes) -> None:
        """Send a piece and wait until it is taken; a reader that went away ends the answer."""
        sending = asyncio.run_coroutine_threadsafe(_send(stream, piece), self.loop)
        sending.result(SLOWEST_READER_SECONDS)

    def fail(self) -> None:
        if not self.started:
            self.started = True
            self.protocol.response_bytes(
                500, [("content-type", "text/plain")], b"Something went wrong on our side."
            )


async def _send(stream: Any, piece: bytes) -> None:
    await stream.send_bytes(piece)


def _refuse(protocol: Any, status: int, said: Refusal) -> None:
    headers = [("content-type", "text/html; charset=utf-8"), ("connection", "close")]
    protocol.response_bytes(status, headers, PAGE.format(**said._asdict()).encode())


def _environ(scope: Any, body: IO[bytes]) -> dict[str, Any]:
    """The request as WSGI describes it (PEP 3333)."""
    host, _sep, port = scope.server.rpartition(":")
    body.seek(0, 2)
    size = body.tell()
    body.seek(0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # The server has undone the percent signs already; WSGI wants the bytes one by one.
        "PATH_INFO": scope.path.encode("utf-8").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "CONTENT_LENGTH": str(size),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        ARRIVED: clock.now(),
    }
    for name, value in scope.headers.items():
        if "_" in name:
            # In the environment it would be the same as the name with a hyphen: what a proxy
            # says of the caller could then be said by the caller.
            continue
        key = name.upper().replace("-", "_")
        if key in {"CONTENT_LENGTH", "TRANSFER_ENCODING"}:
            continue  # the body is whole: its size is known, however it came
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif f"HTTP_{key}" in environ and key != "COOKIE":
            environ[f"HTTP_{key}"] += f",{value}"
        else:
            joint = "; " if f"HTTP_{key}" in environ else ""
            environ[f"HTTP_{key}"] = environ.get(f"HTTP_{key}", "") + joint + value
    environ.setdefault("HTTP_HOST", scope.authority or scope.server)
    return environ
