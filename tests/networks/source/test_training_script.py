"""A printed training script, run without access to the project, gives the same curve as a run."""

from __future__ import annotations

import ast
import csv
import io
import keyword
import re

import numpy as np
import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.core.fields import changed, fields_of
from networks.core.finding import blocking
from networks.core.message import UserError
from networks.data.images import prepare
from networks.data.vision import models
from networks.doctor.findings import findings
from networks.exporting.script import save_training_script
from networks.graph.edits import freeze, remove, rename, set_layers
from networks.graph.network import Network, Node
from networks.layers.activation import LogSoftmax, Softmax, Tanh
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, LayerScale, Linear
from networks.layers.normalization import BatchNorm2d, GroupNorm, InstanceNorm2d
from networks.layers.pooling import AvgPool2d, GlobalAvgPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.presets.catalog import PRESETS
from networks.presets.lenet import lenet5
from networks.project.fine_tuning import with_published
from networks.project.project import Project, first_project
from networks.recipes import ready_images
from networks.recipes.augmentation import AUGMENTATIONS
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.data_section import Data
from networks.recipes.datasets import Digits, digits, places
from networks.recipes.losses import LOSSES, CrossEntropy
from networks.recipes.optimizers import OPTIMIZERS, SGD
from networks.recipes.published import BY_NAME
from networks.recipes.recipe import Recipe, with_settings
from networks.recipes.schedules import SCHEDULES
from networks.recipes.stopping import Stopping
from networks.runs.events import Failed, Finished, Stepped, Validated
from networks.runs.table import COLUMNS
from networks.source import source
from networks.source.identifiers import GLOBALS
from networks.source.loop_text import loop_names
from networks.source.training_script import data_file
from networks.training.engine.run import Run
from networks.training.printed.loss_functions import FUNCTIONS
from tests.networks.graph.random_edits import networks
from tests.networks.recipes.datasets.made_sets import BY_NAME as BY_SET
from tests.networks.recipes.datasets.made_sets import drawn, write
from tests.networks.source.fresh_interpreter import FreshInterpreter
from tests.networks.strategies import layers as declared
from tests.networks.strategies import values
from tests.networks.training.precisions import PRECISIONS

FEW = {"validation": 0.4}
"""Of the 150 images that there are here."""
QUICK = {"LeNet-5", "ResNet-20", "Plain-20"}
"""Whose curves are compared at once; those of all others among the heavy tests."""
SMALL = [
    pytest.param(preset, marks=[pytest.mark.slow] * (preset.name not in QUICK), id=preset.name)
    for preset in PRESETS
    if preset.kind == "small"
]


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory):
    """Of published weights; before the fresh interpreter starts, which inherits it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORCH_HOME", str(tmp_path_factory.mktemp("torch")))
        yield


@pytest.fixture(scope="module", autouse=True)
def _few_images():
    """150 of them, so that an epoch takes a few steps."""
    images, labels = Digits().load()
    prepare.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digits, "_digits", lambda: (images[:150], labels[:150]))
        patch.setattr(Digits, "counts", ())
        yield
    prepare.cache_clear()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory, _cache):
    interpreter = FreshInterpreter(tmp_path_factory.mktemp("fresh"))
    yield interpreter
    interpreter.close()


def recipe(**changes):
    return with_settings(Recipe(), **FEW | {"batch_size": 16, "epochs": 2, "threads": 1} | changes)


def judge(fresh, folder, project, title="net"):
    """Runs the script and asserts that its table equals a run's. Gives how it ended, and its path."""
    script = folder / "net.py"
    save_training_script(project, script, title)
    answer = fresh.ran(script)
    table, ending = curve(project)
    assert (folder / "net-curves.csv").read_text(encoding="utf-8") == table, script.read_text()
    assert (answer["ending"] == "") == (ending.reason == "finished")
    assert answer["printed"].count("epoch") == _epochs(table)
    return answer["ending"], script


