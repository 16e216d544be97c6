"""The dashboard over a whole country, 3,298 communes in 34 provinces: `python -m benchmarks.results.nation`.

The answers are drawn at random, so that nothing is true of them but their number. Pages are asked of the application in
this process, with one person signed in; ratios are to the list of waves, which needs no results.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.extensions import transaction
from app.models import Release
from app.queries.agencies import get_tree
from app.queries.releases import get_release
from app.services import accounts, fieldwork
from app.services.agencies import AgencyRow, import_agencies
from app.services.assembly.inputs import Branches
from app.services.assembly.options import ScoringOptions
from app.services.assembly.results import results_document, write_json
from app.services.assembly.run import score
from app.services.files import ResponseFile
from app.services.released import released
from app.services.releasing import RESULTS
from benchmarks.clock import header, measure, peak
from surveys import loading

PROVINCES, COMMUNES = 34, 97  # 34 + 3,298 agencies
PEOPLE, DAYS = 12, 6  # in each commune, and on how many counter-days they came
BEGIN, TREE_DATE = date(2025, 7, 1), date(2026, 3, 1)
EMAIL, PASSWORD = "lan@office.vn", "Mưa thuận gió hoà"


def agencies() -> list[AgencyRow]:
    """Provinces, then communes."""
    above = [
        AgencyRow(f"{p:02d}", "province", {"vi": f"Tỉnh {p}", "en": f"Province {p}"}, BEGIN)
        for p in range(1, PROVINCES + 1)
    ]
    below = [
        AgencyRow(
            f"{p:02d}-{c:03d}",
            "commune",
            {"vi": f"Xã {c} tỉnh {p}", "en": f"Commune {c} of {p}"},
            BEGIN,
            f"{p:02d}",
        )
        for p in range(1, PROVINCES + 1)
        for c in range(COMMUNES)
    ]
    return above + below


def responses(path: Path, instrument, communes: list[str]) -> Path:
    """A file of answers: an agency, a counter-day, every item with options."""
    draw = np.random.default_rng(1)
    n = len(communes) * PEOPLE
    agency = np.repeat(np.array(communes), PEOPLE)
    day = np.tile(np.repeat(np.arange(DAYS), PEOPLE // DAYS), len(communes))
    columns = {"agency": agency, "cluster_1": np.char.add(np.char.add(agency, " "), day.astype(str))}
    for item in instrument.items:
        codes = np.array([option.code for option in instrument.options(item)])
        if item.type == "choice" and len(codes):
            columns[item.code] = codes[draw.integers(0, len(codes), n)]
        elif item.type == "multi":
            columns |= {f"{item.code}__{code}": draw.integers(0, 2, n).astype(str) for code in codes}
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def make_release(app: Flask, folder: Path) -> None:
    """The country scored and released without workbooks, which pages do not read."""
    instrument = loading.load(loading.shipped()["sipas-2023-1"])
    import_agencies(agencies())
    accounts.create_user(EMAIL, "Lan", PASSWORD, role="administrator")
    survey = fieldwork.create_survey("citizens", {"vi": "Người dân", "en": "Citizens"})
    version = fieldwork.register_instrument(instrument)
    title = {"vi": "Đợt 2026", "en": "Wave 2026"}
    wave = fieldwork.create_wave(
        survey, "2026", version, title=title, tree_date=TREE_DATE, wave_kind="probability"
    )
    tree = get_tree(TREE_DATE)
    communes = [agency.code for agency in tree.agencies if agency.parent]
    begun = time.perf_counter()
    with ResponseFile(responses(folder / "responses.csv", instrument, communes)) as file:
        scored = score(
            file,
            instrument,
            ScoringOptions(cluster=("cluster_1",), wave_kind="probability"),
            branches=Branches("agency", {agency.code: tree.path(agency.code) for agency in tree.agencies}),
        )
        print(f"{file.n_rows} answers scored in {time.perf_counter() - begun:.0f} s")
    home = Path(app.instance_path) / "releases" / "nation"
    home.mkdir(parents=True)
    text = write_json(results_document(scored))
    (home / RESULTS).write_text(text, encoding="utf-8")
    print(f"results.json {len(text) / 1e6:.0f} MB")
    with transaction() as session:
        session.add(
            Release(
                wave=wave,
                number=1,
                published_on=date(2026, 4, 15),
                language="vi",
                folder="releases/nation",
                results_sha256=hashlib.sha256(text.encode()).hexdigest(),
                snapshot_sha256=scored.snapshot_sha256,
                code_version="benchmark",
            )
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        app = create_app(
            {
                "SECRET_KEY": "a key for benchmarks only",
                "INSTANCE_PATH": folder / "instance",
                "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'nation.sqlite'}",
                "WTF_CSRF_ENABLED": False,
            }
        )
        with app.app_context():
            upgrade()
            make_release(app, folder)
            begun = time.perf_counter()
            found = released(get_release("citizens", "2026"))
            print(f"{found.size} estimates read in {time.perf_counter() - begun:.1f} s, once per process")
        pages(app)


def pages(app: Flask) -> None:
    """Each page asked again and again, warm; its median beside that of the list of waves."""
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    if answer.status_code != 303:
        sys.exit(f"signing in gave {answer.status_code}")

    def get(path: str) -> None:
        status = client.get(path).status_code
        if status != 200:
            sys.exit(f"{path} gave {status}")

    header()
    plain = measure("the list of waves", lambda: get("/results/"))
    for name, path in {
        "the country: 34 provinces": "/results/citizens/2026/",
        "a province: 97 communes, the first 40": "/results/citizens/2026/?branch=07",
        "the same by value, its third page": "/results/citizens/2026/?branch=07&sort=value&page=3",
        "3,298 communes by name, the first 40": "/results/citizens/2026/?name=xa",
        "those with a whole interval above 50": "/results/citizens/2026/?name=xa&side=above&bound=50",
        "one commune with 86 items": "/results/citizens/2026/agencies/07-005/",
    }.items():
        print(f"{'':<4}ratio {measure(name, lambda path=path: get(path)) / plain:.1f}")
    peak()


if __name__ == "__main__":
    main()
