"""Auxiliary outputs add their losses while training, as in a plain torch loop; evaluation leaves them out."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from networks.data.images import prepare
from networks.graph.network import Network, Node
from networks.layers.convolution import Conv2d
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import BatchNorm2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.project.project import Project
from networks.recipes.optimizers import SGD
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Stepped, Validated
from networks.training.engine.run import Run

INPUT = Input(channels=1, size=(8, 8))
SGD_STEP = SGD(lr=0.05, momentum=0.9)


def with_heads(*weights: float, dropout: float = 0.0) -> Network:
    """Two convolutions; behind the first as many auxiliary heads as there are weights."""
    nodes = [
        Node("input", INPUT),
        Node("conv1", Conv2d(filters=4), ("input",)),
        Node("relu1", ReLU(), ("conv1",)),
    ]
    for index, weight in enumerate(weights):
        path = f"aux{index}"
        nodes += [
            Node(f"{path}.flatten", Flatten(), ("relu1",)),
            Node(f"{path}.dropout", Dropout(dropout), (f"{path}.flatten",)),
            Node(f"{path}.fc", Linear(CLASSES), (f"{path}.dropout",)),
            Node(f"{path}.output", AuxiliaryOutput(weight), (f"{path}.fc",)),
        ]
    nodes += [
        Node("conv2", Conv2d(filters=4), ("relu1",)),
        Node("bn2", BatchNorm2d(), ("conv2",)),
        Node("flatten", Flatten(), ("bn2",)),
        Node("fc", Linear(CLASSES), ("flatten",)),
        Node("output", Output(), ("fc",)),
    ]
    return Network(tuple(nodes))


class ByHand(nn.Module):
    """The same in plain torch; gives the main scores and those of the heads."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        for index in range(heads):
            self.add_module(f"aux{index}", nn.ModuleDict({"fc": nn.Linear(256, 10)}))
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(4)
        self.fc = nn.Linear(256, 10)
        self.heads = heads

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        early = torch.relu(self.conv1(images))
        main = self.fc(self.bn2(self.conv2(early)).flatten(1))
        return [main, *(self.get_submodule(f"aux{i}.fc")(early.flatten(1)) for i in range(self.heads))]


def project(network: Network, **recipe: object) -> Project:
    options = {"batch_size": 400, "epochs": 2, "threads": 1, "optimizer": SGD_STEP} | recipe
    return Project(network, with_settings(Recipe(), **options))


@settings(max_examples=8)
@given(st.lists(st.floats(0.01, 2.0), max_size=3))
def test_the_losses_are_those_of_a_plain_torch_loop(weights):
    run = Run(project(with_heads(*weights)))
    model = ByHand(len(weights))
    model.load_state_dict(run.weights())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loss_function = nn.CrossEntropyLoss()
    images = prepare(run.project.recipe.data, INPUT)
    order = torch.Generator().manual_seed(0)
    told, judged = [], []
    for _ in range(2):
        model.train()
        for batch in torch.randperm(1438, generator=order).split(400):
            labels = images.training_labels[batch]
            main, *early = model(images.training[batch])
            shares = zip(weights, early, strict=True)
            loss = loss_function(main, labels) + sum(w * loss_function(s, labels) for w, s in shares)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            told.append((loss.item(), (main.argmax(1) == labels).double().mean().item()))
        model.eval()
        with torch.no_grad():
            main = model(images.validation)[0]
        judged.append(loss_function(main, images.validation_labels).item())
    events = list(run.train())
    steps = [event for event in events if isinstance(event, Stepped)]
    assert [event.values["training loss"] for event in steps] == pytest.approx(
        [loss for loss, _ in told], rel=1e-3
    )
    assert [event.values["training accuracy"] for event in steps] == pytest.approx(
        [hits for _, hits in told], abs=0.01
    )
    validated = [event.values["validation loss"] for event in events if isinstance(event, Validated)]
    assert validated == pytest.approx(judged, rel=1e-3)
    for name, tensor in model.state_dict().items():
        assert torch.allclose(run.weights()[name], tensor, rtol=1e-3, atol=1e-4), name


def test_a_loose_auxiliary_output_takes_no_part():
    network = with_heads(0.3)
    loose = Network((*network.nodes, Node("aux9", AuxiliaryOutput(100.0))))
    one = [e for e in Run(project(network, epochs=1)).train() if isinstance(e, Stepped)]
    other = [e for e in Run(project(loose, epochs=1)).train() if isinstance(e, Stepped)]
    assert one == other


def test_validation_runs_without_the_auxiliary_heads():
    run = Run(project(with_heads(0.3), epochs=1))
    used = []
    run.module.get_submodule("aux0.fc").register_forward_hook(lambda *_: used.append(run.step))
    list(run.train())
    assert used == [0, 1, 2, 3]


def test_stopping_and_going_on_changes_no_bit():
    network = with_heads(0.3, 0.7, dropout=0.4)
    straight = Run(project(network))
    whole = [e for e in straight.train() if isinstance(e, Stepped)]
    run = Run(project(network))
    events = run.train()
    told = [next(e for e in events if isinstance(e, Stepped)) for _ in range(3)]
    events.close()
    torch.rand(7)
    told += [e for e in run.train(2) if isinstance(e, Stepped)]
    assert told == whole
    ours, theirs = run.weights(), straight.weights()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_loss_with_a_diverging_head_ends_the_leg():
    network = with_heads(0.3)
    run = Run(project(network, optimizer=SGD(lr=1000.0), epochs=40))
    *_, ending = run.train()
    assert ending.reason == "diverged"
    assert ending.step == run.step
