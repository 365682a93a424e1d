"""What is frozen stays as it is to the bit, the rest is trained, and no work is done for what is frozen."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.core.message import UserError
from networks.doctor.findings import findings
from networks.doctor.memory import least_memory
from networks.graph.check import check
from networks.graph.edits import freeze
from networks.graph.network import Network, Node
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import AdaptiveAvgPool2d
from networks.layers.rectifiers import PReLU
from networks.layers.regularization import Dropout
from networks.project.project import Project
from networks.recipes.optimizers import OPTIMIZERS, Adam
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Stepped
from networks.runs.measures import TRAINING_LOSS
from networks.training.engine.run import Run
from tests.networks.layers.test_traits import default_inputs
from tests.networks.strategies import INNER
from tests.networks.training.setup.roles import Role, network_of, variants

LAYERS = (
    ("input", Input(channels=1, size=(8, 8))),
    # without the bias, whose gradient is nothing but rounding errors before BatchNorm
    ("conv1", Conv2d(filters=4, bias=False)),
    ("bn1", BatchNorm2d()),
    ("act1", PReLU()),
    ("conv2", Conv2d(filters=4, bias=False)),
    ("bn2", BatchNorm2d()),
    ("act2", PReLU()),
    ("dropout", Dropout(p=0.3)),
    ("flatten", Flatten()),
    ("fc", Linear(features=CLASSES)),
    ("output", Output()),
)
NAMES = [name for name, _ in LAYERS]
NETWORK = Network(
    tuple(
        Node(name, layer, (NAMES[index - 1],) if index else ()) for index, (name, layer) in enumerate(LAYERS)
    )
)
WEIGHTED = ["conv1", "bn1", "act1", "conv2", "bn2", "act2", "fc"]
BELOW_FC = NAMES[1:-2]


def project(network: Network, **recipe: object) -> Project:
    options = {"batch_size": 300, "epochs": 1, "threads": 1, "optimizer": Adam(lr=0.01)} | recipe
    return Project(network, with_settings(Recipe(), **options))


@pytest.mark.parametrize("kind", INNER, ids=lambda kind: kind.__name__)
def test_no_tensor_of_a_frozen_layer_changes_whatever_its_type(kind):
    """Neither weights nor statistics, whether a module holds them or the network itself."""
    learned = []
    for layer in variants(kind):
        network = network_of(layer, Role((Conv2d(4),), frozen=False), (1, 8, 8))
        if network is None:
            continue
        run = Run(project(freeze(network, ["layer"]), optimizer=Adam(lr=0.1)))
        before = run.weights()
        stepped = next(event for event in run.train() if isinstance(event, Stepped))
        after = run.weights()
        own = {key for key in before if f"{key}.".startswith("layer.")}
        learned.extend(own)
        assert all(torch.equal(after[key], before[key]) for key in own)
        # a loss that is not a number, by extreme parameters, changes nothing
        if math.isfinite(stepped.values[TRAINING_LOSS.name]):
            assert not torch.equal(after["fc.bias"], before["fc.bias"])
        held = {key for key, weight in run.module.named_parameters() if not weight.requires_grad}
        assert held == own & dict(run.module.named_parameters()).keys()
    assert learned or not kind().weights(*default_inputs(kind))


@settings(max_examples=20)
@given(st.sets(st.sampled_from(NAMES)), st.sampled_from(OPTIMIZERS), st.sampled_from([0.0, 0.5]))
def test_frozen_weights_and_buffers_are_equal_to_the_bit_and_all_others_change(names, optimizer, clip):
    if names >= set(WEIGHTED):
        return
    run = Run(project(freeze(NETWORK, names), optimizer=optimizer(), clip=clip))
    before = run.weights()
    list(run.train())
    after = run.weights()
    for key, tensor in before.items():
        frozen = key.rpartition(".")[0] in names
        assert torch.equal(after[key], tensor) == frozen, key


def test_freezing_and_unfreezing_change_the_marks_alone():
    frozen = freeze(NETWORK, ("conv1", "bn1"))
    assert [node.name for node in frozen.nodes if node.frozen] == ["conv1", "bn1"]
    assert freeze(frozen, ("conv1",), False) == freeze(NETWORK, ("bn1",))
    assert freeze(frozen, NAMES, False) == NETWORK


@pytest.mark.parametrize("lowest", ["conv1", "conv2", "fc"])
def test_no_gradient_goes_below_the_lowest_layer_that_is_trained(lowest):
    run = Run(project(freeze(NETWORK, NAMES[: NAMES.index(lowest)])))
    needing = {}
    for name in NAMES[1:-1]:

        def note(module, inputs, output, name=name):
            needing[name] = output.requires_grad

        run.module.get_submodule(name).register_forward_hook(note)
    next(event for event in run.train() if isinstance(event, Stepped))
    assert [name for name, needs in needing.items() if needs] == NAMES[NAMES.index(lowest) : -1]


def test_the_optimizer_gets_what_is_trained_and_nothing_else():
    run = Run(project(freeze(NETWORK, BELOW_FC)))
    (group,) = run.optimizer.param_groups
    assert [id(weight) for weight in group["params"]] == [
        id(weight) for weight in run.module.get_submodule("fc").parameters()
    ]


def test_a_frozen_batch_norm_gives_what_evaluation_gives():
    """Also after a validation, which changes the mode of all layers there and back."""
    run = Run(project(freeze(NETWORK, ("bn1",)), epochs=2))
    modes = []
    run.module.get_submodule("bn1").register_forward_hook(lambda bn, *_: modes.append(bn.training))
    run.module.get_submodule("bn2").register_forward_hook(lambda bn, *_: modes.append(bn.training))
    list(run.train())
    epoch = [False, True] * 5 + [False, False]
    assert modes == epoch * 2


def test_a_frozen_dropout_draws_as_before():
    plain = [e for e in Run(project(NETWORK)).train() if isinstance(e, Stepped)]
    frozen = [e for e in Run(project(freeze(NETWORK, ("dropout",)))).train() if isinstance(e, Stepped)]
    assert frozen == plain


def test_stopping_and_going_on_changes_no_bit():
    network = freeze(NETWORK, NAMES[:4])
    straight = Run(project(network, epochs=2))
    whole = [e for e in straight.train() if isinstance(e, Stepped)]
    run = Run(project(network, epochs=2))
    told = []
    for legs in (3, 4):
        events = run.train(2 - run.step // run.steps_per_epoch)
        told += [next(e for e in events if isinstance(e, Stepped)) for _ in range(legs)]
        events.close()
    told += [e for e in run.train(1) if isinstance(e, Stepped)]
    assert told == whole
    ours, theirs = run.weights(), straight.weights()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_network_in_which_all_is_frozen_is_refused_with_a_way_out():
    with pytest.raises(UserError) as refused:
        Run(project(freeze(NETWORK, WEIGHTED)))
    assert str(refused.value) == (
        "Expected a layer that is trained, got a network in which all layers with weights are frozen: "
        "unfreeze one, such as “fc”."
    )
    assert not findings(project(freeze(NETWORK, WEIGHTED[:-1])))


def test_a_loose_layer_that_is_not_frozen_does_not_count():
    loose = Network((*freeze(NETWORK, WEIGHTED).nodes, Node("conv9", Conv2d())))
    assert "frozen" in str(findings(project(loose))[0].sentence)


def test_a_frozen_batch_norm_takes_batches_of_one_image():
    """It divides by its running variance, so that no variance of a single number is asked for."""
    pooled = (*LAYERS[:4], ("pool", AdaptiveAvgPool2d(size=(1, 1))), ("bn9", BatchNorm2d()), *LAYERS[8:])
    names = [name for name, _ in pooled]
    network = Network(
        tuple(Node(name, layer, (names[i - 1],) if i else ()) for i, (name, layer) in enumerate(pooled))
    )
    assert findings(project(network, batch_size=1))
    frozen = project(freeze(network, ("bn9",)), batch_size=1)
    assert not findings(frozen)
    next(event for event in Run(frozen).train() if isinstance(event, Stepped))
    assert Run(project(freeze(network, ("bn1", "bn9")), batch_size=479)).steps_per_epoch == 4
    assert Run(project(freeze(network, ("bn9",)), batch_size=479)).steps_per_epoch == 3


def test_frozen_layers_need_less_memory_and_never_more_than_training_takes():
    network = freeze(NETWORK, BELOW_FC)
    run = Run(project(network))
    kept: list[int] = []

    def keep(tensor):
        kept.append(tensor.nbytes)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        next(event for event in run.train() if isinstance(event, Stepped))
    fc = sum(weight.nbytes for weight in run.module.get_submodule("fc").parameters())
    weights = sum(weight.nbytes for weight in run.module.parameters())
    report = check(network, 10)
    least = least_memory(report, Adam(), 300, BELOW_FC)
    # the gradient and Adam's two moments of what is trained, and the weights of all
    assert least <= weights + 3 * fc + sum(kept)
    assert least < least_memory(report, Adam(), 300)
