"""Augmentation is torchvision's where parameters are fixed, and draws by seed, epoch and image alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from networks.core.fields import changed, fields_of
from networks.data.augmentation import geometry, mixing, pixels
from networks.data.augmentation.batch import augment, with_partners
from networks.data.augmentation.draws import DRAWS, draws, scrambled
from networks.data.augmentation.steps import steps_of
from networks.data.vision import torchvision
from networks.recipes.augmentation import AUGMENTATIONS
from networks.recipes.augmentation.brightness import Brightness
from networks.recipes.augmentation.cutmix import CutMix
from networks.recipes.augmentation.horizontal_flip import HorizontalFlip
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.padded_crop import PaddedCrop
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.augmentation.resized_crop import ResizedCrop
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.augmentation.scale import Scale
from networks.recipes.augmentation.shift import Shift
from tests.networks.strategies import values

from torchvision.transforms.v2 import functional as judge  # isort: skip  # after the module that mends it

assert torchvision
CLASSES = 10
CLOSE = {"atol": 2e-5, "rtol": 0.0}
SIZES = st.tuples(st.integers(1, 2), st.sampled_from([1, 3]), st.integers(2, 12), st.integers(2, 12))


def random_images(shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def drawn(count, *numbers):
    """The draws of a step for each of so many images: the first makes it applied."""
    row = torch.zeros(DRAWS, dtype=torch.float64)
    row[1 : 1 + len(numbers)] = torch.tensor(numbers, dtype=torch.float64)
    return row.repeat(count, 1)


def place_of(images, step, *numbers, **options):
    found = step(drawn(len(images), *numbers), *images.shape[2:], **options, probability=1.0)
    return geometry.resampled(images, [found])


@st.composite
def images_and(draw, *numbers):
    return random_images(draw(SIZES), draw(st.integers(0, 9))), *(draw(number) for number in numbers)


share = st.integers(0, 2**24 - 1).map(lambda number: number / 2**24)


@given(images_and(st.floats(-170, 170)))
def test_a_rotation_is_torchvisions(given_):
    images, angle = given_
    limit = 180.0
    found = place_of(images, geometry.rotated, (angle + limit) / (2 * limit), degrees=limit)
    expected = judge.rotate(images, angle, judge.InterpolationMode.BILINEAR)
    # an angle a hair off a right one may lay a corner in or out
    assert (found - expected).abs().mean() < 1e-4


@given(images_and(st.floats(-0.8, 0.8)))
def test_a_scale_is_torchvisions(given_):
    images, factor = given_
    found = place_of(images, geometry.scaled, (factor + 0.9) / 1.8, factor=0.9)
    expected = judge.affine(images, 0.0, [0, 0], 1 + factor, [0.0], judge.InterpolationMode.BILINEAR)
    assert torch.allclose(found, expected, atol=1e-4)


@given(images_and(st.integers(-4, 4), st.integers(-4, 4)))
def test_a_shift_is_torchvisions(given_):
    images, across, down = given_
    height, width = images.shape[2:]
    u, v = (across / width / 8 + 1) / 2, (down / height / 8 + 1) / 2
    found = place_of(images, geometry.shifted, u, v, distance=8.0)
    expected = judge.affine(images, 0.0, [across, down], 1.0, [0.0], judge.InterpolationMode.BILINEAR)
    assert torch.allclose(found, expected, **CLOSE)


@given(images_and(st.integers(0, 8), st.integers(0, 8)))
def test_a_crop_with_padding_is_torchvisions_to_the_bit(given_):
    images, left, top = given_
    found = place_of(images, geometry.cropped, (left + 0.5) / 9, (top + 0.5) / 9, padding=4)
    padded = judge.pad(images, [4])
    assert torch.equal(found, judge.crop(padded, top, left, *images.shape[2:]))


@given(images_and())
def test_flips_are_torchvisions_to_the_bit(given_):
    (images,) = given_
    assert torch.equal(place_of(images, geometry.flipped), judge.horizontal_flip(images))
    assert torch.equal(place_of(images, geometry.flipped_vertically), judge.vertical_flip(images))


@given(st.data(), SIZES, st.booleans())
def test_a_crop_that_is_resized_is_torchvisions(data, shape, flip):
    images = random_images(shape)
    count, _, height, width = shape
    high, wide = data.draw(st.integers(1, height)), data.draw(st.integers(1, width))
    top, left = data.draw(st.integers(0, height - high)), data.draw(st.integers(0, width - wide))
    place = geometry.rectangle(
        *(torch.full((count,), float(each)) for each in (left, top, wide, high)), height, width
    )
    places = [place, geometry.flipped(drawn(count), height, width, 1.0)] if flip else [place]
    expected = judge.resized_crop(images, top, left, high, wide, [height, width])
    if flip:
        expected = judge.horizontal_flip(expected)
    assert torch.allclose(geometry.resampled(images, places), expected, **CLOSE)


def test_the_rectangles_of_resized_crops_lie_in_the_image_and_have_the_areas_and_sides_that_are_declared():
    numbers = draws(0, 1, torch.arange(5_000), ["crop"])[:, 0]
    place = geometry.crop_resized(numbers, 40, 60, smallest=0.25, probability=1.0)
    left, top, right, bottom = place.box.unbind(1)
    assert min(left.min(), -right.max()) >= -29.5
    assert min(top.min(), -bottom.max()) >= -19.5
    wide, high = right - left + 1, bottom - top + 1
    area = wide * high / 2_400
    assert 0.22 < area.min() < 0.3
    assert area.max() > 0.9
    assert ((wide / high).log().abs() <= math.log(4 / 3) + 0.2).float().mean() > 0.9


@given(images_and(st.floats(0, 1)))
def test_brightness_contrast_and_saturation_are_torchvisions(given_):
    images, u = given_
    for step, expected in (
        (pixels.brightened, judge.adjust_brightness),
        (pixels.contrasted, judge.adjust_contrast),
        (pixels.saturated, judge.adjust_saturation),
    ):
        found = step(images, drawn(len(images), u), 0.7, 1.0)
        assert torch.allclose(found, expected(images, 0.3 + 1.4 * u), **CLOSE), step.__name__


@given(images_and(st.floats(0, 1)))
def test_a_hue_is_torchvisions(given_):
    images, u = given_
    found = pixels.hue_turned(images, drawn(len(images), u), 0.5, 1.0)
    assert torch.allclose(found, judge.adjust_hue(images, u - 0.5), atol=1e-4)


@given(images_and(st.floats(0.2, 1.5)))
def test_a_blur_is_torchvisions(given_):
    images, sigma = given_
    limit = 1.5 if min(images.shape[2:]) > 5 else 0.3
    sigma = min(sigma, limit)
    found = pixels.blurred(images, drawn(len(images), (sigma - 0.1) / (limit - 0.1)), limit, 1.0)
    size = 2 * math.ceil(3 * limit) + 1
    if size // 2 < min(images.shape[2:]):
        assert torch.allclose(found, judge.gaussian_blur(images, [size, size], [sigma, sigma]), **CLOSE)


@given(images_and(share, share, share, share, st.floats(0, 1)))
def test_what_is_erased_is_a_rectangle_as_torchvision_fills_it(given_):
    images, area, shape, top, left, fill = given_
    found = pixels.erased(images, drawn(len(images), area, shape, top, left), 0.5, fill, 1.0)
    hit = (found != images).any(1)[0]
    if not hit.any():
        return
    rows, columns = hit.any(1).nonzero().flatten().tolist(), hit.any(0).nonzero().flatten().tolist()
    high, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    fill_tensor = torch.full((images.shape[1], 1, 1), fill)
    assert torch.equal(found, judge.erase(images, rows[0], columns[0], high, wide, fill_tensor))


def test_noise_has_the_deviation_that_is_declared_and_is_normal():
    images = torch.full((16, 1, 60, 61), 0.5)
    noise = pixels.noised(images, draws(0, 1, torch.arange(16), ["noise"])[:, 0], 0.05, 1.0) - images
    assert abs(noise.mean()) < 1e-3
    assert abs(noise.std() - 0.05) < 1e-3
    inside = [(noise.abs() < 0.05 * many).float().mean().item() for many in (1, 2, 3)]
    assert np.allclose(inside, [0.6827, 0.9545, 0.9973], atol=0.01)
    # neighbours have nothing in common, nor have images
    rows = noise.flatten(1)
    assert torch.corrcoef(rows).fill_diagonal_(0).abs().max() < 0.08
    assert (
        torch.corrcoef(torch.stack((noise[..., 1:].flatten(), noise[..., :-1].flatten())))[0, 1].abs() < 0.02
    )


def test_mixup_is_torchvisions(monkeypatch):
    images = random_images((6, 3, 8, 9))
    targets = torch.nn.functional.one_hot(torch.arange(6), CLASSES).float()
    monkeypatch.setattr(mixing, "beta_drawn", lambda draw, alpha: torch.full_like(draw, 0.3))
    found, shares = mixing.mixed_up(images, targets, drawn(6), 1.0, 1.0)
    expected = images.roll(1, 0).mul(0.7).add(images.mul(0.3))
    assert torch.allclose(found, expected[1:])
    assert torch.allclose(shares, targets.roll(1, 0).mul(0.7).add(targets.mul(0.3))[1:])


def test_cutmix_is_torchvisions(monkeypatch):
    """With the formulas of its `CutMix.make_params` and `_call_kernel`."""
    images = random_images((6, 3, 20, 31))
    targets = torch.nn.functional.one_hot(torch.arange(6), CLASSES).float()
    for share_, x, y in ((0.3, 15, 10), (0.8, 2, 18), (0.05, 30, 0), (1.0, 5, 5)):
        monkeypatch.setattr(
            mixing, "beta_drawn", lambda draw, alpha, share_=share_: torch.full_like(draw, share_)
        )
        numbers = drawn(6, 0.0, (x + 0.5) / 31, (y + 0.5) / 20)
        found, shares = mixing.cut_and_mixed(images, targets, numbers, 1.0, 1.0)
        half = 0.5 * math.sqrt(1.0 - share_)
        left, right = max(x - int(half * 31), 0), min(x + int(half * 31), 31)
        top, bottom = max(y - int(half * 20), 0), min(y + int(half * 20), 20)
        expected = images.clone()
        expected[..., top:bottom, left:right] = images.roll(1, 0)[..., top:bottom, left:right]
        own = 1.0 - (right - left) * (bottom - top) / (20 * 31)
        assert torch.equal(found, expected[1:])
        assert torch.allclose(shares, targets.roll(1, 0).mul(1 - own).add(targets.mul(own))[1:])


@pytest.mark.parametrize(
    ("alpha", "distribution"),
    [
        (1.0, lambda x: x),
        (0.5, lambda x: 2 / torch.pi * x.sqrt().asin()),
        (2.0, lambda x: 3 * x**2 - 2 * x**3),
    ],
    ids=["uniform", "arcsine", "parabola"],
)
def test_the_shares_of_mixup_are_those_of_the_beta_distribution(alpha, distribution):
    u = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)
    assert torch.allclose(distribution(mixing.beta_drawn(u, alpha)), u, atol=1e-5)


@given(st.floats(0.05, 8.0))
@settings(max_examples=30)
def test_the_shares_have_the_variance_of_the_beta_distribution(alpha):
    u = (torch.arange(20_000, dtype=torch.float64) + 0.5) / 20_000
    found = mixing.beta_drawn(u, alpha)
    assert found.min() >= 0
    assert found.max() <= 1
    assert (found.diff() >= 0).all()
    assert math.isclose(found.var(), 1 / (4 * (2 * alpha + 1)), rel_tol=0.01)


# -- the draws


def test_the_bits_are_those_of_splitmix64():
    """The first numbers with the seed 1234567, as published with the algorithm's reference code."""
    golden = 0x9E3779B97F4A7C15
    counters = [(1234567 + golden * count) % 2**64 for count in (1, 2, 3)]
    signed = torch.tensor([count - 2**64 if count >= 2**63 else count for count in counters])
    found = [bits % 2**64 for bits in scrambled(signed).tolist()]
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_the_draws_are_uniform_and_have_nothing_in_common():
    found = torch.stack(
        [draws(seed, epoch, torch.arange(2_000), ["a", "b"]) for seed in (0, 1) for epoch in (1, 2)]
    )
    assert found.min() >= 0
    assert found.max() < 1
    columns = found.permute(0, 2, 3, 1).flatten(0, 2)
    assert abs(columns.mean() - 0.5) < 0.01
    assert torch.allclose(columns.var(1), torch.tensor(1 / 12, dtype=torch.float64), atol=0.01)
    assert torch.corrcoef(columns).fill_diagonal_(0).abs().max() < 0.12


