"""A run on a folder that memory does not hold leaves no thread behind, however it ends."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PIL import Image

from app.training.trainer import State, Trainer
from networks.presets.lenet import lenet5
from networks.project.fitting_data import fitted
from networks.project.project import Project
from networks.recipes.datasets import Folder
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Failed, Finished, Stepped

pytestmark = pytest.mark.usefixtures("collector_at_rest")


def decoders():
    return [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


@pytest.fixture
def photos(tmp_path):
    draw = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(12):
            pixels = draw.integers(0, 256, (30, 30, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{index:02}.png")
    return tmp_path / "photos"


@pytest.fixture
def training(qtbot, photos):
    """A trainer whose run has made some steps, and the events that have come."""
    dataset = Folder(path=str(photos), side=28, memory=1e-6)
    recipe = with_settings(Recipe(), dataset=dataset, batch_size=4, epochs=100_000, threads=1)
    trainer, events = Trainer(), []
    trainer.events_arrived.connect(events.extend)
    trainer.start(fitted(Project(lenet5(), recipe)))
    try:
        qtbot.waitUntil(lambda: any(isinstance(event, Stepped) for event in events), timeout=60_000)
        # between two epochs one pool follows the other
        qtbot.waitUntil(lambda: bool(decoders()))
        yield trainer, events
    finally:
        trainer.close()


def test_stopping_ends_the_threads_that_decode(training, qtbot):
    trainer, events = training
    trainer.stop()
    qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=60_000)
    assert isinstance(events[-1], Finished)
    assert decoders() == []


def test_closing_the_window_ends_the_threads_that_decode(training):
    trainer, _ = training
    trainer.close()
    assert decoders() == []


def test_a_folder_that_vanishes_ends_the_run_and_one_epoch_more_goes_on(training, qtbot, photos):
    trainer, events = training
    away = photos.with_name("away")
    photos.rename(away)
    qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=60_000)
    assert isinstance(events[-1], Failed)
    assert "What it has learned is kept" in str(events[-1].message)
    assert decoders() == []
    away.rename(photos)
    trainer.train_further()
    qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=60_000)
    assert isinstance(events[-1], Finished)
    assert decoders() == []


def test_a_paused_run_keeps_no_more_than_what_waits(training, qtbot):
    trainer, _ = training
    trainer.pause()
    assert trainer.run is not None
    assert len(decoders()) <= trainer.run.images.streaming._stream.threads
    trainer.resume()
