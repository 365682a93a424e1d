"""Prints a script that trains a network as Backbone does: its source, the data, the recipe and the loop."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator

import msgspec

from networks.core.call import Call
from networks.core.shapes import show
from networks.doctor.findings import leaves_one_out
from networks.graph.forward import auxiliary_weights
from networks.layers.ends import LUMINANCE, Input
from networks.project.project import Project
from networks.recipes.datasets import Dataset
from networks.recipes.published import BY_NAME
from networks.runs.measures import MEASURES, VALIDATION_ACCURACY, VALIDATION_LOSS
from networks.runs.table import COLUMNS
from networks.source.identifiers import quoted
from networks.source.measured import printed_functions
from networks.source.printing import WIDTH, literal, wrapped
from networks.source.text import ORDERED, source


class Facts(msgspec.Struct, frozen=True):
    """What a script states besides the project: what only the images, the weights or the machine can tell.

    `mean` and `deviation` hold a number for each channel, `random` the layers that published weights do not
    fit, `threads` and `judged_at_once` how many cores and validation images work at once.
    """

    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    threads: int
    judged_at_once: int
    random: tuple[str, ...] = ()


def data_file(data: Dataset) -> str:
    """What the file is called that lies beside a script and holds `images` n×h×w×c and `labels`."""
    return f"{type(data).__name__.lower()}.npz"


def training_script(project: Project, facts: Facts, title: str = "") -> str:
    """A script of torch and numpy that trains the project's network as `networks.training.run.Run` does.

    On the same machine it gives the same numbers, bit for bit, and writes them as `backbone train` does. Its
    images lie beside it in `data_file`. Raises UserError with the first obstacle where the network does not
    fit. What is said of names in `networks.source.text.source` holds here too.
    """
    printed = source(project.network, project.classes, title)
    collections = "namedtuple, OrderedDict" if printed.text.startswith(ORDERED) else "namedtuple"
    parts = [
        _about(project, printed.class_name),
        f"import csv\nimport math\nfrom collections import {collections}\n"
        "from collections.abc import Callable\nfrom pathlib import Path",
        "import numpy as np\nimport torch\nfrom torch import Tensor, nn",
        "\n".join(_constants(project, facts)),
    ]
    functions = [
        printed.classes.strip("\n"),
        "\n".join(_load_images(project)),
        _SPLIT.strip("\n"),
        "\n".join(_measures()),
        "\n".join(_judge(project)),
        "\n".join(_main(project, facts, printed.class_name)),
    ]
    text = "\n\n".join(parts) + "\n\n\n" + "\n\n\n".join(functions)
    text += '\n\n\nif __name__ == "__main__":\n    main()\n'
    ast.parse(text)
    return text


def _about(project: Project, name: str) -> str:
    data = project.recipe.data.dataset
    paragraphs = (
        f"Trains {name} as Backbone does: the same network, images, recipe and loop, with PyTorch alone.",
        f"Needs torch and numpy, and {data_file(data)} beside it. Prints each epoch, writes every step to a "
        "table (…-curves.csv) and what was learned to …-weights.pt. With the same version of torch on the "
        "same machine the numbers are those of Backbone, to the last digit.",
        f"The images: {data.attribution}.",
    )
    return '"""' + "\n\n".join(textwrap.fill(text, WIDTH - 3) for text in paragraphs) + '\n"""'


def _constants(project: Project, facts: Facts) -> Iterator[str]:
    recipe = project.recipe
    yield f"DATA = Path(__file__).with_name({quoted(data_file(recipe.data.dataset))})"
    yield 'CURVES = Path(__file__).with_name(f"{Path(__file__).stem}-curves.csv")'
    yield 'WEIGHTS = Path(__file__).with_name(f"{Path(__file__).stem}-weights.pt")'
    yield "COLUMNS = ("
    yield from (f"    {quoted(column)}," for column in COLUMNS)
    yield ")"
    yield ""
    yield f"CLASSES = {project.classes}"
    yield f"VALIDATION = {recipe.data.validation!r}  # the share of the images that is never trained on"
    yield f"SPLIT_SEED = {recipe.data.split_seed}"
    whose = "of the training images" if _input(project).mean_and_deviation() is None else "per channel"
    yield f"MEAN = {facts.mean!r}  # {whose}, where black is 0 and white is 1"
    yield f"DEVIATION = {facts.deviation!r}"
    yield f"BATCH_SIZE = {recipe.learning.batch_size}"
    yield f"EPOCHS = {recipe.learning.epochs}"
    yield f"SEED = {recipe.learning.seed}  # of the first weights and of the order of the images"
    if auxiliary := auxiliary_weights(project.network):
        yield f"AUXILIARY = {auxiliary!r}  # what the losses of the auxiliary outputs are multiplied by"
    yield f"JUDGED_AT_ONCE = {facts.judged_at_once}"
    yield f'DEVICE = "{recipe.machine.device}"'
    yield f"THREADS = {facts.threads}  # with another number of them sums are rounded otherwise"


def _input(project: Project) -> Input:
    (entry,) = project.network.of_type(Input)
    assert isinstance(entry.layer, Input)
    return entry.layer


def _load_images(project: Project) -> Iterator[str]:
    wanted = _input(project)
    images, _ = project.recipe.data.dataset.load()
    _, *have, channels = images.shape
    height, width = wanted.size
    yield "def load_images() -> tuple[Tensor, Tensor]:"
    yield f'    """All images, n×{show((height, width, wanted.channels))}, and their labels.'
    yield ""
    yield "    Channels come last in memory: convolutions on a CPU are faster so."
    yield '    """'
    yield "    with np.load(DATA) as file:"
    yield '        images, labels = torch.from_numpy(file["images"]), torch.from_numpy(file["labels"])'
    yield "    images = images.permute(0, 3, 1, 2).float() / 255"
    if channels == 3 and wanted.channels == 1:
        yield f'    images = torch.einsum("nchw,c->nhw", images, torch.tensor({LUMINANCE!r})).unsqueeze(1)'
    if (height, width) != tuple(have):
        shrinks = height < have[0] or width < have[1]
        yield "    images = nn.functional.interpolate("
        yield f'        images, {wanted.size!r}, mode="bilinear", align_corners=False, antialias={shrinks}'
        yield "    )"
    if channels == 1 and wanted.channels == 3:
        yield "    images = images.expand(-1, 3, -1, -1)"
    yield "    images = images.permute(0, 2, 3, 1).contiguous()"
    yield "    return (images - torch.tensor(MEAN)) / torch.tensor(DEVIATION), labels"