def test_moving_and_adding_steps_leaves_the_draws_of_the_others():
    chosen = torch.arange(50)
    alone, both = draws(0, 1, chosen, ["shift"]), draws(0, 1, chosen, ["rotation", "shift", "shift"])
    assert torch.equal(alone[:, 0], both[:, 1])
    assert not torch.equal(both[:, 1], both[:, 2])


@st.composite
def pipelines(draw, most=5):
    kinds = draw(st.lists(st.sampled_from(AUGMENTATIONS), min_size=1, max_size=most))
    return tuple(any_of(draw, kind) for kind in kinds)


def any_of(draw, kind):
    """Any parameters, with blurs that are not too wide to be quick."""
    chosen = {field.name: draw(values(field)) for field in fields_of(kind)}
    if kind.__name__ == "Blur":
        chosen["sigma"] = min(chosen["sigma"], 2.0)
    return changed(kind(), **chosen)


def epoch_in_batches(steps, images, labels, order, size, epoch=1, seed=3):
    made = steps_of(steps)
    partners = sum(step.kind == "mixing" for step in made)
    found = []
    for start in range(0, len(order), size):
        chosen = with_partners(order, start, start + size, partners)
        found.append(augment(images[chosen], labels[chosen], chosen, made, CLASSES, seed, epoch))
    return torch.cat([batch for batch, _ in found]), torch.cat([targets for _, targets in found])


