"""Several processes learn what one learns with the same total batch, but for rounding."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import BatchNorm1d, BatchNorm2d
from networks.layers.rectifiers import ReLU
from networks.presets.lenet import lenet5
from networks.project.fitting_data import fitted
from networks.project.project import Project, write_project
from networks.recipes.augmentation.cutmix import CutMix
from networks.recipes.augmentation.horizontal_flip import HorizontalFlip
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.datasets import Folder
from networks.recipes.optimizers import SGD, Adam
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Stepped, Validated
from networks.training.engine.run import Run
from tests.networks.training.distributed.processes import measured
from tests.networks.training.engine.test_run import PLAIN, chain, project

NORMALIZED = chain(
    Input(channels=1, size=(8, 8)),
    Conv2d(filters=4, kernel=(3, 3)),
    BatchNorm2d(),
    ReLU(),
    Flatten(),
    Linear(features=16),
    BatchNorm1d(affine=False),
    ReLU(),
    Linear(features=CLASSES),
    Output(),
)
EVERYTHING = {
    "optimizer": Adam(lr=0.003),
    "augmentation": AUGMENTATION_PRESETS[-1].steps,
    "accumulation": 3,
    "averaging": 0.9,
    "clip": 0.5,
}
# 1438 images: the last batch of an epoch has 1 image, of which one process has none, or 3, which they share
PROJECTS = {
    "sgd": project(PLAIN, optimizer=SGD(lr=0.1, momentum=0.9), batch_size=479),
    "weighted": project(PLAIN, optimizer=SGD(lr=0.1), batch_size=287, balance="weights"),
    "mixed": project(PLAIN, optimizer=SGD(lr=0.1), batch_size=300, augmentation=(CutMix(),)),
    "everything": project(PLAIN, **EVERYTHING),
    # not Adam: the bias in front of a BatchNorm has a gradient of rounding errors, which Adam takes for large
    "synchronized": project(NORMALIZED, synchronized=True, **EVERYTHING | {"optimizer": SGD(lr=0.1)}),
}


def trained(folder, ranks, projects):
    """What each process has learned and told of each project."""
    for name, each in projects.items():
        write_project(each, folder / f"{name}.json")
    done = subprocess.run(
        [sys.executable, "-m", "tests.networks.training.distributed.processes", str(ranks), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return {
        name: [
            (
                load_file(folder / f"{name}.{rank}.safetensors"),
                json.loads((folder / f"{name}.{rank}.told").read_text()),
            )
            for rank in range(ranks)
        ]
        for name in projects
    }


def assert_equal_to_one(project, found):
    run = Run(project)
    events = list(run.train())
    told = [measured(event) for event in events if isinstance(event, Stepped | Validated)]
    assert any("gradient" in name.split() for name in told[-1])
    expected = run.weights()
    if run.state.averaged is not None:
        expected |= {f"averaged {name}": each for name, each in run.weights("averaged").items()}
    judged = run.judgements["last"]
    first = dict(found[0][0])
    for weights, (values, sentence, details) in found:
        assert not details
        assert sentence == str(events[-1].message)
        # all processes hold the same bits, and measured the same
        assert weights.keys() == first.keys()
        assert all(torch.equal(weights[name], first[name]) for name in first)
        assert values == found[0][1][0]
        assert weights.pop("images").tolist() == judged.images.tolist()
        assert (weights.pop("answers").numpy() == judged.answers).mean() > 0.98
        assert weights.keys() == expected.keys()
        for name, value in expected.items():
            torch.testing.assert_close(weights[name], value, atol=2e-4, rtol=2e-3, msg=name)
        assert len(values) == len(told)
        for ours, theirs in zip(values, told, strict=True):
            assert ours == pytest.approx(theirs, rel=1e-2, abs=1e-3)


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path):
    for name, found in trained(tmp_path, 2, PROJECTS).items():
        assert_equal_to_one(PROJECTS[name], found)


@pytest.mark.slow
def test_pictures_that_are_decoded_for_each_batch_are_shared_as_well(tmp_path):
    draw = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(15):
            picture = Image.fromarray(draw.integers(0, 256, (40, 30 + index, 3), dtype=np.uint8))
            picture.save(tmp_path / "photos" / name / f"{index:02}.png")
    streamed = with_settings(
        Recipe(),
        dataset=Folder(path=str(tmp_path / "photos"), side=28, memory=1e-6),
        batch_size=5,
        epochs=2,
        threads=1,
        accumulation=2,
        augmentation=(HorizontalFlip(), Mixup()),
        optimizer=SGD(lr=0.05),
    )
    given = fitted(Project(lenet5(), streamed))
    assert Run(given).images.streaming is not None
    assert_equal_to_one(given, trained(tmp_path, 2, {"photos": given})["photos"])
