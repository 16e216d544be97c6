"""The plain-http port beside https: it gives the certificate, and leads everything else to https.

It lives in a thread of every worker, on a socket that they share, so it ends with the server. Answers never travel
here: a post is refused, for the browser would have sent its contents before it could be led elsewhere.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from urllib.parse import quote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from app.services.hosts import HostRefused, read_hosts

_WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]
_OPEN = ("/authority", "/authority.crt", "/health")
_REFUSAL = "This address takes nothing by plain http: nothing was stored; open the page again by https.\n"

# No Strict-Transport-Security anywhere: it knows no ports, and would lock a new tablet out of this page.


class Doorstep:
    """WSGI in front of the application; `hosts` are those the certificate names, the first one the usual one."""

    def __init__(self, app: _WSGI, https_port: int, hosts: tuple[str, ...]):
        self._app = app
        self._port = https_port
        self._hosts = hosts

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if path in _OPEN or path.startswith("/static/"):
            return self._app(environ, start_response)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
            return [_REFUSAL.encode()]
        location = "/authority" if path == "/" else self._by_https(environ, path)
        start_response("307 Temporary Redirect", [("Location", location), ("Cache-Control", "no-store")])
        return []

    def _by_https(self, environ: dict[str, Any], path: str) -> str:
        asked = environ.get("HTTP_HOST", "").rpartition(":")[0] or environ.get("HTTP_HOST", "")
        host = asked.strip("[]").lower()
        try:
            (known,) = read_hosts([host if host in self._hosts else self._hosts[0]])
        except HostRefused:
            known = read_hosts(self._hosts[:1])[0]
        query = environ.get("QUERY_STRING", "")
        # PATH_INFO is bytes in the dress of latin-1 (PEP 3333).
        return f"https://{known.in_url}:{self._port}{quote(path.encode('latin-1'))}{'?' + query if query else ''}"


class _Handler(WSGIRequestHandler):
    timeout = 10  # s; who says nothing for longer is let go

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the https side keeps the log."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that workers may share after a fork."""
    made = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    # Every worker hears of a visitor and one gets them; the others must not wait for the next.
    made.setblocking(False)
    return made


def serve_in_thread(app: _WSGI, listening: socket.socket) -> None:
    """Answer on the socket for as long as this process lives."""
    server = _Server(listening.getsockname()[:2], _Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.server_name, server.server_port = listening.getsockname()[:2]
    server.setup_environ()
    server.set_app(app)
    Thread(target=server.serve_forever, name="doorstep", daemon=True).start()