def _epochs(table):
    return sum(row[4] != "" for row in list(csv.reader(io.StringIO(table)))[1:])


def curve(project):
    """The table of a run, and its last event."""
    rows = []
    for event in Run(project).train():
        assert not isinstance(event, Failed), event.details
        if isinstance(event, Stepped):
            rows.append({"step": event.step, "epoch": event.epoch} | event.values)
        elif isinstance(event, Validated):
            rows[-1] |= event.values
        elif isinstance(event, Finished):
            ending = event
    file = io.StringIO()
    table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return file.getvalue(), ending


@pytest.mark.parametrize("preset", SMALL)
def test_the_curve_of_a_preset_is_that_of_a_run(fresh, tmp_path, preset):
    own = preset.recipe or Recipe()
    judge(fresh, tmp_path, Project(preset.network(), with_settings(own, **FEW, epochs=2, threads=1)))


ENDS = {"scores": (), "log-probabilities": (("end", LogSoftmax()),), "probabilities": (("end", Softmax()),)}
"""What stands before the Output, by what the loss expects."""


def network(channels=1, size=(8, 8), normalize="data", end="scores"):
    """A small network with everything that draws random numbers, normalizes or keeps statistics."""
    layers = (
        ("conv1", Conv2d(4)),
        ("norm", BatchNorm2d()),
        ("relu", ReLU()),
        ("drop", Dropout(0.3)),
        ("conv2", Conv2d(5)),
        ("drop2", Dropout(0.3)),
        ("pool", GlobalAvgPool2d()),
        ("fc", Linear(CLASSES)),
        *ENDS[end],
        ("output", Output()),
    )
    nodes = [Node("input", Input(channels, size, normalize))]
    for name, layer in layers:
        nodes.append(Node(name, layer, (nodes[-1].name,)))
    return Network(tuple(nodes))


@st.composite
def schedules(draw):
    """Any schedule, for trainings of two epochs, with or without a warm-up."""
    kind = draw(st.sampled_from(SCHEDULES))
    given = {"warmup": draw(st.sampled_from([0.0, 0.3, 1.0]))}
    match kind.__name__:
        case "CosineRestarts":
            given["first"] = 1
        case "MultiStep":
            given["at"] = draw(st.sampled_from([(), (1,), (1, 1), (1, 2)]))
        case "StepDrops":
            given["every"] = 1
        case "Plateau":
            given |= {"patience": 0, "threshold": 0.9}
    for field in fields_of(kind):
        if field.name in given or not draw(st.booleans()):
            continue
        if field.kind == "real":
            # nearer to the lower bound, or away from it where the usual value lies there
            low, high = field.low or 0.0, min(field.high or 1.0, 2.0)
            given[field.name] = low + 0.7 * (field.default - low) or low + 0.3 * (high - low)
        elif field.kind != "numbers":
            given[field.name] = draw(values(field))
    return kind(**given)


@st.composite
def optimizers(draw):
    """Any optimizer. Its numbers are near the usual ones, at which a training of two epochs stays finite."""
    kind = draw(st.sampled_from(OPTIMIZERS))
    given = {"weight_decay": draw(st.sampled_from([0.0, 0.01]))}
    for field in fields_of(kind):
        if field.kind in ("flag", "choice"):
            given[field.name] = draw(values(field))
        elif field.kind == "real" and field.name != "weight_decay" and draw(st.booleans()):
            usual = field.default or 0.1 * min(1.0, field.high or 1.0)
            given[field.name] = usual * (0.9 if usual * 0.9 >= (field.low or 0.0) else 1.1)
    if given.get("nesterov") and kind is SGD:
        given["momentum"] = 0.8
    return changed(kind(), **given)


@st.composite
def steps_of_any_strength(draw, kinds):
    """Up to three steps, as they are when they are added, or with any parameters."""
    chosen = draw(st.lists(st.sampled_from(kinds), max_size=3))
    return tuple(draw(st.just(kind()) | declared(kind)) for kind in chosen)