@settings(max_examples=40)
@given(pipelines(4), st.sampled_from([1, 3]), st.integers(1, 23), st.sampled_from([(28, 28), (7, 5), (1, 1)]))
def test_what_becomes_of_an_image_does_not_depend_on_the_size_of_the_batch(steps, channels, size, sides):
    images = random_images((23, channels, *sides)).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(23) % CLASSES
    order = torch.randperm(23, generator=torch.Generator().manual_seed(1))
    whole, parts = (epoch_in_batches(steps, images, labels, order, count) for count in (23, size))
    assert torch.equal(whole[0], parts[0])
    assert torch.equal(whole[1], parts[1])
    assert whole[0].shape == images.shape
    assert len(whole[1]) == 23
    assert whole[0].min() >= 0
    assert whole[0].max() <= 1


class Counted(TorchDispatchMode):
    """Counts what torch computes, and how much of it is large enough to be shared among threads."""

    def __init__(self):
        super().__init__()
        self.all = self.large = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        found = function(*args, **(kwargs or {}))
        if not function.is_view and isinstance(found, torch.Tensor):
            self.all += 1
            self.large += found.numel() > 2**15
        return found


def test_a_batch_of_small_images_takes_few_operations():
    """Each takes some microseconds, whatever it is about, and to wake another thread takes many."""
    images, labels, chosen = (
        random_images((64, 1, 28, 28)),
        torch.zeros(64, dtype=torch.long),
        torch.arange(64),
    )
    steps = steps_of((Shift(), Scale(), Rotation(), HorizontalFlip(), Brightness()))
    augment(images, labels, chosen, steps, CLASSES, 0, 1)
    with Counted() as counted:
        augment(images, labels, chosen, steps, CLASSES, 0, 1)
    assert counted.all <= 90
    assert counted.large <= 5


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_number_of_threads_changes_nothing(threads):
    steps = tuple(kind() for kind in AUGMENTATIONS)
    images, labels = random_images((64, 3, 32, 32)), torch.arange(64) % CLASSES
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = epoch_in_batches(steps, images, labels, torch.arange(64), 64)
        torch.set_num_threads(threads)
        several = epoch_in_batches(steps, images, labels, torch.arange(64), 64)
    finally:
        torch.set_num_threads(before)
    assert torch.equal(one[0], several[0])


