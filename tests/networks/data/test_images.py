"""Images arrive in the size, the channels and the scale that the network asks for."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.data import statistics
from networks.data.batches import Batches
from networks.data.fitting import fit
from networks.data.images import prepare
from networks.data.vision import models
from networks.layers.ends import LUMINANCE, Input
from networks.recipes import ready_images
from networks.recipes.data_section import Data
from networks.recipes.datasets import Dataset, Digits


class Coloured(Dataset, frozen=True):
    """Random pictures in three colours, of two classes."""

    title: ClassVar = "Coloured"
    attribution: ClassVar = "made up by a test"
    classes: ClassVar = ("even", "odd")

    count: int = 40

    def load(self):
        draw = np.random.default_rng(1)
        pictures = draw.integers(0, 256, (self.count, 12, 10, 3), dtype=np.uint8)
        return pictures, np.arange(self.count) % 2


@pytest.mark.parametrize("data", [Data(), Data(Coloured(), validation=0.3)])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(8, 8), (28, 28), (5, 7), (12, 10)])
def test_both_sides_have_the_shape_that_is_asked_for(data, channels, size):
    images = prepare(data, Input(channels=channels, size=size))
    training, validation = data.split()
    assert images.training.shape == (len(training), channels, *size)
    assert images.validation.shape == (len(validation), channels, *size)
    for some in (images.training, images.validation):
        assert some.dtype == torch.float32
        assert some.is_contiguous(memory_format=torch.channels_last)
    labels = torch.from_numpy(data.dataset.load()[1])
    assert torch.equal(images.training_labels, labels[torch.from_numpy(training)])
    assert torch.equal(images.validation_labels, labels[torch.from_numpy(validation)])
    assert images.training_labels.dtype == torch.int64


@pytest.mark.parametrize(
    ("data", "channels"), [(Data(), 1), (Data(), 3), (Data(Coloured()), 3), (Data(Coloured()), 1)]
)
def test_the_training_images_have_mean_0_and_variance_1(data, channels):
    images = prepare(data, Input(channels=channels, size=(9, 9)))
    wide = images.training.double()
    assert torch.allclose(wide.mean((0, 2, 3)), torch.zeros(channels, dtype=torch.double), atol=1e-6)
    assert torch.allclose(wide.var((0, 2, 3), correction=0), torch.ones(channels, dtype=torch.double))


def test_validation_images_are_scaled_as_the_training_images_were():
    data = Data(Coloured())
    images = prepare(data, Input(channels=3, size=(12, 10)))
    bytes_ = data.dataset.load()[0]
    training, validation = (bytes_[side].astype(np.float64) / 255 for side in data.split())
    mean, std = training.mean((0, 1, 2)), training.std((0, 1, 2))
    assert images.mean == pytest.approx(mean)
    assert images.std == pytest.approx(std)
    expected = torch.from_numpy((validation - mean) / std).permute(0, 3, 1, 2).float()
    assert torch.allclose(images.validation, expected, atol=1e-5)


def test_a_picture_without_contrast_is_not_divided_by_zero():
    class Blank(Coloured, frozen=True):
        def load(self):
            return np.full((self.count, 4, 4, 1), 128, np.uint8), np.arange(self.count) % 2

    images = prepare(Data(Blank()), Input(channels=1, size=(4, 4)))
    assert images.std == (1.0,)
    assert torch.equal(images.training, torch.zeros_like(images.training))


def test_grey_becomes_three_equal_channels():
    images = prepare(Data(), Input(channels=3, size=(8, 8))).training
    assert torch.equal(images[:, 0], images[:, 1])
    assert torch.equal(images[:, 0], images[:, 2])


@pytest.mark.parametrize(("colour", "weight"), list(enumerate(LUMINANCE)))
def test_colour_becomes_grey_by_luminance(colour, weight):
    picture = np.zeros((1, 4, 4, 3), np.uint8)
    picture[..., colour] = 255
    assert torch.allclose(fit(picture, (4, 4), 1), torch.full((1, 4, 4, 1), weight))


def test_shrinking_averages_and_does_not_leave_pixels_out():
    fine = np.zeros((1, 32, 32, 1), np.uint8)
    fine[:, ::4, ::4] = 16
    shrunk = fit(fine, (4, 4), 1) * 255
    assert torch.allclose(shrunk[:, 1:3, 1:3], torch.ones(2, 2, 1), atol=0.25)
    assert shrunk.max() < 2.5


def test_growing_is_bilinear():
    ramp = np.ascontiguousarray(np.broadcast_to(np.arange(4, dtype=np.uint8)[:, None], (1, 4, 4, 1)))
    grown = fit(ramp, (4, 8), 1) * 255
    # pixels are areas: the new centres lie a quarter of an old pixel to both sides of the old ones
    expected = torch.tensor([0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0])
    assert torch.allclose(grown[..., 0], expected.expand(1, 4, 8))


def test_a_large_set_is_converted_in_parts_as_it_would_be_at_once(monkeypatch):
    wanted = Input(channels=1, size=(9, 9))
    at_once = prepare(Data(), wanted)
    monkeypatch.setattr("networks.data.statistics.CHUNK", 100)
    in_parts = prepare.__wrapped__(Data(), wanted)
    assert torch.allclose(in_parts.training, at_once.training, atol=1e-6)
    assert torch.allclose(in_parts.validation, at_once.validation, atol=1e-6)


def in_both_forms(data, wanted):
    """The images kept ready, and kept as bytes."""
    prepare.cache_clear()
    ready = prepare.__wrapped__(data, wanted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ready_images, "READY_BYTES", 0)
        stored = prepare.__wrapped__(data, wanted)
    assert (ready.ready, stored.ready) == (True, False)
    return ready, stored


@settings(max_examples=40)
@given(
    st.sampled_from([Data(), Data(Coloured(), per_class=7), Data(Coloured())]),
    st.sampled_from([1, 3]),
    st.tuples(st.integers(1, 20), st.integers(1, 20)),
    st.sampled_from(["data", "imagenet", "unit"]),
    st.integers(1, 40),
)
def test_a_batch_made_of_bytes_is_to_the_bit_that_of_the_ready_images(
    data, channels, size, normalize, at_once
):
    ready, stored = in_both_forms(data, Input(channels=channels, size=size, normalize=normalize))
    assert stored.mean == pytest.approx(ready.mean, rel=1e-9)
    assert stored.std == pytest.approx(ready.std, rel=1e-9)
    cpu = torch.device("cpu")
    for side in ("learned", "judged"):
        one = Batches(getattr(ready, side), ready.scale, cpu)
        other = Batches(getattr(stored, side), ready.scale, cpu)
        assert len(one) == len(other)
        order = torch.randperm(len(one), generator=torch.Generator().manual_seed(at_once))
        pairs = [(one.cut(0, at_once), other.cut(0, at_once))]
        pairs += [(one.pick(some), other.pick(some)) for some in order.split(at_once)[:4]]
        for (images, labels), (same_images, same_labels) in pairs:
            assert torch.equal(images, same_images)
            assert images.is_contiguous(memory_format=torch.channels_last)
            assert same_images.is_contiguous(memory_format=torch.channels_last)
            assert torch.equal(labels, same_labels)


def test_bytes_are_kept_once_for_both_sides():
    _, stored = in_both_forms(Data(Coloured()), Input(channels=3, size=(12, 10)))
    assert stored.learned.kept.data_ptr() == stored.judged.kept.data_ptr()
    assert stored.learned.kept.dtype == torch.uint8


@pytest.mark.slow
def test_what_stays_in_memory_after_a_run_with_large_images_is_small():
    prepare.cache_clear()
    images = prepare(Data(), Input(channels=3, size=(224, 224)))
    assert images.learned.kept.nbytes + images.judged.kept.nbytes < ready_images.READY_BYTES
    prepare.cache_clear()


@given(st.floats(0, 1, exclude_min=True, exclude_max=True), st.integers(0, 5))
def test_sizes_are_those_of_the_split(validation, seed):
    data = Data(Digits(), validation, seed)
    assert data.sizes() == tuple(len(side) for side in data.split())


def test_a_second_run_gets_the_same_tensors_and_another_split_others():
    wanted = Input(channels=1, size=(8, 8))
    first = prepare(Data(), wanted)
    assert prepare(Data(), Input(channels=1, size=(8, 8))) is first
    assert prepare(Data(split_seed=3), wanted) is not first


def test_the_number_of_threads_changes_no_bit():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = prepare.__wrapped__(Data(), Input(channels=1, size=(28, 28)))
        torch.set_num_threads(2)
        two = prepare.__wrapped__(Data(), Input(channels=1, size=(28, 28)))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(one.training, two.training)


def test_the_scale_of_published_weights_is_torchvisions():
    """Against torchvision's own preprocessing, with the size that the images have already."""
    data = Data(Coloured())
    pictures, _ = data.dataset.load()
    training, _ = data.split()
    preset = models.ResNet18_Weights.IMAGENET1K_V1.transforms()
    theirs = torch.from_numpy(pictures[training]).permute(0, 3, 1, 2).float() / 255
    theirs = (theirs - torch.tensor(preset.mean).view(3, 1, 1)) / torch.tensor(preset.std).view(3, 1, 1)
    images = prepare(data, Input(channels=3, size=(12, 10), normalize="imagenet"))
    assert torch.allclose(images.training, theirs, atol=1e-6)
    assert (list(images.mean), list(images.std)) == (preset.mean, preset.std)


