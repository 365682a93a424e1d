"""Before a run is trained again on a GPU, it is said which of its layers keep it from coming out exactly."""

from __future__ import annotations

import pytest

from networks.graph.edits import freeze
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.pooling import AdaptiveAvgPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.resizing import Upsample
from networks.project.exactness import approximately_again, inexact
from tests.networks.training.engine.test_run import chain, project

BLENDED = chain(
    Input(channels=1, size=(8, 8)),
    Conv2d(filters=4, kernel=(3, 3)),
    Upsample(mode="bilinear"),
    ReLU(),
    AdaptiveAvgPool2d((3, 3)),
    Flatten(),
    Linear(features=CLASSES),
    Output(),
)
NAMES = [node.name for node in BLENDED.nodes]


def test_the_layers_are_named():
    (reason,) = inexact(project(BLENDED, device="cuda"))
    assert str(reason) == (
        f"on an NVIDIA GPU torch adds up the gradients of {NAMES[2]} (Upsample), "
        f"{NAMES[4]} (AdaptiveAvgPool2d) in no fixed order"
    )
    assert str(approximately_again((reason,))) == (
        f"It is trained again approximately, and its numbers may differ in the last digits: {reason}."
    )


@pytest.mark.parametrize("device", ["cpu", "mps"])
def test_elsewhere_nothing_is_said(device):
    assert inexact(project(BLENDED, device=device)) == ()


def test_where_no_gradient_passes_nothing_is_added_up():
    """Whether because nothing lies before it, or because that is not trained."""
    first = chain(
        Input(channels=1, size=(8, 8)), Upsample(mode="bilinear"), Flatten(), Linear(CLASSES), Output()
    )
    assert inexact(project(first, device="cuda")) == ()
    assert inexact(project(freeze(BLENDED, [NAMES[1]]), device="cuda")) == ()
    assert inexact(project(freeze(BLENDED, [NAMES[6]]), device="cuda"))


def test_many_layers_are_counted():
    many = chain(
        Input(channels=1, size=(4, 4)),
        Conv2d(filters=2),
        *(layer for _ in range(4) for layer in (Upsample(mode="bilinear"), Conv2d(filters=2, stride=(2, 2)))),
        Flatten(),
        Linear(CLASSES),
        Output(),
    )
    (reason,) = inexact(project(many, device="cuda"))
    assert f"{many.nodes[2].name} (Upsample) and 3 more layers" in str(reason)


def test_programs_that_are_chosen_by_their_speed_are_told():
    (reason,) = inexact(project(device="cuda", compile=True))
    assert "torch.compile" in str(reason)
