"""The log: quoted names of files and errors cannot act on a terminal; tracebacks keep their lines."""

from __future__ import annotations

import logging

from app.background.log import LOG


def test_what_a_log_quotes_is_escaped(caplog):
    with caplog.at_level(logging.WARNING, LOG.name):
        LOG.warning("“%s” is gone\n%s", "\x1b[2J\u202e", "Traceback:\n  line")
    (record,) = caplog.records
    assert record.getMessage() == "“\\x1b[2J\\u202e” is gone\nTraceback:\n  line"
