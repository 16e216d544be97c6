"""Walking every address with every role; `python -m tests.architecture.walked` writes rights.txt anew, to be read.

One application, one world, one browser per role. Forms are sent empty, so that almost nothing changes, and those that
end a session come last. An address without a right in app/route_rights.py looks at no session: where it answers the
administrator and the stranger alike, nobody else asks.
"""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app import create_app
from app.extensions import db, transaction
from app.models import Collector, User, Wave
from app.route_rights import RIGHT_OF
from app.services import accounts, devices, fieldwork, paper, sessions
from app.services.approving import publish
from tests.factories import make_collectors, make_wave
from tests.results.conftest import make_office, release_wave
from tests.services.staff import released

TABLE = Path(__file__).with_name("rights.txt")

# The column, the role, and the agency over whose branch it holds.
ROLES: dict[str, tuple[str | None, str | None]] = {
    "administrator": ("administrator", None),
    "office": ("survey_office", None),
    "evaluator": ("evaluator", None),
    "reader": ("agency_reader", "north"),
    "counter": ("counter", "north"),
    "nobody": (None, None),  # signed in, without a role
    "stranger": (None, None),
}

# Who asks for what is open to all.
OPEN_TO_ALL = ("administrator", "stranger")

# What fills the places of an address, by endpoint, blueprint or for all; what is in none of them is a 1.
INSIDE: dict[str, dict[str, object]] = {
    "": {"survey": "citizens", "wave": "counter", "agency": "north-1", "link": 2, "stem": "agency-north-1"},
    "results": {"wave": "2026", "code": "north-1"},
    "jobs": {"key": "none"},
    "exports": {"wave": "2026"},
    "manage.agency": {"code": "north-1"},
    "manage.agency_changed": {"code": "north-1", "change": "rename"},
    "manage.change_agency": {"code": "north-1", "change": "rename"},
    "manage.instrument": {"code": "tiny"},
    "manage.instrument_codebook": {"code": "tiny"},
    "manage.preview": {"code": "tiny"},
    "manage.previewed": {"code": "tiny"},
    "manage.step": {"step": "close"},
    "manage.take_step": {"step": "close"},
    "public": {"wave": "2026", "code": "north-1"},
    "results.unit": {"survey": "culture", "agency": "law-1"},
    "results.table": {"survey": "culture", "agency": "law-1"},
    "manage.staff": {"survey": "culture", "wave": "2026"},
    "manage.read_staff": {"survey": "culture", "wave": "2026"},
    "manage.invite_staff": {"survey": "culture", "wave": "2026"},
    "manage.send_to_staff": {"survey": "culture", "wave": "2026"},
    "manage.set_staff": {"survey": "culture", "wave": "2026"},
    "manage.promise_staff": {"survey": "culture", "wave": "2026"},
    "manage.paper_dispute": {"number": "5"},
    "manage.paper_decided": {"number": "5"},
    "static": {"filename": "hailong.css"},
}

# The same for what stands outside the branches of the reader and of the counter; these are asked a second time.
OUTSIDE: dict[str, dict[str, object]] = {
    "results.agency": {"code": "south-1"},
    "results.scorecard_pdf": {"code": "south-1"},
    "results.sign_off": {"code": "south-1"},
    "results.workbook": {"stem": "agency-south-1"},
    "results.signature": {"stem": "agency-south-1"},
    "results.csv": {"stem": "agency-south-1"},
    "results.open_document": {"stem": "agency-south-1"},
    "manage.wave": {"wave": "south"},
    "manage.devices": {"wave": "south"},
    "manage.monitoring": {"wave": "south"},
    "manage.paper_start": {"wave": "south"},
    "manage.print_page": {"wave": "south"},
    "manage.print_form": {"wave": "south"},
    "manage.print_posters": {"wave": "south"},
    "manage.paper_screen": {"link": 4},
    "manage.paper_entered": {"link": 4},
    "manage.renew_device": {"number": 2},
    "manage.revoke_device": {"number": 2},
}

# Whose link fills `<code>`, by blueprint.
CODES = {
    "respond": (Wave.code == "counter") & (Collector.mode == "paper"),
    "kiosk": (Wave.code == "counter") & (Collector.mode == "kiosk"),
    "staff": Wave.anonymous.is_(True),
}

# These end sessions, their own among them: each is asked in a browser of its own, after all others.
LAST = {
    "auth.sign_out",
    "account.end_session",
    "account.end_other_sessions",
    "admin.end_sessions",
    "admin.take_off_factor",
    "admin.close",
    "admin.revoke",
    "admin.reopen",
}


@dataclass(frozen=True, order=True)
class Line:
    """An address with what came of it, by column."""

    address: str
    endpoint: str
    outcomes: tuple[str, ...]

    def __str__(self) -> str:
        words = zip(ROLES, self.outcomes, strict=True)
        return "".join(f"{word:<{len(name) + 2}}" for name, word in words) + self.address


