"""`backbone import` as a person types it: in a folder of their own, with Python of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from app.terminal.command_line import main
from networks.layers.ends import Input
from networks.module.build import build
from networks.project.project import read_project

ROOT = Path(__file__).parents[3]

NETS = """
import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3)
        self.conv2 = nn.Conv2d(8, 8, 3, bias=False)
        self.unused = nn.Linear(2, 2)
        self.fc = nn.Linear(8, classes)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        return self.fc(x.mean((2, 3)))


net = Net()
number = 3


class Overwritten(Net):
    def forward(self, x):
        x = torch.tanh(self.conv2(self.conv1(x)))
        x.sigmoid_()
        return self.fc(x.mean((2, 3)))


class ExitsInForward(Net):
    def forward(self, x):
        raise SystemExit(0)


def begun():
    net = Net()
    net.conv1.requires_grad_(False)
    return net


def seven():
    return Net(7)


def shapes():
    return Net().to("meta")


def needs(this):
    return Net()


def fails():
    raise ValueError("no such thing\\nat all")


def leaves():
    raise SystemExit(7)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.MultiheadAttention(4, 2)

    def forward(self, x):
        return self.heads(x, x, x)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of the user's, in a process that has not imported from it yet."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").write_text("")
    (tmp_path / "mine" / "nets.py").write_text(NETS)
    (tmp_path / "broken.py").write_text("import does_not_exist\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("mine", "mine.nets", "broken"):
        sys.modules.pop(name, None)


def imported(*arguments: object) -> int:
    return main(["import", *map(str, arguments)])


def test_a_network_of_ones_own_becomes_a_project_that_trains_on(folder, capsys):
    out, weights = folder / "net.json", folder / "net.safetensors"
    assert imported("mine.nets:net", out, "--input", "1x28x28", "--weights", weights) == 0
    assert "net.json" in capsys.readouterr().out
    project = read_project(out)
    (images,) = project.network.of_type(Input)
    assert images.layer.shape() == (1, 28, 28)
    module = build(project.network, 10)
    module.load_state_dict(load_file(weights))
    theirs = sys.modules["mine.nets"].net
    x = torch.randn(2, 1, 28, 28)
    assert torch.equal(module(x), theirs(x))
    assert main(["check", str(out)]) == 0


def test_a_forward_that_ends_the_program_is_refused_like_any_other(folder, capsys):
    assert imported("mine.nets:ExitsInForward", "net.json", "--input", "1x12x12") == 1
    assert "“ExitsInForward” cannot be shown layer by layer" in capsys.readouterr().err
    assert not (folder / "net.json").exists()


@pytest.mark.parametrize("name", ["Net", "seven", "net"])
def test_a_class_a_function_or_a_module_may_be_named(folder, name):
    assert imported(f"mine.nets:{name}", "net.json", "--input", "1×12×16") == 0
    assert build(read_project(folder / "net.json").network, 10) is not None
    assert not (folder / "net.safetensors").exists()


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("Net", "1x28x28", "on random images of 1×28×28, in training and in evaluation.\n"),
        (
            "Net",
            "1x800x800",
            "of 1×416×416, smaller than its own of 1×800×800, in training and in evaluation.\n",
        ),
        (
            "Overwritten",
            "1x28x28",
            "in evaluation. Gradients were not compared: the module itself gives none.\n",
        ),
        ("begun", "1x28x28", "Layers that are frozen, since their weights get no gradients: 1.\n"),
    ],
)
def test_what_was_compared_is_told(folder, capsys, name, size, words):
    assert imported(f"mine.nets:{name}", "net.json", "--input", size) == 0
    assert capsys.readouterr().out.endswith(words)


