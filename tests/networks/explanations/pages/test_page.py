"""A page holds together: the way leads from the picture to the number, and rows add up to what torch gave."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from networks.explanations.core.forms import WeightedSum
from networks.explanations.pages.page import page, stands_for, with_pixels
from networks.explanations.pages.seen_layers import layer_in_words
from networks.explanations.traces.kept import Kept, bytes_of_outputs
from networks.explanations.values.losses import LossPass
from networks.explanations.words.rows import MOST, parts_of, rows_of, strong_parts
from networks.graph.check import check
from networks.insight.taps import Taps
from networks.layers.activation import Activation
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input
from networks.layers.linear import Linear
from networks.layers.merge import Add
from networks.module.build import build
from networks.presets.catalog import PRESETS
from networks.recipes.losses import CrossEntropy
from networks.xray.value_place import ValuePlace

NAMES = ("LeNet-5", "ResNet-20")
CLASSES = tuple("abcdefghij")


@pytest.fixture(scope="module", params=NAMES)
def kept(request):
    network = next(preset for preset in PRESETS if preset.name == request.param).network()
    torch.manual_seed(2)
    module = build(network, 10).eval()
    (shape,) = (node.layer.shape() for node in network.nodes if isinstance(node.layer, Input))
    captures = Taps(module, network).captures(torch.randn(1, *shape), network.order)
    (end,) = (name for name in network.order if network[name].layer.ends)
    scores = captures[end].output
    loss = torch.nn.functional.cross_entropy(torch.from_numpy(scores), torch.tensor([3]))
    losses = LossPass(CrossEntropy(), scores, np.eye(10)[[3]])
    picture = np.zeros((*shape[1:], shape[0]), np.uint8)
    report = check(network, 10)
    found = Kept(
        network=network,
        report=report,
        captures=captures,
        step=0,
        mode="evaluation",
        picture=picture,
        label=3,
        whole=True,
        end=end,
        losses=losses,
        loss=float(loss),
    )
    return with_pixels(found, (0.5,) * shape[0], (0.25,) * shape[0])


def any_place(kept, name, seed):
    sizes = kept.captures[name].output.shape[1:]
    random = np.random.default_rng(seed)
    return ValuePlace(name, tuple(int(random.integers(size)) for size in sizes))


@pytest.mark.parametrize("seed", [0, 1])
def test_the_way_leads_from_the_picture_to_each_number_and_on(kept, seed):
    for name in kept.network.order:
        found = page(kept, any_place(kept, name, seed), CLASSES)
        assert found.crumbs[found.here].place == found.place
        assert isinstance(kept.network[found.crumbs[0].layer].layer, Input)
        for before, after in zip(found.crumbs, found.crumbs[1:], strict=False):
            assert before.layer in kept.network[after.layer].inputs or after.kind is None
        for crumb in found.crumbs[: found.here + 1]:
            # behind a zero of the padding only the layers are named
            assert (crumb.place is None) == (crumb.value is None)
            if crumb.place is not None:
                output = kept.captures[crumb.layer].output
                assert crumb.value == pytest.approx(float(output[(0, *crumb.place.at)]))
        assert found.next is not None
        assert found.sentences
        assert found.fields[found.place.layer].pixels.any()


def test_rows_of_every_sum_add_up_to_the_value_of_the_network(kept):
    for name in kept.network.order:
        explanation = kept.value(any_place(kept, name, 4))
        form = explanation.form
        if isinstance(form, WeightedSum):
            rows = rows_of(parts_of(form))
            assert len(rows) <= MOST
            total = sum(row.total for row in rows) + (form.bias or 0.0)
            assert total == pytest.approx(explanation.value, abs=1e-5 * (1 + np.abs(form.products).sum()))


def test_the_last_step_is_the_loss_as_torch_computed_it(kept):
    end = page(kept, any_place(kept, kept.end, 0), CLASSES)
    assert end.next.place == ValuePlace(kept.end, ())
    loss = page(kept, end.next.place, CLASSES)
    assert loss.explanation.difference < 1e-5
    assert loss.next is None
    assert "“d”" in str(loss.sentences[0])


def test_going_back_and_on_follows_the_strongest_number(kept):
    (name,) = (node.name for node in kept.network.nodes if node.name in ("fc3", "fc"))
    found = page(kept, any_place(kept, name, 3))
    form = found.explanation.form
    assert found.before.place.at == (int(np.abs(form.products).argmax()),)


def test_a_number_of_a_flattened_image_stands_for_its_pixel(kept):
    # what leaves ResNet-20's pooling is a vector at once: its numbers stand for no single pixel
    name = next((name for name in kept.network.order if "flatten" in name), None)
    if name is None:
        vector = next(name for name in kept.network.order if kept.captures[name].output.ndim == 2)
        assert stands_for(kept, ValuePlace(vector, (17,))) == ValuePlace(vector, (17,))
        return
    source = kept.network[name].inputs[0]
    shape = kept.captures[source].output.shape[1:]
    place = stands_for(kept, ValuePlace(name, (17,)))
    assert place == ValuePlace(source, tuple(int(each) for each in np.unravel_index(17, shape)))


def test_memory_is_counted_as_it_is_kept(kept):
    outputs = {id(each.output): each.output.nbytes for each in kept.captures.values()}
    assert sum(outputs.values()) == bytes_of_outputs(kept.report, 1)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=60), st.booleans())
def test_rows_add_up_and_name_each_part_at_most_once(parts, by_size):
    numbers = np.array(parts)
    rows = rows_of(numbers, by_size=by_size)
    assert sum(row.total for row in rows) == pytest.approx(numbers.sum(), abs=1e-9)
    assert sum(row.count for row in rows) == len(parts)
    named = [row.index for row in rows if row.index is not None]
    assert len(set(named)) == len(named)
    assert all(row.total == parts[row.index] for row in rows if row.index is not None)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30))
def test_strong_parts_make_up_nine_tenths_and_one_fewer_does_not(parts):
    numbers = np.array(parts)
    strong = strong_parts(numbers)
    toward = np.where(np.sign(numbers) == np.sign(numbers.sum()), np.abs(numbers), 0.0)
    if not strong:
        assert toward.sum() == 0
        return
    assert toward[list(strong)].sum() >= 0.9 * toward.sum() - 1e-9
    assert toward[list(strong[:-1])].sum() < 0.9 * toward.sum()


def test_what_a_layer_does_is_said_with_its_own_counts(kept):
    """Whoever asks what a layer does is told how often it does what one number shows."""
    spoken = set()
    for name in kept.network.order:
        found = page(kept, any_place(kept, name, 0), CLASSES)
        words = " ".join(str(each) for each in layer_in_words(found))
        output = kept.captures[name].output[0]
        layer = kept.network[name].layer
        if isinstance(layer, Conv2d):
            assert f"Each of its {len(output)} filters" in words
            assert "×".join(map(str, output.shape[1:])) in words
            assert ("orange" in words) == (layer.kernel != (1, 1))
        if isinstance(layer, Linear):
            assert f"There are {len(output)} units" in words
        if isinstance(layer, Activation):
            assert f"each of its {output.size} numbers" in words
        spoken |= {type(layer)} if words else set()
    assert {Conv2d, Linear} <= spoken
    end = page(kept, ValuePlace(kept.end, ()), CLASSES)
    assert layer_in_words(end) == ()


def test_a_block_is_seen_past_by_its_shortcut(kept):
    """Where ways lead past blocks, what is seen through shortcuts alone is a smaller part of the same."""
    smaller = 0
    for name in kept.network.order:
        found = page(kept, any_place(kept, name, 1), CLASSES)
        if found.direct is None:
            continue
        smaller += 1
        whole = found.fields[found.entry]
        assert not (found.direct.pixels & ~whole.pixels).any()
        assert found.direct.box != whole.box
    adds = [node for node in kept.network.nodes if isinstance(node.layer, Add)]
    assert bool(smaller) == bool(adds)
