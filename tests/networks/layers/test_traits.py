"""What the classes of the catalog say of themselves, held to what torch does."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from networks.core.fields import changed
from networks.core.shapes import ShapeError
from networks.graph.depth import Depth, depth
from networks.graph.network import Network, Node
from networks.layers.base import Group
from networks.layers.ends import Input, Output
from networks.layers.linear import EfficientChannelAttention
from tests.networks.strategies import INNER, TORCH_REFUSES, computed, inputs_of, layers, torch_shape

every_inner_type = pytest.mark.parametrize("kind", INNER, ids=lambda kind: kind.__name__)
SHAPE = (64, 4, 6)
"""Of images that every type takes in its default form; those that want a vector get as many numbers."""


def default_inputs(kind):
    layer, shapes = kind(), (SHAPE,) * kind.fewest_inputs
    try:
        layer.shape(*shapes)
    except ShapeError:
        shapes = ((64,),) * kind.fewest_inputs
        layer.shape(*shapes)
    return shapes


def images(shapes, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(8, *shape, generator=generator) for shape in shapes)


@every_inner_type
def test_random_numbers_are_drawn_by_those_that_say_so(kind):
    inputs = images(default_inputs(kind))
    torch.manual_seed(3)
    _, module = computed(kind(), inputs)  # first weights are drawn, too
    if module is None:
        assert not kind.draws_random_numbers
        return
    outputs = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        before = torch.get_rng_state()
        outputs.append(module.train()(*inputs))
        assert torch.equal(torch.get_rng_state(), before) != kind.draws_random_numbers
    assert torch.equal(*outputs) != kind.draws_random_numbers


@every_inner_type
def test_those_that_train_differently_compute_something_else_in_evaluation(kind):
    inputs = images(default_inputs(kind))
    _, module = computed(kind(), inputs)
    if module is None:
        assert not kind.trains_differently
        return
    assert torch.equal(module.train()(*inputs), module.eval()(*inputs)) != kind.trains_differently


@every_inner_type
def test_those_that_normalize_by_batch_let_images_change_each_other(kind):
    """And refuse a single number, which has no variance; but for dropout, which is drawn for all at once."""
    shapes = default_inputs(kind)
    inputs = images(shapes)
    _, module = computed(kind(), inputs)
    if module is None or kind.draws_random_numbers:
        assert not kind.normalizes_by_batch
        return
    others = tuple(torch.cat((x[:1], 2 * x[1:])) for x in inputs)
    first, other = module.train()(*inputs)[0], module.train()(*others)[0]
    assert torch.allclose(first, other, atol=1e-6) != kind.normalizes_by_batch
    if kind.normalizes_by_batch:
        with pytest.raises(ValueError, match="more than 1 value"):
            module(torch.zeros(1, shapes[0][0], *(1 for _ in shapes[0][1:])))


@every_inner_type
def test_a_single_number_per_statistic_is_refused_by_torch_or_becomes_a_constant(kind):
    """Where there are more of them torch trains; whatever the layer's parameters, shapes and batch."""

    normalizes = kind().numbers_per_statistic(*default_inputs(kind)) is not None

    # of the others it is seen only that torch trains them, as test_layers.py sees of sixty of each
    @settings(max_examples=100 if normalizes else 15)
    @given(layers(kind), inputs_of(kind), st.integers(1, 3))
    def proof(layer, shapes, batch):
        numbers = layer.numbers_per_statistic(*shapes) if len(shapes) == 1 else None
        try:
            layer.shape(*shapes)
        except ShapeError:
            # refused because of one number, or for another reason
            if numbers != 1 or kind.normalizes_by_batch or torch_shape(layer, shapes, "cpu") is None:
                return
        if numbers is not None:
            # smaller ones let rounding errors grow to any size
            layer = changed(layer, eps=1e-3)
        torch.manual_seed(6)
        several = [tuple(3 * torch.randn(batch, *shape) for shape in shapes) for _ in range(3)]
        try:
            outputs = [computed(layer, inputs)[0] for inputs in several]
        except TORCH_REFUSES:
            outputs = []
        constant = bool(outputs) and all(torch.allclose(outputs[0], each, atol=1e-3) for each in outputs)
        if numbers is not None and numbers * (batch if kind.normalizes_by_batch else 1) == 1:
            assert not outputs or constant
        else:
            assert outputs

    proof()


