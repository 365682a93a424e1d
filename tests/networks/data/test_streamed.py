"""Pictures decoded ahead are those that were asked for; what is cut out is what augmentation would show."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from networks.data.augmentation.batch import augment
from networks.data.augmentation.cut_outs import cut_outs
from networks.data.augmentation.steps import steps_of
from networks.data.fitting import fit
from networks.data.images import prepare
from networks.data.streamed import PictureStream
from networks.layers.ends import Input
from networks.recipes.augmentation import AUGMENTATIONS, made_while_decoding
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.data_section import Data
from networks.recipes.datasets import Folder
from networks.recipes.datasets.decoding import pixels_of

UPRIGHT = [step for step in AUGMENTATIONS if step.upright]
TINY = 1e-6


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root, draw = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for name in ("a", "b"):
        (root / name).mkdir()
        for index in range(10):
            small = Image.fromarray(draw.integers(0, 256, (4, 4, 3), dtype=np.uint8))
            small.resize((40 + index, 30), Image.Resampling.BICUBIC).save(root / name / f"{index}.png")
    return Folder(path=str(root), side=16, memory=TINY)


def smooth(size=64):
    """A picture without any edges, in which each place has a colour of its own."""
    y, x = np.mgrid[:size, :size] / size
    return np.stack([128 + 120 * np.sin(5 * x + 2 * y), 255 * x, 255 * y], 2).astype(np.uint8)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(UPRIGHT), min_size=1, max_size=3),
    st.sampled_from([(64, 64), (48, 64), (64, 40)]),
    st.integers(0, 2**31 - 1),
    st.integers(1, 9),
)
def test_what_is_cut_out_is_what_augmentation_shows(kinds, size, seed, epoch):
    """Judged by the steps on tensors: the same place, but taken from the file's own pixels."""
    steps = steps_of(tuple(kind(probability=0.7) for kind in kinds))
    chosen = torch.tensor([3, 70, 11])
    pixels = smooth()
    images = fit(np.stack([pixels] * 3), size, 3).permute(0, 3, 1, 2)
    expected, _ = augment(images, torch.zeros(3), chosen, steps, 2, seed, epoch)
    seen = cut_outs(chosen, steps, len(steps), *size, seed, epoch)
    for image, view in zip(expected, seen, strict=True):
        found = pixels_of(Image.fromarray(pixels), size, 3, "stretch", view)
        away = np.abs(found / 255 - image.permute(1, 2, 0).numpy())
        # a line of pixels along each edge may be black in one of them alone
        assert np.median(away) < 0.02
        assert (away.max(2) > 0.1).mean() < 0.12


def test_what_is_cut_out_does_not_depend_on_which_images_come_together(folder):
    steps = steps_of(tuple(kind() for kind in UPRIGHT))
    together = cut_outs(torch.arange(50), steps, len(steps), 31, 17, 5, 2)
    assert [
        cut_outs(torch.tensor([index]), steps, len(steps), 31, 17, 5, 2)[0] for index in range(50)
    ] == together


def test_only_the_first_steps_that_move_along_the_edges_are_made_while_decoding():
    steps = tuple(kind() for kind in UPRIGHT)
    assert made_while_decoding(()) == 0
    assert made_while_decoding(steps) == len(steps)
    assert made_while_decoding((*steps[:2], Rotation(), *steps)) == 2


def test_a_crop_has_the_pixels_of_the_file_and_not_those_of_the_small_image():
    fine = np.zeros((400, 400, 3), np.uint8)
    fine[::2] = 255  # stripes that no small image shows
    view = (0.4, 0.4, 0.44, 0.44, 0.0, 0.0, 1.0, 1.0)
    found = pixels_of(Image.fromarray(fine), (16, 16), 3, "crop", view)
    assert {*found.ravel().tolist()} == {0, 255}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_is_cut_out_of_a_turned_jpeg_is_what_is_seen(tmp_path, orientation):
    pixels = np.asarray(Image.fromarray(smooth(256)).resize((512, 256)))
    turned = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = Image.fromarray(pixels) if turned is None else Image.fromarray(pixels).transpose(turned)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "one.jpg", exif=exif, quality=95)
    with Image.open(tmp_path / "one.jpg") as picture:
        found = pixels_of(picture, (16, 16), 3, "crop", (0.5, 0.0, 1.0, 0.5, 0.0, 0.0, 1.0, 1.0))
    expected = Image.fromarray(pixels[:128, 256:384]).resize((16, 16), Image.Resampling.BILINEAR)
    assert np.abs(found.astype(int) - np.asarray(expected, int)).mean() < 4


wants = st.lists(
    st.tuples(st.integers(0, 19), st.sampled_from([(), (0.5, 0, 1, 0.5, 0, 0, 1, 1)])), max_size=9
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(wants.filter(bool), wants), min_size=1, max_size=5), st.integers(1, 5))
def test_what_is_expected_wrongly_changes_nothing(folder, asked, threads):
    files = folder.streamed()
    stream = PictureStream(files, (16, 16), threads)
    try:
        for wanted, expected in asked:
            pixels, kept = stream.take(wanted, lambda expected=expected: iter(expected))
            alone = np.stack([files.decode(row, (16, 16), view).pixels for row, view in wanted])
            assert np.array_equal(pixels.numpy(), alone)
            assert kept == list(range(len(wanted)))
    finally:
        stream.close()


def test_pictures_are_decoded_no_larger_than_the_input_asks_for(folder):
    files = folder.streamed()
    assert files.size_for((9, 12)) == (9, 12)
    assert files.size_for((16, 16)) == (16, 16)
    assert files.size_for((9, 17)) == (16, 16)


def test_few_pictures_wait_where_they_are_large(folder):
    files = folder.streamed()._replace(side=512)
    assert PictureStream(files, (512, 512)).most * 512 * 512 * 3 <= 2**28
    assert PictureStream(files, (8, 8)).most == 2048


@pytest.mark.parametrize("size", [(16, 16), (7, 16), (20, 24)])
def test_images_are_the_same_whether_they_are_kept_or_not(folder, size):
    kept = Folder(path=folder.path, side=16)
    one, other = (prepare(Data(dataset), Input(3, size, "imagenet")) for dataset in (folder, kept))
    assert one.files is not None
    assert other.files is None
    if min(size) >= 16:
        assert torch.equal(one.training, other.training)
    else:
        assert (one.training - other.training).abs().mean() < 0.05
