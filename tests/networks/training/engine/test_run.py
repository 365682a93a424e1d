"""Training is the textbook's loop, and stopping it anywhere changes no bit of the result."""

from __future__ import annotations

import gc
import math
import weakref
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from torch import nn

from networks.core.message import UserError
from networks.data.images import prepare
from networks.doctor.memory import free_memory, least_memory
from networks.graph.check import check
from networks.graph.network import Network, Node
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import BatchNorm1d, BatchNorm2d
from networks.layers.pooling import AdaptiveAvgPool2d, MaxPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.project.project import Project, first_project
from networks.recipes.data_section import Data
from networks.recipes.losses import CrossEntropy
from networks.recipes.optimizers import OPTIMIZERS, SGD, Adam, Optimizer
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Failed, Finished, Started, Stepped, Validated, Validating
from networks.training.engine.fetching import Fetching
from networks.training.engine.run import Run
from networks.training.machine.devices import default_threads


def chain(*layers: Layer) -> Network:
    """The layers one behind the other."""
    names = [f"{layer.stem}{index}" for index, layer in enumerate(layers)]
    return Network(
        tuple(
            Node(name, layer, (names[index - 1],) if index else ())
            for index, (name, layer) in enumerate(zip(names, layers, strict=True))
        )
    )


PLAIN = chain(
    Input(channels=1, size=(8, 8)),
    Conv2d(filters=4, kernel=(3, 3)),
    ReLU(),
    MaxPool2d(),
    Flatten(),
    Linear(features=CLASSES),
    Output(),
)
RANDOM = chain(
    Input(channels=1, size=(8, 8)),
    Conv2d(filters=4, kernel=(3, 3)),
    BatchNorm2d(),
    ReLU(),
    Dropout(p=0.3),
    Flatten(),
    Linear(features=CLASSES),
    Output(),
)


def project(network: Network = PLAIN, **recipe: object) -> Project:
    """A small project: five steps an epoch, two epochs, where nothing else is said."""
    options = {"batch_size": 300, "epochs": 2, "threads": 1} | recipe
    return Project(network, with_settings(Recipe(), **options))  # type: ignore[arg-type]


def without_time(event):
    """An event without the time that it took."""
    return replace(event, seconds=0.0) if isinstance(event, Validated) else event


def measured(events) -> list[object]:
    """What is drawn: the steps and the validations, to the last bit."""
    return [without_time(event) for event in events if isinstance(event, Stepped | Validated)]


def value(event, quantity):
    """The loss or the accuracy of a step's batch, or of a validation."""
    return event.values[f"{'training' if isinstance(event, Stepped) else 'validation'} {quantity}"]


def same_weights(one: Run, other: Run) -> bool:
    ours, theirs = one.weights(), other.weights()
    return list(ours) == list(theirs) and all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_events_come_in_order_and_carry_plain_values():
    run = Run(project())
    events = list(run.train())
    kinds = [type(event) for event in events]
    assert kinds == [Started, *[Stepped] * 5, Validated, *[Stepped] * 5, Validated, Finished]
    chance = {"accuracy": 0.1, "loss": math.log(10)}
    assert events[0] == Started("run", "cpu", 1, 5, 1438, 359, 0, chance=chance)
    steps = [event for event in events if isinstance(event, Stepped)]
    assert [event.step for event in steps] == list(range(1, 11))
    assert [event.epoch for event in steps] == [step / 5 for step in range(1, 11)]
    assert events[-1].reason == "finished"
    assert all(0 <= event.values["training accuracy"] <= 1 for event in steps)
    for event in events:
        assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event
        for value in msgspec.structs.asdict(event).values():
            assert not isinstance(value, torch.Tensor)


def test_the_loss_falls():
    losses = [
        e.values["training loss"]
        for e in Run(project(optimizer=Adam(lr=0.01), epochs=6)).train()
        if isinstance(e, Stepped)
    ]
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


