"""The commands as a person types them: what they print, what they leave behind, how they end."""

from __future__ import annotations

import csv
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import load_file

from app.session.version import version
from app.terminal.command_line import main
from app.terminal.progress import duration
from networks.core.fields import fields_of
from networks.graph.edits import insert, remove, set_layers
from networks.graph.network import Node
from networks.layers.activation import Softmax
from networks.layers.rectifiers import ReLU
from networks.project.project import Project, first_project, project_to_json, read_project
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.machine_section import Machine
from networks.recipes.optimizers import SGD
from networks.recipes.recipe import with_settings
from networks.runs.events import Stepped, Validated
from networks.runs.table import COLUMNS
from networks.training.engine.run import Run

if os.name == "posix":
    import fcntl
    import pty
    import termios

ROOT = Path(__file__).parents[3]


def write(path: Path, project: Project) -> Path:
    path.write_bytes(project_to_json(project))
    return path


def with_recipe(**changes: object) -> Project:
    settings = {"batch_size": 500, "threads": 1} | changes
    project = first_project()
    return replace(project, recipe=with_settings(project.recipe, **settings))


@pytest.fixture
def project_file(tmp_path):
    return write(tmp_path / "lenet.json", with_recipe())


def backbone(*arguments: object, cwd: Path = ROOT, code: str = "") -> subprocess.CompletedProcess[str]:
    """Runs `python main.py …` in a process of its own."""
    command = [sys.executable, *(["-c", code] if code else [str(ROOT / "main.py")]), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment, encoding="utf-8")


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_training_leaves_curves_weights_and_the_project(project_file, tmp_path):
    out = tmp_path / "runs" / "first"
    done = backbone("train", project_file, "--epochs", 2, "--out", out, "--seed", 3)
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(out)) == ["curves.csv", "project.json", "weights.safetensors"]

    trained = read_project(out / "project.json")
    assert trained == with_recipe(epochs=2, seed=3)

    # the same generator in this process tells the same story, to the last bit
    run = Run(trained)
    events = list(run.train())
    steps = [event for event in events if isinstance(event, Stepped)]
    judged = {event.step: event for event in events if isinstance(event, Validated)}
    written = rows(out / "curves.csv")
    assert list(written[0]) == list(COLUMNS)
    assert [int(row["step"]) for row in written] == [event.step for event in steps]
    assert [float(row["epoch"]) for row in written] == [event.epoch for event in steps]
    assert [float(row["training loss"]) for row in written] == [
        event.values["training loss"] for event in steps
    ]
    assert [float(row["training accuracy"]) for row in written] == [
        event.values["training accuracy"] for event in steps
    ]
    for row in written:
        event = judged.get(int(row["step"]))
        expected = ("", "") if event is None else tuple(map(str, event.values.values()))
        assert (row["validation loss"], row["validation accuracy"]) == expected

    weights = load_file(out / "weights.safetensors")
    assert sorted(weights) == sorted(run.weights())
    assert all(torch.equal(weights[name], tensor) for name, tensor in run.weights().items())

    lines = done.stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    assert f"{judged[6].values['validation accuracy']:.1%}" in lines[1]
    assert "Trained for 2 epochs" in done.stdout


class _OnTerminal:
    """A command whose stderr is a terminal; it does not outlive the test."""

    def __init__(self, *arguments: object) -> None:
        self._terminal, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 140, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "main.py", *map(str, arguments)],
            cwd=ROOT,
            stderr=theirs,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        )
        os.close(theirs)
        self.shown = b""

    def __enter__(self) -> _OnTerminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
        os.close(self._terminal)

    def read_until(self, wanted: bytes) -> None:
        """Waits until `wanted` was shown."""
        while wanted not in self.shown:
            assert self._read(), f"ended after {self.shown!r}"

    def read_to_the_end(self) -> bytes:
        """Reads what is still shown, waits for the end, gives what went to stdout."""
        while self._read():
            pass
        return self.process.communicate(timeout=100)[0]

    def _read(self) -> bytes:
        ready, _, _ = select.select([self._terminal], [], [], 100)
        assert ready, f"nothing more came after {self.shown!r}"
        try:
            part = os.read(self._terminal, 4096)
        except OSError:  # how Linux says that the other end was closed
            part = b""
        self.shown += part
        return part