_SPLIT = '''
def split(labels: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Which images train and which judge: of every class the same share, drawn by SPLIT_SEED."""
    draw = np.random.default_rng(SPLIT_SEED)
    training, validation = [], []
    for label in range(CLASSES):
        members = draw.permutation(np.flatnonzero(labels.numpy() == label))
        held = min(max(1, round(len(members) * VALIDATION)), len(members) - 1)
        validation.append(members[:held])
        training.append(members[held:])
    return np.sort(np.concatenate(training)), np.sort(np.concatenate(validation))
'''


def _batch(project: Project) -> str:
    """Turns rows of images into what the network takes; some of Apple's kernels want the plain order."""
    return ".permute(0, 3, 1, 2)" + (".contiguous()" if project.recipe.machine.device == "mps" else "")


def _measures() -> Iterator[str]:
    """The functions that measure, and what each is called in the table."""
    yield 'BatchResult = namedtuple("BatchResult", "loss scores labels weights optimizer")'
    yield f"\n\n{printed_functions()}\n\n"
    for name, each in (("EACH_STEP", "step"), ("EACH_EPOCH", "epoch")):
        yield f"{name} = {{"
        for measure in MEASURES:
            if measure.each == each:
                yield f"    {quoted(measure.name)}: {measure.taken.__name__},"
        yield "}"


def _judge(project: Project) -> Iterator[str]:
    yield "def judge("
    for argument in ("model: nn.Module", "loss_function: nn.Module", "optimizer: torch.optim.Optimizer"):
        yield f"    {argument},"
    yield "    x: Tensor,"
    yield "    y: Tensor,"
    yield ") -> dict[str, float]:"
    yield '    """What is measured over all images."""'
    yield "    model.eval()"
    yield "    weights = [weight for weight in model.parameters() if weight.requires_grad]"
    yield "    totals: dict[str, tuple[float, int]] = {}"
    yield "    with torch.inference_mode():"
    yield "        for start in range(0, len(x), JUDGED_AT_ONCE):"
    yield "            images, labels = x[start : start + JUDGED_AT_ONCE], y[start : start + JUDGED_AT_ONCE]"
    yield f"            scores = model(images{_batch(project)})"
    yield "            loss = loss_function(scores, labels).item()"
    yield "            add_to(totals, EACH_EPOCH, BatchResult(loss, scores, labels, weights, optimizer))"
    yield "    return means(totals)"


