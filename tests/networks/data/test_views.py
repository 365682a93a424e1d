"""What people are shown of the data is what a run trains on and is judged by: the same images, to the bit."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from networks.data import images as engine_images
from networks.data.views import DRAWS, Views
from networks.graph.network import Network, Node
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.project.project import Project
from networks.recipes.augmentation import AUGMENTATIONS, partners
from networks.recipes.augmentation.horizontal_flip import HorizontalFlip
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.contents import contents
from networks.recipes.data_section import Data
from networks.recipes.datasets import Dataset, Digits, Folder
from networks.recipes.recipe import Recipe, with_settings
from networks.training.engine.run import Run


class Colours(Dataset, frozen=True):
    """Few coloured pictures that are not square, of classes of unequal size, with a test set of their own."""

    title: ClassVar = "Colours"
    attribution: ClassVar = "made up by a test"
    classes: ClassVar = ("a", "b", "c")
    channels: ClassVar = 3
    size: ClassVar = (5, 7)
    counts: ClassVar = (40, 9, 3)
    test_counts: ClassVar = (5, 4, 3)

    def load(self):
        own = np.random.default_rng(2).permutation(np.repeat(np.arange(3), self.counts))
        labels = np.concatenate([own, np.repeat(np.arange(3), self.test_counts)])
        pixels = np.random.default_rng(1).integers(0, 256, (len(labels), 5, 7, 3), dtype=np.uint8)
        return pixels, labels


STEPS_THAT_CUT = (HorizontalFlip(), AUGMENTATIONS[0](), AUGMENTATIONS[7]())
STEPS = st.lists(st.sampled_from([kind() for kind in AUGMENTATIONS]), max_size=4).map(tuple)


@st.composite
def recipes(draw):
    dataset = draw(st.sampled_from([Digits(), Colours()]))
    data = Data(
        dataset,
        draw(st.floats(0.05, 0.9)),
        draw(st.integers(0, 3)),
        draw(st.sampled_from(["share", "test"] if dataset.test_images else ["share"])),
        draw(st.sampled_from([0, 2, 20])),
        draw(st.sampled_from(["equal", "weights", "sampler"])),
        draw(STEPS),
    )
    recipe = replace(Recipe(), data=data)
    loss = {"loss": next(kind() for kind in _soft_losses())} if partners(data.augmentation) else {}
    return with_settings(recipe, batch_size=draw(st.integers(5, 60)), seed=draw(st.integers(0, 99)), **loss)


def _soft_losses():
    from networks.recipes.losses import LOSSES

    return [kind for kind in LOSSES if kind.soft and kind.expects == "scores"]


INPUTS = st.builds(
    Input,
    channels=st.sampled_from([1, 3]),
    size=st.sampled_from([(8, 8), (6, 9), (5, 7)]),
    normalize=st.sampled_from(["data", "unit", "centered"]),
)


def run_of(recipe, entry):
    nodes = (
        Node("input", entry),
        Node("flatten", Flatten(), ("input",)),
        Node("fc", Linear(features=CLASSES), ("flatten",)),
        Node("output", Output(), ("fc",)),
    )
    return Run(Project(Network(nodes), with_settings(recipe, threads=1, epochs=2)))


def trained_on(run, most):
    """The first steps of each of two epochs as the run makes them: epoch, indices, images."""
    found = []
    begin = run.watch.begin

    def keep(step, chosen, images):
        epoch, place = divmod(step - 1, run.steps_per_epoch)
        if place < most:
            found.append((epoch + 1, chosen.numpy().copy(), images.permute(0, 2, 3, 1).numpy().copy()))
        begin(step, chosen, images)

    run.watch.begin = keep
    list(run.train())
    return found


@given(recipes(), INPUTS)
@settings(max_examples=25)
def test_the_training_part_and_what_an_epoch_makes_of_it_are_the_runs_to_the_bit(recipe, entry):
    shown = contents(recipe.data)
    made = Views(recipe.data, entry, recipe.learning.seed)
    run = run_of(recipe, entry)
    trained = shown.parts[0]
    assert len(trained.rows) == len(run.images.training)
    assert np.array_equal(shown.labels[trained.rows], run.images.training_labels.numpy())
    taken = set()
    for epoch, chosen, images in trained_on(run, 3):
        rows = trained.rows[chosen]
        taken |= {*rows.tolist()}
        assert [shown.place_in_training(row) for row in rows.tolist()] == chosen.tolist()
        assert all(shown.part_of(row) is trained for row in rows.tolist())
        once = np.array([(chosen == place).sum() == 1 for place in chosen])
        if not partners(recipe.data.augmentation):
            assert np.array_equal(made.augmented(chosen, epoch), images)
        else:
            # of a picture that a sampler draws twice, both mix with others: the first one is shown
            alone = once & np.array([made.times(place, epoch) == 1 for place in chosen.tolist()])
            assert np.array_equal(made.augmented(chosen[alone], epoch), images[alone])
        if not recipe.data.augmentation:
            assert np.array_equal(made.seen(rows), images)
    assert taken <= {*trained.rows.tolist()}


@given(recipes(), INPUTS, st.booleans())
@settings(max_examples=25)
def test_what_judges_is_seen_as_the_run_sees_it_to_the_bit(recipe, entry, bytes_):
    with pytest.MonkeyPatch.context() as patch:
        if bytes_:
            # large sets are kept as bytes, and each batch is made from them
            patch.setattr(engine_images, "kept_ready", lambda *_: False)
        engine_images.prepare.cache_clear()
        shown = contents(recipe.data)
        made = Views(recipe.data, entry, recipe.learning.seed)
        run = run_of(recipe, entry)
        engine_images.prepare.cache_clear()
    judging = shown.parts[1]
    assert judging.name == ("test" if recipe.data.judged_by == "test" else "validation")
    images, labels = run.images.validation.cut(0, len(run.images.validation))
    assert np.array_equal(shown.labels[judging.rows], labels.numpy())
    assert np.array_equal(made.seen(judging.rows), images.permute(0, 2, 3, 1).numpy())


@given(recipes())
def test_every_picture_has_one_part_and_one_class_or_is_left_out(recipe):
    shown = contents(recipe.data)
    for place, part in enumerate(shown.parts):
        assert np.array_equal(np.flatnonzero(shown.owner == place), part.rows)
        assert np.array_equal(np.sort(np.concatenate(part.of_class)), part.rows)
        for label, rows in enumerate(part.of_class):
            assert (shown.labels[rows] == label).all()
            assert (np.diff(rows) > 0).all()
    left_out = np.flatnonzero(shown.owner < 0)
    assert all(shown.part_of(row) is None for row in left_out[:5].tolist())
    assert len(left_out) == 0 or recipe.data.per_class


def test_the_chain_ends_with_what_the_network_gets_and_says_which_steps_this_draw_leaves_out():
    steps = (HorizontalFlip(probability=0.5), AUGMENTATIONS[0](), AUGMENTATIONS[7]())
    data = Data(augmentation=steps)
    made = Views(data, Input(1, (8, 8)), 3)
    flipped = []
    for epoch in range(1, 9):
        look = made.look(int(data.split()[0][40]), 40, epoch)
        assert np.array_equal(look.steps[-1].picture, made.picture(look.normalized))
        assert np.array_equal(look.normalized, made.augmented(np.array([40]), epoch)[0])
        assert np.array_equal(look.draws[epoch - 1].picture, look.steps[-1].picture)
        assert len(look.draws) == DRAWS
        assert [step.applied for step in look.steps[1:]] == [True, True]
        flipped.append(look.steps[0].applied)
        assert str(look.steps[0].drawn) == ("flipped" if look.steps[0].applied else "")
        assert all(str(step.drawn) for step in look.steps[1:])
        mirrored = look.fitted[:, ::-1] if look.steps[0].applied else look.fitted
        assert np.allclose(look.steps[0].picture, mirrored, atol=1e-5)
    assert set(flipped) == {True, False}


def test_a_picture_that_judges_is_not_augmented():
    data = Data(augmentation=(HorizontalFlip(probability=1.0),))
    made = Views(data, Input(1, (8, 8)), 0)
    row = int(data.split()[1][0])
    look = made.look(row, None, 1)
    assert (look.steps, look.draws) == ((), ())
    assert np.allclose(made.picture(look.normalized), look.fitted, atol=1e-5)
    assert np.array_equal(look.stored, data.dataset.load()[0][row])


def test_a_sampler_takes_some_pictures_several_times_and_some_not_at_all():
    data = Data(Colours(), balance="sampler", augmentation=(Mixup(),))
    made = Views(data, Input(3, (5, 7)), 0)
    places = range(len(data.split()[0]))
    for epoch in (3, 1, 2):
        times = [made.times(place, epoch) for place in places]
        assert sum(times) == len(places)
        assert times == made.all_times(np.array(places), epoch).tolist()
        assert 0 in times
        assert max(times) > 1
    left_out = times.index(0)
    alone = Views(Data(Colours(), augmentation=()), Input(3, (5, 7)), 0)
    assert np.allclose(
        made.augmented(np.array([left_out]), 2), alone.augmented(np.array([left_out]), 2), atol=1e-5
    )
    assert made.look(int(data.split()[0][left_out]), left_out, 2).times == 0
    assert all(draw.times == made.times(0, epoch) for epoch, draw in enumerate(made.look(0, 0, 1).draws, 1))


@pytest.mark.parametrize("channels", [1, 3])
def test_the_spread_counts_every_number_of_the_normalized_pictures(channels):
    data = Data(Colours())
    made = Views(data, Input(channels, (5, 7)), 0)
    numbers = made.seen(data.split()[0])
    spread = made.spread()
    assert sum(spread.counts) == numbers.size
    assert spread.pictures == len(numbers)
    assert abs(spread.mean - numbers.mean()) < 1e-5
    assert abs(spread.deviation - numbers.std()) < 1e-5
    assert spread.low <= numbers.min() + 1e-5
    assert spread.high >= numbers.max() - 1e-5
    assert abs(spread.mean) < 1e-4
    assert abs(spread.deviation - 1) < 1e-3


def test_a_folder_that_is_decoded_for_each_batch_is_seen_as_the_run_sees_it_even_where_a_file_has_broken(
    tmp_path,
):
    draw = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index in range(12):
            pixels = draw.integers(0, 256, (20, 30, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{index}.png")
    folder = Folder(path=str(tmp_path), side=16, memory=1e-6)
    recipe = with_settings(Recipe(), dataset=folder, augmentation=STEPS_THAT_CUT, batch_size=7, seed=3)
    entry = Input(3, (12, 10))
    shown, made, run = contents(recipe.data), Views(recipe.data, entry, 3), run_of(recipe, entry)
    assert shown.pixels is None
    for epoch, chosen, images in trained_on(run, 9):
        assert np.array_equal(made.augmented(chosen, epoch), images)
    rows = shown.parts[1].rows
    whole = made.seen(rows)
    assert np.array_equal(whole, run.images.validation.cut(0, len(rows))[0].permute(0, 2, 3, 1).numpy())
    run.images.close()
    assert np.array_equal(made.look(int(rows[0]), None, 1).fitted, made.picture(whole[0]))
    broken = int(rows[1])
    Path(folder.path, folder.streamed().names[broken]).write_text("broken since")
    after = made.seen(rows)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
    assert np.abs(made.picture(after[1])).max() < 1e-5
    others = np.arange(len(rows)) != 1
    assert np.array_equal(after[others], whole[others])


def test_looking_draws_nothing_from_torchs_random_numbers():
    before = torch.get_rng_state()
    Views(Data(augmentation=(Mixup(),), balance="sampler"), Input(1, (8, 8)), 0).look(0, 0, 2)
    assert torch.equal(before, torch.get_rng_state())
