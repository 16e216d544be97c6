"""34 workbooks, one per province of the demonstration's wave: `make bench`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from app.demo.population import draw_population, draw_sample
from app.demo.provinces import places
from app.services.assembly.context import CardContext
from app.services.assembly.options import ScoringOptions
from app.services.assembly.run import score
from app.services.estimation import write_workbooks
from app.services.files import ResponseFile
from benchmarks.clock import header, measure, peak
from surveys import loading


def responses(path: Path) -> Path:
    """The demonstration's sample as a file: a province, a place, a day, 86 items."""
    instrument = loading.load(loading.shipped()["sipas-2023-1"])
    population = draw_population(instrument, places(), 1)
    people = draw_sample(population, 1).people
    columns = {
        "province": population.province(people),
        "place": np.array(population.places)[population.place[people]],
        "day": population.day[people].astype(str),
    }
    for item in instrument.items:
        codes = [option.code for option in instrument.options(item)]
        if item.code in population.answers:
            columns[item.code] = np.array([*codes, ""])[population.answers[item.code][people]]
        elif item.code in population.chosen:
            for k, code in enumerate(codes):
                columns[f"{item.code}__{code}"] = (
                    population.chosen[item.code][people, k].astype(int).astype(str)
                )
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def main() -> None:
    instrument = loading.load(loading.shipped()["sipas-2023-1"])
    options = ScoringOptions(by=("province",), stratum="place", cluster=("day",), wave_kind="probability")
    with tempfile.TemporaryDirectory() as folder:
        with ResponseFile(responses(Path(folder) / "responses.csv")) as file:
            print(f"{file.n_rows} responses, sipas-2023, 34 provinces and the whole")
            header()
            measure("score in a warm process", lambda: score(file, instrument, options), runs=3)
            scored = score(file, instrument, options)
        context = CardContext(language="vi", wave="benchmark")
        taken = measure(
            "35 workbooks", lambda: write_workbooks(scored, context, Path(folder) / "books"), runs=3
        )
        print(f"per workbook {taken / 35:.0f} ms")
        peak()


if __name__ == "__main__":
    main()
