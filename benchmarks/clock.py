"""How benchmarks measure: several runs after a warm-up, in one process, minimum and median."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable


def measure(name: str, work: Callable[[], object], runs: int = 7) -> float:
    """Print minimum and median of wall and processor time in milliseconds; returns the median of the wall."""
    work()
    wall, cpu = [], []
    for _ in range(runs):
        begun, spent = time.perf_counter(), time.process_time()
        work()
        wall.append(1000 * (time.perf_counter() - begun))
        cpu.append(1000 * (time.process_time() - spent))
    print(
        f"{name:<58}{min(wall):>10.1f}{statistics.median(wall):>10.1f}{statistics.median(cpu):>10.1f}",
        flush=True,
    )
    return statistics.median(wall)


def header() -> None:
    print(f"{'':<58}{'min ms':>10}{'median':>10}{'cpu':>10}")


def peak() -> None:
    """Print the largest memory this process has held."""
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
