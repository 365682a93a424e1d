"""What all tests of the program share."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication

from app.background.job import wait_for_all


@pytest.fixture(autouse=True)
def _collector(collector_at_rest):
    """As in the program: else a thread that trains may come to free what is Qt's, and the process ends.

    What a test cancels goes on for a while; its thread ends before the collector works again.
    """
    yield
    if QCoreApplication.instance() is not None:
        wait_for_all()
