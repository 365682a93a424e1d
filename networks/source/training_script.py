"""Prints a script that trains a network as Backbone does: its source, the data, the recipe and the loop."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from networks.core.call import Call
from networks.doctor.findings import shares_batches
from networks.graph.forward import auxiliary_weights
from networks.layers.ends import LUMINANCE, Input
from networks.project.project import Project
from networks.recipes.data_section import Data
from networks.recipes.datasets import Dataset
from networks.recipes.machine_section import Machine
from networks.recipes.published import BY_NAME
from networks.recipes.steering import Course
from networks.runs.measures import MEASURES
from networks.runs.table import COLUMNS
from networks.source.augmentation_text import augmentation_functions, scale_lines
from networks.source.averaging_text import averaging_lines
from networks.source.epoch_text import epoch_lines
from networks.source.identifiers import quoted
from networks.source.loop_text import loop_text
from networks.source.loss_text import loss_functions, loss_imports, loss_line
from networks.source.optimizer_lines import (
    grouped_weights,
    optimizer_functions,
    rate_curves,
    rate_functions,
)
from networks.source.printing import WIDTH, literal, wrapped
from networks.source.script_constants import ScriptConstants
from networks.source.speed_text import pools_quickened, speed_functions, speed_lines
from networks.source.steering_text import Repeated, repeated, varying
from networks.source.stopping_text import (
    stopping_constants,
    stopping_functions,
    stopping_start,
)
from networks.source.streaming_text import cutting_functions, streaming_constants, streaming_functions
from networks.source.text import ORDERED, Source, source

_PILLOW = "from PIL import Image, ImageOps\n"
_GUARDED = ("nn.GroupNorm(", "nn.InstanceNorm2d(")
"""In the text of networks whose normalization torch computes wrongly without a guard."""


def data_file(data: Dataset, *, streamed: bool = False) -> str:
    """The name of the file beside a script that holds `images` n×height×width×channels, and `labels`.

    Where pictures are too many to be kept, it lists their files, each with its label.
    """
    return f"{type(data).__name__.lower()}.{'csv' if streamed else 'npz'}"


def start_file(script: Path) -> Path:
    """The file beside a script that holds the first weights, where they are those of another run."""
    return script.with_name(f"{script.stem}-start.pt")


def training_script(
    project: Project, constants: ScriptConstants, title: str = "", course: Course | None = None
) -> str:
    """A script of torch and numpy that trains the project's network as `Run` does, in `networks.training`.

    With the `course` of a run it repeats this run, with all that was changed while it went on.

    The functions that a run applies to images and batches stand in it word for word; only the constants, the
    reading of the images and `main` are its own. On the same machine it gives the same numbers, bit for bit,
    and writes them as `backbone train` does. Its images lie beside it in `data_file`. What is said of names
    in `networks.source.text.source` holds here, too. Raises UserError with the first reason where the network
    does not fit.
    """
    network = source(project.network, project.classes, title)
    run = repeated(project, course)
    machine = replace(run.recipe.machine, threads=constants.threads)
    project = replace(project, recipe=replace(run.recipe, machine=machine))
    streamed = constants.streamed is not None
    head = [
        _about(project, streamed, network.class_name),
        "\n".join(_imports(project, streamed, network.text.startswith(ORDERED), run)),
        f"import numpy as np\nimport torch\n{_PILLOW if streamed else ''}from torch import Tensor, nn",
        "\n".join(_constants(project, constants, run)),
    ]
    parts = [
        "\n\n".join(head),
        network.classes.strip("\n"),
        *loop_text("data/fitting.py").values(),
        *_loading(constants),
        *_about_data(project),
        *loop_text("runs/measures.py").values(),
        "\n".join(_measures()),
        *stopping_functions(project.recipe.learning.stopping),
        *(loop_text("training/printed/dropout.py").values() if run.scales_dropout else ()),
        *(loop_text("training/printed/norm_guards.py").values() if _needs_guard(network) else ()),
        *(
            loop_text("training/printed/mean_pools.py").values()
            if pools_quickened(network.text, machine)
            else ()
        ),
        *loss_functions(project.recipe.learning.loss),
        *augmentation_functions(run),
        *(cutting_functions(run) if streamed else ()),
        *optimizer_functions(run),
        *averaging_lines(project.recipe).functions,
        *speed_functions(project.network, machine),
        *_steps(run, constants),
        *rate_functions(run, constants.steps_per_epoch),
        "\n".join(_main(project, constants, network, run)),
        'if __name__ == "__main__":\n    main()\n',
    ]
    text = "\n\n\n".join(parts)
    ast.parse(text)
    return text


def _about_data(project: Project) -> Iterator[str]:
    """The functions that say which images train, and how classes of unequal size are evened out."""
    data = project.recipe.data
    if data.judged_by == "share":
        yield from loop_text("recipes/splitting.py", "split").values()
    if data.per_class:
        yield from loop_text("recipes/splitting.py", "few_per_class").values()
    if data.balance == "weights":
        yield from loop_text("recipes/balancing.py").values()
    if data.balance == "sampler":
        yield from loop_text("data/order.py").values()


def _loading(constants: ScriptConstants) -> Iterator[str]:
    """The functions that read the images."""
    if constants.streamed is not None:
        yield from streaming_functions()
    else:
        yield (_LOAD_IMAGES if constants.ready else _LOAD_BYTES).strip("\n")


def _about(project: Project, streamed: bool, name: str) -> str:
    data = project.recipe.data.dataset
    needed = "torch, numpy and Pillow" if streamed else "torch and numpy"
    paragraphs = (
        f"Trains {name} as Backbone does: the same network, images, recipe and loop, with PyTorch alone.",
        f"Needs {needed}, and {data_file(data, streamed=streamed)} beside it. Prints each epoch, writes "
        "every step to a table (…-curves.csv) and what was learned to …-weights.pt. With the same version of "
        "torch on the same machine the numbers are those of Backbone, to the last digit.",
        f"The images: {data.attribution}.",
    )
    return '"""' + "\n\n".join(textwrap.fill(text, WIDTH - 3) for text in paragraphs) + '\n"""'


def _constants(project: Project, constants: ScriptConstants, run: Repeated) -> Iterator[str]:
    recipe = project.recipe
    beside = data_file(recipe.data.dataset, streamed=constants.streamed is not None)
    yield f"DATA = Path(__file__).with_name({quoted(beside)})"
    yield 'CURVES = Path(__file__).with_name(f"{Path(__file__).stem}-curves.csv")'
    yield 'WEIGHTS = Path(__file__).with_name(f"{Path(__file__).stem}-weights.pt")'
    if constants.started:
        yield 'START = Path(__file__).with_name(f"{Path(__file__).stem}-start.pt")  # the first weights'
    yield "COLUMNS = ("
    yield from (f"    {quoted(column)}," for column in COLUMNS)
    yield ")"
    yield ""
    wanted = _input(project)
    yield f"SIZE = {wanted.size!r}  # height and width of the images"
    yield f"CHANNELS = {wanted.channels}"
    yield f"LUMINANCE = {LUMINANCE!r}  # how bright red, green and blue are to the eye"
    yield f"CLASSES = {project.classes}"
    if constants.streamed is not None:
        yield from streaming_constants(constants.streamed, run)
    yield from _split_constants(recipe.data)
    whose = "of the training images" if wanted.mean_and_deviation() is None else "per channel"
    yield f"MEAN = {constants.mean!r}  # {whose}, where black is 0 and white is 1"
    yield f"DEVIATION = {constants.deviation!r}"
    yield f"BATCH_SIZE = {recipe.learning.batch_size}"
    yield f"EPOCHS = {recipe.learning.epochs}"
    if rate_curves(run, constants.steps_per_epoch):
        yield f"STEPS_PER_EPOCH = {constants.steps_per_epoch}"
        if run.planned_name != "EPOCHS":
            yield f"PLANNED = {run.planned}  # epochs that were planned; the schedule goes to their end"
    yield f"SEED = {recipe.learning.seed}  # of the first weights and of the order of the images"
    if auxiliary := auxiliary_weights(project.network):
        yield f"AUXILIARY = {auxiliary!r}  # what the losses of the auxiliary outputs are multiplied by"
    if recipe.learning.clip and not run.varies("learning.clip"):
        meant = "longest gradient" if recipe.learning.clip_by == "norm" else "largest number in a gradient"
        yield f"CLIP = {literal(recipe.learning.clip)}  # the {meant} that is allowed"
    if run.scales_dropout:
        yield f"DROPOUT = {literal(recipe.learning.dropout)}  # what the shares of dropout are multiplied by"
    yield from stopping_constants(recipe.learning.stopping)
    yield f"JUDGED_AT_ONCE = {constants.judged_at_once}"
    yield f'DEVICE = "{recipe.machine.device}"'
    yield f"THREADS = {constants.threads}  # another number of threads rounds sums differently"


def _split_constants(data: Data) -> Iterator[str]:
    if data.dataset.test_images:
        yield f"TEST_IMAGES = {data.dataset.test_images}  # the last ones are the data set's own test set"
    if data.judged_by == "share":
        yield f"VALIDATION = {data.validation!r}  # the share of the images that is never trained on"
    if data.judged_by == "share" or data.per_class:
        yield f"SPLIT_SEED = {data.split_seed}"
    if data.per_class:
        yield f"PER_CLASS = {data.per_class}  # so many training images of each class, at most"


def _split(data: Data) -> Iterator[str]:
    if data.judged_by == "test":
        yield "    training, validation = np.split(np.arange(len(y)), [len(y) - TEST_IMAGES])"
    else:
        labels = "y[: len(y) - TEST_IMAGES]" if data.dataset.test_images else "y"
        yield f"    training, validation = split({labels}, CLASSES, VALIDATION, SPLIT_SEED)"
    if data.per_class:
        yield "    training = few_per_class(y, training, PER_CLASS, SPLIT_SEED)"


def _input(project: Project) -> Input:
    (entry,) = project.network.of_type(Input)
    assert isinstance(entry.layer, Input)
    return entry.layer


_LOAD_IMAGES = '''
def load_images() -> tuple[Tensor, np.ndarray]:
    """All images, n×height×width×channels, and their labels."""
    with np.load(DATA) as file:
        pixels, labels = file["images"], file["labels"]
    return (fit(pixels, SIZE, CHANNELS) - torch.tensor(MEAN)) / torch.tensor(DEVIATION), labels
'''


_LOAD_BYTES = '''
def load_images() -> tuple[Tensor, np.ndarray]:
    """All images as bytes, n×height×width×channels, and their labels."""
    with np.load(DATA) as file:
        return torch.from_numpy(file["images"]), file["labels"]
'''


def _measures() -> Iterator[str]:
    """What is measured, and what each measure is called in the table."""
    for name, each in (("EACH_STEP", "step"), ("EACH_EPOCH", "epoch")):
        yield f"{name} = {{"
        for measure in MEASURES:
            if measure.each == each and not measure.averaged:
                yield f"    {quoted(measure.name)}: {measure.taken.__name__},"
        yield "}"


def _steps(run: Repeated, constants: ScriptConstants) -> Iterator[str]:
    """The functions that make steps and judge."""
    scheduled = ("set_rate",) if rate_curves(run, constants.steps_per_epoch) else ()
    yield from loop_text("training/printed/steps.py", "train_step", "judge", *scheduled).values()


def _sides(constants: ScriptConstants) -> Iterator[str]:
    """The images and labels to train on, and those to judge by."""
    for side in ("training", "validation"):
        if constants.streamed is not None:
            yield f"    x_{side}, y_{side} = x[{side}], torch.from_numpy(y[{side}])"
        else:
            yield f"    x_{side}, y_{side} = x[{side}].to(DEVICE), torch.from_numpy(y[{side}]).to(DEVICE)"


def _arithmetic(device: str) -> Iterator[str]:
    yield "    torch.set_num_threads(THREADS)"
    if device == "cuda":
        yield "    torch.backends.cudnn.deterministic = True  # sums in the same order each time"


def _main(project: Project, constants: ScriptConstants, network: Source, run: Repeated) -> Iterator[str]:
    learning, device = project.recipe.learning, project.recipe.machine.device
    yield "def main() -> None:"
    yield '    """Trains, and writes down what every step and every epoch gave."""'
    yield from _arithmetic(device)
    yield "    x, y = load_images()"
    yield from _split(project.recipe.data)
    yield from _sides(constants)
    if not constants.ready:
        yield "    mean = torch.tensor(MEAN, device=DEVICE)"
        yield "    deviation = torch.tensor(DEVIATION, device=DEVICE)"
    yield ""
    yield "    torch.manual_seed(SEED)"
    yield f"    model = {network.class_name}()"
    yield from _first_weights(project, constants)
    in_memory = "" if project.recipe.machine.in_plain_order else ", memory_format=torch.channels_last"
    yield f"    model = model.to(DEVICE{in_memory})"
    yield from _layers_of_its_own(network, project.recipe.machine)
    if run.varies("learning.dropout"):
        yield "    dropouts = dropout_layers(model)"
        yield "    scale_dropout(dropouts, DROPOUT)"
    elif run.scales_dropout:
        yield "    scale_dropout(dropout_layers(model), DROPOUT)"
    yield from loss_line("loss_function", learning.loss)
    training_loss = "loss_function"
    if _weighs(project):
        training_loss = "training_loss"
        yield from loss_line("training_loss", learning.loss, weighted=True)
    weights = "model.parameters()"
    if any(node.frozen for node in project.network.nodes):
        weights = "[weight for weight in model.parameters() if weight.requires_grad]"
    yield from _called("optimizer = ", learning.optimizer.call(device), grouped_weights(weights, learning))
    yield from scale_lines(run)
    yield from speed_lines(project.network, project.recipe)
    yield ""
    yield from averaging_lines(project.recipe).before
    yield "    shuffling = torch.Generator().manual_seed(SEED)"
    yield "    step = 0"
    yield from varying(run)
    yield from stopping_start(learning.stopping)
    if learning.schedule.watches:
        yield "    losses: list[float] = []"
    yield '    with open(CURVES, "w", encoding="utf-8", newline="") as file:'
    yield '        table = csv.DictWriter(file, COLUMNS, lineterminator="\\n")'
    yield "        table.writeheader()"
    yield "        for epoch in range(1, EPOCHS + 1):"
    yield from (
        f"            {line}".rstrip() for line in epoch_lines(project, constants, training_loss, run)
    )
    kept = {"best": "kept", "averaged": "averaged.state_dict()"}.get(
        learning.stopping.keep, "model.state_dict()"
    )
    yield f"    torch.save({kept}, WEIGHTS)"


def _imports(project: Project, streamed: bool, ordered: bool, run: Repeated) -> Iterator[str]:
    collections = [*(["OrderedDict"] if ordered else []), *(["deque"] if streamed else []), "namedtuple"]
    yield from averaging_lines(project.recipe).imports
    yield "import csv"
    yield "import math"
    yield f"from collections import {', '.join(collections)}"
    yield f"from collections.abc import Callable{', Iterable, Iterator' if streamed else ''}"
    if streamed:
        yield "from concurrent.futures import Future, ThreadPoolExecutor"
    elif shares_batches(project.network, project.recipe.machine):
        yield "from concurrent.futures import ThreadPoolExecutor"
    yield from loss_imports(project.recipe.learning.loss, _weighs(project))
    if streamed:
        yield "from itertools import islice"
    yield "from pathlib import Path"
    quicker = speed_functions(project.network, project.recipe.machine)
    if streamed or any((*optimizer_functions(run), *quicker)):
        yield "from typing import Any"


def _weighs(project: Project) -> bool:
    return project.recipe.data.balance == "weights"


def _needs_guard(network: Source) -> bool:
    return any(made in network.text for made in _GUARDED)


def _layers_of_its_own(network: Source, machine: Machine) -> Iterator[str]:
    """The lines that have some of the network's layers computed otherwise than torch does."""
    if _needs_guard(network):
        yield "    guard_norms(model)"
    if pools_quickened(network.text, machine):
        yield "    quicken_pools(model)"


def _called(before: str, call: Call, *args: str) -> list[str]:
    given = [*args, *(f"{name}={literal(value)}" for name, value in call.kwargs)]
    return wrapped("    ", f"{before}{call.target}(", given, ")")


def _first_weights(project: Project, constants: ScriptConstants) -> Iterator[str]:
    if constants.started:
        yield '    model.load_state_dict(torch.load(START, map_location="cpu", weights_only=True))'
        return
    published = BY_NAME.get(project.recipe.learning.start)
    if published is None:
        return
    yield f"    # weights of {published.title} that torchvision has published; the hash is checked"
    yield "    published = torch.hub.load_state_dict_from_url("
    yield f"        {quoted(published.url)},"
    yield '        map_location="cpu",'
    yield "        check_hash=True,"
    yield "        weights_only=True,"
    yield "    )"
    if constants.random:
        yield "    # layers that they do not fit keep their random weights"
        names = [quoted(name) for name in constants.random]
        yield from wrapped("    ", "random = {", names, "}")
        yield (
            "    published = {name: each for name, each in published.items() "
            'if name.rpartition(".")[0] not in random}'
        )
    yield "    model.load_state_dict(published, strict=False)"
