"""A run that was killed at any moment goes on from its folder as if nothing had happened, to the bit."""

from __future__ import annotations

import itertools
import json
import math
import subprocess
import sys

import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import load_file

from networks.core.message import UserError
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import BatchNorm2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.layers.resizing import Upsample
from networks.project.project import write_project
from networks.recipes.augmentation.cutmix import CutMix
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.optimizers import OPTIMIZERS, SGD, Adam, Muon
from networks.recipes.schedules import SCHEDULES, Constant, CosineRestarts, MultiStep, Plateau, StepDrops
from networks.recipes.stopping import Stopping
from networks.runs.events import Finished, Stepped
from networks.runs.kept.files import OTHER_WEIGHTS, PROJECT, WEIGHTS
from networks.runs.kept.folders import run_folders
from networks.runs.kept.legs import first_leg, newest_leg, state_of
from networks.runs.kept.reading import read_run
from networks.runs.record import Record
from networks.training.engine.fetching import Fetching
from networks.training.engine.run import Run
from networks.training.engine.state import SavedState
from networks.training.keeping import resuming
from networks.training.keeping.checkpoint import checkpoints, read_checkpoint, write_checkpoint
from networks.training.keeping.recorder import Named, begun
from networks.training.keeping.resuming import resumed
from tests.networks.training.engine.test_run import RANDOM, chain, measured, project, same_weights
from tests.networks.training.keeping.killed import steer

EVERYTHING = {
    "optimizer": Adam(),
    "schedule": Plateau(patience=0, threshold=0.9),
    "augmentation": AUGMENTATION_PRESETS[-1].steps,
    "averaging": 0.9,
    "accumulation": 3,
    "clip": 0.5,
    "stopping": Stopping(patience=4),
    "epochs": 6,
}
HIDDEN = chain(
    Input(channels=1, size=(8, 8)),
    Conv2d(filters=4, kernel=(3, 3)),
    BatchNorm2d(),
    ReLU(),
    Conv2d(filters=6, kernel=(3, 3)),
    BatchNorm2d(),
    ReLU(),
    Dropout(p=0.3),
    Flatten(),
    Linear(features=CLASSES),
    Output(),
)
"""With a layer between the first and the last, the only one whose weights Muon itself changes."""
SET = {
    CosineRestarts: {"first": 1},
    StepDrops: {"every": 1},
    MultiStep: {"at": (1, 3)},
    Plateau: {"patience": 0, "threshold": 0.9},
    Constant: {"warmup": 2.0},
}
"""So that each schedule changes the rate within four epochs."""
MANY = {
    "optimizers": [
        {"optimizer": optimizer} for optimizer in (*(kind() for kind in OPTIMIZERS), SGD(momentum=0.9))
    ],
    "schedules": [{"schedule": schedule(**SET.get(schedule, {}))} for schedule in SCHEDULES],
    "images": [{"augmentation": steps} for steps in (AUGMENTATION_PRESETS[1].steps, (CutMix(),))],
    "others": [
        {"averaging": 0.99},
        {"accumulation": 2},
        {"dropout": 0.5},
        {"stopping": Stopping(patience=1)},
    ],
}


