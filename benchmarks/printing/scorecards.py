"""700 scorecards of the demonstration's release, half of them Vietnamese: `python -m benchmarks.printing.scorecards`.

The demonstration is read from `instance/demo`, where `hailong demo` made it, or from the folder that is named; a
second argument is another number of scorecards.
"""

from __future__ import annotations

import sys
import time
from itertools import cycle, islice
from pathlib import Path

from app import create_app
from app.config import ROOT
from app.printing.scorecard import scorecard_pdf
from app.queries.agencies import get_tree
from app.queries.releases import get_release
from app.services.printing.scorecards import make_scorecard
from benchmarks.clock import peak

COUNT = 700
ADDRESS = "https://survey.example.vn"


def main() -> None:
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "instance" / "demo"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else COUNT
    app = create_app(
        {"INSTANCE_PATH": str(folder), "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'hailong.sqlite'}"}
    )
    with app.app_context():
        release = get_release("sipas", "2026-q3")
        tree = get_tree(release.wave.tree_date)
        wanted = [(agency.code, language) for agency in tree.agencies for language in ("vi", "en")]
        assembled = typeset = 0.0
        size = 0
        begun, spent = time.perf_counter(), time.process_time()
        for code, language in islice(cycle(wanted), count):
            start = time.perf_counter()
            card = make_scorecard(
                release, code, language, address=ADDRESS, on=release.published_on, tree=tree
            )
            middle = time.perf_counter()
            size += len(scorecard_pdf(card, release.published_on))
            assembled, typeset = assembled + middle - start, typeset + time.perf_counter() - middle
        taken, spent = time.perf_counter() - begun, time.process_time() - spent
    print(f"{count} scorecards of {len(tree.agencies)} agencies: {taken:.1f} s, {spent:.1f} s of processor")
    print(
        f"per scorecard {1000 * assembled / count:.0f} ms assembled, {1000 * typeset / count:.0f} ms typeset,"
        f" {1000 * spent / count:.0f} ms of processor"
    )
    print(f"{size / count / 1024:.0f} kB each")
    peak()


if __name__ == "__main__":
    main()
