"""What all imports have in common here."""

from __future__ import annotations

import pytest

from networks.importing.proving import equality


@pytest.fixture(scope="module", autouse=True)
def _few_passes():
    """A module and its network are run side by side as often as they must be, not as often as time allows.

    Otherwise each import would take half a second, the smallest one too, and a quick machine would judge by
    more passes than a slow one.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(equality, "SECONDS", 0.01)
        yield
