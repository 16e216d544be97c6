"""Addresses of our own style, scripts and pictures, which change when the file changes.

So a browser keeps each file for a year, and a page never meets the style of another release.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request, url_for

_YEAR = 365 * 24 * 60 * 60


def init_app(app: Flask) -> None:
    """Give templates `asset(name)`, and let a file that is asked for by its content be kept."""
    stamps: dict[str, str] = {}

    def asset(name: str) -> str:
        if name not in stamps:
            stamps[name] = sha256(Path(app.static_folder or "", name).read_bytes()).hexdigest()[:12]
        return url_for("static", filename=name, v=stamps[name])

    def keep(response: Response) -> Response:
        if request.endpoint == "static" and "v" in request.args and response.status_code in (200, 304):
            response.cache_control.no_cache = None
            response.cache_control.public = True
            response.cache_control.max_age = _YEAR
            response.cache_control.immutable = True
        return response

    app.add_template_global(asset)
    app.after_request(keep)
