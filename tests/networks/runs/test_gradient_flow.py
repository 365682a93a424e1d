"""How the gradient changes over the depth is measured, kept, and said in words."""

from __future__ import annotations

import csv
import io
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from networks.runs.events import Validated
from networks.runs.flow_table import COLUMNS, flow_csv
from networks.runs.gradient_flow import (
    FlowLayer,
    GradientFlow,
    Pull,
    groups,
    to_try,
    trend,
    trend_words,
)
from networks.runs.kept.metrics import events, line
from networks.runs.record import MOST_FLOWS, Record

NORMS = st.floats()


def flow(*gradients, weight=1.0, epoch=1):
    layers = [FlowLayer(f"conv{place}", Pull(each, weight), True) for place, each in enumerate(gradients)]
    return GradientFlow(epoch, 5, tuple(layers))


def validated(found, step=5):
    return Validated("a", step, step // 5, {"validation loss": 0.5}, 1.0, True, flow=found)


@given(st.floats(0.05, 20.0), st.integers(3, 12), st.floats(1e-3, 1e3))
def test_the_same_factor_everywhere_is_found(factor, count, last):
    """From the last layer towards the input each one has so much of the one behind it."""
    values = [last * factor ** (count - 1 - place) for place in range(count)]
    found = trend(flow(*values))
    assert found.factor == pytest.approx(factor, rel=1e-9)
    assert found.whole == pytest.approx(factor ** (count - 1), rel=1e-6)
    assert found.count == count


@given(st.floats(0.2, 5.0), st.integers(7, 12), st.integers(0, 11), st.floats(1e-4, 1e4))
def test_one_layer_of_another_size_hardly_changes_it(factor, count, odd, times):
    values = [factor ** (count - 1 - place) for place in range(count)]
    values[odd % count] *= times
    assert trend(flow(*values)).factor == pytest.approx(factor, rel=1e-6)


@given(st.lists(st.floats(1e-9, 1e9), min_size=3, max_size=9), st.floats(1e-3, 1e3))
def test_larger_weights_make_it_no_other_trend(values, weight):
    plain, over = trend(flow(*values)), trend(flow(*values, weight=weight), over_weights=True)
    assert over.factor == pytest.approx(plain.factor, rel=1e-6)


def test_norms_are_no_trend_where_they_say_nothing():
    assert trend(flow(1.0, 2.0)) is None
    assert trend(flow(1.0, math.nan, 2.0, 3.0)) is None
    assert trend(flow(1.0, math.inf, 2.0, 3.0)) is None
    assert trend(flow(1.0, 2.0, 3.0, weight=0.0), over_weights=True) is None
    silent = trend(flow(0.0, 1.0, 2.0, 4.0))
    assert (silent.factor, silent.silent) == (pytest.approx(0.5), 1)
    assert "1 layer gets a gradient of exactly zero" in str(trend_words(silent))


@pytest.mark.parametrize(
    ("factor", "kind", "word", "advice"),
    [
        (0.3, "vanishes", "vanishes", "ReLU"),
        (0.9, "holds", "holds", "Sigmoid"),
        (4.0, "explodes", "explodes", "clip"),
    ],
)
def test_it_is_named_and_something_is_to_be_tried(factor, kind, word, advice):
    found = trend(flow(*[factor ** (9 - place) for place in range(10)]))
    assert found.kind == kind
    assert word in str(trend_words(found))
    assert f"{factor:.2g} per layer" in str(trend_words(found))
    assert advice in str(to_try(found))


@given(st.lists(st.tuples(st.text(max_size=30), NORMS, NORMS, st.booleans()), max_size=5), st.integers(1, 99))
def test_what_was_measured_comes_back_from_the_file(rows, steps):
    assume(all(name.isprintable() for name, *_ in rows))
    layers = tuple(FlowLayer(name, Pull(gradient, weight), deep) for name, gradient, weight, deep in rows)
    told = validated(GradientFlow(1, steps, layers))
    ((back,),) = events(line(told), "a")
    assert repr(back) == repr(told)


@pytest.mark.parametrize(
    "damaged",
    [b"7", b'{"layers": []}', b'{"steps": 1, "layers": 3}', b'{"steps": 1, "layers": [["a", 1]]}',
     b'{"steps": 1, "layers": [["a", "x", 1, true]]}', b'{"steps": -1, "layers": []}',
     b'{"steps": 1, "layers": [[3, 1, 1, true]]}'],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out_and_the_epoch_stays(damaged):
    whole = line(validated(flow(1.0)))
    start = whole.index(b'"flow":') + 7
    ((back,),) = events(whole[:start] + damaged + b"}\n", "a")
    assert (back.epoch, back.flow) == (1, None)
    record = Record("a")
    record.take([back])
    assert record.flows == []
    assert len(record.validations) == 1


def test_blocks_are_neighbours_of_one_name():
    names = ("conv1", "layer1.0.conv1", "layer1.0.conv2", "layer1.1.conv1", "layer2.0.conv1", "head.fc", "fc")
    assert groups(names) == (("layer1", 1, 3),)


def test_the_table_has_a_row_for_each_layer_in_each_epoch():
    record = Record("a", "Deep, with sigmoid")
    record.take([validated(flow(0.1, 0.2)), validated(flow(0.3, 0.4, epoch=2), step=10)])
    table = list(csv.DictReader(io.StringIO(flow_csv([record]))))
    assert tuple(table[0]) == COLUMNS
    assert [(row["epoch"], row["layer"], float(row["gradient norm"])) for row in table] == [
        ("1", "conv0", 0.1),
        ("1", "conv1", 0.2),
        ("2", "conv0", 0.3),
        ("2", "conv1", 0.4),
    ]
    assert table[0]["run"] == "Deep, with sigmoid"


def test_of_very_many_epochs_the_first_and_the_newest_stay():
    record = Record("a")
    for epoch in range(1, 2001):
        record.take(
            [Validated("a", epoch, epoch, {"validation loss": 0.5}, 1.0, True, flow=flow(1.0, epoch=epoch))]
        )
    epochs = [each.epoch for each in record.flows]
    assert len(epochs) <= MOST_FLOWS
    assert (epochs[0], epochs[-1]) == (1, 2000)
    assert epochs == sorted(set(epochs))
