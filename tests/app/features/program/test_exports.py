"""The export menu: what is written, what is said, and a window that lives on meanwhile."""

from __future__ import annotations

import sys
import threading

import onnxruntime
import pytest
import torch
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from safetensors.torch import load_file

from app.feature.desk import Desk
from app.features.program import exports as exports_module
from app.features.program.exports import Exports
from app.session.formats import FORMATS, endings
from app.session.settings import Settings
from app.training.leg import Beginning
from app.training.trainer import State
from networks.core.message import UserError, message
from networks.exporting import onnx_file, script, weights
from networks.graph.check import check
from networks.graph.edits import remove
from networks.graph.network import Network
from networks.graph.presentation import Folding
from networks.project.project import first_project, write_project
from networks.recipes.datasets import Folder
from networks.recipes.recipe import with_settings
from networks.recipes.steering import Change, Course
from networks.source import source
from networks.training.engine.run import Run
from tests.app.session.slow_disk import disk
from widgets.canvas.picture import svg

__all__ = ["disk"]

PROJECT = first_project()
PROJECT = replace(PROJECT, recipe=with_settings(PROJECT.recipe, batch_size=500, epochs=1, threads=1, seed=7))


class Exporting:
    """Everything an export needs, and what it said."""

    def __init__(self, window, folder, monkeypatch):
        self.window, self.folder = window, folder
        desk = Desk(PROJECT, window, Settings(folder / "settings.json"), folder)
        self.document, self.trainer, self.files = desk.document, desk.trainer, desk.files
        self.exports = Exports(desk)
        self.told, self.errors, self.dialogs = [], [], []
        self.exports.told.connect(self.told.append)
        monkeypatch.setattr(self.files.dialogs, "show_error", lambda reason: self.errors.append(str(reason)))

    def folding(self):
        project = self.document.project
        return Folding(project.network, check(project.network, project.classes))

    def will_choose(self, name, monkeypatch):
        """The dialog that comes next is answered with this name; None cancels."""
        path = None if name is None else self.folder / name

        def answer(exports, dialog):
            self.dialogs.append((dialog.windowTitle(), dialog.selectedFiles(), dialog.nameFilters()))
            return path

        monkeypatch.setattr(Exports, "ask_path", answer)
        return path


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    desk = Exporting(window, tmp_path, monkeypatch)
    yield desk
    desk.exports.close()
    desk.trainer.close()


def train(desk, qtbot):
    desk.trainer.start(desk.document.project)
    qtbot.waitUntil(lambda: desk.trainer.state is State.IDLE, timeout=30_000)


def wait(desk, qtbot):
    qtbot.waitUntil(lambda: not desk.exports.busy, timeout=60_000)


def test_source_is_written_under_the_project_s_name(desk, qtbot, tmp_path, monkeypatch):
    write_project(PROJECT, tmp_path / "my digits.json")
    desk.files.open_path(tmp_path / "my digits.json")
    path = desk.will_choose("model.py", monkeypatch)
    desk.exports.export_source()
    wait(desk, qtbot)
    expected = source(PROJECT.network, PROJECT.classes, "my digits").text
    assert path.read_text(encoding="utf-8") == expected
    assert desk.told == ["“model.py” holds the network as PyTorch source."]
    assert desk.dialogs == [("Export PyTorch source", [str(tmp_path / "my digits.py")], ["Python (*.py)"])]


def test_the_training_script_comes_with_its_images(desk, qtbot, tmp_path, monkeypatch):
    write_project(PROJECT, tmp_path / "my digits.json")
    desk.files.open_path(tmp_path / "my digits.json")
    path = desk.will_choose("go.py", monkeypatch)
    desk.exports.export_training_script()
    wait(desk, qtbot)
    written = path.read_bytes(), (tmp_path / "digits.npz").read_bytes()
    script.save_training_script(PROJECT, path, "my digits")
    assert written == (path.read_bytes(), (tmp_path / "digits.npz").read_bytes())
    assert desk.told == ["“go.py” trains this network by this recipe; its images are in “digits.npz”."]
    assert desk.dialogs == [
        ("Export training script", [str(tmp_path / "my digits_training.py")], ["Python (*.py)"])
    ]


