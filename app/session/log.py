"""The log: what goes wrong is written down here, whether or not there is anybody to tell."""

from __future__ import annotations

import logging

LOG = logging.getLogger("backbone")
