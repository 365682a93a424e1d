"""Runs on folders that are too large to be kept: exact however they are continued, and nothing is lost."""

from __future__ import annotations

import shutil
import threading
import time

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from networks.presets.lenet import lenet5
from networks.project.fitting_data import fitted
from networks.project.project import Project
from networks.recipes.augmentation.horizontal_flip import HorizontalFlip
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.resized_crop import ResizedCrop
from networks.recipes.augmentation.shift import Shift
from networks.recipes.datasets import Folder, pictures
from networks.recipes.optimizers import SGD
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Failed, Finished, Noticed, Stepped, Validated
from networks.training.engine.run import Run
from networks.training.evaluation.judging import judge_weights
from networks.training.experiments.turns import Turns

STEPS = (ResizedCrop(), HorizontalFlip(), Mixup())


@pytest.fixture
def photos(tmp_path):
    root, draw = tmp_path / "photos", np.random.default_rng(0)
    for name in ("a", "b"):
        (root / name).mkdir(parents=True)
        for index in range(15):
            small = Image.fromarray(draw.integers(0, 256, (4, 4, 3), dtype=np.uint8))
            small.resize((40, 30 + index), Image.Resampling.BICUBIC).save(root / name / f"{index:02}.png")
    return root


def project(photos, **changes):
    settings = {"batch_size": 5, "epochs": 2, "threads": 1, "augmentation": STEPS} | changes
    dataset = Folder(path=str(photos), side=28, memory=1e-6)
    return fitted(Project(lenet5(), with_settings(Recipe(), dataset=dataset, **settings)))


def told(events):
    """The figures of all steps and validations."""
    return [(each.step, each.values) for each in events if isinstance(each, Stepped | Validated)]


