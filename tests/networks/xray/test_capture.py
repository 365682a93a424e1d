"""A capture tells what was drawn."""

from __future__ import annotations

import numpy as np

from networks.xray.capture import Capture


def test_the_mask_is_what_was_drawn_last():
    mask = np.ones(3)
    assert Capture("drop", (), {}, True, (np.zeros(3), mask), mask).mask is mask
    assert Capture("conv", (), {}, True, (), mask).mask is None
