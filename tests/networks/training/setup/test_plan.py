"""What a run plans before anything is made."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from networks.presets.lenet import lenet5
from networks.presets.resnet import cifar_resnet
from networks.project.project import Project, first_project
from networks.recipes.recipe import with_settings
from networks.training.setup.plan import plan

LENET, RESNET = lenet5(), cifar_resnet(20)


@pytest.mark.parametrize(
    ("network", "device", "batch_size", "judged"),
    [
        # the first convolution of LeNet-5 has 6×28×28 outputs: 111 images are 2 MB
        (LENET, "cpu", 64, 111),
        (LENET, "cuda", 64, 1024),
        (LENET, "cpu", 200, 200),
        # and that of ResNet-20 16×32×32: 32 images are 2 MB
        (RESNET, "cpu", 16, 64),
        (RESNET, "cuda", 16, 1024),
    ],
)
def test_a_cpu_judges_as_many_images_at_once_as_its_caches_hold(network, device, batch_size, judged):
    project = Project(network, first_project().recipe)
    recipe = with_settings(project.recipe, device=device, batch_size=batch_size)
    assert plan(replace(project, recipe=recipe)).judged_at_once == judged
