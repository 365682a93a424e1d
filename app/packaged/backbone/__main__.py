"""Starts the installed program, as `backbone` or `python -m backbone`."""

from __future__ import annotations

import sys
from pathlib import Path


def run() -> int:
    """Puts the program's own folder first, so that no other package called `app` is in the way."""
    sys.path.insert(0, str(Path(__file__).parent))
    from main import main

    return main()


if __name__ == "__main__":
    sys.exit(run())
