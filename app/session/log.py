"""The log of the program, which is written to a file while the window is open."""

from __future__ import annotations

import logging

LOG = logging.getLogger("backbone")