def header() -> str:
    return "".join(f"{name:<{len(name) + 2}}" for name in ROLES) + "address"


def walk(app) -> list[Line]:
    """Every address of the application, asked by every role."""
    browsers = {name: _browser(app, name) for name in ROLES}
    found = []
    for method, rule, star, path in sorted(
        _asked(app), key=lambda one: (one[1].endpoint in LAST, one[1].rule)
    ):
        asking = ROLES if rule.endpoint in RIGHT_OF or rule.endpoint.startswith("auth.") else OPEN_TO_ALL
        outcomes = {}
        for name in asking:
            browser = _browser(app, name) if rule.endpoint in LAST else browsers[name]
            outcomes[name] = _outcome(browser.open(path, method=method))
        if len(set(outcomes.values())) == 1:
            outcomes |= dict.fromkeys(ROLES.keys() - outcomes.keys(), next(iter(outcomes.values())))
        found.append(
            Line(
                f"{method} {rule.rule}{star}", rule.endpoint, tuple(outcomes.get(name, "?") for name in ROLES)
            )
        )
    return sorted(found, key=lambda line: (line.address.split()[1], line.address))


def make_world(folder: Path, migrated: Path):
    """Agencies, waves in both provinces, what was released, and an account per role. Forms need no token."""
    app = make_office(folder, migrated)
    app.config |= {"WTF_CSRF_ENABLED": False, "SESSIONS_AT_ONCE": 1000}
    with app.app_context():
        publish(release_wave(answered={"north-1": (4, 8), "south-1": (4, 8)}))
        released.release(released.make_frozen_wave())
        wave = make_wave("counter")
        forms = {}
        for place in ("north-1", "south-1"):
            kiosk, forms[place] = (make_collectors(wave, place, mode=mode)[0] for mode in ("kiosk", "paper"))
            devices.add_device(kiosk, f"Máy {place}", language="vi", exit_code="2468", idle_seconds=60)
        fieldwork.open_wave(wave)
        south = make_wave("south")
        make_collectors(south, "south-1")
        fieldwork.open_wave(south)
        with transaction():
            wave.double_entry = True
        numbers = [
            accounts.create_user(f"{name}@office.vn", name.title(), None, role=role, agency=agency).id
            for name, (role, agency) in ROLES.items()
            if name != "stranger"
        ]
        for form in forms.values():
            for number, choice in zip(numbers, ("1", "2"), strict=False):
                paper.enter(form, "5", {"polite": (choice,)}, language="vi", user_id=number)
    return app


def _browser(app, name: str):
    client = app.test_client()
    if name != "stranger":
        with app.test_request_context():
            user = db.session.scalar(db.select(User).where(User.email == f"{name}@office.vn"))
            token = sessions.begin(user, "test", by="test")
        with client.session_transaction() as session:
            session["_user_id"] = token
    return client


def _asked(app) -> Iterator[tuple[str, object, str, str]]:
    with app.test_request_context():
        codes = {
            name: db.session.scalar(
                db.select(Collector.code).join(Collector.wave).where(of).order_by(Collector.id)
            )
            for name, of in CODES.items()
        }
        for rule in app.url_map.iter_rules():
            room = rule.endpoint.split(".")[0]
            code = codes.get(room) or codes["respond"]
            common = INSIDE[""] | {"code": code} | INSIDE.get(room, {})
            given = common | INSIDE.get(rule.endpoint, {})
            stars = {"": given} | ({" *": given | OUTSIDE[rule.endpoint]} if rule.endpoint in OUTSIDE else {})
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                for star, values in stars.items():
                    filled = {name: values.get(name, 1) for name in rule.arguments}
                    yield method, rule, star, rule.build(filled, append_unknown=False)[1]


def _outcome(response) -> str:
    with response:
        if response.status_code == 404:
            return "no"
        if response.status_code == 401:
            return "key"
        if response.status_code in (302, 303) and response.location.startswith("/sign-in?next="):
            return "in"
        if (
            response.status_code == 303
            and response.location == "/sign-in"
            and response.request.path != "/sign-out"
        ):
            return "in"
        return (
            "yes" if response.status_code < 500 or response.status_code == 503 else str(response.status_code)
        )


def main() -> None:
    from flask_migrate import upgrade

    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.sqlite"
        first = create_app(
            {"INSTANCE_PATH": Path(folder) / "first", "SQLALCHEMY_DATABASE_URI": f"sqlite:///{empty}"}
        )
        with first.app_context():
            upgrade()
            db.engine.dispose()
        app = make_world(Path(folder), shutil.copy(empty, Path(folder) / "copy.sqlite"))
        lines = walk(app)
    TABLE.write_text("\n".join([header(), *map(str, lines)]) + "\n", encoding="utf-8")
    print(f"{TABLE}: {len(lines)} lines; read what changed before you commit it.", file=sys.stderr)


if __name__ == "__main__":
    main()