def workers():
    return [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_the_number_of_threads_that_decode_changes_nothing(photos):
    one, *others = (told(Run(project(photos, decoders=decoders)).train()) for decoders in (1, 2, 7))
    assert all(other == one for other in others)
    assert workers() == []


@pytest.mark.parametrize("stop", [1, 3, 5, 8])
def test_a_run_that_is_stopped_saved_and_resumed_goes_on_to_the_bit(photos, stop):
    whole = told(Run(project(photos)).train())
    first, begun = Run(project(photos)), []
    events = first.train()
    for event in events:
        begun.append(event)
        if isinstance(event, Stepped) and event.step == stop:
            break
    assert workers()
    events.close()
    assert workers() == []
    begun += first.stopped()
    second = Run(project(photos))
    second.restore(first.save())
    assert told(begun) + told(second.train()) == whole


def test_twins_that_take_turns_over_streamed_pictures_are_what_each_is_alone(photos):
    given = project(photos), project(photos, optimizer=SGD(lr=0.1))
    events = list(Turns([Run(each, str(index)) for index, each in enumerate(given)]).train())
    for index, each in enumerate(given):
        assert told(event for event in events if event.run == str(index)) == told(Run(each).train())
    assert workers() == []


def test_changing_the_augmentation_on_the_way_is_repeated_exactly(photos):
    first, events = Run(project(photos)), []
    for event in first.train():
        events.append(event)
        if isinstance(event, Stepped) and event.step == 2:
            first.steer("data.augmentation", (Shift(), HorizontalFlip()))
    again = list(Run(project(photos), changes=first.changes).train())
    assert told(events) == told(again)
    assert told(events) != told(Run(project(photos)).train())


def test_a_folder_that_vanishes_ends_the_run_and_nothing_is_lost(photos):
    whole = told(Run(project(photos)).train())
    run, events, away = Run(project(photos)), [], photos.with_name("away")
    for event in run.train():
        events.append(event)
        if isinstance(event, Stepped) and event.step == 1:
            run.images.close()  # forget what is decoded already
            photos.rename(away)
    ending = events[-1]
    assert isinstance(ending, Failed)
    assert str(photos) in str(ending.message)
    assert "What it has learned is kept" in str(ending.message)
    assert workers() == []
    away.rename(photos)
    assert told(events) + told(run.train(2)) == whole


def test_a_picture_that_breaks_on_the_way_is_left_out_and_told_once(photos):
    run, events = Run(project(photos, epochs=3, augmentation=())), []
    for event in run.train():
        events.append(event)
        if isinstance(event, Stepped) and event.step == 1:
            run.images.close()
            (photos / "a" / "03.png").write_bytes(b"broken")
            (photos / "b" / "04.png").unlink()
    assert isinstance(events[-1], Finished)
    notes = [str(event.message) for event in events if isinstance(event, Noticed)]
    notes = [note for note in notes if "left out" in note]
    assert 1 <= len(notes) <= 2
    named = " ".join(notes)
    assert "2 pictures" in named or ("03.png" in named) + ("04.png" in named) == 2


def after_the_first_step(run, change):
    """The events of a run, in which the pictures are changed after its first step."""
    events = []
    for event in run.train():
        events.append(event)
        if isinstance(event, Stepped) and event.step == 1:
            run.images.close()
            change()
    return events


def test_a_single_picture_that_is_left_of_a_batch_is_there_twice(photos):
    """It would have no variance to normalize by, and one bad picture ends no run."""
    run = Run(project(photos, epochs=3, batch_size=2))
    events = after_the_first_step(run, lambda: (photos / "a" / "03.png").write_bytes(b"broken"))
    assert isinstance(events[-1], Finished)
    assert len([event for event in events if isinstance(event, Stepped)]) == 3 * 12


def test_where_no_picture_of_a_batch_can_be_read_the_one_before_it_stands_in(photos):
    """As with a batch of one, or the rest of an epoch: one bad picture ends no run."""
    run = Run(project(photos, epochs=2, batch_size=1, augmentation=()))
    events = after_the_first_step(run, lambda: (photos / "a" / "03.png").write_bytes(b"broken"))
    assert isinstance(events[-1], Finished)
    assert len([event for event in events if isinstance(event, Stepped)]) == 2 * 24


def test_where_no_picture_is_left_to_judge_by_the_run_ends_with_a_sentence(photos):
    asked = project(photos, epochs=2)
    run = Run(asked)
    names = run.images.validation._stream.files.names

    def change():
        for row in asked.recipe.data.split()[1].tolist():
            (photos / names[row]).write_bytes(b"broken")

    events = after_the_first_step(run, change)
    assert isinstance(events[-1], Failed)
    assert "Expected pictures to judge by" in str(events[-1].message)


def test_where_no_picture_can_be_read_the_run_ends_with_a_sentence(photos):
    run, events = Run(project(photos)), []
    for event in run.train():
        events.append(event)
        if isinstance(event, Stepped) and event.step == 1:
            run.images.close()
            for path in photos.rglob("*.png"):
                path.write_bytes(b"broken")
    assert isinstance(events[-1], Failed)
    assert "No picture of a batch" in str(events[-1].message)


def test_new_pictures_are_taken_in_when_a_run_begins_and_told(photos):
    first = Run(project(photos))
    assert not [event for event in first.train() if isinstance(event, Noticed) and "changed" in str(event)]
    Image.new("RGB", (30, 30)).save(photos / "a" / "new.png")
    events = list(Run(project(photos)).train())
    assert "The folder has changed since it was read: 1 new file." in str(events[1].message)


def test_whoever_resumes_sees_whether_the_pictures_are_others(photos, tmp_path):
    first = Run(project(photos))
    events = first.train()
    next(event for event in events if isinstance(event, Stepped))
    events.close()
    saved, checksum = first.save(), first.data_checksum()
    shutil.copytree(photos, tmp_path / "copy", copy_function=shutil.copy)
    assert Run(project(tmp_path / "copy")).data_checksum() == checksum
    (photos / "a" / "03.png").unlink()
    second = Run(project(photos))
    assert second.data_checksum() != checksum
    second.restore(saved)
    assert isinstance([*second.train()][-1], Finished)


def test_pictures_that_break_are_in_no_judgement(photos):
    run = Run(project(photos, epochs=1))
    row = int(run.sides.images["validation"][2])
    whole = judge_weights(run, "last", "validation")
    (photos / run.images.prepared.files.names[row]).write_bytes(b"broken")
    few = judge_weights(run, "last", "validation")
    assert [image for image in whole.images if image != row] == few.images.tolist()
    assert np.array_equal(few.answers, np.delete(whole.answers, 2))
    events = [*run.train()]
    assert isinstance(events[-1], Finished)
    assert run.judgements["last"].images.tolist() == few.images.tolist()
    assert workers() == []


def test_each_epoch_says_for_how_long_its_steps_have_waited(photos):
    judged = [event for event in Run(project(photos)).train() if isinstance(event, Validated)]
    for event in judged:
        assert 0 <= event.waiting.share <= 1
        assert event.waiting.decoding > 0
    kept = project(photos)
    dataset = Folder(path=str(photos), side=28)
    kept = replace(kept, recipe=with_settings(kept.recipe, dataset=dataset))
    assert all(event.waiting is None for event in Run(kept).train() if isinstance(event, Validated))


def test_a_decoder_that_is_too_slow_is_told_once(photos, monkeypatch):
    decoded = pictures.decoded

    def slowly(*given):
        time.sleep(0.05)
        return decoded(*given)

    monkeypatch.setattr(pictures, "decoded", slowly)
    # one thread, however many cores there are: several would be as fast as a network on a busy machine
    events = list(Run(project(photos, epochs=2, decoders=1)).train())
    judged = [event.waiting for event in events if isinstance(event, Validated)]
    # the network takes milliseconds
    assert all(waiting.much for waiting in judged)
    told = [str(event.message) for event in events if isinstance(event, Noticed)]
    assert len(told) == 1
    assert "not decoded as fast as the network learns" in told[0]