JUDGED = chain(
    Input(channels=1, size=(8, 8)),
    # before BatchNorm a bias has a gradient of rounding errors alone, which Adam would blow up
    Conv2d(filters=4, kernel=(3, 3), bias=False),
    BatchNorm2d(),
    ReLU(),
    MaxPool2d(),
    Flatten(),
    Dropout(p=0.25),
    Linear(features=CLASSES),
    Output(),
)


def by_hand(declared: Optimizer, clip: float, seed: int) -> tuple[list[tuple[float, float]], nn.Module]:
    """Two epochs of JUDGED with nothing of ours in it: contiguous, not fused; loss and accuracy."""
    images = prepare(Data(), Input(channels=1, size=(8, 8)))
    training = images.training.clone(memory_format=torch.contiguous_format)
    validation = images.validation.clone(memory_format=torch.contiguous_format)
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.25),
        nn.Linear(64, 10),
    )
    kind, options = type(declared).__name__, declared.arguments()
    if kind == "Muon":
        # of two layers none is hidden, so that AdamW changes all
        kind, options = "AdamW", {name: options[name] for name in ("lr", "betas", "weight_decay")}
    optimizer = getattr(torch.optim, kind)(model.parameters(), **options)
    loss_function = nn.CrossEntropyLoss(label_smoothing=0.1)
    order = torch.Generator().manual_seed(seed)
    told = []
    for _ in range(2):
        model.train()
        for batch in torch.randperm(len(training), generator=order).split(300):
            optimizer.zero_grad()
            scores = model(training[batch])
            loss = loss_function(scores, images.training_labels[batch])
            loss.backward()
            if clip:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            hits = (scores.argmax(1) == images.training_labels[batch]).float().mean()
            told.append((loss.item(), hits.item()))
        model.eval()
        with torch.no_grad():
            scores = model(validation)
            hits = (scores.argmax(1) == images.validation_labels).float().mean()
            told.append((loss_function(scores, images.validation_labels).item(), hits.item()))
    return told, model


@pytest.mark.parametrize("clip", [0.0, 0.5])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_it_learns_what_a_plain_torch_loop_learns(optimizer, clip):
    recipe = {"optimizer": optimizer(), "clip": clip, "loss": CrossEntropy(label_smoothing=0.1), "seed": 5}
    run = Run(project(JUDGED, **recipe))
    ours = [event for event in run.train() if isinstance(event, Stepped | Validated)]
    with torch.random.fork_rng():
        theirs, model = by_hand(optimizer(), clip, seed=5)
    assert [value(event, "loss") for event in ours] == pytest.approx([loss for loss, _ in theirs], rel=2e-3)
    assert [value(event, "accuracy") for event in ours] == pytest.approx(
        [hits for _, hits in theirs], abs=0.01
    )
    for learned, judged in zip(run.module.parameters(), model.parameters(), strict=True):
        assert torch.allclose(learned, judged, rtol=1e-2, atol=1e-2)


OPTIONS = {
    "sgd": {"network": PLAIN, "optimizer": SGD(lr=0.05, momentum=0.9)},
    "adam": {"network": RANDOM, "optimizer": Adam(lr=0.01)},
}


@pytest.fixture(scope="module")
def straight():
    """Three epochs without a stop: the run, and what it told."""
    runs = {name: Run(project(epochs=3, **options)) for name, options in OPTIONS.items()}
    return {name: (run, measured(run.train())) for name, run in runs.items()}