VARIED = {kind.__name__ for kind in AUGMENTATIONS} - {"HorizontalFlip", "VerticalFlip", "Solarize"}
"""Of those there is more than one way to be applied; the last one is an example of the README."""


@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=lambda kind: kind.__name__)
def test_each_image_epoch_and_seed_has_a_draw_of_its_own(kind):
    step = changed(kind(), probability=0.5)
    image = random_images((1, 3, 16, 16))
    images, labels, order = image.expand(200, -1, -1, -1), torch.arange(200) % CLASSES, torch.arange(200)
    if step.kind == "mixing":
        images = random_images((200, 3, 16, 16))
    first, _ = epoch_in_batches((step,), images, labels, order, 50)
    untouched = (first - images).abs().flatten(1).amax(1) < 1e-6
    assert 60 < untouched.sum() < 140
    assert not torch.equal(first, epoch_in_batches((step,), images, labels, order, 50, epoch=2)[0])
    assert not torch.equal(first, epoch_in_batches((step,), images, labels, order, 50, seed=4)[0])
    assert torch.equal(first, epoch_in_batches((step,), images, labels, order, 50)[0])
    if kind.__name__ in VARIED:
        changes = {each.numpy().tobytes() for each in first[~untouched]}
        assert len(changes) > 40


@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=lambda kind: kind.__name__)
def test_what_has_the_probability_0_changes_nothing(kind):
    images, labels = random_images((20, 3, 9, 14)), torch.arange(20) % CLASSES
    found, targets = epoch_in_batches(
        (changed(kind(), probability=0.0),), images, labels, torch.arange(20), 7
    )
    assert torch.allclose(found, images, **CLOSE)
    hard = targets if targets.ndim == 1 else targets.argmax(1)
    assert torch.equal(hard, labels)


