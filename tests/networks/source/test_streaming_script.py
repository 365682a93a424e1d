"""A printed script that decodes a folder's pictures anew for every batch gives the same curve as a run."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from networks.exporting.script import save_training_script
from networks.project.project import Project
from networks.recipes.augmentation import AUGMENTATIONS
from networks.recipes.augmentation.horizontal_flip import HorizontalFlip
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.padded_crop import PaddedCrop
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.augmentation.resized_crop import ResizedCrop
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.datasets import Folder
from networks.recipes.losses import CrossEntropy
from networks.recipes.steering import AUGMENTATION, Change, Course
from networks.runs.record import Record
from networks.runs.table import csv_text
from networks.training.engine.run import Run
from tests.networks.source.fresh_interpreter import FreshInterpreter
from tests.networks.source.test_training_script import curve, network, recipe

TINY = 1e-6
"""GB: a kilobyte."""
UPRIGHT = tuple(step(probability=0.7) for step in AUGMENTATIONS if step.upright)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    interpreter = FreshInterpreter(tmp_path_factory.mktemp("fresh"))
    yield interpreter
    interpreter.close()


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Pictures of three classes, of several sizes and kinds, one of them turned and one of them damaged."""
    root, draw = tmp_path_factory.mktemp("ph'o\"tos"), np.random.default_rng(1)
    for name in ("a", "b", "c"):
        (root / name).mkdir()
        for index in range(9):
            small = Image.fromarray(draw.integers(0, 256, (5, 4, 3), dtype=np.uint8))
            picture = small.resize((30 + 7 * index, 60 - 4 * index), Image.Resampling.BICUBIC)
            exif = Image.Exif()
            exif[0x0112] = index
            picture.save(root / name / f"{index}.{'jpg' if index % 2 else 'png'}", exif=exif)
    damaged = root / "a" / "3.jpg"
    Image.effect_noise((64, 64), 90).save(damaged, quality=95)
    damaged.write_bytes(damaged.read_bytes()[:-500])
    return root


def judge(fresh, folder, project):
    """Runs the script and asserts that its table equals the run's. Gives what it printed."""
    script = folder / "net.py"
    beside = save_training_script(project, script)
    assert beside.suffix == ".csv"
    answer = fresh.ran(script)
    assert answer["ending"] == ""
    assert (folder / "net-curves.csv").read_text(encoding="utf-8") == curve(project)[0]
    return answer["printed"]


@pytest.mark.parametrize(
    "steps",
    [
        (),
        UPRIGHT,
        (HorizontalFlip(), Rotation(), ResizedCrop()),
        (PaddedCrop(), Mixup(), HorizontalFlip()),
        AUGMENTATION_PRESETS[3].steps,
    ],
    ids=["none", "all while decoding", "some", "mixing", "ImageNet"],
)
@pytest.mark.parametrize(("size", "channels", "fit"), [((12, 12), 3, "crop"), ((9, 14), 1, "pad")])
def test_the_curve_is_that_of_a_run(fresh, tmp_path, photos, steps, size, channels, fit):
    folder = Folder(path=str(photos), side=12, fit=fit, memory=TINY)
    settings = {"dataset": folder, "augmentation": steps, "batch_size": 5, "loss": CrossEntropy()}
    project = Project(network(channels, size), recipe(**settings))
    printed = judge(fresh, tmp_path, project)
    # in two epochs
    assert printed.count("is left out") == 2


@pytest.mark.parametrize("batch_size", [1, 2])
def test_what_stands_in_for_a_bad_picture_is_the_same(fresh, tmp_path, photos, batch_size):
    """The other one of a batch of two is there twice; for a batch of one, the batch before it."""
    folder = Folder(path=str(photos), side=12, memory=TINY)
    seed = next(seed for seed in range(8) if 3 not in recipe(dataset=folder, split_seed=seed).data.split()[1])
    judge(
        fresh,
        tmp_path,
        Project(
            network(3, (12, 12)),
            recipe(
                dataset=folder, split_seed=seed, batch_size=batch_size, epochs=1, augmentation=(Rotation(),)
            ),
        ),
    )


def test_a_damaged_picture_is_left_out_of_training_and_of_judging(fresh, tmp_path, photos):
    folder = Folder(path=str(photos), side=12, memory=TINY)
    for seed in range(8):
        project = Project(
            network(3, (12, 12)), recipe(dataset=folder, split_seed=seed, batch_size=7, epochs=1)
        )
        if 3 in project.recipe.data.split()[1]:
            break
    judge(fresh, tmp_path, project)


def test_the_same_as_with_all_pictures_in_memory(fresh, tmp_path, photos):
    sound = Folder(path=str(photos), side=12, memory=TINY)
    kept = Folder(path=str(photos), side=12)
    # of the damaged picture, memory knows before the images are split
    (photos / "a" / "3.jpg").rename(photos / "a" / ".3")
    try:
        rest = {"normalize": "imagenet"}
        tables = [
            curve(Project(network(3, (12, 12), **rest), recipe(dataset=dataset, augmentation=(Rotation(),))))[
                0
            ]
            for dataset in (sound, kept)
        ]
    finally:
        (photos / "a" / ".3").rename(photos / "a" / "3.jpg")
    assert tables[0] == tables[1]


@pytest.mark.slow
@pytest.mark.parametrize("size", [(12, 12), (9, 14)])
def test_a_run_whose_augmentation_was_changed_on_the_way_is_repeated(fresh, tmp_path, photos, size):
    dataset = Folder(path=str(photos), side=12, memory=TINY)
    first = (HorizontalFlip(), Rotation())
    project = Project(network(3, size), recipe(dataset=dataset, augmentation=first, batch_size=5, epochs=2))
    changes = (
        Change(2, AUGMENTATION, (ResizedCrop(), HorizontalFlip())),
        Change(4, AUGMENTATION, ()),
        Change(6, AUGMENTATION, (Rotation(), HorizontalFlip())),
    )
    script = tmp_path / "net.py"
    save_training_script(project, script, course=Course(2, changes))
    assert fresh.ran(script)["ending"] == ""
    record = Record("run")
    record.take([*Run(project, changes=changes).train()])
    assert (tmp_path / "net-curves.csv").read_text(encoding="utf-8") == csv_text([record])
