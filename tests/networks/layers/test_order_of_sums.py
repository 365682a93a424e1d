"""Layers whose gradient an NVIDIA GPU adds up in any order say so: judged by torch's own list of them."""

from __future__ import annotations

import re

import pytest
import torch
from hypothesis import given, settings
from torch.utils._python_dispatch import TorchDispatchMode

from networks.core.shapes import ShapeError, count
from networks.layers.pooling import AdaptiveAvgPool2d, AdaptiveMaxPool2d, BlurPool2d
from networks.layers.resizing import Resize, Upsample
from networks.recipes.losses import LOSSES
from networks.training.setup.make_loss import make_loss
from tests.networks.recipes.test_losses import batches
from tests.networks.strategies import INNER, TORCH_REFUSES, computed, inputs_of, layers

LISTED = {
    "torch.nn.AdaptiveAvgPool2d": "_adaptive_avg_pool2d_backward",
    "torch.nn.AdaptiveAvgPool3d": "_adaptive_avg_pool3d_backward",
    "torch.nn.AdaptiveMaxPool2d": "adaptive_max_pool2d_backward",
    "torch.nn.AvgPool3d": "avg_pool3d_backward",
    "torch.nn.FractionalMaxPool2d": "fractional_max_pool2d_backward",
    "torch.nn.FractionalMaxPool3d": "fractional_max_pool3d_backward",
    "torch.nn.MaxUnpool1d": "max_unpool2d",
    "torch.nn.MaxUnpool2d": "max_unpool2d",
    "torch.nn.MaxUnpool3d": "max_unpool3d",
    "torch.nn.functional.interpolate": "upsample_bilinear2d_backward upsample_bicubic2d_backward "
    "upsample_linear1d_backward upsample_trilinear3d_backward _upsample_bilinear2d_aa_backward",
    "torch.nn.ReflectionPad1d": "reflection_pad1d_backward",
    "torch.nn.ReflectionPad2d": "reflection_pad2d_backward",
    "torch.nn.ReflectionPad3d": "reflection_pad3d_backward",
    "torch.nn.NLLLoss": "nll_loss2d_forward",
    "torch.nn.CTCLoss": "_ctc_loss_backward",
    "torch.nn.EmbeddingBag": "_embedding_bag_backward",
    "torch.Tensor.put_": "put_",
    "torch.histc": "histc",
    "torch.bincount": "bincount",
    "torch.median": "median",
    "torch.nn.functional.grid_sample": "grid_sampler_2d_backward",
    "torch.cumsum": "cumsum",
    "torch.Tensor.scatter_reduce": "scatter_reduce",
    "torch.Tensor.resize_": "resize_",
}
"""What torch says has no other kernel on a GPU, with what computes it."""
SWITCHED = {
    "replication_pad1d_backward",
    "replication_pad2d_backward",
    "replication_pad3d_backward",
    "index_add",
    "index_add_",
    "scatter_add",
    "scatter_add_",
    "_index_put_impl_",
    "index_put",
    "index_put_",
    "max_pool3d_with_indices_backward",
}
"""What has another one, which a run does not switch on."""
ANY_ORDER = {*SWITCHED, *(name for names in LISTED.values() for name in names.split())} - {"resize_"}


class Watch(TorchDispatchMode):
    """Remembers what is computed, also in the backward pass, of what a GPU adds up in any order."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func.overloadpacket.__name__ in ANY_ORDER:
            self.seen.append((func, args, kwargs or {}))
        return func(*args, **(kwargs or {}))


def most_shares(func, args, kwargs):
    """How many numbers of the output send something to one of the input, at most."""
    gradient = args[0]
    shares = 0
    for place in range(gradient.numel()):
        one = torch.zeros(gradient.numel())
        one[place] = 1
        shares = shares + (func(one.view(gradient.shape), *args[1:], **kwargs) != 0)
    return int(shares.max())


def test_torch_lists_what_is_judged_here():
    told = torch.use_deterministic_algorithms.__doc__.partition("operations will throw a")[2]
    told = told.partition("In addition, several")[0]
    assert set(re.findall(r"\* :(?:class|func):`(torch[\w.]+)`", told)) == LISTED.keys()


@pytest.mark.parametrize("kind", INNER, ids=lambda kind: kind.__name__)
def test_those_whose_gradient_is_added_up_in_any_order_say_so(kind):
    @settings(max_examples=40)
    @given(layers(kind), inputs_of(kind))
    def proof(layer, shapes):
        try:
            if count(layer.shape(*shapes)) > 4096:
                return
        except ShapeError:
            return
        inputs = tuple(torch.randn(1, *shape, requires_grad=True) for shape in shapes)
        watch = Watch()
        try:
            with watch:
                computed(layer, inputs)[0].sum().backward()
        except TORCH_REFUSES:
            # such as a variance of a single number
            return
        # with stride 1 and no padding torch has a kernel for it in which each number adds up its own
        adding = [
            seen
            for seen in watch.seen
            if seen[0].overloadpacket.__name__ != "avg_pool3d_backward"
            or seen[1][3] != [1, 1, 1]
            or seen[1][4] != [0, 0, 0]
        ]
        if layer.adds_in_any_order(*shapes):
            assert adding
        else:
            assert all(most_shares(*seen) <= 1 for seen in adding)

    proof()


@pytest.mark.parametrize(
    ("layer", "shape", "said"),
    [
        (AdaptiveAvgPool2d((1, 1)), (3, 7, 7), False),
        (AdaptiveAvgPool2d((7, 7)), (3, 7, 7), False),
        (AdaptiveAvgPool2d((7, 7)), (3, 14, 21), False),
        (AdaptiveAvgPool2d((7, 7)), (3, 13, 14), True),
        (AdaptiveAvgPool2d((7, 7)), (3, 1, 1), True),
        (AdaptiveMaxPool2d((2, 2)), (3, 4, 4), False),
        (AdaptiveMaxPool2d((2, 2)), (3, 4, 5), True),
        (Upsample(2, "bilinear"), (3, 4, 4), True),
        (Upsample(1, "bilinear"), (3, 4, 4), False),
        (Upsample(2, "nearest"), (3, 4, 4), False),
        (Resize((4, 4), "bilinear"), (3, 4, 4), False),
        (Resize((4, 5), "bilinear"), (3, 4, 4), True),
        (BlurPool2d(3, 2, "reflect"), (3, 8, 8), True),
        (BlurPool2d(3, 2, "constant"), (3, 8, 8), False),
    ],
    ids=repr,
)
def test_which_they_are(layer, shape, said):
    assert layer.adds_in_any_order(shape) == said


@pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.__name__)
def test_no_loss_is_added_up_in_any_order(kind):
    @settings(max_examples=20)
    @given(batches(kind))
    def proof(batch):
        loss, outputs, targets = batch
        watch = Watch()
        given_outputs = outputs.clone().requires_grad_()
        with watch:
            make_loss(loss, torch.device("cpu"))(given_outputs, targets).backward()
        assert not watch.seen

    proof()