@pytest.mark.parametrize("name", OPTIONS)
@settings(max_examples=15)
@given(legs=st.lists(st.integers(0, 12), max_size=4), drawn=st.integers(0, 3))
def test_stopping_anywhere_and_going_on_changes_no_bit(straight, name, legs, drawn):
    """`legs` are the events after which a leg is closed; others draw random numbers all the while."""
    uninterrupted, expected = straight[name]
    run = Run(project(epochs=3, **OPTIONS[name]))
    run.plan = run.plan._replace(judged_at_once=100)
    told: list[object] = []
    for length in legs:
        events = run.train(3 - run.step // run.steps_per_epoch)
        for _ in range(length):
            event = next(events, None)
            if event is not None:
                told.append(event)
            torch.rand(drawn)
        events.close()
        torch.rand(drawn)
    for event in run.train(3 - run.step // run.steps_per_epoch):
        told.append(event)
        torch.rand(drawn)
    # in smaller batches the sum over the validation images is rounded in another way
    steps = [event for event in measured(told) if isinstance(event, Stepped)]
    assert steps == [event for event in expected if isinstance(event, Stepped)]
    judged = [event for event in told if isinstance(event, Validated)]
    assert [event.step for event in judged] == [5, 10, 15]
    assert same_weights(run, uninterrupted)


@pytest.mark.parametrize("name", OPTIONS)
def test_one_epoch_more_and_one_more_is_as_all_at_once(straight, name):
    uninterrupted, expected = straight[name]
    run = Run(project(epochs=1, **OPTIONS[name]))
    told = [*run.train(), *run.train(1), *run.train(1)]
    assert measured(told) == expected
    assert same_weights(run, uninterrupted)


def test_training_draws_nothing_from_the_random_numbers_of_others():
    torch.manual_seed(3)
    expected = torch.rand(20)
    torch.manual_seed(3)
    run = Run(project(RANDOM))
    drawn = [torch.rand(1) for _ in range(5)]
    for _, _ in zip(range(7), run.train(), strict=False):
        drawn.append(torch.rand(1))
    drawn += [torch.rand(1) for _ in range(8)]
    assert torch.equal(torch.cat(drawn), expected)


def test_the_first_weights_come_from_the_seed_alone():
    torch.manual_seed(1)
    one = Run(project(seed=4))
    torch.manual_seed(2)
    same, other = Run(project(seed=4)), Run(project(seed=5))
    assert same_weights(one, same)
    assert not same_weights(one, other)


def test_the_seed_also_orders_the_images():
    def order(seed: int) -> torch.Tensor:
        run = Run(project(seed=seed))
        next(event for event in run.train() if isinstance(event, Stepped))
        return run.state.order

    assert torch.equal(order(1), order(1))
    assert not torch.equal(order(1), order(2))
    assert torch.equal(order(1).sort().values, torch.arange(1438))


def test_a_begun_epoch_is_brought_to_its_end():
    run = Run(project())
    events = run.train(4)
    for event in events:
        if isinstance(event, Stepped) and event.step == 7:
            break
    events.close()
    further = list(run.train(1))
    assert further[0].step == 7
    assert [event.step for event in further if isinstance(event, Stepped)] == [8, 9, 10]
    assert [event.epoch for event in further if isinstance(event, Validated)] == [2]
    assert run.epoch == 2.0


def test_a_leg_closed_before_its_validation_validates_first():
    run = Run(project())
    events = run.train()
    next(event for event in events if isinstance(event, Stepped) and event.step == 5)
    events.close()
    kinds = [type(event) for event in run.train(0)]
    assert kinds == [Started, Validated, Finished]
    assert run.step == 5


def test_the_goal_may_be_moved_while_it_trains():
    run = Run(project(epochs=1))
    events = run.train()
    for event in events:
        if isinstance(event, Stepped) and event.step == 3:
            run.target_epochs += 1
    assert run.step == 10


def test_nothing_left_to_train_says_so():
    run = Run(project(epochs=1))
    list(run.train())
    assert [type(event) for event in run.train()] == [Started, Finished]


def test_stopped_tells_where():
    run = Run(project())
    events = run.train()
    next(event for event in events if isinstance(event, Stepped))
    events.close()
    (ending,) = run.stopped()
    assert ending.reason == "stopped"
    assert ending.step == 1
    assert "after 1 step;" in str(ending.message)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (1, "Stopped after 1 step; the weights are kept."),
        (2, "Stopped after 2 steps; the weights are kept."),
        (5, "Stopped after 1 epoch; the weights are kept."),
        (6, "Stopped after 1 epoch and 1 step; the weights are kept."),
        (12, "Stopped after 2 epochs and 2 steps; the weights are kept."),
    ],
)
def test_where_it_was_stopped_is_said_in_whole_epochs_and_steps(steps, words):
    run = Run(project())
    run.state.step = run.state.judged_step = steps
    assert run.steps_per_epoch == 5
    (ending,) = run.stopped()
    assert str(ending.message) == words


