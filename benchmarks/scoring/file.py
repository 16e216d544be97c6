"""Scoring a file of responses to the results document, as `hailong score` does: `make bench`.

The file is 2,017 x 66 made-up answers in the shape of tests/instruments/kcmo.yaml, or the one that KCMO names.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from app.services.assembly.options import ScoringOptions
from app.services.assembly.run import score
from app.services.estimation import write_results
from app.services.files import ResponseFile
from benchmarks.clock import header, measure, peak
from surveys import loading

INSTRUMENT = Path(__file__).parents[2] / "tests" / "instruments" / "kcmo.yaml"
OPTIONS = ScoringOptions(by=("council_district",), stratum="council_district", wave_kind="probability")


def made_up(path: Path, rows: int = 2017) -> Path:
    """Answers of the file's shape: five levels, and 9 for don't know."""
    rng = np.random.default_rng(1)
    items = [item.code for item in loading.load(INSTRUMENT).items]
    answers = rng.choice([1, 2, 3, 4, 5, 9], p=[0.1, 0.18, 0.24, 0.3, 0.08, 0.1], size=(rows, len(items)))
    lines = [",".join(["council_district", *items])]
    lines += [",".join(map(str, [rng.integers(1, 7), *row])) for row in answers]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("KCMO")
        responses = Path(given) / "responses.csv" if given else made_up(Path(folder) / "responses.csv")
        out = Path(folder) / "out.json"
        print(f"{'given file' if given else 'made-up file'}, by council_district, to JSON")
        header()
        measure("hailong check of the instrument (read and check YAML)", lambda: loading.load(INSTRUMENT))
        instrument = loading.load(INSTRUMENT)

        def run() -> None:
            with ResponseFile(responses) as file:
                write_results(score(file, instrument, OPTIONS), out)

        measure("score in a warm process, file to JSON", run)
        command = [
            str(Path(sys.executable).with_name("hailong")), "score", str(responses), "--instrument", str(INSTRUMENT),
            "--by", "council_district", "--stratum", "council_district", "--wave-kind", "probability",
            "--json", str(out),
        ]  # fmt: skip
        measure(
            "hailong score as a command, start to end",
            lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL),
        )
        peak()


if __name__ == "__main__":
    main()