@pytest.mark.skipif(os.name == "nt", reason="terminals and signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_ctrl_c_stops_and_keeps_what_was_trained(project_file, tmp_path, number):
    with _OnTerminal("train", project_file, "--epochs", 100_000, "--out", tmp_path / "run") as command:
        command.read_until(b" left")
        command.process.send_signal(number)
        output = command.read_to_the_end()
        assert command.process.returncode == 128 + number
    assert b"\r" in command.shown
    assert "╌".encode() in command.shown
    assert b"epoch 1/100000" in command.shown
    assert b"s/epoch" in command.shown
    assert b"Traceback" not in command.shown
    assert b"Stopped after" in output
    written = rows(tmp_path / "run" / "curves.csv")
    assert [int(row["step"]) for row in written] == list(range(1, len(written) + 1))
    assert "conv1.weight" in load_file(tmp_path / "run" / "weights.safetensors")


def _fails(arguments, capsys, code: int = 1) -> str:
    """The one line on stderr."""
    assert main([str(argument) for argument in arguments]) == code
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("backbone")
    return lines[0]


def test_a_file_that_is_not_there(tmp_path, capsys):
    for command in ("train", "check"):
        line = _fails([command, tmp_path / "gone.json"], capsys)
        assert "gone.json" in line
        assert "no such file" in line


def test_a_file_that_is_damaged(tmp_path, capsys):
    path = tmp_path / "cut.json"
    path.write_bytes(project_to_json(first_project())[:300])
    for command in ("train", "check"):
        assert "cut.json" in _fails([command, path], capsys)


def broken() -> Project:
    project = with_recipe()
    return replace(project, network=remove(project.network, ["flatten1"]))


def test_a_network_that_does_not_fit_is_not_trained(tmp_path, capsys):
    line = _fails(["train", write(tmp_path / "p.json", broken()), "--out", tmp_path / "run"], capsys)
    assert "cannot be trained" in line
    assert "Flatten" in line
    assert not (tmp_path / "run").exists()


def test_a_device_that_is_not_there(project_file, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    line = _fails(["train", project_file, "--device", "cuda", "--out", tmp_path / "run"], capsys)
    assert "NVIDIA GPU" in line


def test_every_switch_of_the_machine_is_an_option(project_file, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    out = tmp_path / "run"
    switches = ["--device", "cpu", "--threads", "1", "--no-channels-last", "--precision", "float32"]
    assert main(["train", str(project_file), "--epochs", "1", "--out", str(out), *switches, "--compile"]) == 0
    assert "Note: Trained without torch.compile: torch.compile needs the compiler" in capsys.readouterr().err
    machine = read_project(out / "project.json").recipe.machine
    assert machine == Machine(threads=1, channels_last=False, compile=True)
    monkeypatch.undo()
    for field in fields_of(Machine):
        assert main(["train", "--help"]) == 0
        assert f"--{field.name.replace('_', '-')}" in capsys.readouterr().out


@pytest.mark.parametrize(("option", "value"), [("--epochs", 0), ("--seed", -1), ("--threads", 5000)])
def test_a_number_out_of_its_bounds(project_file, tmp_path, capsys, option, value):
    line = _fails(["train", project_file, option, value, "--out", tmp_path / "run"], capsys)
    assert f"{option} {value}: expected a whole number from " in line


@pytest.mark.parametrize("value", ["nan", "-1", "3"])
def test_a_setting_of_another_data_set(project_file, capsys, value):
    line = _fails(["train", project_file, "--memory", value], capsys)
    assert "Digits has no such setting" in line


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"],
        ["check"],
        ["train", "p.json", "--epochs", "many"],
        ["train", "p.json", "--device", "tpu"],
        ["trian"],
    ],
)
def test_wrong_arguments(arguments, capsys):
    assert "--help" in _fails(arguments, capsys, code=2)


def test_a_folder_that_cannot_be(project_file, tmp_path, capsys):
    line = _fails(["train", project_file, "--out", project_file / "run"], capsys)
    assert "cannot be made" in line
    line = _fails(["train", project_file, "--out", project_file], capsys)
    assert "is a file" in line


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's device that is always full")
def test_a_disk_that_is_full(project_file, tmp_path, capsys):
    out = tmp_path / "run"
    out.mkdir()
    (out / "curves.csv").symlink_to("/dev/full")
    line = _fails(["train", project_file, "--epochs", 1, "--out", out, "--overwrite"], capsys)
    assert "No space left" in line
    assert "conv1.weight" in load_file(out / "weights.safetensors")


def test_a_run_is_not_overwritten_unasked(project_file, tmp_path, capsys):
    out = tmp_path / "run"
    assert main(["train", str(project_file), "--epochs", "1", "--out", str(out)]) == 0
    before = (out / "curves.csv").read_bytes()
    capsys.readouterr()
    line = _fails(["train", project_file, "--epochs", 2, "--out", out], capsys)
    assert "--overwrite" in line
    assert (out / "curves.csv").read_bytes() == before
    assert main(["train", str(project_file), "--epochs", "2", "--out", str(out), "--overwrite"]) == 0
    assert (out / "curves.csv").read_bytes().startswith(before)


@pytest.mark.parametrize("preset", AUGMENTATION_PRESETS, ids=lambda preset: preset.name)
def test_a_preset_of_augmentation_takes_the_place_of_the_projects_steps(tmp_path, preset):
    path = write(tmp_path / "p.json", with_recipe(augmentation=(Mixup(),), epochs=1, batch_size=500))
    out = tmp_path / "run"
    assert main(["train", str(path), "--out", str(out), "--augmentation", preset.name]) == 0
    assert read_project(out / "project.json").recipe.data.augmentation == preset.steps


def test_any_setting_of_the_recipe_can_be_another(project_file, tmp_path, capsys):
    wanted = ["--set", "optimizer=SGD", "--set", "lr=0.25", "--set", "loss=Focal"]
    assert main(["train", str(project_file), "--epochs", "1", "--out", str(tmp_path / "run"), *wanted]) == 0
    learning = read_project(tmp_path / "run" / "project.json").recipe.learning
    assert (type(learning.optimizer).__name__, learning.optimizer.lr) == ("SGD", 0.25)
    assert type(learning.loss).__name__ == "Focal"
    capsys.readouterr()
    assert main(["train", str(project_file), "--set", "loss=Nothing"]) == 1
    assert "learning.loss=Nothing: choose one of CrossEntropy" in capsys.readouterr().err


def test_a_run_that_diverges_keeps_its_curves(tmp_path, capsys):
    project = with_recipe(optimizer=SGD(lr=1000.0), epochs=1000)
    # with Tanh everything stays finite
    network = set_layers(project.network, {f"tanh{number}": ReLU() for number in range(1, 5)})
    path = write(tmp_path / "p.json", replace(project, network=network))
    assert main(["train", str(path), "--out", str(tmp_path / "run")]) == 1
    line = capsys.readouterr().err.splitlines()[-1]
    assert "learning rate" in line
    last = rows(tmp_path / "run" / "curves.csv")[-1]
    assert last["training loss"] in ("nan", "inf")
    assert (tmp_path / "run" / "weights.safetensors").exists()


def test_the_folder_is_named_after_the_project_where_none_is_given(project_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["train", str(project_file), "--epochs", "1"]) == 0
    assert (tmp_path / "lenet.runs" / "0001 as published" / "metrics.jsonl").exists()


def test_check_prints_the_table(project_file):
    done = backbone("check", project_file)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "Name Type Parameters Output Weights Multiply-adds"
    assert "conv2 Conv2d 16 · 5×5 16×10×10 2,416 240,000" in lines
    assert "61,706 416,520" in lines
    assert lines[-1] == "Everything fits."
    widths = {len(line) for line in done.stdout.splitlines()[:17]}
    assert len(widths) == 1, "the columns stand under each other"


def test_check_tells_what_does_not_fit(tmp_path, capsys):
    assert main(["check", str(write(tmp_path / "p.json", broken()))]) == 1
    output = capsys.readouterr().out
    assert "Problem at fc1: Expected a vector" in output
    assert "?" in output


def test_advice_is_told_and_stands_in_nobodys_way(tmp_path, capsys):
    project = with_recipe(epochs=1)
    network, _ = insert(project.network, Softmax(), project.network.consumers["fc3"][0])
    path = write(tmp_path / "unwise.json", replace(project, network=network))
    assert main(["check", str(path)]) == 0
    said = capsys.readouterr().out
    assert "Advice at softmax1: Cross-entropy expects raw scores" in said
    assert "Everything fits." in said
    assert main(["train", str(path), "--out", str(tmp_path / "run")]) == 0
    assert "Advice: Cross-entropy expects raw scores" in capsys.readouterr().err


def test_check_tells_which_layers_take_no_part(tmp_path, capsys):
    project = first_project()
    network = replace(project.network, nodes=(*project.network.nodes, Node("loose", ReLU(), ("conv1",))))
    assert main(["check", str(write(tmp_path / "p.json", replace(project, network=network)))]) == 0
    output = capsys.readouterr().out
    assert "(loose)" in output
    assert "in brackets" in output


def test_version_and_help(capsys):
    assert main(["--version"]) == 0
    assert version() in capsys.readouterr().out
    for arguments in (["--help"], ["train", "--help"], ["check", "--help"]):
        assert main(arguments) == 0
        assert "PROJECT.json" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], ("torch", "PySide6", "pyqtgraph")),
        (["check", "FILE"], ("torch", "PySide6", "pyqtgraph")),
        (["train", "FILE", "--epochs", "1", "--out", "OUT"], ("PySide6", "pyqtgraph")),
    ],
)
def test_what_is_not_needed_is_not_imported(project_file, tmp_path, arguments, absent):
    given = [{"FILE": project_file, "OUT": tmp_path / "run"}.get(word, word) for word in arguments]
    code = (
        "import sys; from app.terminal.command_line import main; code = main(sys.argv[1:]); "
        f"print('imported', *(set({absent}) & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    done = backbone(*given, code=code)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "imported"


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_reader_that_has_seen_enough_is_no_error(project_file):
    command = f"{sys.executable} main.py check {project_file} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode in (0, 141)


def test_a_terminal_without_such_letters_gets_others(project_file):
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "main.py", "check", str(project_file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert b"16?10?10" in done.stdout


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (185, "3 min 5 s"), (8040, "2 h 14 min")],
)
def test_durations(seconds, shown):
    assert duration(seconds) == shown