def test_a_single_epoch_is_one_epoch_and_guessing_is_known_beforehand():
    started, *_, ended = Run(project(epochs=1)).train()
    assert str(ended.message) == "Trained for 1 epoch."
    assert started.chance == {"loss": pytest.approx(math.log(10)), "accuracy": 0.1}


def test_a_long_validation_lets_itself_be_stopped():
    run = Run(project(epochs=1))
    run.plan = run.plan._replace(judged_at_once=100)
    done = [event.done for event in run.train() if isinstance(event, Validating)]
    assert done == [100 / 359, 200 / 359, 300 / 359]


def test_validation_counts_every_image_the_same():
    run = Run(project(RANDOM, epochs=1))
    run.plan = run.plan._replace(judged_at_once=200)
    judged = next(event for event in run.train() if isinstance(event, Validated))
    images = prepare(run.project.recipe.data, Input(channels=1, size=(8, 8)))
    run.module.eval()
    with torch.no_grad():
        scores = run.module(images.validation)
    expected = nn.functional.cross_entropy(scores, images.validation_labels)
    assert judged.values["validation loss"] == pytest.approx(expected.item(), rel=1e-5)
    assert (
        judged.values["validation accuracy"]
        == (scores.argmax(1) == images.validation_labels).sum().item() / 359
    )


def test_the_best_epoch_has_the_lowest_validation_loss():
    run = Run(project(optimizer=SGD(lr=0.3, momentum=0.9), epochs=8, batch_size=64))
    judged = [event for event in run.train() if isinstance(event, Validated)]
    lowest = math.inf
    for event in judged:
        assert event.best == (event.values["validation loss"] < lowest)
        lowest = min(lowest, event.values["validation loss"])
    assert run.best is not None
    assert run.best.values["validation loss"] == lowest


def test_a_loss_that_is_no_number_ends_the_leg_in_words():
    run = Run(project(optimizer=SGD(lr=1000.0), epochs=50))
    *before, last, ending = run.train()
    assert isinstance(last, Stepped)
    assert not math.isfinite(last.values["training loss"])
    assert all(math.isfinite(event.values["training loss"]) for event in before if isinstance(event, Stepped))
    assert ending.reason == "diverged"
    assert f"step {last.step}" in str(ending.message)
    assert "learning rate" in str(ending.message)
    assert "clipping" in str(ending.message)


def test_no_step_is_made_with_a_loss_that_is_no_number():
    run = Run(project())
    before = run.weights()
    run.loss.forward = lambda scores, labels: scores.sum() * math.nan
    *_, ending = run.train()
    assert ending.reason == "diverged"
    assert all(torch.equal(tensor, before[name]) for name, tensor in run.weights().items())


@pytest.mark.parametrize("fetch_seconds", [0.0, 1000.0])
def test_fetching_losses_late_as_on_a_gpu_loses_none(monkeypatch, fetch_seconds):
    expected = measured(Run(project(RANDOM)).train())
    monkeypatch.setattr(Fetching, "at_once", False)
    monkeypatch.setattr("networks.training.engine.fetching.FETCH_SECONDS", fetch_seconds)
    run = Run(project(RANDOM))
    told = []
    events = run.train()
    for event in events:
        told.append(event)
        if isinstance(event, Stepped) and event.step == 3:
            break
    events.close()
    told += run.stopped()
    assert isinstance(told[-1], Finished)
    told += run.train()
    assert measured(told) == expected


def test_the_threads_are_set_where_it_trains_and_told():
    before = torch.get_num_threads()
    try:
        run = Run(project(threads=2))
        torch.set_num_threads(1)
        started = next(run.train())
        assert torch.get_num_threads() == 2
        assert started.threads == 2
    finally:
        torch.set_num_threads(before)
    assert Run(project(threads=0)).threads == default_threads() >= 1
    torch.set_num_threads(before)


