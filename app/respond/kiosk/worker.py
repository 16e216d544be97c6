"""The kiosk's service worker: the script that lets a tablet open the kiosk without a network.

It is made of one static file and of what it must know of this release in front of it. Its bytes change when any
asset changes, which is how a browser notices a new release.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Response, current_app, render_template, request, url_for

from app.messages import languages, translations
from app.respond.kiosk.blueprint import blueprint
from app.respond.languages import HOUSE_LANGUAGE

# Beside all of static/kiosk: what the pages of the kiosk share with others.
SHARED = ("hailong.css", "mark.svg", "routing.js")

# Is in every reply of the kiosk. The worker keeps only pages of its own release, and nothing that lacks it: a
# guest network's sign-in page answers in our place.
RELEASE_HEADER = "Hailong-Release"


@dataclass(frozen=True, slots=True)
class Release:
    """One release's assets: name below static/ to stamp, and the hash over all of them."""

    stamps: dict[str, str]
    sha256: str


@blueprint.get("/sw.js")
def service_worker() -> Response:
    """The worker; its scope is /k/, where it lies. No copy is used without asking us."""
    found = _release()
    said = {
        "RELEASE": found.sha256,
        "ASSETS": {url_for("static", filename=name): stamp for name, stamp in found.stamps.items()},
        "PAGES": [url_for("kiosk.pairing")],
        "UNREACHABLE": _unreachable(),
    }
    lines = [f"const {name} = {json.dumps(value, ensure_ascii=False)};" for name, value in said.items()]
    script = Path(current_app.static_folder or "", "kiosk", "worker.js").read_text(encoding="utf-8")
    response = Response("\n".join([*lines, script]), content_type="text/javascript; charset=utf-8")
    response.cache_control.no_cache = True
    response.add_etag()
    return response.make_conditional(request)


@blueprint.after_request
def name_release(response: Response) -> Response:
    """Say of every reply which release it is of."""
    response.headers[RELEASE_HEADER] = _release().sha256
    return response


def _release() -> Release:
    return _read_release(Path(current_app.static_folder or ""))


@cache
def _read_release(folder: Path) -> Release:
    names = [
        *SHARED,
        *sorted(f"kiosk/{path.name}" for path in (folder / "kiosk").iterdir() if path.is_file()),
    ]
    hashes = {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}
    whole = sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()
    # The same twelve signs as `asset()` puts into addresses.
    return Release({name: found[:12] for name, found in hashes.items()}, whole[:16])


def _unreachable() -> str:
    """The page for an address that this tablet never kept, in every language, since nobody can be asked."""
    spoken = (HOUSE_LANGUAGE, *(one for one in languages() if one != HOUSE_LANGUAGE))
    return render_template(
        "respond/kiosk/unreachable.html",
        language=HOUSE_LANGUAGE,
        catalogues={one: translations(one).gettext for one in spoken},
    )
