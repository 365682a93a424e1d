"""torch is loaded beside the window; where that fails, a sentence says why."""

from __future__ import annotations

import sys

import pytest
import torch

from app.training.torch_loader import TorchLoader
from networks.presets import nearest
from networks.training.machine.devices import devices


@pytest.fixture
def loader(qtbot):
    loader = TorchLoader()
    yield loader
    loader.close()
    loader.deleteLater()


def test_devices_and_version_are_told(loader, qtbot):
    with qtbot.waitSignal(loader.loaded, timeout=60_000) as told:
        loader.start()
    assert told.args == [devices(), torch.__version__]


def test_the_first_run_is_named_at_once(loader, qtbot):
    """All presets are made for that, a tenth of a second's work, beside the window."""
    nearest._presets.cache_clear()
    with qtbot.waitSignal(loader.loaded, timeout=60_000):
        loader.start()
    assert nearest._presets.cache_info().currsize == 1


def test_a_broken_torch_is_told_as_a_sentence(loader, qtbot, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch._dynamo", None)
    with qtbot.waitSignal(loader.failed) as told:
        loader.start()
    (reason,) = told.args
    assert str(reason).startswith(
        "torch could not be loaded, so nothing can be trained: ModuleNotFoundError: "
    )


def test_starting_again_loads_again_and_closing_tells_nothing(loader, qtbot):
    told = []
    loader.loaded.connect(lambda *args: told.append(args))
    loader.start()
    with qtbot.waitSignal(loader.loaded, timeout=60_000):
        loader.start()
    assert len(told) == 1
    loader.start()
    loader.close()
    qtbot.wait(0)
    assert len(told) == 1


def test_what_is_closed_before_it_has_begun_loads_nothing(loader, qtbot):
    with qtbot.assertNotEmitted(loader.loaded, wait=300):
        loader.start()
        loader.close()
