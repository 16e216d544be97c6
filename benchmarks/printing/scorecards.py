"""700 scorecards of the demonstration's release, half of them Vietnamese: `python -m benchmarks.printing.scorecards`.

The demonstration is read from `instance/demo`, where `hailong demo` made it, or from the folder that is named.
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
    app = create_app(
        {"INSTANCE_PATH": str(folder), "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'hailong.sqlite'}"}
    )
    with app.app_context():
        release = get_release("sipas", "2026-q3")
        tree = get_tree(release.wave.tree_date)
        wanted = [(agency.code, language) for agency in tree.agencies for language in ("vi", "en")]
        assembled = typeset = 0.0
        size = 0
        begun = time.perf_counter()
        for code, language in islice(cycle(wanted), COUNT):
            start = time.perf_counter()
            card = make_scorecard(
                release, code, language, address=ADDRESS, on=release.published_on, tree=tree
            )
            middle = time.perf_counter()
            size += len(scorecard_pdf(card, release.published_on))
            assembled, typeset = assembled + middle - start, typeset + time.perf_counter() - middle
        taken = time.perf_counter() - begun
    print(f"{COUNT} scorecards of {len(tree.agencies)} agencies in two languages: {taken:.1f} s")
    print(
        f"per scorecard {1000 * assembled / COUNT:.0f} ms assembled, {1000 * typeset / COUNT:.0f} ms typeset"
    )
    print(f"{size / COUNT / 1024:.0f} kB each")
    peak()


if __name__ == "__main__":
    main()
