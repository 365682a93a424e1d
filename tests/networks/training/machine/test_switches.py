"""What makes training quicker changes rounding and nothing else, and what is not possible here says so."""

from __future__ import annotations

import shutil

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.core.message import UserError
from networks.recipes.optimizers import SGD
from networks.recipes.recipe import images_at_once
from networks.runs.events import Failed, Noticed, Started, Stepped
from networks.training.engine.run import Run
from networks.training.experiments.speed import measured_step
from networks.training.machine import abilities
from networks.training.machine.abilities import device_name, obstacles
from networks.training.printed.compiled import Compiled
from networks.training.printed.precision import InBfloat16
from tests.networks.training.engine.test_run import PLAIN, RANDOM, measured, project, same_weights
from tests.networks.training.engine.test_state import kept
from tests.networks.training.precisions import PRECISIONS

IN_BFLOAT16 = pytest.mark.skipif("bfloat16" not in PRECISIONS, reason="this CPU has no bfloat16")


def told(events):
    """What the user was told beside the measurements."""
    return [str(event.message) for event in events if isinstance(event, Noticed)]


def losses(events):
    return [event.values["training loss"] for event in events if isinstance(event, Stepped)]


def translated(monkeypatch, compiler):
    """Has this take the place of torch.compile, on a machine that has a compiler."""
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(abilities.Path, "is_file", lambda path: True)
    monkeypatch.setattr(torch, "compile", compiler)


@pytest.mark.slow
@settings(max_examples=20)
@given(
    st.sampled_from([PLAIN, RANDOM]),
    st.sampled_from([300, 700, 5000]),
    st.sampled_from([1, 2, 3]),
    st.sampled_from([0.0, 0.9]),
)
def test_to_compile_leaves_no_trace(network, batch_size, parts, averaging):
    """With a compiler that changes nothing, all is equal to the bit, with Dropout and BatchNorm too."""
    given = project(network, batch_size=batch_size, accumulation=parts, averaging=averaging)
    sizes = []

    def compiler(model, **options):
        def run(images):
            sizes.append(len(images))
            return model(images)

        return run

    with pytest.MonkeyPatch.context() as patch:
        translated(patch, compiler)
        plain = Run(given)
        run = Run(
            replace(given, recipe=replace(given.recipe, machine=replace(given.recipe.machine, compile=True)))
        )
        outside = torch.get_rng_state()
        assert measured(list(run.train())) == measured(list(plain.train()))
    assert same_weights(run, plain)
    assert torch.equal(torch.get_rng_state(), outside)
    assert {*sizes} == {images_at_once(given.recipe)}
    assert run.machine.compile


