"""What refusals advise can be done where they advise it."""

from __future__ import annotations

import pytest

from networks.core.fields import fields_of
from networks.core.shapes import ShapeError
from networks.graph import edits
from networks.graph.check import check
from networks.layers.convolution import Conv2d
from networks.layers.linear import Linear
from networks.layers.merge import Add, Concat, Multiply
from networks.layers.pooling import MaxPool2d
from networks.presets.lenet import lenet5


def refusal(layer, *inputs):
    with pytest.raises(ShapeError) as caught:
        layer.shape(*inputs)
    return str(caught.value)


def test_the_padding_that_is_named_is_counted():
    sentence = refusal(Conv2d(kernel=(40, 40), padding=(1, 1)), (1, 28, 28))
    assert "at least 40×40" in sentence
    assert "got 30×30 (28×28 and a padding of 1)" in sentence
    assert "got 28×28:" in refusal(Conv2d(kernel=(40, 40), padding=(0, 0)), (1, 28, 28))
    pooled = refusal(MaxPool2d(kernel=(40, 40), padding=(1, 2)), (1, 28, 28))
    assert "got 30×32 (28×28 and a padding of 1×2)" in pooled


@pytest.mark.parametrize("layer", [Add(), Multiply(), Concat()])
def test_a_vector_beside_an_image_is_advised_to_be_joined_as_vectors(layer):
    sentence = refusal(layer, (64,), (64, 8, 8))
    assert "global average" in sentence
    assert "1×1" not in sentence
    assert "strides" not in sentence


def test_scores_are_advised_in_the_words_of_the_form():
    network = lenet5()
    last = network["output"].inputs[0]
    wrong = edits.set_layers(network, {last: Linear(features=7)})
    sentence = str(check(wrong, 10).nodes["output"].problem)
    (features,) = (field for field in fields_of(Linear) if field.name == "features")
    assert features.label_of("classes") in sentence
    assert features.title in sentence


def test_without_an_input_nothing_is_said_of_a_layer_above():
    without = edits.remove(lenet5(), {"input"})
    sentence = str(check(without, 10).nodes["conv1"].problem)
    assert "above" not in sentence
    assert "“Network”" in sentence
    assert "“Network”" not in str(check(edits.place(lenet5(), Conv2d())[0], 10).nodes["conv3"].problem)
