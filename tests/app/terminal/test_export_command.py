"""`backbone export` as a person types it: what lies in the file, what is said, how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import onnxruntime
import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import load_file

from app.terminal.command_line import main
from networks.exporting.weights import first_weights, save_weights
from networks.graph.check import check
from networks.graph.network import Network
from networks.graph.presentation import Folding, everything_open, opened_at_first
from networks.importing.from_torchvision import torchvision_network
from networks.presets.resnet import resnet
from networks.project.project import Project, first_project, write_project
from networks.recipes.recipe import with_settings
from networks.runs.kept.folders import run_folders
from networks.source import source
from widgets.canvas.picture import Caption, svg, totals

ROOT = Path(__file__).parents[3]
PROJECT = first_project()
IMAGES = torch.randn(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def project_file(tmp_path):
    path = tmp_path / "lenet.json"
    write_project(PROJECT, path)
    return path


def export(*arguments):
    return main(["export", *map(str, arguments)])


def scores(path):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(None, {"images": IMAGES.numpy()})[0])


def test_source(project_file, tmp_path, capsys):
    out = tmp_path / "model.py"
    assert export(project_file, out) == 0
    assert out.read_text(encoding="utf-8") == source(PROJECT.network, PROJECT.classes, "lenet").text
    assert capsys.readouterr() == (f"{out}: the network as PyTorch source\n", "")


@pytest.mark.slow
def test_a_training_script_gives_the_curve_of_backbone_train(project_file, tmp_path, capsys):
    out, run = tmp_path / "go.py", tmp_path / "run"
    project = replace(PROJECT, recipe=with_settings(PROJECT.recipe, epochs=1))
    write_project(project, project_file)
    assert export(project_file, out, "--training") == 0
    assert capsys.readouterr() == (
        f"{out}: a script that trains the network; its images are in digits.npz\n",
        "",
    )
    done = subprocess.run([sys.executable, "-I", str(out)], capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert main(["train", str(project_file), "--out", str(run)]) == 0
    assert (tmp_path / "go-curves.csv").read_bytes() == (run / "curves.csv").read_bytes()


def test_onnx_with_first_and_with_given_weights(project_file, tmp_path, capsys):
    out, weights = tmp_path / "a.onnx", tmp_path / "weights.safetensors"
    other = first_weights(replace(PROJECT, recipe=with_settings(PROJECT.recipe, seed=5)))
    save_weights(other, weights)
    with torch.inference_mode():
        assert export(project_file, out) == 0
        assert torch.allclose(scores(out), first_weights(PROJECT).eval()(IMAGES), atol=1e-5)
        assert export(project_file, out, "--weights", weights, "--overwrite") == 0
        assert torch.allclose(scores(out), other.eval()(IMAGES), atol=1e-5)
    printed, complaints = capsys.readouterr()
    assert printed.splitlines() == [
        f"{out}: the network as ONNX with its first weights, of seed 0",
        f"{out}: the network as ONNX with the weights of {weights}",
    ]
    assert complaints == ""


def test_a_run_gives_what_it_has_learned(project_file, tmp_path, capsys):
    few = ["--epochs", "1", "--per-class", "5"]
    assert main(["train", str(project_file), *few]) == 0
    (run,) = run_folders(tmp_path / "lenet.runs")
    learned = first_weights(PROJECT)
    learned.load_state_dict(load_file(run / "weights.safetensors"))
    capsys.readouterr()
    out, printed = tmp_path / "a.onnx", tmp_path / "a.py"
    with torch.inference_mode():
        assert export(run, out) == 0
        assert torch.allclose(scores(out), learned.eval()(IMAGES), atol=1e-5)
    assert str(run / "weights.safetensors") in capsys.readouterr().out
    assert export(run, printed) == 0
    assert printed.read_text() == source(PROJECT.network, PROJECT.classes, "lenet").text
    # one that was cut off before it kept any
    (run / "weights.safetensors").unlink()
    assert export(run, out, "--overwrite") == 1
    assert "weights.safetensors” was not read: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("runtime", "words"),
    [
        (None, "since onnxruntime is not installed."),
        ("raise ImportError('no libgomp\\nat all')", "since onnxruntime does not start: no libgomp"),
    ],
)
def test_onnx_says_when_nothing_could_run_it(project_file, tmp_path, capsys, monkeypatch, runtime, words):
    monkeypatch.delitem(sys.modules, "onnxruntime")
    if runtime is None:
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
    else:
        (tmp_path / "onnxruntime.py").write_text(runtime, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
    out = tmp_path / "a.onnx"
    assert export(project_file, out) == 0
    said = f"{out}: the network as ONNX with its first weights, of seed 0. It was not tried, {words}\n"
    assert capsys.readouterr() == (said, "")
    assert out.exists()


@pytest.mark.parametrize("opened", [False, True])
def test_pictures(qapp, tmp_path, opened):
    network = resnet(18)
    project_file, out = tmp_path / "resnet.json", tmp_path / "resnet.svg"
    write_project(Project(network, PROJECT.recipe), project_file)
    assert export(project_file, out, *(["--open"] if opened else [])) == 0
    folding = Folding(network, check(network, 10), everything_open(network) if opened else frozenset())
    assert out.read_bytes() == svg(folding)
    assert export(project_file, out, "--caption", "--overwrite", *(["--open"] if opened else [])) == 0
    assert out.read_bytes() == svg(folding, Caption("resnet", totals(folding)))
    pdf = tmp_path / "resnet.pdf"
    assert export(project_file, pdf) == 0
    assert pdf.read_bytes().startswith(b"%PDF")


def test_a_picture_shows_the_stages_of_an_import_as_the_window_does(tmp_path):
    network = torchvision_network("squeezenet1_1")
    write_project(Project(network), tmp_path / "squeeze.json")
    out = tmp_path / "squeeze.svg"
    assert export(tmp_path / "squeeze.json", out) == 0
    stages = opened_at_first(network)
    assert stages
    assert out.read_bytes() == svg(Folding(network, check(network, 10), stages))


def test_a_picture_needs_no_screen(project_file, tmp_path):
    """In a process of its own, which has no application yet."""
    out = tmp_path / "lenet.svg"
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    command = [sys.executable, str(ROOT / "main.py"), "export", str(project_file), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert ElementTree.fromstring(out.read_bytes()).tag.endswith("svg")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["a.safetensors"], "A project holds no weights"),
        (
            ["a.gif"],
            "Expected a file that ends in .py, .onnx, .svg, .pdf, .png, .jpg, .jpeg, .webp, got “a.gif”.",
        ),
        (["a"], "Expected a file that ends in"),
        (["a.svg", "--weights", "w.safetensors"], "--weights goes with .onnx alone"),
        (["a.onnx", "--weights", "w.safetensors"], "“w.safetensors” was not read: No such file"),
        (["a.svg", "--training"], "--training goes with .py alone"),
        (["a.py", "--open"], "--open and --caption go with pictures alone"),
        (["a.onnx", "--caption"], "--open and --caption go with pictures alone"),
        (["there.py"], "“there.py” is there already: choose another file, or add --overwrite."),
        (["none/a.py"], "was not saved: its folder does not exist"),
    ],
)
def test_one_sentence_says_what_is_wrong(project_file, tmp_path, monkeypatch, capsys, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.py").write_text("mine")
    assert export(project_file, *arguments) == 1
    printed, complaints = capsys.readouterr()
    assert printed == ""
    assert complaints.startswith("backbone: ")
    assert sentence in complaints
    assert complaints.count("\n") == 1
    assert sorted(os.listdir(tmp_path)) == ["lenet.json", "there.py"]
    assert (tmp_path / "there.py").read_text() == "mine"


@pytest.mark.parametrize("ending", [".py", ".onnx"])
def test_a_network_that_does_not_fit_says_why(tmp_path, capsys, ending):
    project_file = tmp_path / "empty.json"
    write_project(Project(Network(), PROJECT.recipe), project_file)
    assert export(project_file, tmp_path / f"a{ending}") == 1
    assert "Expected an Input, got none" in capsys.readouterr().err
    assert sorted(os.listdir(tmp_path)) == ["empty.json"]


def test_missing_arguments_end_with_2(project_file, capsys):
    assert export(project_file) == 2
    assert "OUT" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "magic"),
    [
        ("a.png", b"\x89PNG"),
        ("a.JPG", b"\xff\xd8"),
        ("a.jpeg", b"\xff\xd8"),
        ("a.webp", b"RIFF"),
        ("a.pdf", b"%PDF"),
    ],
)
def test_a_picture_is_what_its_ending_says(qapp, project_file, tmp_path, name, magic):
    assert export(project_file, tmp_path / name) == 0
    assert (tmp_path / name).read_bytes().startswith(magic)


def test_a_caption_may_hold_what_xml_cannot(qapp, tmp_path):
    project = tmp_path / "a\x1b[2J\u202e<b>.json"
    write_project(PROJECT, project)
    assert export(project, tmp_path / "a.svg", "--caption") == 0
    assert r"a\x1b[2J\u202e&lt;b&gt;" in (tmp_path / "a.svg").read_text("utf-8")
