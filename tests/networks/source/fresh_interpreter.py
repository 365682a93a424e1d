"""An interpreter without access to the project that runs printed source with the built module's weights."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from pathlib import Path

import torch
from torch import Tensor

from networks.graph.network import Network
from networks.layers.ends import Input
from networks.module.build import build, evaluation
from networks.source import Source, source

_ROOT = Path(__file__).parents[3]
_SERVE = """
import contextlib, importlib.util, io, json, os, runpy, sys, zlib
root = sys.argv[1]
sys.path[:] = [path for path in sys.path if path != root and not path.startswith(root + "/backbone")]
# an editable install may show another checkout
sys.path[:] = [path for path in sys.path if not os.path.isdir(os.path.join(path, "networks"))]
import torch
torch.set_num_threads(1)
for name in ("networks", "widgets", "app"):
    assert importlib.util.find_spec(name) is None, f"{name} can be seen"

def sums(tensors):
    return {name: zlib.crc32(tensor.detach().numpy()) for name, tensor in tensors.items()}

def judged(source):
    given = torch.load(source + ".given", weights_only=True)
    before = set(sys.modules)
    made = runpy.run_path(source)[given["class_name"]]
    torch.manual_seed(0)
    module = made()
    first = sums(module.state_dict())
    foreign = {name.partition(".")[0] for name in set(sys.modules) - before} - {"torch"}
    answer = {
        "foreign": sorted(foreign),
        "keys": list(first),
        "first": [name for name in first if first[name] != given["weights"][name]],
        "frozen": [name for name, weight in module.named_parameters() if not weight.requires_grad],
    }
    module.eval()
    with torch.no_grad():
        scores = module(given["images"])
    answer["evaluation"] = torch.equal(scores, given["evaluation"])
    module.train()
    torch.manual_seed(0)
    scores = module(given["images"])
    scores = scores if isinstance(scores, tuple) else (scores,)
    answer["training"] = len(scores) == len(given["training"]) and all(
        torch.equal(one, other) for one, other in zip(scores, given["training"])
    )
    if given["gradients"]:
        sum(each.square().mean() for each in scores).backward()
    weights = module.named_parameters()
    found = sums({name: weight.grad for name, weight in weights if name in given["gradients"]})
    answer["gradients"] = [name for name in found if found[name] != given["gradients"][name]]
    answer["statistics"] = sums(dict(module.named_buffers())) == given["statistics"]
    return answer

def shapes(source):
    name = open(source + ".class_name").read()
    with torch.device("meta"):
        module = runpy.run_path(source)[name]()
    return {key: list(tensor.shape) for key, tensor in module.state_dict().items()}

def ran(script):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            runpy.run_path(script, run_name="__main__")
            ending = ""
        except SystemExit as error:
            ending = str(error)
    return {"printed": printed.getvalue(), "ending": ending}

for line in sys.stdin:
    try:
        question, about = json.loads(line)
        answer = {"judged": judged, "shapes": shapes, "ran": ran}[question](about)
    except BaseException as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
"""


class FreshInterpreter:
    """A process in an empty folder; sources run in it one by one, each in a fresh namespace."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        empty = folder / "empty"
        empty.mkdir()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _SERVE, str(_ROOT)],
            cwd=empty,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """Ends the process and waits for it."""
        self._process.communicate()

    def judge(
        self,
        network: Network,
        classes: int,
        title: str = "",
        side: int | None = None,
    ) -> Source:
        """Asserts that the source's module has the keys of the built one and computes the same, bit for bit.

        Compared are first weights after the same seed, scores, random draws, gradients and statistics. Images
        have the size of the Input, or are `side`×`side`.
        """
        printed = source(network, classes, title)
        torch.manual_seed(0)
        built = _frozen(build(network, classes), network)
        (node,) = [node for node in network.of_type(Input) if node.name in network.contributing]
        size = node.layer.size if side is None else (side, side)
        images = torch.randn(2, node.layer.channels, *size, generator=torch.Generator().manual_seed(1))
        given = {"class_name": printed.class_name, "images": images}
        given["weights"] = _sums(built.state_dict())
        with torch.no_grad():
            given["evaluation"] = evaluation(built).eval()(images)
        _train(built, network)
        torch.manual_seed(0)
        scores = built(images)
        scores = scores if isinstance(scores, tuple) else (scores,)
        given["training"] = [each.detach() for each in scores]
        given["statistics"] = _sums(dict(built.named_buffers()))
        given["gradients"] = _gradients(built, scores)
        written = self._written(printed)
        torch.save(given, f"{written}.given")
        answer = self._asked("judged", written)
        assert answer["foreign"] == []
        assert answer["keys"] == list(given["weights"])
        assert answer["first"] == [], f"other first weights\n{printed.text}"
        assert answer["frozen"] == [n for n, weight in built.named_parameters() if not weight.requires_grad]
        assert answer["evaluation"], f"other scores in evaluation\n{printed.text}"
        assert answer["training"], f"other scores in training\n{printed.text}"
        assert answer["statistics"], f"other running statistics\n{printed.text}"
        assert answer["gradients"] == [], f"other gradients\n{printed.text}"
        return printed

    def judge_keys(self, network: Network, classes: int, title: str = "") -> Source:
        """Asserts that the source's module has weights of the built one's keys and shapes; runs neither."""
        printed = source(network, classes, title)
        with torch.device("meta"):
            state = build(network, classes).state_dict()
        assert self._shapes(printed) == {key: list(tensor.shape) for key, tensor in state.items()}
        return printed

    def _shapes(self, printed: Source) -> dict[str, list[int]]:
        """The keys and shapes of the weights of a source's module, on the meta device."""
        written = self._written(printed)
        Path(f"{written}.class_name").write_text(printed.class_name, encoding="utf-8")
        return self._asked("shapes", written)

    def _written(self, printed: Source) -> Path:
        path = self._folder / "network.py"
        path.write_text(printed.text, encoding="utf-8")
        return path

    def ran(self, script: Path) -> dict:
        """What a script printed, and the sentence with which it stopped early."""
        return self._asked("ran", script)

    def _asked(self, question: str, about: Path) -> dict:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([question, str(about)]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, f"{answer['error']}\n{about.read_text(encoding='utf-8')}"
        return answer


def _sums(tensors: dict[str, Tensor]) -> dict[str, int]:
    """A checksum of each: passing VGG-19's weights between processes takes seconds."""
    return {name: zlib.crc32(tensor.detach().numpy()) for name, tensor in tensors.items()}


def _gradients(built: torch.nn.Module, scores: tuple[Tensor, ...]) -> dict[str, int]:
    """The gradients of all weights that learn; none where all are frozen."""
    learning = {name: weight for name, weight in built.named_parameters() if weight.requires_grad}
    if learning:
        sum(each.square().mean() for each in scores).backward()
    return _sums({name: weight.grad for name, weight in learning.items() if weight.grad is not None})


def _frozen(built: torch.nn.Module, network: Network) -> torch.nn.Module:
    for name, weight in built.named_parameters():
        node = next((node for node in network.nodes if f"{name}.".startswith(f"{node.name}.")), None)
        weight.requires_grad_(not (node is not None and node.frozen))
    return built


def _train(built: torch.nn.Module, network: Network) -> None:
    built.train()
    for name, part in built.named_modules():
        if name in network and network[name].frozen and "BatchNorm" in type(part).__name__:
            part.eval()
