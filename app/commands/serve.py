"""`hailong serve`: the production server."""

from __future__ import annotations

import os
import socket

import click

LOCAL = "127.0.0.1"


def free_port(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((host, port)) != 0


@click.command()
@click.option("--host", default=LOCAL, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes.  [default: 1 on SQLite, 2 per core else]"
)
def serve(host: str, port: int, workers: int | None) -> None:
    """Serve the application; the database is DATABASE_URL, or SQLite in the instance folder."""
    from app import create_app
    from app.services.errors import ServiceError
    from app.serving import serve as run

    if not free_port(host, port):
        raise ServiceError(
            f"Port {port} on {host} is in use; stop that program or choose another with --port."
        )
    # SQLite has one writer: more processes would only wait for each other.
    embedded = create_app().config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    run(create_app, host, port, workers or (1 if embedded else 2 * (os.cpu_count() or 1)))
