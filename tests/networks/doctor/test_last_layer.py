"""The last layer gives what the loss expects, or a sentence says what is wrong and a mend puts it right."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from networks.core.finding import advice, blocking
from networks.doctor.findings import findings
from networks.graph.check import check
from networks.graph.edits import insert, remove
from networks.graph.network import Network, Node, Wire
from networks.layers.activation import LogSoftmax, Sigmoid, Softmax, Tanh
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import CLASSES, Flatten, Identity, Linear
from networks.layers.merge import Add
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.presets.catalog import PRESETS
from networks.project.project import Project, first_project
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.losses import LOSSES, CrossEntropy
from networks.recipes.losses.binary_cross_entropy import BinaryCrossEntropy
from networks.recipes.losses.kullback_leibler import KullbackLeibler
from networks.recipes.losses.multi_margin import MultiMargin
from networks.recipes.losses.negative_log_likelihood import NegativeLogLikelihood
from networks.recipes.losses.squared_error import SquaredError
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Stepped
from networks.training.engine.run import Run


def project(*ends, loss=None):
    nodes = [Node("input", Input(1, (8, 8)))]
    for index, layer in enumerate((Flatten(), Linear(CLASSES), *ends, Output())):
        nodes.append(Node(f"l{index}", layer, (nodes[-1].name,)))
    return Project(Network(tuple(nodes)), with_settings(Recipe(), loss=loss or CrossEntropy(), epochs=1))


LAST = {
    "nothing": (),
    "softmax": (Softmax(),),
    "logsoftmax": (LogSoftmax(),),
    "sigmoid": (Sigmoid(),),
    "relu": (ReLU(),),
    "tanh": (Tanh(),),
}
FITS = {
    "scores": {"nothing", "logsoftmax"},
    "log-probabilities": {"logsoftmax"},
    "probabilities": {"softmax", "sigmoid"},
}


@pytest.mark.parametrize("last", LAST)
@pytest.mark.parametrize("loss", [kind() for kind in LOSSES], ids=lambda loss: type(loss).__name__)
def test_every_loss_fits_one_end_and_every_misfit_has_a_mend_that_leaves_none(loss, last):
    found = findings(project(*LAST[last], loss=loss))
    fitting = FITS[loss.expects] - ({"logsoftmax"} if loss.per_class else set())
    assert (not found) == (last in fitting)
    for finding in found:
        assert finding.rule == "last layer"
        assert finding.mends
        for mend in finding.mends:
            assert not findings(mend.applied(project(*LAST[last], loss=loss)))


@pytest.mark.parametrize("kind", [NegativeLogLikelihood, KullbackLeibler])
def test_only_a_loss_that_would_fall_without_end_stands_in_the_way(kind):
    assert blocking(findings(project(loss=kind())))
    assert not blocking(findings(project(Softmax(), loss=kind())))
    for other in (CrossEntropy, SquaredError, BinaryCrossEntropy, MultiMargin):
        for ends in LAST.values():
            assert not blocking(findings(project(*ends, loss=other())))


def test_softmax_before_cross_entropy_is_advice_and_trains():
    unwise = project(Softmax())
    (finding,) = advice(findings(unwise))
    assert finding.where == "l2"
    assert "Remove the Softmax" in str(finding.sentence)
    assert list(Run(unwise).train())[-1].reason == "finished"
    assert str(finding.mends[0].words) == "Remove the Softmax"
    assert finding.mends[0].applied(unwise).network == remove(unwise.network, ["l2"])


@pytest.mark.parametrize("between", [Flatten(), Identity(), Dropout(0.1)], ids=lambda layer: layer.name())
def test_layers_that_change_no_number_hide_nothing(between):
    (finding,) = findings(project(Softmax(), between))
    assert finding.where == "l2"
    mended = finding.mends[0].applied(project(Softmax(), between))
    assert [type(node.layer) for node in mended.network.nodes][-2:] == [type(between), Output]


def test_a_softmax_that_others_need_stays_for_them():
    ready = project(Softmax())
    nodes = (*ready.network.nodes, Node("add", Add(), ("l1", "l2")), Node("aux", AuxiliaryOutput(), ("add",)))
    shared = replace(ready, network=Network(nodes))
    assert check(shared.network, 10).trainable
    (finding,) = findings(shared)
    mended = finding.mends[0].applied(shared)
    assert mended.network["l3"].inputs == ("l1",)
    assert mended.network["add"].inputs == ("l1", "l2")
    assert not findings(mended)


def test_all_ends_of_one_kind_are_mended_at_once():
    google = next(preset for preset in PRESETS if preset.name == "GoogLeNet").network()
    recipe = with_settings(Recipe(), loss=NegativeLogLikelihood())
    (finding,) = findings(Project(google, recipe))
    mended = finding.mends[0].applied(Project(google, recipe))
    assert not findings(mended)
    assert len(mended.network.of_type(LogSoftmax)) == 1 + len(google.of_type(AuxiliaryOutput))
    for end in (Output, AuxiliaryOutput):
        wires = [wire for wire in mended.network.wires if isinstance(mended.network[wire.target].layer, end)]
        assert all(isinstance(mended.network[wire.source].layer, LogSoftmax) for wire in wires)


def test_a_softmax_in_the_middle_is_nobodys_business():
    ready = first_project()
    network, _ = insert(ready.network, Softmax(), ready.network.wires[-3])
    assert not findings(replace(ready, network=network))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_no_preset_is_unwise(preset):
    assert not findings(Project(preset.network(), preset.recipe or Recipe()))


@pytest.mark.parametrize(
    ("loss", "end", "other"),
    [(MultiMargin(), None, CrossEntropy()), (NegativeLogLikelihood(), LogSoftmax(), KullbackLeibler())],
    ids=["scores", "log-probabilities"],
)
def test_mixed_images_ask_for_a_loss_that_takes_two_classes(loss, end, other):
    ready = project(*([] if end is None else [end]), loss=loss)
    mixed = replace(ready, recipe=with_settings(ready.recipe, augmentation=(Mixup(),)))
    (finding,) = blocking(findings(mixed))
    mended = finding.mends[0].applied(mixed)
    assert mended.recipe.learning.loss == other
    assert not findings(mended)
    # what is drawn of a batch of mixed images is what was trained with
    run = Run(mended)
    (*_, last) = [event for event in run.train(1) if isinstance(event, Stepped)]
    glance = run.watch.look()
    assert (glance.targets.max(1) < 1).any()
    each = other.of_each(glance.outputs, glance.targets)
    assert each.mean() == pytest.approx(last.values["training loss"], rel=1e-4)


def test_wires_are_those_of_the_network():
    (finding,) = findings(project(Softmax()))
    assert finding.mends[0].wires == (Wire("l2", "l3", 0),)
