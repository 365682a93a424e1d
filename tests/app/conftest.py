"""What all tests of the program share."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication

from app.background.job import _Thread

LONGEST_MS = 10_000
"""Whatever is cancelled ends sooner. A thread that a test has left behind must not hold up all others."""


@pytest.fixture(autouse=True)
def _collector(collector_at_rest):
    """As in the program: else a thread that trains may come to free what is Qt's, and the process ends.

    What a test cancels goes on for a while; its thread ends before the collector works again.
    """
    yield
    application = QCoreApplication.instance()
    if application is not None:
        for thread in application.findChildren(_Thread):
            if thread._task.cancelled:
                thread.wait(LONGEST_MS)
