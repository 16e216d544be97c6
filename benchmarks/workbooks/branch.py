"""Workbooks of branches of 20 agencies, 40 items each: `python -m benchmarks.workbooks.branch --agencies 700`."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from app.services.assembly.cards import scorecards
from app.services.assembly.context import CardContext
from app.services.assembly.inputs import Branches
from app.services.assembly.options import ScoringOptions
from app.services.assembly.run import score
from app.services.estimation import write_workbooks
from app.services.files import ResponseFile
from app.workbooks.book import write
from benchmarks.clock import header, measure, peak
from surveys import loading

ANSWERS, DAYS, FACTORS, ITEMS = 60, 6, 5, 8  # per agency; of the index


def instrument():
    """Forty items of five steps in five factors, pooled."""
    lines = [
        "code: branch",
        "version: 1",
        "kind: survey",
        "audience: citizen",
        "title: {vi: Đo, en: Bench}",
        "source: Made for the benchmark",
        "languages: [vi, en]",
        "scales:",
        "  satisfaction:",
        "    options:",
        *(f"      - {{code: {k}, label: {{vi: Mức {k}, en: Step {k}}}, value: {k}}}" for k in range(1, 6)),
        "    satisfied: [4, 5]",
        "sections:",
        "  - code: all",
        "    title: {vi: Tất cả, en: All}",
        "    items:",
        *(
            f"      - {{code: q{k}, scale: satisfaction, text: {{vi: Câu hỏi số {k} của phiếu, en: Item {k}}}}}"
            for k in range(FACTORS * ITEMS)
        ),
        "indices:",
        "  - code: satisfied",
        "    title: {vi: Hài lòng, en: Satisfied}",
        "    score: top_box",
        "    aggregate: pooled_answers",
        "    children:",
    ]
    for factor in range(FACTORS):
        items = ", ".join(f"q{factor * ITEMS + k}" for k in range(ITEMS))
        lines.append(
            f"      - {{code: f{factor}, title: {{vi: Yếu tố {factor}, en: Factor {factor}}}, items: [{items}]}}"
        )
    return loading.loads("\n".join(lines), "branch.yaml")


def responses(path: Path, agencies: int) -> Path:
    """Answers drawn with a fixed seed: agencies of six days with ten people each."""
    draw = np.random.default_rng(6)
    rows = agencies * ANSWERS
    place = np.repeat(np.arange(agencies), ANSWERS)
    level = draw.normal(0, 0.4, agencies)[place]
    columns = {"agency": np.char.add("a", place.astype(str)), "day": (np.arange(rows) % DAYS).astype(str)}
    for k in range(FACTORS * ITEMS):
        columns[f"q{k}"] = (
            np.clip(np.rint(3.9 + level + draw.normal(0, 1, rows)), 1, 5).astype(int).astype(str)
        )
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agencies", type=int, default=60)
    agencies = parser.parse_args().agencies
    codes = [f"a{k}" for k in range(agencies)]
    groups = Branches("agency", {code: (f"g{k // 20}", code) for k, code in enumerate(codes)})
    compare = agencies <= 200
    options = ScoringOptions(
        cluster=("agency", "day"), wave_kind="probability", compare=compare, ranks=compare, stratum=None
    )
    made = instrument()
    with tempfile.TemporaryDirectory() as folder:
        with ResponseFile(responses(Path(folder) / "responses.csv", agencies)) as file:
            print(f"{file.n_rows} responses, {FACTORS * ITEMS} items, {agencies} agencies in branches of 20")
            header()
            scored = score(file, made, options, branches=groups)
        context = CardContext(language="vi", wave="benchmark")
        whole = Path(folder) / "whole.xlsx"
        measure(
            "the book of the whole branch", lambda: write(next(scorecards(scored, context)), whole), runs=3
        )
        begun, spent = time.perf_counter(), time.process_time()
        write_workbooks(scored, context, Path(folder) / "books")
        taken, spent = time.perf_counter() - begun, time.process_time() - spent
        count = len(list((Path(folder) / "books").iterdir()))
        print(
            f"{count} workbooks in {taken:.1f} s ({spent:.1f} s of processor): {1000 * spent / count:.0f} ms each"
        )
        peak()


if __name__ == "__main__":
    main()
