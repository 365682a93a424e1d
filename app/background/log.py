"""The log of the program, which is written to a file while the window is open."""

from __future__ import annotations

import logging

from networks.core.message import visible_lines

LOG = logging.getLogger("backbone")


def _make_visible(record: logging.LogRecord) -> bool:
    """Escapes what a terminal that shows the log would obey: records quote names of files and errors."""
    record.msg, record.args = visible_lines(record.getMessage()), ()
    return True


LOG.addFilter(_make_visible)
