"""The server behind `hailong serve` and `hailong demo`: gunicorn with threads, in this very process tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from app.working import kept

THREADS = 8


class Server(BaseApplication):
    """One application with its settings; `run()` returns when it is told to stop."""

    def __init__(self, make_app: Callable[[], Flask], **settings: Any):
        self._make_app = make_app
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make_app()


def serve(
    make_app: Callable[[], Flask],
    host: str,
    port: int,
    workers: int,
    *,
    quiet: bool = False,
    work: bool = True,
    environment: Mapping[str, str] | None = None,
    **settings: Any,
) -> None:
    """Serve until interrupted. Every worker makes its own application, so none shares a connection.

    With `work` a worker for long jobs lives beside the server (`app.working`); `environment` tells it what `make_app`
    was told otherwise than by the environment. `settings` are gunicorn's own names.
    """
    server = Server(
        make_app,
        bind=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        workers=workers,
        worker_class="gthread",
        threads=THREADS,
        loglevel="warning" if quiet else "info",
        # A worker's heartbeat must not wait for a slow disk.
        worker_tmp_dir="/dev/shm" if os.path.isdir("/dev/shm") else None,
        # It would lie in the account's home, outside the instance, and nobody talks to it.
        control_socket_disable=True,
        **settings,
    )
    with kept(work, environment or {}):
        server.run()
