"""Training on an NVIDIA GPU: exact to the bit, without waiting within a step, and frugal with memory."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn

from networks.data.augmentation.batch import augment, with_partners
from networks.data.augmentation.draws import draws
from networks.data.augmentation.steps import steps_of
from networks.exporting.script import save_training_script
from networks.graph.network import Network, Node
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Linear
from networks.layers.merge import Add
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import GlobalAvgPool2d
from networks.layers.rectifiers import ReLU
from networks.module.build import build
from networks.module.overwriting import overwriting
from networks.recipes.augmentation import AUGMENTATIONS
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.optimizers import OPTIMIZERS, SGD, Adam
from networks.runs.events import Finished, Stepped
from networks.runs.record import Record
from networks.runs.table import csv_text
from networks.training.engine.run import Run
from networks.training.engine.state import SavedState
from networks.training.experiments import speed_trial
from networks.training.experiments.speed_trial import try_switches
from networks.training.keeping.checkpoint import checkpoints, read_checkpoint, write_checkpoint
from networks.training.machine.abilities import obstacles
from tests.networks.source.fresh_interpreter import FreshInterpreter
from tests.networks.training.engine.test_run import PLAIN, RANDOM, measured, project, same_weights

DEVICE = "cuda"

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no NVIDIA GPU")


@pytest.fixture(autouse=True)
def _one_order_of_sums(monkeypatch):
    """cuDNN may otherwise choose kernels that add in any order."""
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", True)


def residual(blocks: int = 2, size: int = 8, channels: int = 8) -> Network:
    """A row of residual blocks, in which sums and ReLUs may write over what they read."""
    nodes = [
        Node("input", Input(channels=1, size=(size, size))),
        Node("stem", Conv2d(channels), ("input",)),
    ]
    for block in range(blocks):
        shortcut = nodes[-1].name
        nodes += [
            Node(f"conv{block}", Conv2d(channels), (shortcut,)),
            Node(f"bn{block}", BatchNorm2d(), (f"conv{block}",)),
            Node(f"add{block}", Add(), (f"bn{block}", shortcut)),
            Node(f"relu{block}", ReLU(), (f"add{block}",)),
        ]
    nodes += [
        Node("pool", GlobalAvgPool2d(), (nodes[-1].name,)),
        Node("fc", Linear(CLASSES), ("pool",)),
        Node("output", Output(), ("fc",)),
    ]
    return Network(tuple(nodes))


def on_gpu(network: Network = RANDOM, **recipe: object):
    return project(network, device=DEVICE, **recipe)


@pytest.mark.parametrize("network", [PLAIN, RANDOM, residual()], ids=["plain", "random", "residual"])
def test_a_run_equals_itself(network):
    one, other = Run(on_gpu(network)), Run(on_gpu(network))
    told = list(one.train())
    assert isinstance(told[-1], Finished)
    assert measured(told) == measured(other.train())
    assert same_weights(one, other)


def test_a_run_gives_nearly_what_the_cpu_gives():
    def losses(device):
        events = Run(project(residual(), device=device, optimizer=SGD(lr=0.01))).train()
        return [event.values["training loss"] for event in events if isinstance(event, Stepped)]

    assert losses(DEVICE) == pytest.approx(losses("cpu"), rel=1e-2)


def test_stopping_and_going_on_changes_no_bit():
    straight, run = Run(on_gpu()), Run(on_gpu())
    expected = measured(straight.train())
    told: list[object] = []
    for length in (0, 1, 3, 7):
        events = run.train(2 - run.step // run.steps_per_epoch)
        told += itertools.islice(events, length)
        events.close()
        told += run.stopped()
        torch.rand(3, device=DEVICE)
    told += run.train(2 - run.step // run.steps_per_epoch)
    assert measured(told) == expected
    assert same_weights(straight, run)


def test_training_draws_nothing_from_the_random_numbers_of_others():
    torch.cuda.manual_seed(3)
    expected = [torch.rand(10, device=DEVICE) for _ in range(2)]
    torch.cuda.manual_seed(3)
    first = torch.rand(10, device=DEVICE)
    list(Run(on_gpu()).train())
    assert torch.equal(first, expected[0])
    assert torch.equal(torch.rand(10, device=DEVICE), expected[1])


def step_once(run: Run) -> None:
    """Makes a step whose losses stay on the GPU, as if it was too soon to fetch them."""
    with run.state.random_numbers:
        run._learner.make_step(run.model, run.state, run._in_force)


@pytest.mark.parametrize("resident", [True, False], ids=["images on the GPU", "images in main memory"])
@pytest.mark.parametrize("optimizer", [*(kind() for kind in OPTIMIZERS), SGD(momentum=0.9)], ids=repr)
def test_another_run_continues_from_a_saved_state_to_the_bit(monkeypatch, resident, optimizer):
    if not resident:
        monkeypatch.setattr("networks.data.batches._free_memory", lambda device: 0)
    # losses are still on the GPU when the state is saved
    monkeypatch.setattr("networks.training.engine.fetching.FETCH_SECONDS", 1000.0)
    given = on_gpu(optimizer=optimizer, clip=0.5)
    for made in (0, 3, 5, 7):
        first, second = Run(given), Run(given)
        for _ in range(made):
            step_once(first)
        state = first.save()
        saved = SavedState({name: each.clone() for name, each in state.tensors.items()}, state.data)
        rest = measured(first.train())
        second.restore(saved)
        assert measured(second.train()) == rest
        assert same_weights(first, second)


SWITCHES = [
    {"channels_last": False},
    {"precision": "bfloat16"},
    pytest.param({"compile": True}, marks=pytest.mark.slow),
]


@pytest.mark.parametrize("switches", SWITCHES, ids=repr)
def test_with_each_switch_another_run_continues_to_the_bit(switches):
    if reason := obstacles(DEVICE).get(next(iter(switches))):
        pytest.skip(str(reason))
    given = on_gpu(**switches)
    first, second = Run(given), Run(given)
    going = first.train()
    for _ in itertools.takewhile(lambda event: getattr(event, "step", 0) < 6, going):
        pass
    saved = first.save()
    saved = SavedState({name: each.clone() for name, each in saved.tensors.items()}, saved.data)
    rest = measured(going)
    second.restore(saved)
    assert measured(second.train())[-len(rest) :] == rest
    assert same_weights(first, second)


def test_the_switches_that_are_tried_leave_what_is_random_to_others():
    given = on_gpu()
    outside, on_device = torch.get_rng_state(), torch.cuda.get_rng_state()
    trials = try_switches(given)
    assert trials is not None
    assert torch.equal(torch.get_rng_state(), outside)
    assert torch.equal(torch.cuda.get_rng_state(), on_device)
    assert all(trial.problem is not None or trial.images_per_second > 0 for trial in trials.trials)
    assert trials.plain.difference == 0.0


def test_a_run_goes_on_from_its_folder_to_the_bit(tmp_path):
    given = on_gpu(optimizer=Adam(), averaging=0.9, augmentation=AUGMENTATION_PRESETS[-1].steps)
    whole = Run(given)
    told = measured(whole.train())
    first = Run(given)
    for _ in itertools.islice(first.train(), 9):
        pass
    write_checkpoint(tmp_path, first.save())
    second = Run(given)
    second.restore(read_checkpoint(checkpoints(tmp_path)[0]))
    rest = measured(second.train())
    assert 0 < len(rest) < len(told)
    assert told[-len(rest) :] == rest
    assert same_weights(whole, second)


@pytest.mark.parametrize("resident", [True, False], ids=["images on the GPU", "images in main memory"])
def test_a_training_script_gives_the_table_of_a_run(tmp_path, monkeypatch, resident):
    if not resident:
        monkeypatch.setattr("networks.data.batches._free_memory", lambda device: 0)
    assert_the_script_gives_its_table(on_gpu(clip=0.5, optimizer=Adam(lr=0.01)), tmp_path)


def assert_the_script_gives_its_table(given, folder):
    """The project's script writes the table of a run."""
    script = folder / "net.py"
    save_training_script(given, script)
    exact = "import torch\n\ntorch.backends.cudnn.deterministic = True\n"
    script.write_text(
        script.read_text(encoding="utf-8").replace("import torch\n", exact, 1), encoding="utf-8"
    )
    fresh = FreshInterpreter(folder)
    try:
        assert fresh.ran(script)["ending"] == ""
    finally:
        fresh.close()
    record = Record("run")
    record.take(list(Run(given).train()))
    assert (folder / "net-curves.csv").read_text(encoding="utf-8") == csv_text([record])