def test_it_runs_from_any_folder_and_only_what_is_asked_for(folder):
    """In a process of its own, as it is typed; the folder's files do not stand in for Backbone's imports."""
    (folder / "torch.py").write_text("raise SystemExit('the wrong torch')\n")
    command = [sys.executable, ROOT / "main.py", "import", "mine.nets:Net", "net.json", "--input", "1x9x9"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert (folder / "net.json").exists()


@pytest.mark.slow
def test_a_module_that_imports_torchvision_itself(folder):
    """In a process of its own, where nothing has imported torchvision yet, as beside a CPU build of torch."""
    (folder / "nets.py").write_text(
        "import torchvision\n\ndef net():\n    return torchvision.models.resnet18(num_classes=10)\n"
    )
    command = [sys.executable, ROOT / "main.py", "import", "nets:net", "net.json", "--input", "3x32x32"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert "Equal to the module on random images of 3×32×32, in training and in evaluation." in done.stdout
    assert (folder / "net.json").exists()


def sentence(capsys, *arguments: object, code: int = 1) -> str:
    """The one line on stderr."""
    assert imported(*arguments) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("backbone")
    return line


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("mine.nets", "package.module:callable"),
        ("mine.nets:", "package.module:callable"),
        ("mine/nets.py:Net", "“mine/nets.py”: try mine.nets:Net"),
        ("../nets.py:Net", "“../nets.py”: in its folder, try nets:Net"),
        ("gone:net", "No module named 'gone'"),
        ("broken:net", "No module named 'does_not_exist'"),
        ("mine.nets:gone", "no “gone”"),
        ("mine.nets:number", "got int"),
        ("mine.nets:needs", "missing 1 required positional argument"),
        ("mine.nets:fails", "ValueError: no such thing."),
        ("mine.nets:leaves", "SystemExit: 7"),
        ("mine.nets:Attention", "“heads” cannot be shown layer by layer"),
        ("networks.graph.network:Network", "give yours another name"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(folder, capsys, place, words):
    assert words in sentence(capsys, place, "net.json")
    assert not (folder / "net.json").exists()


WITHOUT_SENSE = {
    "of_its_own": "class Stop(BaseException): pass\nraise Stop('\\x1b[31mred')",
    "GeneratorExit": "raise GeneratorExit",
    "Mute": "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute",
    "ValueError: first.": "raise ValueError('\\n\\n first\\n second')",
    "ValueError.": "raise ValueError('\\n')",
    "invalid syntax": "def (:",
    "null bytes": "\0",
    "ExceptionGroup: several": "raise ExceptionGroup('several', [ValueError()])",
    "lazily": "def __getattr__(name): raise ValueError('lazily')",
}
"""What users' files may do when they are imported, by a word of the sentence that tells of it."""


@pytest.mark.parametrize("words", WITHOUT_SENSE)
def test_whatever_a_file_raises_is_a_sentence(folder, capsys, words):
    (folder / "broken.py").write_text(WITHOUT_SENSE[words])
    told = sentence(capsys, "broken:net", "net.json")
    assert words.replace("of_its_own", r"Stop: \x1b[31mred") in told
    assert told.startswith("backbone: “")
    assert ": ." not in told
    assert not (folder / "net.json").exists()


SETTINGS = {
    "torch.set_grad_enabled(False)": torch.is_grad_enabled,
    "torch.set_default_device('meta')": torch.get_default_device,
    "torch.set_default_dtype(torch.float64)": torch.get_default_dtype,
    "torch.use_deterministic_algorithms(True)": torch.are_deterministic_algorithms_enabled,
    "import os; os.chdir('/')": os.getcwd,
    "import sys, io; sys.stdout = sys.stderr = io.StringIO()": lambda: sys.stdout,
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_a_file_sets_for_the_whole_program_is_set_back(folder, capsys, setting):
    """Files for evaluation begin like this, and their networks are as good as others."""
    (folder / "mine" / "nets.py").write_text(f"{NETS}\n{setting}\n")
    before = SETTINGS[setting]()
    assert imported("mine.nets:Net", "net.json", "--input", "1x28x28") == 0
    assert SETTINGS[setting]() == before
    assert "in training and in evaluation.\n" in capsys.readouterr().out
    assert (folder / "net.json").exists()


@pytest.mark.parametrize(
    "told",
    [
        "{}",
        "{'module.' + name: held for name, held in super().state_dict(*args, **kwargs).items()}",
        "{name: held * 0 for name, held in super().state_dict(*args, **kwargs).items()}",
        "1 / 0",
    ],
)
def test_the_weights_are_those_that_it_computes_with(folder, told):
    """Whatever its own `state_dict` tells of them."""
    own = f"class Own(Net):\n    def state_dict(self, *args, **kwargs):\n        return {told}\n"
    (folder / "mine" / "nets.py").write_text(f"{NETS}\n\n{own}\n\nown = Own()\n")
    weights = folder / "own.safetensors"
    assert imported("mine.nets:own", "net.json", "--input", "1x28x28", "--weights", weights) == 0
    module = build(read_project(folder / "net.json").network, 10)
    module.load_state_dict(load_file(weights))
    x = torch.randn(2, 1, 28, 28)
    assert torch.equal(module(x), sys.modules["mine.nets"].own(x))


def test_a_module_without_numbers_leaves_nothing_half_done(folder, capsys):
    """On the meta device: as a project alone it is written, with weights nothing is."""
    out, weights = folder / "net.json", folder / "net.safetensors"
    arguments = ("mine.nets:shapes", out, "--input", "1x28x28")
    assert "“conv1.weight” has a shape, but no numbers" in sentence(capsys, *arguments, "--weights", weights)
    assert not out.exists()
    assert not weights.exists()
    assert imported(*arguments) == 0
    assert out.exists()


def test_each_file_is_told_of_in_signs_that_a_terminal_does_not_obey(folder, capsys):
    out, weights = "a\x1b[2Jb.json", "a\x1b]0;title\x07.safetensors"
    assert imported("mine.nets:net", out, "--input", "1x28x28", "--weights", weights) == 0
    assert (folder / out).exists()
    assert (folder / weights).exists()
    project, learned = capsys.readouterr().out.splitlines()
    assert project.startswith(r"a\x1b[2Jb.json: 8 layers")
    assert learned == r"a\x1b]0;title\x07.safetensors: the weights of the module"


def test_images_that_do_not_fit(folder, capsys):
    told = sentence(capsys, "mine.nets:net", "net.json")
    assert "3×224×224" in told
    assert told.rstrip().endswith("Say which images it takes, such as --input 1x28x28.")
    told = sentence(capsys, "mine.nets:net", "net.json", "--input", "1x3x28")
    assert "1×3×28" in told
    assert "--input" not in told
    told = sentence(capsys, "mine.nets:net", "net.json", "--input", "1x2000x2000")
    assert "Expected images of up to 1024×1024, got 1×2000×2000" in told


@pytest.mark.parametrize("size", ["28", "1x28", "1x28x28x28", "axbxc", "-1x3x3", "", "9" * 5000 + "x1x1"])
def test_a_size_that_is_none(folder, capsys, size):
    assert "3x224x224" in sentence(capsys, "mine.nets:net", "net.json", f"--input={size}", code=2)


def test_nothing_is_overwritten_unasked(folder, capsys):
    weights, project = folder / "there.safetensors", folder / "there.json"
    for there in (weights, project):
        there.write_text("precious")
    arguments = ("mine.nets:net", folder / "new.json", "--input", "1x9x9", "--weights", weights)
    assert "--overwrite" in sentence(capsys, *arguments)
    assert "--overwrite" in sentence(capsys, "mine.nets:net", project, "--input", "1x9x9")
    assert weights.read_text() == project.read_text() == "precious"
    assert not (folder / "new.json").exists()
    assert imported(*arguments, "--overwrite") == 0
    kept = {"conv1.weight", "conv1.bias", "conv2.weight", "fc.weight", "fc.bias"}
    assert load_file(weights).keys() == kept, "what is never called is left out"


@pytest.mark.parametrize(
    ("out", "weights", "ending"),
    [
        ("net.txt", "net.safetensors", ".json"),
        ("net", "w.safetensors", ".json"),
        ("net.json", "w.pt", ".safet"),
    ],
)
def test_files_bear_the_ending_of_what_they_hold(folder, capsys, out, weights, ending):
    """A file of safetensors under the name of a pickle would be opened by nobody."""
    told = sentence(capsys, "mine.nets:net", out, "--input", "1x9x9", "--weights", weights)
    assert f"Expected a file that ends in {ending}" in told
    assert not list(folder.glob("net*"))


def test_help(capsys):
    assert main(["import", "--help"]) == 0
    assert "runs your Python" in capsys.readouterr().out