def test_a_last_batch_of_one_image_is_left_out_where_there_is_batch_norm():
    assert Run(project(RANDOM, batch_size=479)).steps_per_epoch == 3
    assert Run(project(PLAIN, batch_size=479)).steps_per_epoch == 4
    assert Run(project(RANDOM, batch_size=478)).steps_per_epoch == 4
    kinds = [type(event) for event in Run(project(RANDOM, batch_size=479, epochs=1)).train()]
    assert kinds == [Started, *[Stepped] * 3, Validated, Finished]


def test_a_batch_may_be_larger_than_the_training_set():
    run = Run(project(batch_size=5000, epochs=1))
    assert run.steps_per_epoch == 1
    assert [type(event) for event in run.train()] == [Started, Stepped, Validated, Finished]


def test_a_network_that_does_not_fit_is_refused_with_the_reason_of_the_canvas():
    broken = chain(Input(), Linear(features=CLASSES), Output())
    with pytest.raises(UserError) as caught:
        Run(project(broken))
    assert caught.value.reason == check(broken, 10).findings[0].sentence


def test_a_network_without_weights_is_refused():
    with pytest.raises(UserError, match="weights to train"):
        Run(project(chain(Input(channels=1, size=(2, 5)), Flatten(), Output())))


ONE_PIXEL = chain(
    Input(channels=1, size=(8, 8)),
    Conv2d(filters=4),
    AdaptiveAvgPool2d(size=(1, 1)),
    BatchNorm2d(),
    Flatten(),
    Linear(features=CLASSES),
    Output(),
)
VECTOR = chain(
    Input(channels=1, size=(8, 8)),
    Flatten(),
    Linear(features=9),
    BatchNorm1d(),
    Linear(features=CLASSES),
    Output(),
)


@pytest.mark.parametrize(("network", "refused"), [(RANDOM, False), (ONE_PIXEL, True), (VECTOR, True)])
def test_batches_of_one_image_are_refused_where_torch_refuses_them(network, refused, monkeypatch):
    if refused:
        with pytest.raises(UserError, match="batch size of 2"):
            Run(project(network, batch_size=1))
        monkeypatch.setattr("networks.training.setup.plan.findings", lambda project, report: ())
    _, event = zip(range(2), Run(project(network, batch_size=1)).train(), strict=False)
    assert isinstance(event[1], Failed if refused else Stepped)


def test_batches_of_two_images_are_enough():
    events = Run(project(ONE_PIXEL, batch_size=2)).train()
    assert [type(event) for _, event in zip(range(3), events, strict=False)] == [Started, Stepped, Stepped]


@pytest.mark.parametrize(("network", "refused"), [(RANDOM, False), (ONE_PIXEL, True), (VECTOR, True)])
def test_a_single_image_to_train_on_is_refused_where_torch_refuses_it(network, refused, monkeypatch):
    """However large the batches may be."""
    monkeypatch.setattr(Data, "sizes", lambda data: (1, 1))
    monkeypatch.setattr(Data, "split", lambda data: (np.array([0]), np.array([1])))
    # a split of its own, since images are kept by what was asked for
    alone = project(network, batch_size=32, split_seed=20_001)
    if refused:
        with pytest.raises(UserError, match=r"“\w+” expected several numbers for each channel.*add images"):
            Run(alone)
        monkeypatch.setattr("networks.training.setup.plan.too_few_images", lambda *given: ())
    _, event = zip(range(2), Run(alone).train(), strict=False)
    assert isinstance(event[1], Failed if refused else Stepped)


def test_what_cannot_fit_into_memory_is_refused_before_the_system_ends_the_program():
    wide = chain(
        Input(channels=1, size=(8, 8)),
        Flatten(),
        Linear(features=1_000_000),
        Linear(features=1_000_000),
        Linear(features=CLASSES),
        Output(),
    )
    with pytest.raises(UserError, match=r"needs at least 160\d\d.\d GB"):
        Run(project(wide))


