"""Prints lines in the terminal, escaping what it would obey: names may come from strangers."""

from __future__ import annotations

import sys
from typing import TextIO

from networks.core.message import visible_lines


def print_lines(text: str, stream: TextIO | None = None) -> None:
    """Prints to `stream`, by default stdout, and flushes."""
    print(visible_lines(text), file=stream or sys.stdout, flush=True)