def test_those_that_normalize_tell_how_many_numbers_share_a_variance():
    told = {kind for kind in INNER if kind().numbers_per_statistic(*default_inputs(kind)) is not None}
    assert {kind.__name__ for kind in told} == {
        "BatchNorm2d", "BatchNorm1d", "GroupNorm", "LayerNorm", "InstanceNorm2d",
    }  # fmt: skip


@every_inner_type
def test_what_is_overwritable_has_its_gradient_when_its_output_was_written_over(kind):
    """With all parameters drawn; torch raises where a gradient needs a number that has changed."""
    if not kind.overwritable:
        return
    seen = []

    @settings(max_examples=100)
    @given(layers(kind), inputs_of(kind))
    def proof(layer, shapes):
        try:
            layer.shape(*shapes)
        except ShapeError:
            return
        seen.append(layer)
        plain, written = (gradients(layer, shapes, overwrite=overwrite) for overwrite in (False, True))
        for one, other in zip(plain, written, strict=True):
            assert torch.equal(one, other)

    proof()
    assert len(seen) >= 3


def gradients(layer, shapes, overwrite):
    """Of the sum of the output's squares behind a ReLU, by the inputs and all weights."""
    inputs = tuple(x.requires_grad_() for x in images(shapes))
    before = [x.detach().clone() for x in inputs]
    torch.manual_seed(4)
    output, module = computed(layer, inputs)
    weights = [] if module is None else list(module.parameters())
    found = torch.autograd.grad(
        nn.functional.relu(output, inplace=overwrite).square().sum(), [*inputs, *weights]
    )
    assert all(torch.equal(x, was) for x, was in zip(inputs, before, strict=True))
    return found


def test_overwriting_what_is_not_overwritable_is_caught():
    """The proof above can fail: a sigmoid's gradient is computed from its output."""
    kind = next(kind for kind in INNER if kind.__name__ == "Sigmoid")
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        gradients(kind(), (SHAPE,), overwrite=True)


@every_inner_type
def test_what_counts_in_the_depth_computes_matrix_products(kind):
    """As its multiply-adds show; convolutions are counted apart from linear layers."""
    shapes = default_inputs(kind)
    if kind is EfficientChannelAttention:  # papers count no layers of a gate: ResNet-50 with it has 50
        assert not kind.counts_in_depth
    else:
        assert kind.counts_in_depth == (kind().multiply_adds(*shapes) > 0)
    if kind.most_inputs > 1:
        return
    nodes = (Node("input", Input()), Node("x", kind(), ("input",)), Node("output", Output(), ("x",)))
    convolutions = int(kind.counts_in_depth and kind.group is Group.CONVOLUTION)
    linear = int(kind.counts_in_depth and kind.group is not Group.CONVOLUTION)
    assert depth(Network(nodes)) == Depth(convolutions, linear)


@every_inner_type
def test_views_lie_in_the_memory_of_their_input(kind):
    """With all parameters drawn, in training and in evaluation; no other layer does."""
    seen = set()

    @settings(max_examples=30)
    @given(layers(kind), inputs_of(kind))
    def proof(layer, shapes):
        try:
            layer.shape(*shapes)
        except ShapeError:
            return
        inputs = images(shapes)
        output, module = computed(layer, inputs)
        outputs = [output] if module is None else [output, module.eval()(*inputs)]
        seen.update(lies_in(each, x) for each in outputs for x in inputs)

    proof()
    assert (True in seen) == kind.views_input


def lies_in(output, x):
    return output.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()


def test_what_is_overwritable_has_memory_of_its_own():
    assert not [kind for kind in INNER if kind.overwritable and kind.views_input]


@every_inner_type
def test_some_images_are_dropped_by_those_that_say_so(kind):
    inputs = images(default_inputs(kind))
    torch.manual_seed(5)
    output, _ = computed(kind(), inputs)
    zero = [not image.any() for image in output]
    assert (any(zero) and not all(zero)) == kind.drops_images
