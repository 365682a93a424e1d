"""Every optimizer is torch's: its call runs, its defaults and bounds are torch's own."""

from __future__ import annotations

import inspect
import re

import msgspec
import pytest
import torch
from hypothesis import given, settings

from networks.core.fields import changed, fields_of
from networks.recipes.optimizers import OPTIMIZERS, SGD, AnyOptimizer, RMSprop
from networks.training.setup.make_optimizer import constructor, make_optimizer
from tests.networks.strategies import layers as declared

every_optimizer = pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)


def made(optimizer, **further):
    """torch's optimizer over one weight with a gradient, and the weight."""
    weight = torch.nn.Parameter(torch.ones(3))
    weight.grad = torch.tensor([1.0, -2.0, 0.5])
    call = optimizer.call("mps")
    return constructor(call)([weight], **dict(call.kwargs), **further), weight


@every_optimizer
def test_its_defaults_are_torchs(kind):
    theirs = inspect.signature(getattr(torch.optim, kind.__name__)).parameters
    for name, value in kind().arguments().items():
        if name in theirs or not kind.own:
            assert value == theirs[name].default, name


@every_optimizer
def test_a_step_moves_the_weight_against_the_gradient(kind):
    optimizer, weight = made(kind())
    before = weight.detach().clone()
    optimizer.step()
    moved = weight.detach() - before
    assert torch.isfinite(moved).all()
    assert (moved.sign() == -weight.grad.sign()).all()


@every_optimizer
def test_torch_takes_whatever_the_bounds_allow_and_gets_it(kind):
    @settings(max_examples=40)
    @given(declared(kind))
    def proof(optimizer):
        theirs, _ = made(optimizer)
        for name, value in optimizer.arguments().items():
            assert theirs.defaults[name] == value
        theirs.step()

    proof()


@every_optimizer
def test_fused_is_what_torch_offers(kind):
    assert [dict(kind().call(device).kwargs).get("fused", False) for device in ("cpu", "cuda", "mps")] == [
        kind.fused,
        kind.fused,
        False,
    ]
    if kind.fused:
        optimizer, weight = made(kind(), fused=True)
        optimizer.step()
        _, plain = (pair := made(kind()))
        pair[0].step()
        assert torch.allclose(weight, plain)
    else:
        with pytest.raises(TypeError, match="fused"):
            made(kind(), fused=True)


@every_optimizer
def test_it_comes_back_from_json_and_refuses_what_is_out_of_bounds(kind):
    @settings(max_examples=20)
    @given(declared(kind))
    def proof(optimizer):
        assert msgspec.json.decode(msgspec.json.encode(optimizer), type=AnyOptimizer) == optimizer

    proof()
    for field in fields_of(kind):
        if field.kind == "real":
            for value in (field.low - 1, field.high + 1, float("nan")):
                with pytest.raises(msgspec.ValidationError, match=field.name):
                    changed(kind(), **{field.name: value})


def test_nesterov_waits_for_momentum():
    assert SGD(nesterov=True).arguments()["nesterov"] is False
    assert SGD(nesterov=True, momentum=0.9).arguments()["nesterov"] is True


@every_optimizer
def test_texts(kind):
    assert kind.help().endswith(".")
    assert kind.formula
    assert kind.paper
    assert 0 < kind.usual[0] < kind.usual[1]
    assert all(field.help.endswith(".") and field.title for field in fields_of(kind))


@every_optimizer
def test_no_letter_of_a_formula_is_left_unexplained(kind):
    # a letter with its hat and its subscript; words such as "max" and "rows" explain themselves
    formula = re.sub("[ᵀ²]", "", kind.formula)
    letters = re.findall(r"(?<![^\W_])[^\W\d_]\u0302?[₀-₉]?(?![^\W_])", formula)
    assert "w" in letters or "W" in letters
    explained = re.findall(r"[^\W\d_]\u0302?[₀-₉]?(?=: |, | and )", kind.letters)
    assert set(letters) <= set(explained)
    titles = [field.title for field in fields_of(kind)]
    for title in ("Beta 1", "Beta 2", "Epsilon", "Momentum", "Alpha", "Weight decay"):
        assert title not in kind.letters or title in titles


@pytest.mark.parametrize(
    "declared",
    [*(kind() for kind in OPTIMIZERS), SGD(momentum=0.9), RMSprop(momentum=0.9, centered=True)],
    ids=repr,
)
def test_it_keeps_as_many_numbers_as_it_says(declared):
    # of three matrices the one in the middle is that of a hidden layer, for Muon
    weights = [torch.nn.Parameter(torch.ones(8, 8)) for _ in range(3)]
    optimizer = make_optimizer(declared, weights, torch.device("cpu"))
    for weight in weights:
        weight.grad = torch.ones(8, 8)
    optimizer.step()
    kept = [each for each in optimizer.state[weights[1]].values() if isinstance(each, torch.Tensor)]
    assert sum(each.numel() for each in kept if each.numel() > 1) // 64 == declared.numbers_kept()