def test_the_script_of_the_last_run_repeats_what_was_changed(desk, qtbot, tmp_path, monkeypatch):
    path = desk.will_choose("run.py", monkeypatch)
    desk.exports.export_run_script()
    assert desk.told == ["There is no finished run to repeat: train first, or stop the run in progress."]
    project, rate = desk.document.project, "learning.optimizer.lr"
    parent = Run(project)
    list(parent.train(1))
    beginning = Beginning(parent.weights(), Course(1, (Change(2, rate, 0.5),)))
    desk.trainer.start(project, beginning=beginning)
    qtbot.waitUntil(lambda: desk.trainer.state is State.IDLE, timeout=30_000)
    # what the project has become since does not matter
    changed = with_settings(project.recipe, epochs=7)
    desk.document.edit(replace(project, recipe=changed), "Change")
    desk.exports.export_run_script()
    wait(desk, qtbot)
    text = path.read_text(encoding="utf-8")
    assert "EPOCHS = 1\n" in text
    assert "set_options(optimizer, lr=0.5)" in text
    assert desk.told[-1] == (
        "“run.py” repeats the last run, with all changes made while it went on; its images are in "
        "“digits.npz”. The weights that it began with are in “run-start.pt”."
    )
    assert (tmp_path / "run-start.pt").exists()


@pytest.mark.parametrize(("name", "beginning"), [("a.svg", b"<?xml"), ("a.pdf", b"%PDF"), ("a.PDF", b"%PDF")])
def test_the_picture_is_as_the_ending_says(desk, qtbot, monkeypatch, name, beginning):
    path = desk.will_choose(name, monkeypatch)
    desk.exports.export_picture()
    wait(desk, qtbot)
    data = path.read_bytes()
    assert data.startswith(beginning)
    assert beginning == b"%PDF" or data == svg(desk.folding())
    assert desk.told == [f"“{name}” holds the picture of the network."]


@pytest.mark.parametrize(
    "export", ["export_source", "export_training_script", "export_onnx", "export_picture"]
)
def test_a_dialog_that_is_cancelled_leaves_nothing(desk, tmp_path, monkeypatch, export):
    desk.will_choose(None, monkeypatch)
    before = sorted(tmp_path.iterdir())
    getattr(desk.exports, export)()
    assert not desk.exports.busy
    assert (sorted(tmp_path.iterdir()), desk.told, desk.errors) == (before, [], [])


@pytest.mark.parametrize(
    ("export", "name"),
    [
        ("export_source", "none/a.py"),
        ("export_training_script", "none/a.py"),
        ("export_onnx", "none/a.onnx"),
        ("export_picture", "none/a.svg"),
    ],
)
def test_what_cannot_be_written_is_said(desk, qtbot, monkeypatch, export, name):
    desk.will_choose(name, monkeypatch)
    getattr(desk.exports, export)()
    wait(desk, qtbot)
    (error,) = desk.errors
    assert "was not saved: its folder does not exist" in error
    assert desk.told == []


def test_a_network_that_does_not_fit_says_why(desk, qtbot, monkeypatch):
    desk.document.edit(replace(PROJECT, network=Network()), "Remove all")
    exports = (("export_source", "a.py"), ("export_training_script", "b.py"), ("export_onnx", "a.onnx"))
    for export, name in exports:
        path = desk.will_choose(name, monkeypatch)
        getattr(desk.exports, export)()
        wait(desk, qtbot)
        assert not path.exists()
    assert len(desk.errors) == 3
    assert all("Expected an Input, got none" in error for error in desk.errors)


# -- weights


def test_weights_are_there_once_something_was_trained(desk, qtbot, monkeypatch):
    path = desk.will_choose("weights.safetensors", monkeypatch)
    desk.exports.export_weights()
    assert "no trained weights" in desk.told.pop()
    assert not path.exists()
    train(desk, qtbot)
    desk.exports.export_weights()
    wait(desk, qtbot)
    expected = desk.trainer.run.weights()
    found = load_file(path)
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert desk.told == ["“weights.safetensors” holds the weights of the last run."]


def scores(path):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(None, {"images": IMAGES.numpy()})[0])


def computed(module):
    with torch.inference_mode():
        return module.eval()(IMAGES)


