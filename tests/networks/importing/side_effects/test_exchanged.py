"""Whoever exchanges a part of torch is told so: layers would agree with the module, and with nobody else."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from networks.core.message import UserError
from networks.importing.importer import imported
from networks.layers import LAYERS
from networks.layers.convolution import Conv2d

torch.set_num_threads(1)

SIZE = (1, 8, 8)


def small() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 4)
    )


def twice(function):
    return lambda *args, **kwargs: function(*args, **kwargs) * 2


PLACES = [
    (nn.Conv2d, "forward"),
    (nn.Conv2d, "_conv_forward"),
    (nn.Conv2d, "__call__"),
    (nn.Flatten, "forward"),
    (nn.Module, "__call__"),
    (functional, "relu"),
    (functional, "conv2d"),
    (functional, "linear"),
    (torch, "relu"),
    (torch.Tensor, "relu"),
    (torch.Tensor, "flatten"),
]


@pytest.mark.parametrize(("place", "name"), PLACES, ids=lambda each: getattr(each, "__name__", each))
def test_what_is_exchanged_is_named(monkeypatch, place, name):
    module = small()
    monkeypatch.setattr(place, name, twice(getattr(place, name)), raising=False)
    with pytest.raises(UserError) as refused:
        imported(module, SIZE)
    assert f"{place.__name__}.{name}”, and layers compute as torch does" in str(refused.value)
    monkeypatch.undo()
    assert imported(module, SIZE)


def test_any_class_that_a_layer_is_made_of_is_looked_after(monkeypatch):
    """All of the catalog, and not those alone that somebody thought of."""
    kinds = {kind for layer in LAYERS if (kind := getattr(nn, layer.__name__, None)) is not None}
    assert len(kinds) > 20
    for kind in sorted(kinds, key=lambda each: each.__name__):
        with monkeypatch.context() as patch:
            patch.setattr(kind, "forward", twice(kind.forward))
            with pytest.raises(UserError, match=rf"nn\.\w+\.forward” *, and|nn.{kind.__name__}.forward"):
                imported(small(), SIZE)


def test_a_forward_may_exchange_nothing_either():
    class Exchanging(nn.Sequential):
        def forward(self, x):
            functional.relu = twice(relu)
            return super().forward(x)

    relu = functional.relu
    try:
        with pytest.raises(UserError):
            imported(Exchanging(*small()), SIZE)
    finally:
        functional.relu = relu


def test_what_hides_nothing_may_be_added(monkeypatch):
    monkeypatch.setattr(nn.Conv2d, "described", lambda self: "a convolution", raising=False)
    monkeypatch.setattr(torch.Tensor, "shown", lambda self: self, raising=False)
    assert any(isinstance(node.layer, Conv2d) for node in imported(small(), SIZE).nodes)


@pytest.mark.parametrize("kept", ["in a list", "in a variable", "in a closure"])
def test_layers_that_torch_does_not_know_of(kept):
    """They would be neither trained nor saved."""
    stranger = nn.Conv2d(4, 4, 1)

    class Hiding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.fc, self.hidden = nn.Conv2d(1, 4, 3), nn.Linear(4, 4), [stranger]

        def forward(self, x):
            more = {"in a list": self.hidden[0], "in a variable": stranger}.get(kept, lambda x: stranger(x))
            return self.fc(more(self.first(x)).mean((2, 3)))

    with pytest.raises(UserError) as refused:
        imported(Hiding(), SIZE)
    assert "calls a Conv2d that is none of its parts" in str(refused.value)
    assert "nn.ModuleList" in str(refused.value)


def test_numbers_that_torch_does_not_know_of():
    factor = nn.Parameter(torch.ones(4, 1, 1))

    class Hiding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.fc = nn.Conv2d(1, 4, 3), nn.Linear(4, 4)

        def forward(self, x):
            return self.fc((self.first(x) * factor).mean((2, 3)))

    with pytest.raises(UserError, match="a tensor that is none of its parameters"):
        imported(Hiding(), SIZE)
