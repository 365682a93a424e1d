"""What stands in the way of training is one list: the network's findings in front, then the recipe's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.doctor import memory
from networks.doctor.findings import findings
from networks.doctor.memory import memory_finding
from networks.graph.check import check
from networks.graph.edits import freeze, remove, set_layers
from networks.graph.network import Network, Node
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import BatchNorm2d, GroupNorm
from networks.project.project import Project, first_project
from networks.recipes.augmentation.cutmix import CutMix
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.shift import Shift
from networks.recipes.losses import LOSSES
from networks.recipes.published import PUBLISHED
from networks.recipes.recipe import Recipe, with_settings
from networks.recipes.schedules import Cosine
from networks.recipes.stopping import Stopping
from tests.networks.graph.random_edits import networks

FIRST = first_project()
LONE = Network(
    (
        Node("input", Input(channels=3, size=(1, 1))),
        Node("norm", BatchNorm2d(), ("input",)),
        Node("flatten", Flatten(), ("norm",)),
        Node("fc", Linear(CLASSES), ("flatten",)),
        Node("output", Output(), ("fc",)),
    )
)
ONE_PER_GROUP = set_layers(LONE, {"norm": GroupNorm(num_groups=3)})
"""In each group one number of each image, whatever the batch size."""
PLAIN = Network((Node("input", Input(size=(1, 10))), Node("flatten", Flatten(), ("input",))))
WITHOUT_WEIGHTS = Network((*PLAIN.nodes, Node("output", Output(), ("flatten",))))
LONG_WARM_UP = with_settings(Recipe(), epochs=2, schedule=Cosine(warmup=2.5))
HARD = next(loss for loss in LOSSES if not loss.soft and loss.expects == "scores")
NOT_AVERAGED = with_settings(Recipe(), stopping=Stopping(keep="averaged"))
PERCENT = Stopping(measure="validation accuracy", target=98.0)
NOT_FETCHED = with_settings(Recipe(), start=PUBLISHED[0].name)


@pytest.fixture(autouse=True)
def _nothing_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("project", "rules"),
    [
        (FIRST, []),
        (Project(), [("missing input", None), ("missing output", None)]),
        (Project(PLAIN), [("missing output", None)]),
        (Project(Network((*FIRST.network.nodes, Node("second", Input())))), [("several inputs", "second")]),
        (
            Project(Network((*FIRST.network.nodes, Node("second", Output(), ("fc3",))))),
            [("several outputs", "second")],
        ),
        (Project(set_layers(FIRST.network, {"fc3": Linear(7)})), [("misfit", "output")]),
        (Project(remove(FIRST.network, {"flatten1"})), [("misfit", "fc1")]),
        (Project(WITHOUT_WEIGHTS), [("no weights", None)]),
        (Project(freeze(FIRST.network, FIRST.network.by_name)), [("all frozen", None)]),
        (Project(FIRST.network, NOT_FETCHED), [("published weights not fetched", None)]),
        (Project(FIRST.network, LONG_WARM_UP), [("warm-up too long", None)]),
        (Project(FIRST.network, with_settings(LONG_WARM_UP, epochs=3)), []),
        (Project(FIRST.network, NOT_AVERAGED), [("nothing averaged", None)]),
        (Project(FIRST.network, with_settings(NOT_AVERAGED, averaging=0.9)), []),
        (Project(FIRST.network, with_settings(Recipe(), stopping=PERCENT)), [("target out of reach", None)]),
        (Project(FIRST.network, with_settings(Recipe(), stopping=replace(PERCENT, target=0.98))), []),
        (Project(FIRST.network, with_settings(Recipe(), stopping=Stopping(target=98.0))), []),
        (Project(LONE, with_settings(Recipe(), batch_size=1)), [("lone number", "norm")]),
        (Project(LONE), []),
        (Project(ONE_PER_GROUP), [("misfit", "norm")]),
        (Project(FIRST.network, with_settings(Recipe(), augmentation=(Mixup(),))), []),
        (
            Project(FIRST.network, with_settings(Recipe(), augmentation=(Shift(), CutMix()), loss=HARD())),
            [("no soft targets", None)],
        ),
        (Project(FIRST.network, with_settings(Recipe(), augmentation=(Shift(),), loss=HARD())), []),
    ],
)
def test_each_rule_is_found_where_it_is_broken(project, rules):
    assert [(finding.rule, finding.where) for finding in findings(project)] == rules


def test_all_that_stands_in_the_way_is_listed_the_networks_findings_first():
    broken = Project(set_layers(LONE, {"fc": Linear(7)}), with_settings(NOT_FETCHED, batch_size=1))
    rules = [finding.rule for finding in findings(broken)]
    assert rules == ["misfit", "published weights not fetched", "lone number"]


@given(networks(), st.integers(1, 2))
def test_the_networks_findings_come_first_and_name_layers_that_are_there(network, batch_size):
    project = Project(network, with_settings(Recipe(), batch_size=batch_size))
    report = check(network, project.classes)
    found = findings(project, report)
    assert found[: len(report.findings)] == report.findings
    assert all(finding.where is None or finding.where in network.by_name for finding in found)
    assert found == findings(project)


def test_too_little_memory_is_a_finding(monkeypatch):
    report = check(FIRST.network, FIRST.classes)
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    assert memory_finding(FIRST, report) is None
    monkeypatch.setattr(memory, "free_memory", lambda: 10**12)
    assert memory_finding(FIRST, report) is None
    monkeypatch.setattr(memory, "free_memory", lambda: 1000)
    finding = memory_finding(FIRST, report)
    assert (finding.rule, finding.where) == ("too little memory", None)
    assert "try a smaller batch size" in str(finding.sentence)
