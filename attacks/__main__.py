"""`make attack`: both programs, one after the other; 1 if either has found something, planted or not."""

from __future__ import annotations

import os
import sys

from attacks import linkage, subtraction
from attacks.plants import PLANTS

NO_COMPLEMENT = "no-complement"


def main() -> int:
    plant = os.environ.get("PLANT", "")
    known = {**dict.fromkeys(PLANTS), NO_COMPLEMENT: None}
    if plant not in known:
        names = ", ".join(name for name in known if name)
        print(f"PLANT={plant} is not known; use one of {names}, or leave it out.", file=sys.stderr)
        return 1
    # A plant concerns one of the programs; the other has nothing to find.
    programs = {"": (linkage, subtraction), NO_COMPLEMENT: (subtraction,)}.get(plant, (linkage,))
    return max([program.main() for program in programs])


if __name__ == "__main__":
    sys.exit(main())