def test_without_a_compiler_it_is_trained_all_the_same(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    plain, run = Run(project(RANDOM)), Run(project(RANDOM, compile=True))
    events = list(run.train())
    assert measured(events) == measured(list(plain.train()))
    assert "needs the compiler" in told(events)[-1]
    assert not run.machine.compile


def test_a_compiler_that_fails_is_told_of_and_leaves_no_trace(monkeypatch):
    def compiler(model, **options):
        def run(images):
            model(images)
            raise RuntimeError("no kernel\nfor this")

        return run

    translated(monkeypatch, compiler)
    plain, run = Run(project(RANDOM)), Run(project(RANDOM, compile=True))
    events = list(run.train())
    assert measured(events) == measured(list(plain.train()))
    assert told(events)[-1] == "Trained without torch.compile: RuntimeError: no kernel."


def test_to_compile_can_be_given_up(monkeypatch):
    """By the next function that torch calls; what was begun is begun anew where the run goes on."""
    tried = []

    def compiler(model, **options):
        def run(images):
            tried.append(1)
            if len(tried) == 1:
                training.hurry()
            return model(images)

        return run

    translated(monkeypatch, compiler)
    training, plain = Run(project(RANDOM, compile=True)), Run(project(RANDOM))
    events = training.train()
    assert isinstance(next(events), Started)
    assert isinstance(next(events), Noticed)
    assert isinstance(next(events), Noticed), "it was given up, and says that it begins once more"
    assert training.step == 0
    events.close()
    assert measured(list(training.train())) == measured(list(plain.train()))


def test_a_run_goes_on_with_the_switches_that_it_had(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    first = Run(project(RANDOM, compile=True, threads=1))
    events = first.train()
    while not isinstance(next(events), Stepped):
        pass
    saved = kept(first.save())
    assert (saved.data["machine"]["threads"], saved.data["machine"].get("compile", False)) == (1, False)
    monkeypatch.undo()
    other = Run(project(RANDOM, compile=True, threads=2))
    other.restore(saved)
    assert other.threads == 1
    again = list(other.train())
    assert told(again) == [], "where it was not compiled, it is not compiled now"
    assert measured(again) == measured(list(events))
    assert torch.get_num_threads() == 1


@pytest.mark.parametrize(
    "switch",
    [{"channels_last": False}, pytest.param({"precision": "bfloat16"}, marks=IN_BFLOAT16)],
    ids=str,
)
def test_a_state_of_other_switches_is_refused(switch):
    (name,) = switch
    other = Run(project(PLAIN, **switch))
    before = other.weights()
    with pytest.raises(ValueError, match=name):
        other.restore(Run(project(PLAIN)).save())
    assert all(torch.equal(tensor, before[name]) for name, tensor in other.weights().items())


@IN_BFLOAT16
@pytest.mark.parametrize("network", [PLAIN, RANDOM])
def test_what_is_multiplied_in_bfloat16_ends_near_float32(network):
    plain = losses(Run(project(network, optimizer=SGD(lr=0.1))).train())
    rough = losses(Run(project(network, optimizer=SGD(lr=0.1), precision="bfloat16")).train())
    assert rough != plain
    assert rough == pytest.approx(plain, rel=0.02)


@IN_BFLOAT16
def test_scores_in_bfloat16_come_as_float32_and_weights_stay():
    run = Run(project(RANDOM, precision="bfloat16"))
    assert isinstance(run.model.trained, InBfloat16)
    assert run.model.trained(torch.rand(4, 1, 8, 8)).dtype == torch.float32
    assert {tensor.dtype for tensor in run.weights().values()} == {torch.float32, torch.int64}


def test_channels_first_are_so_in_weights_and_batches():
    run = Run(project(RANDOM, channels_last=False))
    seen = []
    run.watch.begin = lambda step, chosen, images: seen.append(images)
    next(event for event in run.train() if isinstance(event, Stepped))
    assert all(tensor.is_contiguous() for tensor in (*run.module.state_dict().values(), *seen))


def test_switches_are_taken_into_account_by_a_measured_step():
    for switches in ({"channels_last": False}, {"precision": PRECISIONS[-1]}, {"compile": True}):
        assert measured_step(project(RANDOM, **switches), 8).rate > 0


def test_bfloat16_is_refused_where_the_processor_only_imitates_it(monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert str(obstacles("cpu")["precision"]) == "this CPU does not multiply in bfloat16"
    with pytest.raises(UserError, match="does not multiply in bfloat16: choose float32"):
        Run(project(RANDOM, precision="bfloat16"))


def test_what_stands_in_the_way_is_said_in_words(monkeypatch):
    assert set(obstacles("mps")) == {"channels_last", "precision", "compile", "data_parallel"}
    assert "data_parallel" not in obstacles("cpu")
    assert "data_parallel" not in obstacles("cpu", PLAIN)
    assert "normalizes by all images" in str(obstacles("cpu", RANDOM)["data_parallel"])
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setenv("CXX", "mycc")
    assert "compiler mycc" in str(obstacles("cpu")["compile"])
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(abilities.os.path, "isfile", lambda path: False)
    assert "Python.h" in str(obstacles("cpu")["compile"])
    monkeypatch.setattr(abilities.importlib.util, "find_spec", lambda name: None)
    assert "triton" in str(obstacles("cuda")["compile"])


def test_the_processor_has_a_name():
    assert device_name(torch.device("cpu"))


@pytest.mark.slow
@pytest.mark.skipif("compile" in obstacles("cpu"), reason="there is no compiler here")
def test_compiled_steps_are_those_of_torch_but_for_rounding_and_go_on_to_the_bit(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    # the few kernels that there are take less than to start processes that would share them
    monkeypatch.setattr("torch._inductor.config.compile_threads", 1)
    plain = Run(project(RANDOM, optimizer=SGD(lr=0.1)))
    first = Run(project(RANDOM, optimizer=SGD(lr=0.1), compile=True))
    expected = losses(plain.train())
    going, before = first.train(), []
    for event in going:
        assert not isinstance(event, Failed)
        before.append(event)
        if isinstance(event, Stepped) and event.step == 3:
            break
    assert "torch.compile took" in told(before)[-1]
    assert isinstance(first.model.trained, Compiled)
    saved = kept(first.save())
    rest = list(going)
    assert losses([*before, *rest]) == pytest.approx(expected, rel=1e-4)
    second = Run(project(RANDOM, optimizer=SGD(lr=0.1), compile=True))
    second.restore(saved)
    assert measured(list(second.train())) == measured(rest)
    assert same_weights(first, second)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_dropout_that_changes_in_a_compiled_run_is_compiled_again_with_a_word_on_it(monkeypatch, precision):
    """torch's own tracing, with nothing behind it: what a share of dropout costs is told, not hidden."""
    traced = []
    real = torch.compile

    def backend(graph, inputs):
        traced.append(len(noticed))
        return graph

    translated(monkeypatch, lambda model, **options: real(model, dynamic=False, backend=backend))
    torch._dynamo.reset()
    given = project(RANDOM, batch_size=300, epochs=4, precision=precision)
    given = replace(given, recipe=replace(given.recipe, machine=replace(given.recipe.machine, compile=True)))
    run, noticed, steps = Run(given), [], 0
    wishes = {2: ("learning.dropout", 0.5), 4: ("learning.clip", 0.5), 6: ("learning.dropout", 0.0)}
    wishes |= {8: ("learning.optimizer.lr", 0.01), 10: ("learning.dropout", 0.5)}
    for event in run.train():
        assert not isinstance(event, Failed), event.details
        if isinstance(event, Noticed):
            noticed.append(str(event.message))
        elif isinstance(event, Stepped):
            steps += 1
            if steps in wishes:
                run.steer(*wishes[steps])
    begun = [words for words in noticed if "translates" in words]
    assert begun[0].endswith("once for this run …")
    assert [words.endswith("again: dropout is a part of it …") for words in begun[1:]] == [True] * 3
    # nothing is traced but behind such a word, and a share that was there before is known
    assert len(set(traced)) == 3
    assert all("translates" in noticed[count - 1] for count in traced)
    assert len(run.state.changes) == 5
    torch._dynamo.reset()


@IN_BFLOAT16
def test_a_run_in_bfloat16_that_was_steered_is_repeated_to_the_bit():
    given = project(RANDOM, batch_size=300, epochs=3, precision="bfloat16")
    run, wishes = Run(given), {2: ("learning.dropout", 0.5), 4: ("learning.optimizer.lr", 0.01)}
    told_of = []
    for event in run.train():
        told_of.append(event)
        if isinstance(event, Stepped) and event.step in wishes:
            run.steer(*wishes[event.step])
    assert len(run.state.changes) == 2
    again = Run(given, changes=tuple(run.state.changes))
    assert measured(list(again.train())) == measured(told_of)
    assert same_weights(again, run)
