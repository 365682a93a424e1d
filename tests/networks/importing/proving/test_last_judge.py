"""What the last judge takes for rounding, what for a difference, and what for neither."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from networks.core.message import UserError
from networks.importing import importer
from networks.importing.converting.conversion import converted
from networks.importing.importer import imported, proved
from networks.importing.proving import judged_sizes
from networks.layers.activation import Sigmoid, Tanh
from networks.layers.normalization import BatchNorm2d

torch.set_num_threads(1)

SIZE = (3, 9, 9)


@pytest.fixture(autouse=True)
def torch_may_be_exchanged(monkeypatch):
    """Some of these have torch's own modules round differently or break off, which an import refuses."""
    monkeypatch.setattr(importer, "refuse_exchanged", lambda module: None)


class Sensitive(nn.Module):
    """Makes another result of the last bit of an image, as resnest269e does: every layer doubles rounding."""

    def __init__(self, layers: int = 70) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.norms = nn.ModuleList(nn.BatchNorm2d(8) for _ in range(layers))
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = self.conv(x)
        for norm in self.norms:
            y = torch.tanh(x)
            x = norm(y * y)
        return self.fc(x.mean((2, 3)))


def get_wrong(monkeypatch, change) -> None:
    """Has the conversion get layers wrong, as it might some day: `change` gives what an entry becomes."""

    def wrong(*arguments):
        found = converted(*arguments)
        return found._replace(entries=tuple(map(change, found.entries)))

    monkeypatch.setattr(importer, "converted", wrong)


def perturbed(monkeypatch) -> None:
    """Sums in another order, as another build of torch may: the last bits of each tanh of ours are others."""
    plain = nn.Tanh.forward
    monkeypatch.setattr(
        nn.Tanh, "forward", lambda self, x: plain(self, x) * (1 + 3 * torch.finfo(x.dtype).eps)
    )


@pytest.mark.parametrize("layers", [5, 25, 70])
def test_rounding_is_no_difference_however_much_the_layers_make_of_it(layers, monkeypatch):
    module = Sensitive(layers)
    torch.manual_seed(0)
    images = torch.randn((2, *SIZE), dtype=torch.float64)
    scores = module.double()(images)
    moved = (module(images * (1 + 2**-51)) - scores).abs().max() / scores.abs().max()
    assert (moved > 1e-3) == (layers == 70), "in the deepest one even double precision does not help"
    perturbed(monkeypatch)
    assert len(imported(module.float(), SIZE).of_type(BatchNorm2d)) == layers


@pytest.mark.parametrize(("layers", "eps"), [(5, 1e-3), (70, 1e-3), (70, 1.01e-5)])
def test_a_difference_is_none_of_rounding_and_its_layer_is_named(layers, eps, monkeypatch):
    def change(entry):
        wrong = entry.path == "norms.3"
        return entry._replace(layer=BatchNorm2d(eps=eps)) if wrong else entry

    get_wrong(monkeypatch, change)
    module = Sensitive(layers)
    perturbed(monkeypatch)
    with pytest.raises(UserError, match=r"“norms\.3”.*computes other numbers"):
        imported(module, SIZE)


def test_where_memory_does_not_suffice_to_tell_rounding_from_a_difference_that_is_said(monkeypatch):
    module = Sensitive(70)
    (own,) = judged_sizes.judged_sizes(imported(module, SIZE), 4)
    monkeypatch.setattr(judged_sizes, "MOST_MEMORY", own.memory(judged_sizes.SINGLE))
    perturbed(monkeypatch)
    with pytest.raises(UserError, match=r"whether that is rounding cannot be told: .* would take about"):
        imported(module, SIZE)


class Single(nn.Module):
    """InstanceNorm of one number a channel: torch refuses it in training, and in the network as well."""

    def __init__(self, kernel: int = 9) -> None:
        super().__init__()
        self.pool, self.norm = nn.AvgPool2d(kernel), nn.InstanceNorm2d(3)
        self.fc = nn.Linear(3, 4)

    def forward(self, x):
        return self.fc(torch.tanh(self.norm(self.pool(x))).mean((2, 3)))


class Broken(nn.Module):
    """Goes a way in training that breaks off with words that other layers may use as well."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 8, 3), nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(torch.tanh(self.conv(x)).mean((2, 3)))


def both_fail(monkeypatch, *, training: bool) -> None:
    """Makes both break off with the very same words, in training or in evaluation."""
    plain = nn.Conv2d.forward

    def failing(self, x):
        if x.device.type != "meta" and self.training is training:
            raise RuntimeError("It broke.")
        return plain(self, x)

    monkeypatch.setattr(nn.Conv2d, "forward", failing)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("wrong", [True, False])
def test_that_both_break_off_with_the_same_words_proves_nothing(training, wrong, monkeypatch):
    both_fail(monkeypatch, training=training)
    if wrong:
        get_wrong(
            monkeypatch,
            lambda entry: entry._replace(layer=Sigmoid()) if entry.layer == Tanh() else entry,
        )
    found_before = wrong and not training  # the training pass, which comes first, differs
    words = (
        "other numbers"
        if found_before
        else "neither it nor its layers run on random images of 3×9×9.*It broke"
    )
    with pytest.raises(UserError, match=words):
        imported(Broken(), SIZE)


def test_where_smaller_images_break_both_off_the_own_size_is_tried(monkeypatch):
    monkeypatch.setattr(judged_sizes, "LARGE", 1000)
    network, proof = proved(Single(32), (3, 64, 64))
    assert proof.size == (3, 64, 64)
    assert len(network.nodes) == 7


class Overwritten(nn.Module):
    """A number that a gradient needs is changed: torch refuses the backward pass."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 8, 3), nn.Linear(8, 4)

    def forward(self, x):
        x = torch.tanh(self.conv(x))
        x.sigmoid_()
        return self.fc(x.mean((2, 3)))


def test_what_was_not_compared_is_told():
    assert not proved(Overwritten(), SIZE)[1].gradients
    assert proved(Broken(), SIZE)[1].gradients
