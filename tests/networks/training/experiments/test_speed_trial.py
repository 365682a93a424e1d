"""Trying the switches measures every combination, and leaves another run as if nobody had tried."""

from __future__ import annotations

import shutil

import pytest
import torch
from msgspec.structs import replace

from networks.core.message import UserError
from networks.graph.edits import remove
from networks.layers.linear import Flatten
from networks.project.project import Project
from networks.recipes.machine_section import Machine
from networks.recipes.optimizers import SGD, Adam
from networks.recipes.recipe import with_settings
from networks.recipes.stopping import Stopping
from networks.runs.events import Stepped
from networks.training.engine.run import Run
from networks.training.experiments import speed_trial
from networks.training.experiments.speed_trial import COMPARED, try_switches
from networks.training.machine import abilities, devices
from tests.networks.training.engine.test_run import PLAIN, RANDOM, measured, project
from tests.networks.training.precisions import PRECISIONS


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Two cores, no compiler, and hardly any time for each trial."""
    monkeypatch.setattr(speed_trial, "SECONDS", 0.01)
    for module in (devices, speed_trial):
        monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.setattr(shutil, "which", lambda name: None)


def test_a_run_is_to_the_bit_as_if_nobody_had_tried():
    given = project(RANDOM, optimizer=Adam(lr=0.01), epochs=2)
    straight = list(Run(given).train())
    run = Run(given)
    told, outside, threads = [], torch.get_rng_state(), torch.get_num_threads()
    for event in run.train():
        told.append(event)
        if isinstance(event, Stepped) and event.step in (3, 7):
            before = run.save()
            assert try_switches(given) is not None
            after = run.save()
            assert before.data == after.data
            assert all(torch.equal(after.tensors[name], tensor) for name, tensor in before.tensors.items())
            assert torch.equal(torch.get_rng_state(), outside)
            assert torch.get_num_threads() == threads
    assert measured(told) == measured(straight)


@pytest.mark.parametrize("network", [PLAIN, RANDOM])
def test_every_combination_is_measured_once_with_the_plain_one_first(network):
    # a validation that is good enough does not end it
    given = project(network, optimizer=SGD(lr=0.01), stopping=Stopping(target=100.0))
    found = try_switches(given)
    assert found is not None
    machines = [trial.machine for trial in found.trials]
    assert machines[0] == Machine(threads=1, channels_last=False)
    in_parts = [machine for machine in machines if machine.data_parallel]
    assert len(machines) == len({*map(repr, machines)}) == 4 * len(PRECISIONS) + len(in_parts)
    assert len(in_parts) == (2 * len(PRECISIONS) if network is PLAIN else 0)
    assert all(machine.threads > 1 for machine in in_parts)
    assert found.batch == 300
    assert found.processor
    assert found.plain.difference == 0
    for trial in found.trials:
        assert trial.images_per_second > 0
        assert trial.memory is None
        assert found.equal(trial), "dropout draws other numbers, which are not compared"
        assert (trial.difference > 1e-5) == (trial.machine.precision == "bfloat16")
    assert any("compiler" in str(reason) for reason in found.left_out)


def test_compiled_steps_are_tried_with_what_is_fastest_without(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(abilities.Path, "is_file", lambda path: True)
    monkeypatch.setattr(torch, "compile", lambda model, **options: model)
    found = try_switches(project(PLAIN))
    assert found is not None
    compiled = [trial for trial in found.trials if trial.machine.compile]
    assert [trial.machine.precision for trial in compiled] == [*PRECISIONS]
    for trial in compiled:
        assert trial.compile_seconds is not None
        others = [
            each
            for each in found.trials
            if replace(each.machine, compile=True, data_parallel=False) == trial.machine
        ]
        alike = [each for each in found.trials if each.machine.precision == trial.machine.precision]
        fastest = max(
            (each for each in alike if not each.machine.compile), key=lambda each: each.images_per_second
        )
        assert fastest in others


def test_a_compiler_that_fails_is_told_of_and_the_rest_is_measured(monkeypatch):
    def broken(model, **options):
        raise RuntimeError("no kernel")

    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(abilities.Path, "is_file", lambda path: True)
    monkeypatch.setattr(torch, "compile", broken)
    found = try_switches(project(PLAIN))
    assert found is not None
    assert "no kernel" in str(found.trials[-1].problem)
    best = found.best(Machine(), threads=1)
    assert best is not None
    assert not best.machine.compile


def test_what_computes_something_else_is_not_equal(monkeypatch):
    """The measure is broken on purpose: with channels last, the first layer's weights are doubled."""
    make = speed_trial.Run.__init__

    def changed(self, given, *arguments, **options):
        make(self, given, *arguments, **options)
        if given.recipe.machine.channels_last:
            with torch.no_grad():
                next(iter(self.module.parameters())).mul_(1.01)

    monkeypatch.setattr(speed_trial.Run, "__init__", changed)
    found = try_switches(project(PLAIN))
    assert found is not None
    for trial in found.trials:
        if trial.machine.precision == "float32":
            assert found.equal(trial) == (not trial.machine.channels_last)
    best = found.best(Machine(), threads=1)
    assert best is not None
    assert not best.machine.channels_last


def test_it_can_be_ended_early_and_gives_what_was_measured():
    shares = []

    def going_on(share):
        shares.append(share)
        return share < 2.5 / (6 * len(PRECISIONS))

    found = try_switches(project(PLAIN), going_on)
    assert found is not None
    assert len(found.trials) == 2
    assert 0 <= min(shares) <= max(shares) <= 1
    assert try_switches(project(PLAIN), lambda share: False) is None


def test_biases_whose_gradient_is_rounding_alone_do_not_count():
    """Before a BatchNorm Adam makes whole steps of them, which change no score."""
    found = try_switches(project(RANDOM, optimizer=Adam(lr=0.01), epochs=COMPARED))
    assert found is not None
    assert max(t.difference for t in found.trials if t.machine.precision == "float32") < 1e-5


def test_what_cannot_be_trained_is_refused():
    given = project(PLAIN)
    flattening = {node.name for node in given.network.of_type(Flatten)}
    with pytest.raises(UserError):
        try_switches(Project(remove(given.network, flattening), given.recipe))
    with pytest.raises(UserError):
        try_switches(Project(given.network, with_settings(given.recipe, optimizer=SGD(lr=1e30), epochs=2)))