def test_no_step_waits_for_the_gpu():
    """Whatever asks the GPU for a number raises: between two fetches Python runs ahead."""
    run = Run(on_gpu(clip=0.5))
    step_once(run)
    torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(3):
            step_once(run)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert len(run.state.untold) == 4


def trained_once(module: nn.Module, images: torch.Tensor) -> tuple[list[torch.Tensor], int]:
    """Scores and gradients, and the bytes that they took at most."""
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    scores = module(images)
    scores.square().mean().backward()
    peak = torch.cuda.max_memory_allocated() - before
    found = [scores.detach(), *(weight.grad for weight in module.parameters())]
    for weight in module.parameters():
        weight.grad = None
    return found, peak


def test_writing_over_changes_no_bit_and_takes_no_more_memory():
    network = residual(blocks=6, size=32, channels=32)
    images = torch.randn(64, 1, 32, 32, device=DEVICE)
    plain = build(network, 10).to(DEVICE)
    fast = overwriting(plain)
    for module in (plain, fast):
        trained_once(module, images)
    (expected, most), (found, less) = trained_once(plain, images), trained_once(fast, images)
    assert all(torch.equal(one, other) for one, other in zip(expected, found, strict=True))
    assert less <= most


# -- augmentation


IMAGES = torch.rand(40, 3, 20, 24, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(40) % 10
EACH = [(kind(),) for kind in AUGMENTATIONS]
"""Every augmentation alone."""


def augmented(steps, device, size=40):
    """The images of an epoch, and their targets, in batches of this size."""
    made = steps_of(steps)
    partners = sum(step.kind == "mixing" for step in made)
    images, labels, order = IMAGES.to(device), LABELS.to(device), torch.arange(40, device=device)
    found = []
    for start in range(0, 40, size):
        chosen = with_partners(order, start, start + size, partners)
        found.append(augment(images[chosen], labels[chosen], chosen, made, 10, 3, 1))
    return torch.cat([batch for batch, _ in found]), torch.cat([targets for _, targets in found])


def test_a_gpu_draws_the_numbers_of_a_cpu():
    names = ["shift", "shift", "mixup"]
    expected = draws(2**31 - 1, 100_000, torch.arange(1_000), names)
    assert torch.equal(draws(2**31 - 1, 100_000, torch.arange(1_000, device=DEVICE), names).cpu(), expected)


@pytest.mark.parametrize("steps", [*EACH, sum(EACH, ())], ids=lambda steps: steps[0].title + str(len(steps)))
def test_a_gpu_augments_as_a_cpu_does(steps):
    on_cpu, on_gpu = augmented(steps, "cpu"), augmented(steps, DEVICE)
    assert (on_gpu[0].cpu() - on_cpu[0]).abs().mean() < 1e-4
    assert torch.allclose(on_gpu[1].cpu().float(), on_cpu[1].float(), atol=1e-5)


@pytest.mark.parametrize("steps", EACH, ids=lambda steps: steps[0].title)
def test_on_a_gpu_an_image_does_not_depend_on_its_batch_either(steps):
    whole, parts = augmented(steps, DEVICE), augmented(steps, DEVICE, size=7)
    assert torch.equal(whole[0], parts[0])
    assert torch.equal(whole[1], parts[1])


def test_augmenting_does_not_wait_for_the_gpu():
    steps = steps_of(sum(EACH, ()))
    images, labels = IMAGES.to(DEVICE), LABELS.to(DEVICE)
    chosen = with_partners(torch.arange(40, device=DEVICE), 0, 38, 2)
    augment(images, labels, chosen, steps, 10, 0, 1)
    torch.cuda.set_sync_debug_mode("error")
    try:
        augment(images, labels, chosen, steps, 10, 0, 1)
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_script_gives_the_same_curve_whatever_makes_it_quicker(tmp_path, precision):
    given = project(residual(), device=DEVICE, precision=precision, channels_last=False, epochs=1)
    assert_the_script_gives_its_table(given, tmp_path)


def test_switches_are_tried_with_the_memory_that_they_take(monkeypatch):
    monkeypatch.setattr(speed_trial, "SECONDS", 0.2)
    found = try_switches(on_gpu())
    assert found is not None
    assert found.processor == torch.cuda.get_device_name()
    for trial in found.trials:
        assert trial.machine.threads == found.plain.machine.threads, "a GPU has no use for more"
        assert trial.problem is not None or (trial.memory is not None and trial.memory > 0)
