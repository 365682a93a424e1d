"""A closeup holds the layer's own numbers; what is switched off changes the answer and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.insight.copies import kept_looker, run_looker
from networks.insight.looker import Looker
from networks.insight.pictures import pictures
from networks.insight.surveys import counted, excited
from networks.insight.taps import Taps
from networks.insight.xrays import Wanted, xray
from networks.module.build import build
from networks.recipes.losses import CrossEntropy
from networks.training.engine.run import Run
from networks.training.keeping.recorder import Named, begun
from networks.xray.closeup import Focus, paged
from networks.xray.probe import DataPicture
from networks.xray.silenced import Silenced, can_be_bypassed
from networks.xray.survey import TOP
from tests.networks.insight.test_live import project, trained
from tests.networks.insight.test_taps import images_for, tapped
from tests.networks.module.chains import fitting

NOTHING = frozenset()


@settings(max_examples=40)
@given(fitting(), st.data())
def test_a_closeup_holds_the_layers_own_numbers(network, data):
    module = build(network, 10).eval()
    images = images_for(network)
    name = data.draw(st.sampled_from([node.name for node in network.nodes]))
    order = data.draw(st.sampled_from(["strongest", "first"]))
    outputs = tapped(module, network, images)
    focus = Focus(name, order, data.draw(st.integers(0, 3)))
    found = xray(Taps(module, network), network, CrossEntropy(), images, Wanted(NOTHING, focus=focus))
    near = found.closeup
    if name not in outputs:
        assert near is None
        return
    numbers = outputs[name][0].numpy()
    assert not found.views
    assert near.shape == numbers.shape
    flat = numbers.reshape(len(numbers), -1)
    assert np.array_equal(near.lows, flat.min(1), equal_nan=True)
    assert np.array_equal(
        near.values.reshape(len(near.channels), -1), flat[list(near.channels)], equal_nan=True
    )
    assert np.array_equal(near.chosen.ravel(), flat[near.channel], equal_nan=True)
    assert len(near.channels) <= paged(near.shape)
    assert near.outputs.count == numbers.size
    assert near.outputs.counts.sum() == np.isfinite(numbers).sum()


@settings(max_examples=40)
@given(fitting(), st.data())
def test_a_channel_that_is_switched_off_is_zero_and_all_before_it_stays(network, data):
    module = build(network, 10).eval()
    before = {name: each.clone() for name, each in module.state_dict().items()}
    images = images_for(network)
    outputs = tapped(module, network, images)
    taps = Taps(module, network)
    name = data.draw(st.sampled_from([each for each in outputs if taps.part(each) is not None]))
    channel = data.draw(st.integers(0, outputs[name].shape[1] - 1))
    off = Silenced().with_channel(name, channel, off=True)
    everything = frozenset(node.name for node in network.nodes)
    found = xray(taps, network, CrossEntropy(), images, Wanted(everything, 512, 64, "first", off=off))
    place = list(outputs).index(name)
    for each in list(outputs)[:place]:
        assert found.views[each].high == pytest.approx(float(outputs[each][0].max()), nan_ok=True)
    view = found.views[name]
    if view.maps is not None and channel < len(view.maps.channels):
        assert not view.maps.values[channel].any()
    elif view.bars is not None and len(view.bars) == outputs[name].shape[1]:
        assert view.bars[channel] == 0
    assert np.allclose(found.intact, outputs["output"][:1].softmax(1)[0], atol=1e-6, equal_nan=True)
    # what is drawn of the end are the scores that the answer was made of
    scores = torch.from_numpy(found.views["output"].bars)
    assert np.allclose(found.answer, scores.double().softmax(0), atol=1e-6, equal_nan=True)
    assert all(torch.equal(before[each], now) for each, now in module.state_dict().items())


def test_a_layer_is_bypassed_where_its_shape_allows_it():
    trial = project()
    looker = Looker(Run(trial).module, trial)
    ready = pictures(trial, DataPicture(5))
    names = frozenset({"l1", "l2"})
    found = looker.look(ready, Wanted(names, off=Silenced().with_layer("l2", off=True)))
    assert np.array_equal(found.views["l1"].maps.values, found.views["l2"].maps.values)
    assert can_be_bypassed(((4, 8, 8),), (4, 8, 8))
    assert not can_be_bypassed(((4, 8, 8),), (4, 4, 4))
    assert not can_be_bypassed(((4, 8, 8), (4, 8, 8)), (4, 8, 8))


def test_the_pictures_that_excite_a_channel_most_are_those():
    trial = project()
    looker = Looker(Run(trial).module, trial)
    rows = trial.recipe.data.split()[0][:75]
    every = torch.cat([pictures(trial, DataPicture(int(row))).images[:1] for row in rows])
    for name in ("l2", "l6"):
        found = excited(looker, trial, name, rows, lambda share: True)
        outputs = tapped(looker._module, trial.network, every)[name]
        outputs = outputs.flatten(2) if outputs.ndim > 2 else outputs[..., None]
        best = outputs.max(2).values
        assert found.count == 75
        for channel in range(best.shape[1]):
            expected = best[:, channel].sort(descending=True).values[:TOP]
            assert np.allclose(found.values[channel], expected, atol=1e-5)
            first = list(rows).index(found.rows[channel, 0])
            number = outputs[first, channel].flatten()[found.places[channel, 0]]
            assert float(number) == pytest.approx(float(expected[0]), abs=1e-5)
    assert excited(looker, trial, "l2", rows, lambda share: False) is None


def test_how_many_are_right_is_what_validation_says():
    trial = project()
    run = Run(trial)
    list(run.train())
    looker = run_looker(run, "now")
    rows = run.sides.images["validation"]
    off = Silenced(frozenset(("l6", channel) for channel in range(1, 10)))
    found = counted(looker, trial, off, rows, lambda share: True)
    judged = run.judgements["last"]
    assert found.count == len(judged)
    assert found.intact == int((judged.labels == judged.answers).sum())
    assert found.changed != found.intact


def test_gradients_are_those_of_the_last_step_or_of_the_probe():
    trial = project(epochs=1)
    run = Run(trial)
    list(run.train())
    ready = pictures(trial, DataPicture(5))
    looker = Looker(run.module, trial)
    grads = run.module.get_submodule("l0").weight.grad
    stepped = looker.measure(ready, [], "l0", of_step=True).weighed
    assert stepped.of_step
    assert stepped.gradients.norm == pytest.approx(float(grads.norm()), rel=1e-5)
    alone = looker.measure(ready, [], "l0").weighed
    assert not alone.of_step
    assert alone.gradients.norm != pytest.approx(stepped.gradients.norm)
    assert alone.weights.count == run.module.get_submodule("l0").weight.numel()
    assert looker.measure(ready, [], "l2").weighed is None


def test_what_a_normalization_does_is_told_with_its_statistics():
    trial = project(epochs=1)
    run = Run(trial)
    list(run.train())
    found = Looker(run.module, trial).look(
        pictures(trial, DataPicture(5)), Wanted(NOTHING, focus=Focus("l1"))
    )
    normed, part = found.closeup.normed, run.module.get_submodule("l1")
    after = (normed.before[0] - normed.mean) / normed.deviation * normed.scale + normed.shift
    assert np.allclose(after, normed.after[0], atol=1e-4)
    assert np.array_equal(normed.mean, part.running_mean.numpy())


@pytest.mark.parametrize("which", ["now", "best", "first"])
def test_weights_of_a_kept_run_are_looked_at(which, tmp_path):
    trial = project(epochs=2)
    run = Run(trial)
    recorder = begun(run, tmp_path / "runs", Named("Run 1"))
    for event in run.train():
        recorder.take(event)
    ready, wanted = pictures(trial, DataPicture(5)), Wanted(frozenset({"l0"}))
    kept = kept_looker(trial, recorder.folder, which, 3).look(ready, wanted)
    live = run_looker(run, which).look(ready, wanted)
    assert np.array_equal(kept.views["l0"].maps.values, live.views["l0"].maps.values)


def test_what_is_switched_off_and_looked_at_changes_no_bit_of_a_run_that_is_resumed():
    from tests.networks.insight.test_live import Live, Wish, impatient

    trial = project(epochs=3)
    _, saved = trained(Run(trial))
    wanted = Wanted(
        frozenset(node.name for node in trial.network.nodes),
        focus=Focus("l0"),
        off=Silenced().with_channel("l0", 1, off=True),
    )

    def watched(run, last):
        live: Live = impatient()
        live.wish = Wish(run.id, pictures(trial, DataPicture(5)), wanted)
        values, steps = [], run.train()
        for event in steps:
            if hasattr(event, "values"):
                live.look(run)
                values.append(event.values)
            if run.step >= last:
                steps.close()
                break
        assert live.problem is None
        assert live.seen.xray.closeup is not None
        return values

    first = Run(trial)
    watched(first, first.steps_per_epoch + 3)
    second = Run(trial)
    second.restore(first.save())
    watched(second, 10**9)
    after = second.save()
    assert after.tensors.keys() == saved.tensors.keys()
    assert all(torch.equal(after.tensors[name], saved.tensors[name]) for name in saved.tensors)