@pytest.mark.parametrize("name", ["\x1b]0;title\x07", "\x00", "\u202e", "x" * 10_000, "<b>"], ids=ascii)
def test_nothing_that_a_file_says_reaches_the_terminal_unseen(name, tmp_path, capsys):
    folder = tmp_path / "\x1b[2J"
    folder.mkdir()
    project = folder / "bad.json"
    fold = {"network": {"nodes": [], "folds": [{"name": name}]}, "recipe": {}}
    project.write_text(json.dumps({"format": 2, "program": "Backbone", **fold}))
    assert main(["check", str(project)]) == 1
    assert main(["export", str(project), str(folder / "out.\x1b[31m")]) == 1
    assert main(["check", str(project), "--\x1b[31m"]) == 2
    printed = "".join(capsys.readouterr())
    assert printed.replace("\n", "").isprintable()
    assert len(printed) < 3_000


class Unwritable:
    """A stream into a file on a full disk, or one that was closed."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def write(self, text: str) -> int:
        raise self.error

    def flush(self) -> None:
        raise self.error

    def fileno(self) -> int:
        raise OSError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "there is no space left"),
        (OSError(5, "Input/output error"), "Input/output error"),
        (ValueError("I/O operation on closed file."), "it is closed"),
    ],
)
@pytest.mark.parametrize("command", ["check", "train"])
def test_where_nothing_can_be_printed_that_is_a_sentence(
    project_file, tmp_path, monkeypatch, capsys, error, words, command
):
    monkeypatch.setattr(sys, "stdout", Unwritable(error))
    arguments = [command, str(project_file)] + (["--epochs", "1"] if command == "train" else [])
    assert main(arguments) == 1
    (line,) = [each for each in capsys.readouterr().err.splitlines() if each.startswith("backbone")]
    assert line.startswith("backbone: What is printed here was not written: ")
    assert words in line


def test_where_not_even_that_can_be_said(project_file, monkeypatch):
    error = OSError(28, "No space left on device")
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, Unwritable(error))
    assert main(["check", str(project_file)]) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no such device")
def test_a_full_disk_under_stdout_leaves_no_traceback(project_file):
    command = [sys.executable, str(ROOT / "main.py"), "check", str(project_file)]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("backbone: What is printed here was not written")
    assert len(done.stderr.splitlines()) == 1