def kill(tmp_path, recipes, kills):
    """Trains each recipe in processes that are killed; gives the folders of the runs."""
    jobs = []
    for index, recipe in enumerate(recipes):
        place = tmp_path / f"{index}.json"
        write_project(project(HIDDEN, **({"epochs": 4} | recipe)), place)
        jobs.append((str(place), str(tmp_path / f"{index}.runs"), kills, index))
    done = subprocess.run(
        [sys.executable, "-m", "tests.networks.training.keeping.killed", json.dumps(jobs)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # nearly all moments lie before the end
    assert sum(json.loads(done.stdout)) >= len(jobs)
    return [run_folders(tmp_path / f"{index}.runs")[-1] for index in range(len(recipes))]


def straight(given):
    """The same run without an interruption."""
    run, record = Run(given), Record("straight")
    for event in run.train():
        record.take([event])
        steer(run)
    return run, record


def assert_same(folder, run, record):
    """What lies in the folder is what this run has told and learned, bit for bit."""
    found = read_run(folder)
    assert found.state == "ended"
    for ours, theirs in ((found.record.steps, record.steps), (found.record.validations, record.validations)):
        assert ours.step.tobytes() == theirs.step.tobytes()
        for name in ours._values:
            assert ours.values(name).tobytes() == theirs.values(name).tobytes()
    assert found.record.flows == record.flows
    assert len(record.flows) == len(record.validations)
    assert [(change.step, change.value) for change in found.record.changes] == [
        (change.step, change.value) for change in record.changes
    ]
    for kind, file in [("last", WEIGHTS), *OTHER_WEIGHTS.items()]:
        if (folder / file).exists():
            weights, expected = load_file(folder / file), run.weights(kind)
            assert weights.keys() == expected.keys()
            assert all(torch.equal(weights[name], expected[name]) for name in expected)


def test_a_run_killed_at_random_moments_is_the_same_run(tmp_path):
    (folder,) = kill(tmp_path, [EVERYTHING], 2)
    assert_same(folder, *straight(project(HIDDEN, **EVERYTHING)))
    assert (folder / OTHER_WEIGHTS["averaged"]).exists()


@pytest.mark.slow
def test_whatever_the_recipe_a_killed_run_is_the_same_run(tmp_path):
    """All recipes share the process that forks theirs: to start one with torch takes seconds."""
    recipes = [recipe for kind in MANY.values() for recipe in kind]
    for folder, recipe in zip(kill(tmp_path, recipes, 3), recipes, strict=True):
        assert_same(folder, *straight(project(HIDDEN, **({"epochs": 4} | recipe))))


def test_each_schedule_and_each_optimizer_has_something_to_lose():
    """What is killed below has by then changed the rate, or remembers something of each hidden weight."""
    for recipe in MANY["schedules"]:
        _, record = straight(project(HIDDEN, optimizer=SGD(), epochs=4, **recipe))
        rates = record.steps.values("learning rate")
        steered = record.changes[0].step
        assert len(set(rates[:steered].tolist())) > 1 or len(set(rates[steered:].tolist())) > 1
    run, _ = straight(project(HIDDEN, optimizer=Muon()))
    slots = {name: set(of) for name, of in run.state._optimizer_slots()}
    assert {"momentum_buffer"} in slots.values()
    assert {"step", "exp_avg", "exp_avg_sq"} in slots.values()


# what is in a checkpoint

LATER = 9
"""Events after which a checkpoint is written: in the middle of the second epoch."""
JUDGED = 14
"""Right after the second validation."""
PARTS = {
    "weights/": LATER,
    "best/": LATER,
    "averaged/": LATER,
    "optimizer/": LATER,
    "random/": LATER,
    "shuffling": LATER,
    "order": LATER,
    "step": LATER,
    "judged_step": JUDGED,
    "target_epochs": LATER,
    "over": JUDGED,
    "repeating": JUDGED,
    "changes": LATER,
    "flow": LATER,
    "best": LATER,
    "losses": JUDGED,
    "untold": LATER,
}


def interrupted(tmp_path, given, events, steered, repeating=False):
    """A run that is left after so many events, with a checkpoint; and all that it would have told."""
    run = Run(given)
    run.state.repeating = repeating
    going = run.train()
    told = []
    for event in itertools.islice(going, events):
        told.append(event)
        if isinstance(event, Stepped) and event.step == steered[0]:
            run.steer("learning.optimizer.lr", steered[1])
    run.target_epochs += 1
    write_checkpoint(tmp_path, run.save())
    return run, told, list(going)


def outcome(run, rest):
    weights = [run.weights(kind) for kind in ("last", "best", "averaged")]
    return (
        measured(rest),
        type(rest[-1]),
        rest[-1].step,
        [{name: tensor.numpy().tobytes() for name, tensor in each.items()} for each in weights],
    )


@pytest.mark.parametrize("part", [None, *PARTS])
def test_a_checkpoint_holds_all_that_is_needed_and_nothing_else(tmp_path, monkeypatch, part):
    """Where any one part is left out, the run that goes on is another one."""
    options = {"schedule": Plateau(patience=0, threshold=0.999), "averaging": 0.9, "seed": 3, "epochs": 2}
    if part in ("over", "repeating"):
        # the first epoch is good enough
        options["stopping"] = Stopping(measure="validation accuracy", target=0.01)
    steered = 2, 0.02
    if part in ("best", "best/"):
        # from then on each epoch is worse than the first
        options["optimizer"], steered = SGD(lr=0.05), (6, 20.0)
    if part == "untold":
        monkeypatch.setattr(Fetching, "at_once", False)
        monkeypatch.setattr("networks.training.engine.fetching.FETCH_SECONDS", 1000.0)
    given = project(RANDOM, **options)
    events = {"over": 8, "repeating": 8, "untold": 7}.get(part, PARTS.get(part, LATER))
    run, _, rest = interrupted(tmp_path, given, events, steered, part == "repeating")
    saved = read_checkpoint(checkpoints(tmp_path)[0])
    if part is not None:
        saved = without(saved, part, Run(given).save())
    again = Run(given)
    again.restore(saved)
    same = outcome(again, list(again.train())) == outcome(run, rest)
    assert same == (part is None)


def without(saved, part, fresh):
    """The state as it would be if one part of it had not been kept: there it is that of a run that begins."""
    if part in fresh.data:
        return SavedState(saved.tensors, saved.data | {part: fresh.data[part]})
    prefix = [name for name in saved.tensors if name.startswith(part)]
    assert prefix
    tensors = {name: tensor for name, tensor in saved.tensors.items() if name not in prefix}
    tensors |= {name: tensor for name, tensor in fresh.tensors.items() if name.startswith(part)}
    return SavedState(tensors, saved.data)


def test_every_part_of_a_state_is_left_out_once():
    run = Run(project(RANDOM, averaging=0.9))
    for event in itertools.islice(run.train(), LATER):
        del event
    state = run.save()
    parts = {name.partition("/")[0] + "/" * ("/" in name) for name in state.tensors}
    # the time that was spent changes no number; test_switches.py leaves out what the run computed on
    assert parts | state.data.keys() - {"seconds", "machine"} == PARTS.keys()


# a run's folder


def begin(parent, **recipe):
    run = Run(project(RANDOM, **recipe))
    return run, begun(run, parent, Named("ResNet-20 · skips removed", "skips removed"))


def leave(folder):
    """Makes it look as if the process that trained it had died."""
    file = folder / "legs" / "0001.json"
    file.write_text(file.read_text().replace('"pid": ', '"pid": 99999999'))


def half_trained(parent, events=9):
    run, keeping = begin(parent)
    # this one checkpoint, however long the steps before it take
    keeping._due = math.inf
    for event in itertools.islice(run.train(), events):
        keeping.take(event)
    keeping.checkpoint()
    keeping._wait()
    leave(keeping.folder)
    return run, keeping.folder


def test_a_run_goes_on_from_the_checkpoint_before_where_the_last_is_cut_off(tmp_path):
    run, folder = half_trained(tmp_path)
    (first,) = checkpoints(folder)
    second = folder / "checkpoint-0002.safetensors"
    second.write_bytes(first.read_bytes()[:-100])
    again, keeping, differs, passed_over = resumed(folder)
    assert [str(reason) for reason in passed_over] == [f"“{second}” was not read: it is cut off or damaged."]
    assert again.step == run.step == 7
    assert not differs
    for event in again.train():
        assert not keeping.take(event)
    assert state_of(folder) == "ended"
    expected, record = Run(project(RANDOM)), Record("straight")
    record.take(list(expected.train()))
    assert_same(folder, expected, record)


@pytest.mark.parametrize("size", [0, 4, 8, 100])
def test_without_a_whole_checkpoint_it_begins_anew(tmp_path, size):
    _, folder = half_trained(tmp_path)
    (file,) = checkpoints(folder)
    file.write_bytes(file.read_bytes()[:size])
    again = resumed(folder).run
    assert (again.step, again.target_epochs) == (0, 2)


def test_a_checkpoint_of_another_network_is_passed_over(tmp_path):
    _, folder = half_trained(tmp_path)
    write_checkpoint(folder, Run(project()).save())
    again = resumed(folder)
    assert again.run.step == 7
    assert "is not of this run" in str(again.passed_over[0])


def test_a_run_that_is_being_trained_is_left_alone(tmp_path):
    _, keeping = begin(tmp_path)
    with pytest.raises(UserError, match="is being trained by another program"):
        resumed(keeping.folder)


def test_another_machine_goes_on_approximately_and_says_in_what(tmp_path, monkeypatch):
    _, folder = half_trained(tmp_path)
    there = resuming.environment
    monkeypatch.setattr(
        resuming, "environment", lambda run, version: replace(there(run, version), torch="3.0", data="others")
    )
    again = resumed(folder)
    assert [str(change) for change in again.differs] == [
        f"PyTorch {torch.__version__} → 3.0",
        "other images or labels",
    ]
    assert newest_leg(folder).differs == tuple(map(str, again.differs))


def test_it_goes_on_with_the_threads_with_which_it_began(tmp_path):
    run = Run(project(RANDOM, threads=0))
    folder = begun(run, tmp_path, Named("auto")).folder
    leave(folder)
    assert first_leg(folder).environment.threads == run.threads
    assert resumed(folder).run.project.recipe.machine.threads == run.threads


def test_a_run_begun_with_the_weights_of_another_can_begin_anew(tmp_path):
    first = Run(project(RANDOM, seed=5))
    weights = first.weights()
    run = Run(project(RANDOM), weights=weights)
    folder = begun(run, tmp_path, Named("further", parent="first"), weights=weights).folder
    leave(folder)
    assert same_weights(resumed(folder).run, first)


def test_a_run_that_repeats_another_s_changes_goes_on_repeating_them(tmp_path):
    given = project(RANDOM)
    run = Run(given)
    for event in run.train():
        if isinstance(event, Stepped) and event.step == 4:
            run.steer("learning.optimizer.lr", 0.05)
    folder = begun(Run(given), tmp_path, Named("again"), course=run.course).folder
    leave(folder)
    again = resumed(folder).run
    assert again.state.repeating
    list(again.train())
    assert again.changes == run.changes
    assert same_weights(again, run)


def test_a_run_that_has_ended_may_go_on_for_another_epoch(tmp_path):
    run, keeping = begin(tmp_path)
    for event in run.train():
        keeping.take(event)
    assert len(checkpoints(keeping.folder)) == 1
    again, further, _, _ = resumed(keeping.folder)
    for event in again.train(1):
        further.take(event)
    assert isinstance(event, Finished)
    assert read_run(keeping.folder).record.steps.step.tolist() == list(range(1, 16))


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": 3}'])
def test_a_damaged_project_gives_a_sentence(tmp_path, content):
    _, folder = half_trained(tmp_path)
    (folder / PROJECT).write_bytes(content)
    with pytest.raises(UserError, match="was not opened"):
        resumed(folder)


def test_on_a_gpu_that_adds_in_any_order_it_goes_on_approximately_and_says_in_which_layers(
    tmp_path, monkeypatch
):
    """With a stand-in for the GPU: the processor trains in its name."""
    monkeypatch.setattr("networks.training.engine.run.device", lambda name, number=None: torch.device("cpu"))
    blended = chain(
        Input(channels=1, size=(8, 8)),
        Conv2d(filters=4),
        Upsample(mode="bilinear"),
        Flatten(),
        Linear(CLASSES),
        Output(),
    )
    for network, layers in ((blended, [f"{blended.nodes[2].name} (Upsample)"]), (RANDOM, [])):
        run = Run(project(network, device="cuda", optimizer=SGD()))
        keeping = begun(run, tmp_path, Named("a"))
        for event in itertools.islice(run.train(), 4):
            keeping.take(event)
        keeping.checkpoint()
        keeping._wait()
        leave(keeping.folder)
        gone_on = resumed(keeping.folder)
        told = [
            f"on an NVIDIA GPU torch adds up the gradients of {layer} in no fixed order" for layer in layers
        ]
        assert [*map(str, gone_on.differs)] == told
        # also for whoever looks into the folder later
        assert [*newest_leg(keeping.folder).differs] == told