def test_the_least_memory_is_less_than_what_training_takes():
    """Against what torch really holds: weights, gradients, optimizer state, tensors kept for gradients."""
    for declared in OPTIMIZERS:
        run = Run(project(JUDGED, optimizer=declared(), epochs=1))
        kept: list[int] = []

        def keep(tensor, kept=kept):
            kept.append(tensor.nbytes)
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            next(event for event in run.train() if isinstance(event, Stepped))
        state = sum(
            value.nbytes
            for slots in run.optimizer.state.values()
            for value in slots.values()
            if isinstance(value, torch.Tensor)
        )
        weights = sum(tensor.nbytes for tensor in run.module.parameters())
        least = least_memory(check(JUDGED, 10), declared(), 300)
        assert least <= 2 * weights + state + sum(kept)
        assert least >= 2 * weights


def test_free_memory_is_read_from_the_system(tmp_path):
    assert free_memory(tmp_path) is None
    (tmp_path / "proc").mkdir()
    meminfo = "MemTotal: 9000 kB\nMemAvailable:    5000 kB\nSwapFree:    1000 kB\nHugePages_Free: 0\n"
    (tmp_path / "proc" / "meminfo").write_text(meminfo)
    assert free_memory(tmp_path) == 6000 * 1024
    group = tmp_path / "sys" / "fs" / "cgroup"
    group.mkdir(parents=True)
    (group / "memory.max").write_text("max\n")
    assert free_memory(tmp_path) == 6000 * 1024
    (group / "memory.max").write_text("1000000\n")
    assert free_memory(tmp_path) == 1_000_000


def test_a_device_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="NVIDIA GPU"):
        Run(project(device="cuda"))


def test_a_failure_is_told_and_training_can_go_on():
    run = Run(project())
    expected = measured(Run(project()).train())
    real, calls = run.model.trained.forward, []

    def sometimes(images):
        calls.append(weakref.ref(images))
        if len(calls) == 4:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
        return real(images)

    run.model.trained.forward = sometimes
    gc.disable()
    try:
        told = list(run.train())
        assert calls[3]() is None, "the failure keeps the batch alive"
    finally:
        gc.enable()
    assert isinstance(told[-1], Failed)
    assert "not enough memory" in str(told[-1].message)
    assert len(measured(told)) == 3
    assert measured([*told, *run.train(2)]) == expected


def test_a_pause_is_no_part_of_an_epochs_time(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("networks.training.watching.clock.time", SimpleNamespace(perf_counter=lambda: now[0]))
    run = Run(project())

    def take_a_second(module, arguments):
        now[0] += 1

    run.loss.register_forward_pre_hook(take_a_second)
    seconds, events = [], run.train()
    for event in events:
        if isinstance(event, Validated):
            seconds.append(event.seconds)
        now[0] += 1000
        if isinstance(event, Stepped) and event.step == 7:
            break
    events.close()
    now[0] += 1000
    seconds += [event.seconds for event in run.train(1) if isinstance(event, Validated)]
    # five steps and one batch of validation images
    assert seconds == [6.0, 6.0]


def test_weights_are_plain_copies_under_torchs_names():
    run = Run(project(RANDOM, epochs=1))
    list(run.train())
    weights = run.weights()
    assert list(weights) == list(run.module.state_dict())
    assert any(name.endswith("running_mean") for name in weights)
    for tensor in weights.values():
        assert tensor.is_contiguous()
        assert tensor.device.type == "cpu"
        assert not tensor.requires_grad
    for tensor in weights.values():
        tensor.fill_(77)
    for name, tensor in run.weights().items():
        assert not torch.equal(tensor, weights[name])


@pytest.mark.slow
def test_lenet_learns_the_digits():
    run = Run(replace(first_project(), recipe=with_settings(first_project().recipe, threads=1)))
    accuracies = (
        event.values["validation accuracy"] for event in run.train() if isinstance(event, Validated)
    )
    assert any(accuracy >= 0.97 for accuracy in accuracies)
