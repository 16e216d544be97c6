"""What one submission costs the server: a filled SIPAS-2023 posted to the application, on SQLite in a file.

The client is Flask's own, so no network and no second process: routing, form, validation, one durable insert,
thank-you page. `make bench`.
"""

from __future__ import annotations

import random
import tempfile
from datetime import date
from pathlib import Path
from uuid import UUID

import flask_migrate

from app import create_app
from app.demo.population import draw_population
from app.demo.provinces import agencies, places
from app.services import fieldwork
from app.services.agencies import import_agencies
from benchmarks.clock import header, measure, peak
from surveys import loading

POSTS = 50


def main() -> None:
    instrument = loading.load(loading.shipped()["sipas-2023-1"])
    population = draw_population(instrument, places()[:1], 1)
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {"INSTANCE_PATH": folder, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{Path(folder) / 'b.sqlite'}"}
        )
        with app.app_context():
            flask_migrate.upgrade()
            import_agencies(agencies())
            code = open_wave(instrument)
            client = app.test_client()
            print("sipas-2023, 86 items, one page, SQLite with synchronous=FULL")
            header()
            address = f"/r/{code}"
            measure("GET of the empty form, cached", lambda: client.get(f"{address}?lang=vi"), runs=50)

            def post() -> None:
                for _ in range(POSTS):
                    person = draw.randrange(len(population.place))
                    data = {
                        k: v if isinstance(v, str) else list(v) for k, v in population.given(person).items()
                    }
                    own = {"_instrument": instrument.identity, "_language": "vi"}
                    reply = client.post(
                        f"{address}/{UUID(int=draw.getrandbits(128), version=4)}", data=data | own
                    )
                    assert reply.status_code == 201, reply.text

            taken = measure(f"POST of {POSTS} filled forms, each stored", post)
            print(f"per submission {taken / POSTS:.2f} ms")
            peak()


def open_wave(instrument, survey_code: str = "bench") -> str:
    """A new open wave of this instrument with one link; the link's code."""
    version = fieldwork.register_instrument(instrument)
    survey = fieldwork.create_survey(survey_code, {"vi": "Đo", "en": "Benchmark"})
    wave = fieldwork.create_wave(
        survey,
        "1",
        version,
        title={"vi": "Đo", "en": "Benchmark"},
        tree_date=date(2026, 7, 1),
        wave_kind="volunteer",
    )
    [link] = fieldwork.add_collectors(wave, [fieldwork.CollectorRow(agency=places()[0], label="desk")])
    fieldwork.open_wave(wave)
    return link.code


if __name__ == "__main__":
    main()