IMAGES = torch.randn(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def test_onnx_says_when_nothing_could_run_it(desk, qtbot, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    path = desk.will_choose("a.onnx", monkeypatch)
    desk.exports.export_onnx()
    wait(desk, qtbot)
    assert desk.told[0].endswith(
        "no run has trained it. It was not tried, since onnxruntime is not installed."
    )
    assert path.exists()


@pytest.mark.slow
def test_onnx_holds_the_weights_that_the_sentence_names(desk, qtbot, monkeypatch):
    path = desk.will_choose("a.onnx", monkeypatch)
    desk.exports.export_onnx()
    wait(desk, qtbot)
    assert desk.told == [
        "“a.onnx” holds the network with its first weights, of seed 7: no run has trained it."
    ]
    first = computed(weights.first_weights(PROJECT))
    assert torch.allclose(scores(path), first, atol=1e-5)

    train(desk, qtbot)
    desk.exports.export_onnx()
    wait(desk, qtbot)
    assert desk.told[1:] == ["“a.onnx” holds the network with its trained weights."]
    trained = computed(desk.trainer.run.module)
    assert torch.allclose(scores(path), trained, atol=1e-5)
    assert not torch.allclose(first, trained, atol=1e-2)

    # what was trained is no longer what is there
    desk.document.edit(replace(PROJECT, network=remove(PROJECT.network, ["tanh1"])), "Delete Tanh")
    desk.exports.export_onnx()
    wait(desk, qtbot)
    assert "first weights" in desk.told[2]


def test_nothing_is_exported_to_onnx_while_training_draws_random_numbers(desk, qtbot, monkeypatch):
    path = desk.will_choose("a.onnx", monkeypatch)
    desk.trainer.start(replace(PROJECT, recipe=with_settings(PROJECT.recipe, epochs=10_000)))
    desk.exports.export_onnx()
    assert "stop the run, then export" in desk.told[0]
    assert not desk.exports.busy
    desk.trainer.close()
    assert not path.exists()


# -- the thread


@pytest.fixture
def held(monkeypatch):
    """An export that goes on until the test lets it go."""
    gate = threading.Event()
    monkeypatch.setattr(onnx_file, "save_onnx", lambda *_: gate.wait(30) and None)
    yield gate
    gate.set()


def test_the_window_lives_while_a_notice_keeps_it_from_being_used(desk, qtbot, monkeypatch, held):
    desk.will_choose("a.onnx", monkeypatch)
    desk.exports.export_onnx()
    (notice,) = desk.window.findChildren(exports_module._Notice)
    assert notice.isVisible()
    assert notice.isModal()
    # Escape and the window's cross do not leave a file half written
    QTest.keyClick(notice, Qt.Key.Key_Escape)
    notice.close()
    assert notice.isVisible()
    held.set()
    wait(desk, qtbot)
    qtbot.waitUntil(lambda: not desk.window.findChildren(exports_module._Notice))
    assert len(desk.told) == 1


def test_closing_waits_for_what_is_being_written(desk, monkeypatch, held):
    desk.will_choose("a.onnx", monkeypatch)
    desk.exports.export_onnx()
    held.set()
    desk.exports.close()
    assert not desk.exports.busy
    assert len(desk.told) == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UserError(message("Expected more.")), "Expected more."),
        (RuntimeError("odd"), "The export broke off. The reason that was given: RuntimeError: odd"),
        (SystemExit(3), "The export broke off. The reason that was given: SystemExit: 3"),
    ],
)
def test_whatever_breaks_in_the_thread_is_said(desk, qtbot, monkeypatch, error, sentence):
    def fail(*_):
        raise error

    monkeypatch.setattr(onnx_file, "save_onnx", fail)
    desk.will_choose("a.onnx", monkeypatch)
    desk.exports.export_onnx()
    wait(desk, qtbot)
    assert desk.errors == [sentence]
    assert desk.told == []


# -- a slow disk


@pytest.mark.parametrize(
    ("export", "name"),
    [("export_source", "a.py"), ("export_picture", "a.svg"), ("export_weights", "a.safetensors")],
)
def test_no_export_waits_for_the_disk_in_the_window(desk, qtbot, monkeypatch, disk, export, name):
    if export == "export_weights":
        train(desk, qtbot)
    path = desk.will_choose(name, monkeypatch)
    seen = []
    desk.exports.desk.told.connect(lambda sentence, _: seen.append(sentence))
    getattr(desk.exports, export)()
    assert seen == [f"Writing “{name}”…"]
    assert (desk.told, path.exists()) == ([], False)
    disk.set()
    # the window is closed meanwhile
    assert desk.exports.may_close()
    assert path.exists()
    assert len(desk.told) == 1


def test_a_window_stays_open_where_an_export_fails_as_it_is_closed(desk, monkeypatch):
    desk.will_choose("none/a.py", monkeypatch)
    desk.exports.export_source()
    assert not desk.exports.may_close()
    assert len(desk.errors) == 1
    assert desk.exports.may_close()


# -- menu and dialog


