"""A small web host on this machine that serves one archive, well or badly."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True)
class Answer:
    """How one request is answered; the default is as a good host does it."""

    status: int = 200
    body: bytes | None = None
    """Sent instead of the archive."""
    cut: int | None = None
    """The connection ends after so many bytes; 0 ends it before anything is said."""
    ranges: bool = True
    """False: sends everything though a piece was asked for."""
    span: str | None = None
    """What the answer claims to be a piece of, if it is to be wrong."""
    length: bool = True
    """False: does not announce how long the answer is."""
    stall: bool = False
    """After ``cut`` bytes nothing more comes, but the connection stays."""
    location: str | None = None
    """Where the host sends us instead."""


GOOD = Answer()


class ModelHost:
    """Serves ``content`` under every path; each request uses up one of ``answers``, the last one stays."""

    def __init__(self, content: bytes, *answers: Answer, secret: ssl.SSLContext | None = None) -> None:
        """Start to listen; with ``secret`` by https."""
        self.content = content
        self.answers = list(answers or (GOOD,))
        self.ranges: list[str | None] = []
        """What piece each request asked for."""
        self.paths: list[str] = []
        self.released = threading.Event()
        """Ends all stalling."""
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.host = self
        self._scheme = "https" if secret else "http"
        if secret:
            self._server.socket = secret.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def address(self) -> str:
        """The folder in which the archive lies."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/models"

    def close(self) -> None:
        """Be gone."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    host: ModelHost
    daemon_threads = False

    def handle_error(self, *_: object) -> None:
        """The other side hanging up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        # The name that http.server calls.
        host = self.server.host
        host.paths.append(self.path)
        host.ranges.append(self.headers.get("Range"))
        answer = host.answers.pop(0) if len(host.answers) > 1 else host.answers[0]
        self.close_connection = True
        if answer.cut == 0 and not answer.stall:
            return
        self._send(answer, host)

    def _send(self, answer: Answer, host: ModelHost) -> None:
        body = host.content if answer.body is None else answer.body
        asked = self.headers.get("Range")
        status, span = answer.status, answer.span
        if asked and answer.ranges and status == 200:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            status, span = 206, span or f"bytes {start}-{len(body) - 1}/{len(body)}"
            body = body[start:]
        self.send_response(status)
        if answer.location:
            self.send_header("Location", answer.location)
        if span:
            self.send_header("Content-Range", span)
        if answer.length:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "text/html" if answer.body else "application/zip")
        self.end_headers()
        self.wfile.write(body[: answer.cut])
        if answer.stall:
            host.released.wait()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
