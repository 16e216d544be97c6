"""Headers that every answer carries: what a browser may load, and who may frame us or learn where it was."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

# No script and no style stands in a page itself, so none that someone smuggles into one will run.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With `no-referrer` a browser would send `Origin: null` with our own forms, and the check of the origin
    # of a submission could no longer tell them from foreign ones.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: no larger than a database can be asked for, else the page is not found."""

    def __init__(self, map: Map, *arguments: Any, **options: Any):
        options.setdefault("max", 2**63 - 1)
        super().__init__(map, *arguments, **options)


def init_app(app: Flask) -> None:
    """Add the headers to every answer, and believe as many proxies as the settings name."""
    app.url_map.converters["int"] = RowNumber
    app.before_request(_refuse_unprintable)
    app.after_request(_protect)
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)


def _refuse_unprintable() -> None:
    """An address with a control character is none of ours, and PostgreSQL cannot even look for a NUL."""
    if not request.path.isprintable():
        abort(404)


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
