"""`hailong serve`: the production server."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from typing import Any

import click

LOCAL = "127.0.0.1"
HTTP_PORT = 8000
HTTPS_PORT = 8443


def free_port(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((host, port)) != 0


@click.command()
@click.option("--host", default=LOCAL, show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help=f"[default: {HTTP_PORT}, with --https {HTTPS_PORT}]"
)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes.  [default: 1 on SQLite, 2 per core else]"
)
@click.option("--https", is_flag=True, help="With the certificate that `hailong authority` made.")
@click.option(
    "--http-port",
    type=click.IntRange(1, 65535),
    default=HTTP_PORT,
    show_default=True,
    help="With --https: where tablets fetch the authority's certificate; all else is led to https.",
)
@click.option(
    "--work/--no-work",
    "worked",
    default=True,
    help="Also do long work (exports, estimations).  [default: work]",
)
def serve(
    host: str, port: int | None, workers: int | None, https: bool, http_port: int, worked: bool
) -> None:
    """Serve the application; the database is DATABASE_URL, or SQLite in the instance folder."""
    from app import create_app
    from app.serving import serve as run

    port = port or (HTTPS_PORT if https else HTTP_PORT)
    _check_free(host, port, "--port")
    config: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    if https:
        _check_free(host, http_port, "--http-port")
        config = {"SESSION_COOKIE_SECURE": True}
        settings = _https_settings(host, port, http_port)
    # SQLite has one writer: more processes would only wait for each other.
    embedded = create_app(config).config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    workers = workers or (1 if embedded else 2 * (os.cpu_count() or 1))
    run(lambda: create_app(config), host, port, workers, work=worked, **settings)


def _check_free(host: str, port: int, option: str) -> None:
    from app.services.errors import ServiceError

    if not free_port(host, port):
        raise ServiceError(
            f"Port {port} on {host} is in use; stop that program or choose another with {option}."
        )


def _https_settings(host: str, port: int, http_port: int) -> dict[str, Any]:
    """gunicorn's settings for https, with the plain-http port in every worker."""
    from app.commands.authority import folder
    from app.doorstep.plain_http import Doorstep, listen, serve_in_thread
    from app.services import authority

    found = authority.read(folder())
    for sentence in authority.warnings(found, datetime.now(UTC)):
        click.echo(sentence, err=True)
    listening = listen(host, http_port)

    def begin(worker: Any) -> None:
        serve_in_thread(Doorstep(worker.wsgi, port, found.hosts), listening)

    # gunicorn reads the certificate for every connection, so a renewed one needs no restart.
    return {"certfile": str(found.server_file), "keyfile": str(found.server_file), "post_worker_init": begin}