@pytest.mark.parametrize(("normalize", "low"), [("unit", 0.0), ("centered", -1.0)])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_scale_between_two_ends_runs_from_black_to_white(normalize, low, channels):
    images = prepare(Data(), Input(channels=channels, size=(8, 8), normalize=normalize))
    for some in (images.training, images.validation):
        assert some.min() == low
        assert some.max() == 1.0


def test_grey_images_have_imagenets_luminance():
    mean, deviation = Input(channels=1, normalize="imagenet").mean_and_deviation()
    assert mean == (0.459,)
    assert deviation == (0.226,)


def test_measuring_large_images_never_makes_many_numbers_at_once(monkeypatch):
    made = []

    def counting(pixels, size, channels):
        made.append(len(pixels) * size[0] * size[1] * channels)
        return fit(pixels, size, channels)

    monkeypatch.setattr(statistics, "fit", counting)
    monkeypatch.setattr(statistics, "MOST_AT_ONCE", 100_000)
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), dtype=np.uint8)
    wanted = Input(size=(64, 64), channels=3)
    few = statistics.of_bytes(images, np.arange(40), wanted)
    assert max(made) <= 100_000
    monkeypatch.setattr(statistics, "MOST_AT_ONCE", 2**30)
    assert np.allclose(few, statistics.of_bytes(images, np.arange(40), wanted), rtol=1e-6)
