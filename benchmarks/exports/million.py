"""Answers exported in each format: time, peak memory of the process, size of the file.

    python -m benchmarks.exports.million [--rows 20000] [--formats csv,parquet]

A snapshot of so many rows and 40 items is made first. Each format runs in a process of its own, whose largest resident
memory is read at the end; `nothing` is the same process without an export. --rows 1000000 is what the figures of
benchmarks/README.md stand for.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from app.services.exporting import answers
from app.services.exporting.columns import columns_of
from app.services.exporting.options import FORMATS, AnswerOptions
from app.services.exporting.source import opened
from app.services.snapshot_columns import Layout
from surveys.instrument import Instrument
from surveys.loading import from_document

ITEMS = 40
AGENCIES = 700


def instrument() -> Instrument:
    """39 rated items and a free text."""
    words = {"vi": "Rất hài lòng", "en": "Very satisfied"}
    options = [{"code": str(k), "label": words, "value": k} for k in range(1, 6)]
    options.append({"code": "na", "label": words, "missing": "not_applicable"})
    items = [
        {"code": f"q{k}", "text": {"vi": f"Câu hỏi {k}", "en": f"Question {k}"}, "scale": "five"}
        for k in range(1, ITEMS)
    ]
    items.append({"code": "words", "type": "text", "role": "open", "text": {"vi": "Góp ý", "en": "Comment"}})
    return from_document(
        {
            "code": "million",
            "version": 1,
            "kind": "survey",
            "audience": "citizen",
            "title": words,
            "source": "Made up",
            "languages": ["vi", "en"],
            "scales": {"five": {"options": options, "satisfied": ["4", "5"]}},
            "sections": [{"code": "all", "title": words, "items": items}],
        }
    )


def make_snapshot(path: Path, rows: int) -> None:
    """A file as `snapshot_file` writes it: every item with its missing kind, every fifth row with a comment."""
    items = tuple(f"q{k}" for k in range(1, ITEMS))
    layout = Layout(1, (*items, "words"))
    cells = {
        "response_key": "md5(i::VARCHAR)",
        "agency": f"'A' || (i % {AGENCIES})",
        "collector": "(i % 3000)::VARCHAR",
        "stratum": "(i % 34)::VARCHAR",
        "cluster_1": "(i % 3000)::VARCHAR",
        "fpc_1": "600::BIGINT",
        "weight": "1.0 + (i % 7) / 8.0",
        "mode": "'qr'",
        "language": "'vi'",
        "date": "DATE '2026-03-01' + (i % 28)::INTEGER",
        "flags": "CASE WHEN i % 50 = 0 THEN 'fast' END",
        "words": "CASE WHEN i % 5 = 0 THEN 'Cán bộ tận tình, hướng dẫn rõ ràng; chờ hơi lâu ' || i END",
        "words__missing": "CASE WHEN i % 5 <> 0 THEN 'no_answer' END",
    }
    for place, item in enumerate(items):
        draw = f"(hash(i * 64 + {place}) % 20)"
        cells[item] = f"CASE WHEN {draw} = 0 THEN 'na' WHEN {draw} > 1 THEN ({draw} % 5 + 1)::VARCHAR END"
        cells[f"{item}__missing"] = (
            f"CASE WHEN {draw} = 0 THEN 'not_applicable' WHEN {draw} = 1 THEN 'no_answer' END"
        )
    query = ", ".join(f'{cells[name]} AS "{name}"' for name in layout.columns)
    with duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "1GB"}) as database:
        database.execute(
            f"COPY (SELECT {query} FROM range({rows}) AS r(i)) TO '{path}'"
            " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
        )


def export(snapshot: Path, folder: Path, form: str) -> None:
    """One format, as the job does it without its tables; prints seconds, MiB and the bytes of the file."""
    begun, size = time.perf_counter(), 0
    if form != "nothing":
        names = {f"A{k}": f"Xã số {k}" for k in range(AGENCIES)}
        options = AnswerOptions(format=form, language="vi")
        with opened(snapshot, None, names) as source:
            columns = columns_of(source.present, [instrument()], "vi")
            expected = source.count()
            path = folder / f"answers.{FORMATS[form]}"
            written = answers.write_answers(
                path, source, columns, options, expected, lambda done, total: None
            )
            if written != expected:
                raise SystemExit(f"{written} rows of {expected}")
            size = path.stat().st_size
    spent = time.perf_counter() - begun
    used = time.process_time()
    print(f"{form:<10}{spent:>9.1f} s{used:>9.1f} s cpu{_peak():>9.0f} MiB{size / 1e6:>10.1f} MB", flush=True)


def _peak() -> float:
    """The largest resident memory of this process in MiB; what the system counts for it begins with its parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--formats", default=",".join(("nothing", *FORMATS)))
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        export(*given.one, given.formats)
        return
    with tempfile.TemporaryDirectory(prefix="exports-") as name:
        folder = Path(name)
        snapshot = folder / "snapshot.parquet"
        make_snapshot(snapshot, given.rows)
        print(
            f"{given.rows} rows, {ITEMS} items; snapshot {snapshot.stat().st_size / 1e6:.1f} MB", flush=True
        )
        for form in given.formats.split(","):
            command = [sys.executable, "-m", "benchmarks.exports.million", "--formats", form]
            subprocess.run([*command, "--one", str(snapshot), str(folder)], check=True)
            for made in folder.glob("answers.*"):
                made.unlink()


if __name__ == "__main__":
    main()