def test_the_menu_has_an_entry_for_each_export(desk, monkeypatch):
    menu = desk.exports.menu(desk.window)
    asked = []
    monkeypatch.setattr(Exports, "ask_path", lambda exports, dialog: asked.append(dialog.windowTitle()))
    for action in menu.actions():
        action.trigger()
    assert [action.objectName() for action in menu.actions()] == [
        "export_source",
        "export_training_script",
        "export_run_script",
        "export_onnx",
        "export_weights",
        "export_picture",
    ]
    assert asked == ["Export PyTorch source", "Export training script", "Export ONNX", "Export picture"]
    assert ["no finished run" in desk.told[0], "no trained weights" in desk.told[1]] == [True, True]


def test_a_name_without_an_ending_gets_that_of_the_chosen_kind(desk, qtbot, tmp_path, monkeypatch):
    def answer(dialog):
        dialog.setDirectory(str(tmp_path))
        dialog.filterSelected.emit("PDF (*.pdf)")
        dialog.selectFile("figure")
        return QFileDialog.DialogCode.Accepted

    monkeypatch.setattr(QFileDialog, "exec", answer)
    desk.exports.export_picture()
    wait(desk, qtbot)
    assert (tmp_path / "figure.pdf").read_bytes().startswith(b"%PDF")


BEGINNINGS = {
    ".py": (b"from ", b'"""'),
    ".onnx": b"\x08",
    ".svg": b"<?xml",
    ".pdf": b"%PDF",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".webp": b"RIFF",
}
"""The magic bytes of each format."""
OTHERS = (".gif", ".bmp", ".txt", ".json", ".pt", ".xlsx", "", ".svgz", ".png.exe")
EXPORTS = {"export_source": "source", "export_training_script": "source", "export_picture": "picture"}


@pytest.mark.parametrize("export", EXPORTS)
@pytest.mark.parametrize("ending", [*endings("source", "onnx", "weights", "picture"), *OTHERS, ".PNG", ".Py"])
def test_a_file_is_what_its_ending_says_or_is_refused(desk, qtbot, monkeypatch, export, ending):
    path = desk.will_choose(f"made{ending}", monkeypatch)
    getattr(desk.exports, export)()
    wait(desk, qtbot)
    if ending.lower() in endings(EXPORTS[export]):
        assert path.read_bytes().startswith(BEGINNINGS[ending.lower()])
        assert not desk.errors
    else:
        assert not path.exists()
        assert desk.errors[0].startswith("Expected a file that ends in ")


def test_every_format_has_its_magic_bytes_tried():
    assert set(BEGINNINGS) | {".safetensors"} == {ending for form in FORMATS for ending in form.endings}


def test_what_was_written_is_said_above_the_canvas_with_a_way_to_the_folder(desk, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(Exports, "open_folder", lambda exports, folder: opened.append(folder) or True)
    path = desk.will_choose("net.png", monkeypatch)
    desk.exports.export_picture()
    wait(desk, qtbot)
    bar = desk.exports.offer_bar
    assert not bar.isHidden()
    assert bar.sentence() == "“net.png” holds the picture of the network."
    bar.accept_button.click()
    assert opened == [path.parent]
    assert bar.isHidden()


def test_a_folder_that_cannot_be_opened_is_said(desk, qtbot, monkeypatch):
    monkeypatch.setattr(Exports, "open_folder", lambda exports, folder: False)
    desk.will_choose("net.png", monkeypatch)
    desk.exports.export_picture()
    wait(desk, qtbot)
    desk.exports.offer_bar.accept_button.click()
    assert "could not be opened" in desk.errors[0]


def test_the_dialog_says_how_many_images_are_written_beside_a_script(desk, tmp_path, monkeypatch):
    for name in ("cat", "dog"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(4):
            Image.new("RGB", (30, 30), (index, 0, 0)).save(tmp_path / "photos" / name / f"{index}.png")
    desk.will_choose("go.py", monkeypatch)
    monkeypatch.setattr(desk.exports, "_write_in_thread", lambda path, write, told: desk.told.append(told))
    project = desk.document.project
    for memory, title, told in (
        (
            0.0,
            "Export training script, with up to 6 MB of images beside it",
            "its images are in “folder.npz”",
        ),
        (
            1e-6,
            "Export training script; the pictures stay in their folder",
            "its pictures stay in their folder, and “folder.csv” lists them",
        ),
    ):
        dataset = Folder(path=str(tmp_path / "photos"), side=512, memory=memory)
        dataset.read()
        desk.document.edit(replace(project, recipe=with_settings(project.recipe, dataset=dataset)), "Choose")
        desk.exports.export_training_script()
        assert desk.dialogs[-1][0] == title
        assert told in desk.told[-1]
