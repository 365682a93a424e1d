"""A project file of the first version that wrote format 3 trains as it did then.

The recipe has grown since. The file has none of the newer settings, and says what it said.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from networks.presets.lenet import lenet5
from networks.project.project import Project, project_from_json, project_to_json, read_project
from networks.recipes.data_section import Data
from networks.recipes.datasets import Digits
from networks.recipes.learning_section import Learning
from networks.recipes.losses import CrossEntropy
from networks.recipes.machine_section import Machine
from networks.recipes.optimizers import SGD
from networks.recipes.recipe import Recipe
from networks.recipes.schedules import Constant
from networks.recipes.stopping import Stopping
from networks.runs.events import Finished, Stepped, Validated
from networks.training.engine.run import Run

FILE = Path(__file__).parents[3] / "data/lenet-format-3.json"
"""Written by the first version that wrote format 3."""
LOSSES = (
    2.2978368, 2.3001370, 2.2851458, 2.2706573, 2.2327199, 2.2085984, 2.1813056, 2.1343865,
    2.0649729, 2.0147509, 1.9140559, 1.8102102, 1.6487627, 1.5453432, 1.3972185, 1.2762878,
)  # fmt: skip
"""Of the first steps, as that version gave them; on that machine today's are equal to the last bit."""
JUDGED = 1.2914237
"""The validation loss after the first epoch."""
EXPLICIT = Project(
    lenet5(),
    Recipe(
        data=Data(
            dataset=Digits(),
            validation=0.2,
            split_seed=0,
            judged_by="share",
            per_class=0,
            balance="equal",
            augmentation=(),
        ),
        learning=Learning(
            start="random",
            loss=CrossEntropy(label_smoothing=0.0),
            optimizer=SGD(lr=0.05, momentum=0.9, nesterov=False, weight_decay=0.001),
            decay="all",
            schedule=Constant(warmup=0.0),
            clip=1.0,
            clip_by="norm",
            dropout=1.0,
            averaging=0.0,
            batch_size=100,
            accumulation=1,
            epochs=2,
            stopping=Stopping(measure="validation loss", patience=0, target=0.0, keep="last"),
            seed=3,
        ),
        machine=Machine(device="cpu", threads=1),
    ),
)
"""The same project with everything said that there is to say today."""


def test_it_says_what_a_project_says_that_leaves_nothing_out():
    assert read_project(FILE) == EXPLICIT
    assert project_from_json(project_to_json(EXPLICIT)) == EXPLICIT


def test_it_trains_as_it_did():
    told = list(Run(read_project(FILE)).train())
    losses = [event.values["training loss"] for event in told if isinstance(event, Stepped)]
    judged = [event.values["validation loss"] for event in told if isinstance(event, Validated)]
    assert len(losses) == 30
    assert isinstance(told[-1], Finished)
    # another processor rounds sums differently, and differences grow from step to step
    assert losses[: len(LOSSES)] == pytest.approx(LOSSES, rel=1e-3)
    assert judged[0] == pytest.approx(JUDGED, rel=1e-2)
