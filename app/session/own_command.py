"""How this program is started once more."""

from __future__ import annotations

import os
import sys


def own_command() -> list[str]:
    """The Python and the file with which it was started."""
    return [sys.executable, os.path.abspath(sys.argv[0])]