@st.composite
def projects(draw):
    """Any images and any recipe."""
    size = draw(st.sampled_from([(8, 8), (5, 6), (11, 9), (7, 12)]))
    normalize = draw(st.sampled_from(["data", "imagenet", "centered", "unit"]))
    loss = draw(declared(draw(st.sampled_from(LOSSES))))
    drawn = network(draw(st.sampled_from([1, 3])), size, normalize, loss.expects)
    names = draw(st.sets(st.sampled_from(["conv1", "norm", "conv2"])))
    data = Data(
        validation=draw(st.sampled_from([0.4, 0.5])),
        split_seed=draw(st.integers(0, 9)),
        per_class=draw(st.sampled_from([0, 3])),
        balance=draw(st.sampled_from(["equal", "weights", "sampler"])),
    )
    training = len(data.split()[0])
    # also so many that a single image is left for the last batch
    batch_size = draw(st.sampled_from([13, 64, 200, training - 1, (training - 1) // 2]))
    kinds = [kind for kind in AUGMENTATIONS if loss.soft or kind.kind != "mixing"]
    return Project(
        freeze(drawn, names),
        recipe(
            validation=data.validation,
            split_seed=data.split_seed,
            per_class=data.per_class,
            balance=data.balance,
            augmentation=draw(steps_of_any_strength(kinds)),
            batch_size=batch_size,
            optimizer=draw(optimizers()),
            loss=loss,
            schedule=draw(schedules()),
            averaging=draw(st.sampled_from([0.0, 0.9])),
            accumulation=draw(st.sampled_from([1, 2, 5])),
            decay=draw(st.sampled_from(["all", "matrices"])),
            clip=draw(st.sampled_from([0.0, 0.5])),
            clip_by=draw(st.sampled_from(["norm", "value"])),
            dropout=draw(st.sampled_from([1.0, 0.0, 0.5, 4.0])),
            stopping=Stopping(
                measure := draw(st.sampled_from(["validation loss", "validation accuracy"])),
                draw(st.sampled_from([0, 1])),
                # no accuracy reaches more than 1, and a recipe that asks for it is refused
                draw(st.sampled_from([0.0, 0.2, 2.3] if measure == "validation loss" else [0.0, 0.2, 0.9])),
                draw(st.sampled_from(["last", "best"])),
            ),
            seed=draw(st.integers(0, 2**31 - 1)),
            channels_last=draw(st.booleans()),
            precision=draw(st.sampled_from(PRECISIONS)),
            data_parallel=draw(st.booleans()),
        ),
    )


ELSEWHERE = {
    "data.dataset": "each has its own test, and folders theirs in test_streaming_script",
    "data.judged_by": "with sets that have a test set, below",
    "learning.start": "published weights, below",
    "learning.epochs": "two are enough for everything that depends on epochs",
    "learning.stopping.keep.averaged": "below, as only runs that average can keep it",
    "machine.device": "the script asks for the one of the run",
    "machine.threads": "another number of them is another rounding",
    "machine.compile": "promises closeness and not equality",
    "machine.decoders": "changes nothing, which test_streaming_script shows",
    "machine.moments": "changes nothing, which test_recorder shows",
    "machine.synchronized": "of runs of several processes, which have no script",
}
"""What the random recipes leave alone, and why."""


def walked(kind, path=""):
    """All choices that a struct declares: flags, words, types, and numbers other than the usual one."""
    for field in fields_of(kind):
        here = f"{path}{field.name}"
        if field.kind in ("flag", "choice"):
            choices = (False, True) if field.kind == "flag" else field.choices
            yield from (f"{here}.{choice}" for choice in choices)
        elif field.kind in ("union", "list"):
            for each in field.types:
                yield f"{here}.{each.__name__}"
                yield from walked(each, f"{here}.{each.__name__}.")
        elif field.kind == "struct":
            yield from walked(field.types[0], f"{here}.")
        else:
            yield f"{here} other"


def found_in(value, path=""):
    """Which of these choices a value makes."""
    for field in fields_of(type(value)):
        here, own = f"{path}{field.name}", getattr(value, field.name)
        if field.kind in ("flag", "choice"):
            yield f"{here}.{own}"
        elif field.kind in ("union", "list"):
            for each in own if field.kind == "list" else (own,):
                yield f"{here}.{type(each).__name__}"
                yield from found_in(each, f"{here}.{type(each).__name__}.")
        elif field.kind == "struct":
            yield from found_in(own, f"{here}.")
        elif own != field.default:
            yield f"{here} other"


@pytest.mark.slow
def test_the_random_recipes_have_everything_that_is_declared():
    drawn_ones = set()

    @settings(max_examples=1200, phases=[Phase.generate], database=None, deadline=None)
    @given(projects())
    def draw(project):
        drawn_ones.update(found_in(project.recipe))

    draw()
    left_out = {
        each
        for each in walked(Recipe)
        if not any(each == name or each.startswith((f"{name}.", f"{name} ")) for name in ELSEWHERE)
    }
    assert sorted(left_out - drawn_ones) == []
    assert all(any(each.startswith(name) for each in walked(Recipe)) for name in ELSEWHERE)


@settings(max_examples=24)
@given(projects())
def test_the_curve_is_that_of_a_run_whatever_the_recipe(fresh, tmp_path, project):
    judge(fresh, tmp_path, project)


@pytest.mark.parametrize("channels_last", [True, False])
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", [pytest.param("GoogLeNet small", marks=pytest.mark.slow), "ResNet-20"])
def test_the_curve_of_a_preset_is_that_of_a_run_whatever_makes_it_quicker(
    fresh, tmp_path, name, precision, channels_last
):
    (preset,) = (preset for preset in PRESETS if preset.name == name)
    drawn = preset.network()
    # images of one channel lie in memory in both orders at once
    drawn = set_layers(drawn, {drawn.of_type(Input)[0].name: Input(3, (13, 12))})
    switches = {"precision": precision, "channels_last": channels_last, "averaging": 0.9}
    judge(fresh, tmp_path, Project(drawn, recipe(batch_size=41, epochs=1, **switches)))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("threads", [2, 3])
def test_the_curve_is_that_of_a_run_whose_threads_share_each_batch(fresh, tmp_path, precision, threads):
    switches = {"precision": precision, "threads": threads, "data_parallel": True}
    project = Project(lenet5(), recipe(batch_size=41, **switches))
    _, script = judge(fresh, tmp_path, project)
    assert "class DataParallel" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("balance", ["equal", "weights"])
@pytest.mark.parametrize("loss", [*(kind() for kind in LOSSES), CrossEntropy(0.1)], ids=repr)
def test_the_curve_is_that_of_a_run_whatever_the_loss(fresh, tmp_path, loss, balance):
    project = Project(network(end=loss.expects), recipe(loss=loss, balance=balance, epochs=1))
    _, script = judge(fresh, tmp_path, project)
    printed = {name for name in FUNCTIONS if f"def {name}(" in script.read_text(encoding="utf-8")}
    # nothing is printed that is not used
    assert printed == ({loss.call().target} if loss.own else set())


@pytest.mark.parametrize("step", AUGMENTATIONS, ids=lambda step: step.__name__)
def test_the_curve_of_each_augmentation_is_that_of_a_run_and_no_other_function_is_printed(
    fresh, tmp_path, step
):
    _, script = judge(
        fresh, tmp_path, Project(network(3), recipe(augmentation=(step(probability=0.7),), epochs=1))
    )
    text = script.read_text()
    assert f'    Step("{step.kind}", {step.function}, {{' in text
    assert [each.function for each in AUGMENTATIONS if f"def {each.function}(" in text] == [step.function]
    assert ("def with_partners(" in text) == (step.kind == "mixing")


@pytest.mark.parametrize("preset", AUGMENTATION_PRESETS, ids=lambda preset: preset.name)
def test_the_curve_of_each_preset_of_augmentation_is_that_of_a_run(fresh, tmp_path, preset):
    _, script = judge(fresh, tmp_path, Project(network(), recipe(augmentation=preset.steps)))
    assert ("augment" in script.read_text()) == bool(preset.steps)


@settings(max_examples=16)
@given(networks())
def test_the_curve_is_that_of_a_run_whatever_the_network(fresh, tmp_path, drawn):
    project = Project(drawn, recipe(epochs=1, optimizer=SGD(lr=0.01)))
    if found := blocking(findings(project)):
        with pytest.raises(UserError, match=re.escape(str(found[0].sentence))):
            save_training_script(project, tmp_path / "net.py")
    else:
        judge(fresh, tmp_path, project)


def chain(*layers, frozen=()):
    """The layers one behind the other, behind an Input of 8×8 pixels, with a classifier at the end."""
    nodes = [Node("input", Input(1, (8, 8)))]
    for index, layer in enumerate((*layers, GlobalAvgPool2d(), Linear(CLASSES), Output())):
        nodes.append(Node(f"l{index}", layer, (nodes[-1].name,), frozen=index in frozen))
    return Network(tuple(nodes))


@pytest.mark.parametrize(
    "delicate",
    [
        # torch ends the process in a GroupNorm whose input needs no gradient, channels last
        chain(GroupNorm(num_groups=1), Conv2d(8)),
        chain(Conv2d(8), GroupNorm(num_groups=2), ReLU(), frozen=(0,)),
        chain(Conv2d(8), LayerScale(0.5), ReLU(), frozen=(0, 1)),
        chain(Conv2d(8), LayerScale(0.5), Conv2d(4), frozen=(1,)),
        # the last batch is a single image, whose gradient torch reads in the wrong order
        chain(Conv2d(8), InstanceNorm2d(affine=True), Conv2d(4)),
        chain(Conv2d(8), BatchNorm2d(affine=False), frozen=(1,)),
        # mean pools of few channels, of many, and one that leaves a row over
        chain(
            Conv2d(6), Tanh(), AvgPool2d(), Conv2d(20), AvgPool2d((1, 2), (1, 2)), AvgPool2d((3, 2), (3, 2))
        ),
    ],
    ids=[
        "GroupNorm first",
        "GroupNorm behind",
        "frozen scale",
        "scale within",
        "one image",
        "statistics",
        "mean pools",
    ],
)
@pytest.mark.parametrize("channels_last", [True, False])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_curve_of_a_delicate_network_is_that_of_a_run(
    fresh, tmp_path, delicate, precision, channels_last
):
    switches = {"precision": precision, "channels_last": channels_last}
    judge(fresh, tmp_path, Project(delicate, recipe(batch_size=89, **switches)))


@pytest.mark.parametrize("channels", [1, 3])
def test_colour_images_are_brought_to_the_channels_of_the_input(fresh, tmp_path, monkeypatch, channels):
    images, labels = Digits().load()
    colours = np.concatenate([images, images // 2, 255 - images], axis=3)
    monkeypatch.setattr(digits, "_digits", lambda: (colours, labels))
    prepare.cache_clear()
    judge(fresh, tmp_path, Project(network(channels, (7, 9)), recipe(epochs=1)))
    prepare.cache_clear()


@pytest.mark.parametrize(("channels", "size"), [(1, (8, 8)), (3, (8, 8)), (3, (11, 9)), (1, (5, 6))])
def test_images_that_stay_bytes_until_their_batch_give_the_same_curve(
    fresh, tmp_path, monkeypatch, channels, size
):
    project = Project(network(channels, size, "imagenet"), recipe())
    ready, _ = curve(project)
    prepare.cache_clear()
    monkeypatch.setattr(ready_images, "READY_BYTES", 0)
    judge(fresh, tmp_path, project)
    assert curve(project)[0] == ready
    prepare.cache_clear()


@pytest.mark.parametrize("judged_by", ["share", "test"])
@pytest.mark.parametrize("name", ["MNIST", "CIFAR10"])
@pytest.mark.parametrize("ready", [True, False])
def test_the_curve_on_a_set_with_a_test_set_is_that_of_a_run(
    fresh, tmp_path, monkeypatch, judged_by, name, ready
):
    kind = BY_SET[name]
    places.look_in([write(kind, tmp_path / "data", *drawn(kind))])
    if not ready:
        monkeypatch.setattr(ready_images, "READY_BYTES", 0)
    settings = {"dataset": kind(), "judged_by": judged_by, "per_class": 4, "batch_size": 7}
    prepare.cache_clear()
    judge(fresh, tmp_path, Project(network(1, (9, 9)), recipe(**settings)))
    prepare.cache_clear()
    places.look_in(())


def test_it_stops_where_the_loss_is_no_number(fresh, tmp_path):
    project = Project(network(), recipe(optimizer=SGD(lr=1000.0), epochs=5))
    ending, _ = judge(fresh, tmp_path, project)
    assert "lower learning rate" in ending


def test_it_starts_from_published_weights_and_keeps_what_is_frozen(fresh, tmp_path):
    published = BY_NAME["ResNet18_Weights.IMAGENET1K_V1"]
    published.path.parent.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(5)
    torch.save(models.resnet18(weights=None).state_dict(), published.path)
    preset = next(preset for preset in PRESETS if preset.torchvision == "resnet18")
    project = with_published(Project(preset.network(), recipe(epochs=1, batch_size=40)), published)
    layer = replace(project.network["input"].layer, size=(32, 32))
    tuned = freeze(set_layers(project.network, {"input": layer}), project.network.folded["layer1.0"])
    _, script = judge(fresh, tmp_path, replace(project, network=tuned))
    text = script.read_text()
    assert published.url in text
    assert 'random = {"fc"}' in text
    assert "check_hash=True" in text


def test_what_was_learned_lies_beside_it(fresh, tmp_path):
    project = Project(network(), recipe())
    judge(fresh, tmp_path, project)
    run = Run(project)
    list(run.train())
    found = torch.load(tmp_path / "net-weights.pt", weights_only=True)
    assert found.keys() == run.weights().keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in run.weights().items())


@pytest.mark.parametrize("keep", ["last", "best", "averaged"])
@pytest.mark.parametrize("early", [{}, {"patience": 2}, {"target": 2.25}], ids=str)
def test_it_ends_as_early_as_a_run_and_keeps_the_same_weights(fresh, tmp_path, early, keep):
    """With a learning rate that lets the validation loss go up and down."""
    stopping = Stopping(keep=keep, **early)
    swinging = recipe(optimizer=SGD(lr=0.3, momentum=0.9), epochs=12, averaging=0.9, stopping=stopping)
    project = Project(network(), swinging)
    judge(fresh, tmp_path, project)
    run = Run(project)
    list(run.train())
    assert (run.step < 12 * run.steps_per_epoch) == bool(early)
    found = torch.load(tmp_path / "net-weights.pt", weights_only=True)
    assert all(torch.equal(found[name], tensor) for name, tensor in run.weights(keep).items())


# -- the files


def test_the_images_are_those_of_the_data(tmp_path):
    beside = save_training_script(first_project(), tmp_path / "a.py")
    assert beside == tmp_path / "digits.npz" == tmp_path / data_file(Digits())
    images, labels = Digits().load()
    with np.load(beside) as file:
        assert np.array_equal(file["images"], images)
        assert np.array_equal(file["labels"], labels)
    # a second script shares them
    before = beside.stat().st_mtime_ns
    save_training_script(first_project(), tmp_path / "b.py")
    assert beside.stat().st_mtime_ns == before


def test_another_file_of_that_name_is_kept(tmp_path):
    (tmp_path / "digits.npz").write_bytes(b"precious")
    with pytest.raises(UserError, match=r"digits.npz.*choose another folder"):
        save_training_script(first_project(), tmp_path / "a.py")
    assert (tmp_path / "digits.npz").read_bytes() == b"precious"
    assert not (tmp_path / "a.py").exists()


def test_what_cannot_be_trained_has_no_script(tmp_path):
    project = first_project()
    broken = replace(project, network=remove(project.network, ["flatten1"]))
    with pytest.raises(UserError, match="Flatten"):
        save_training_script(broken, tmp_path / "a.py")
    assert list(tmp_path.iterdir()) == []


STRANGE = (*keyword.kwlist[:3], 'a"""\nimport os', "‮net", "1 2")
"""Titles that are no names."""
RUN_AT_ONCE = {"nn", "main", "OrderedDict", "Tensor", "COLUMNS", "DATA", "train_step", *STRANGE}
"""Of the titles those whose script is run at once: each kind of name once."""


def test_no_title_gives_a_class_the_name_of_something_else(tmp_path):
    """For all titles, without running them: those that are run below show that this is what it takes."""
    project = Project(network(), recipe(epochs=1))
    save_training_script(project, tmp_path / "net.py", "Plain")
    named = [name for name in bound((tmp_path / "net.py").read_text(encoding="utf-8")) if name != "Plain"]
    for title in (*GLOBALS, *STRANGE):
        printed = source(project.network, project.classes, title)
        assert printed.class_name.isidentifier()
        assert printed.class_name not in {*named, *GLOBALS, *keyword.kwlist}


def bound(text):
    """All names that a script binds at its outermost level, as often as it does so."""
    for statement in ast.parse(text).body:
        match statement:
            case ast.Import() | ast.ImportFrom():
                yield from (alias.asname or alias.name for alias in statement.names)
            case ast.FunctionDef() | ast.ClassDef():
                yield statement.name
            case ast.Assign():
                yield from (node.id for node in statement.targets if isinstance(node, ast.Name))


@pytest.mark.parametrize(
    "title",
    [
        pytest.param(title, marks=[pytest.mark.slow] * (title not in RUN_AT_ONCE))
        for title in (*sorted(GLOBALS), *STRANGE)
    ],
)
def test_no_title_stands_in_for_a_name_of_the_script(fresh, tmp_path, title):
    save_training_script(Project(network(), recipe(epochs=1)), tmp_path / "net.py", title)
    compile((tmp_path / "net.py").read_text(encoding="utf-8"), "net.py", "exec")
    assert fresh.ran(tmp_path / "net.py")["ending"] == ""


@pytest.mark.parametrize("preset", SMALL)
def test_a_script_imports_torch_and_numpy_and_defines_names_that_no_class_may_have(tmp_path, preset):
    project = Project(preset.network(), recipe())
    save_training_script(project, tmp_path / "net.py", "Net")
    tree = ast.parse((tmp_path / "net.py").read_text(encoding="utf-8"))
    imported, defined, classes = set(), set(), set()
    for statement in tree.body:
        match statement:
            case ast.Import() | ast.ImportFrom():
                names = [getattr(statement, "module", None) or alias.name for alias in statement.names]
                imported |= {name.partition(".")[0] for name in names}
                defined |= {alias.asname or alias.name for alias in statement.names}
            case ast.FunctionDef():
                defined.add(statement.name)
            case ast.Assign():
                defined |= {target.id for target in statement.targets}
            case ast.ClassDef():
                classes.add(statement.name)
    assert imported <= {"torch", "numpy", "csv", "math", "collections", "pathlib"}
    assert defined <= GLOBALS
    own = {
        node.name
        for node in ast.parse(source(project.network, 10, "Net").text).body[1:]
        if isinstance(node, ast.ClassDef)
    }
    assert own <= classes
    assert classes - own <= {*loop_names()}
    assert not own & GLOBALS


def test_names_of_layers_stay_text(fresh, tmp_path):
    drawn = rename(network(), "conv1", "import-os")
    judge(fresh, tmp_path, Project(drawn, recipe(epochs=1)))
