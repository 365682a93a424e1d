"""What all tests of the program share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _collector(collector_at_rest):
    """As in the program: else a thread that trains may come to free what is Qt's, and the process ends."""