@given(st.lists(st.sampled_from([Shift(), Rotation(), Scale(), HorizontalFlip(probability=1.0)]), max_size=4))
@settings(max_examples=20)
def test_several_steps_are_one_resampling_in_their_order(steps):
    """Smooth images show that: resampling one after the other blurs them only a little."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 64), torch.linspace(-1, 1, 64), indexing="ij")
    hills = (-6 * ((x - 0.2) ** 2 + (y + 0.1) ** 2)).exp() + 0.5 * (
        -9 * ((x + 0.3) ** 2 + (y - 0.3) ** 2)
    ).exp()
    images, labels, order = (
        hills.clamp(max=1).expand(8, 1, 64, 64),
        torch.zeros(8, dtype=torch.long),
        torch.arange(8),
    )
    together, _ = epoch_in_batches(tuple(steps), images, labels, order, 8)
    numbers = draws(3, 1, order, [step.function for step in steps])
    alone = images
    for index, step in enumerate(steps):
        place = getattr(geometry, step.function)(numbers[:, index], 64, 64, **step.options())
        alone = geometry.resampled(alone, [place])
    inner = (slice(None), slice(None), slice(16, 48), slice(16, 48))
    assert (together[inner] - alone[inner]).abs().max() < 0.05


def test_nothing_from_beyond_a_cut_out_rectangle_comes_back():
    """Behind a resized crop a shift shows black, as it does when the two are made one after the other."""
    steps = (ResizedCrop(smallest=0.2), PaddedCrop(padding=6))
    images, order = torch.ones(40, 1, 16, 16), torch.arange(40)
    found, _ = epoch_in_batches(steps, images, torch.zeros(40, dtype=torch.long), order, 40)
    numbers = draws(3, 1, order, ["crop_resized", "cropped"])
    moved = geometry.resampled(
        images, [geometry.cropped(numbers[:, 1], 16, 16, **PaddedCrop(padding=6).options())]
    )
    assert torch.allclose(found, moved, **CLOSE)
    assert (found == 0).any()


def test_the_partner_of_an_image_is_the_one_before_it_in_the_epoch():
    order = torch.tensor([4, 2, 0, 3, 1])
    assert with_partners(order, 0, 2, 1).tolist() == [1, 4, 2]
    assert with_partners(order, 2, 4, 2).tolist() == [4, 2, 0, 3]
    assert with_partners(order, 4, 6, 1).tolist() == [3, 1]
    assert with_partners(order, 4, 6, 0).tolist() == [1]


@given(st.permutations([Mixup(alpha=1.0), CutMix(), HorizontalFlip(), Mixup(alpha=0.3)]))
@settings(max_examples=10)
def test_the_targets_of_mixed_images_are_shares_of_classes(steps):
    images, labels = random_images((30, 1, 8, 8)), torch.arange(30) % CLASSES
    found, targets = epoch_in_batches(tuple(steps), images, labels, torch.arange(30), 8)
    assert found.shape == images.shape
    assert targets.shape == (30, CLASSES)
    assert targets.min() >= 0
    assert torch.allclose(targets.sum(1), torch.ones(30))
    assert ((targets > 0).sum(1) > 1).any()


@pytest.mark.parametrize("preset", AUGMENTATION_PRESETS, ids=lambda preset: preset.name)
def test_images_keep_their_order_in_memory_and_are_not_written_into(preset):
    images = random_images((9, 3, 12, 12)).contiguous(memory_format=torch.channels_last)
    before = images.clone()
    chosen = torch.arange(9)
    found, _ = augment(
        images, torch.zeros(9, dtype=torch.long), chosen, steps_of(preset.steps), CLASSES, 0, 1
    )
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(images, before)
    assert found.shape == images.shape
    assert torch.equal(found, images) == (preset.name == "none")