def _main(project: Project, facts: Facts, name: str) -> Iterator[str]:
    yield "def main() -> None:"
    yield '    """Trains, and tells what every step and every epoch gave."""'
    yield "    torch.set_num_threads(THREADS)"
    yield "    images, labels = load_images()"
    yield "    training, validation = split(labels)"
    yield "    x, y = images[training].to(DEVICE), labels[training].to(DEVICE)"
    yield "    x_validation, y_validation = images[validation].to(DEVICE), labels[validation].to(DEVICE)"
    yield ""
    yield "    torch.manual_seed(SEED)"
    yield f"    model = {name}()"
    yield from _published(project, facts)
    in_memory = "" if project.recipe.machine.device == "mps" else ", memory_format=torch.channels_last"
    yield f"    model = model.to(DEVICE{in_memory})"
    yield "    weights = [weight for weight in model.parameters() if weight.requires_grad]"
    yield from _called("loss_function = ", project.recipe.learning.loss.call())
    yield from _called(
        "optimizer = ", project.recipe.learning.optimizer.call(project.recipe.machine.device), "weights"
    )
    yield ""
    yield "    shuffling = torch.Generator().manual_seed(SEED)"
    yield "    step = 0"
    yield '    with open(CURVES, "w", encoding="utf-8", newline="") as file:'
    yield '        table = csv.DictWriter(file, COLUMNS, lineterminator="\\n")'
    yield "        table.writeheader()"
    yield "        for epoch in range(1, EPOCHS + 1):"
    yield from (f"            {line}".rstrip() for line in _epoch(project))
    yield "    torch.save(model.state_dict(), WEIGHTS)"


def _called(before: str, call: Call, *args: str) -> list[str]:
    given = [*args, *(f"{name}={literal(value)}" for name, value in call.kwargs)]
    return wrapped("    ", f"{before}{call.target}(", given, ")")


def _published(project: Project, facts: Facts) -> Iterator[str]:
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
    if facts.random:
        yield "    # layers that they do not fit keep their random weights"
        names = [quoted(name) for name in facts.random]
        yield from wrapped("    ", "random = {", names, "}")
        yield (
            "    published = {name: each for name, each in published.items() "
            'if name.rpartition(".")[0] not in random}'
        )
    yield "    model.load_state_dict(published, strict=False)"


def _epoch(project: Project) -> Iterator[str]:
    recipe, network = project.recipe, project.network
    yield "model.train()"
    yield "batches = torch.randperm(len(x), generator=shuffling).split(BATCH_SIZE)"
    training, _ = recipe.data.sizes()
    if leaves_one_out(training, recipe.learning.batch_size, network):
        yield "batches = batches[:-1]  # a single image is left, and has no variance to normalize by"
    yield "rows: list[dict[str, float]] = []"
    yield "for chosen in batches:"
    yield from (f"    {line}" for line in _step(project))
    yield "judged = judge(model, loss_function, optimizer, x_validation, y_validation)"
    yield "rows[-1] |= judged"
    yield "table.writerows(rows)"
    yield "file.flush()"
    yield f'loss, hits = judged["{VALIDATION_LOSS.name}"], judged["{VALIDATION_ACCURACY.name}"]'
    yield 'print(f"epoch {epoch:3}: validation loss {loss:.4f}, accuracy {hits:.2%}", flush=True)'


def _step(project: Project) -> Iterator[str]:
    images = f"x[chosen]{_batch(project)}"
    if auxiliary_weights(project.network):
        yield f"scores, *early = model({images})"
        yield "loss = loss_function(scores, y[chosen])"
        yield "for weight, guess in zip(AUXILIARY, early, strict=True):"
        yield "    loss = loss + weight * loss_function(guess, y[chosen])"
    else:
        yield f"scores = model({images})"
        yield "loss = loss_function(scores, y[chosen])"
    yield "optimizer.zero_grad()"
    yield "loss.backward()"
    yield "step += 1"
    yield "totals: dict[str, tuple[float, int]] = {}"
    yield "with torch.no_grad():"
    yield "    result = BatchResult(loss.detach(), scores.detach(), y[chosen], weights, optimizer)"
    yield "    add_to(totals, EACH_STEP, result)"
    yield 'rows.append({"step": step, "epoch": step / len(batches)} | means(totals))'
    yield "if not math.isfinite(loss.item()):"
    yield "    table.writerows(rows)"
    yield '    raise SystemExit(f"The loss became {loss.item()}: try a lower learning rate.")'
    if project.recipe.learning.clip:
        yield f"nn.utils.clip_grad_norm_(weights, {literal(project.recipe.learning.clip)})"
    yield "optimizer.step()"
