"""Starts Backbone: `python main.py`, or `python main.py --help` for the rest."""

from __future__ import annotations

import os
import sys

# libgomp's threads spin at every barrier; with a window on the other core that makes training up to 29 times
# slower (measured with ResNet-18 on two cores). It is read once, when torch is imported.
os.environ.setdefault("GOMP_SPINCOUNT", "0")


def main() -> int:
    """Opens the window or runs a command, and gives the exit code."""
    from app.terminal.command_line import main as run_command_line

    return run_command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
