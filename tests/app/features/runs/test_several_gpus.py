"""Several GPUs are offered by their names, and a run on them is trained by processes beside the window."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.runs.several_gpus import SeveralGpus
from app.session.settings import Settings
from app.training.shared_run import TORCHRUN
from networks.project.project import first_project, read_project
from networks.recipes.recipe import with_settings
from networks.runs.kept.folders import run_folders
from networks.runs.kept.legs import newest_leg, state_of
from tests.networks.training.engine.test_run import PLAIN, project

H100, A100 = "NVIDIA H100 80GB HBM3", "NVIDIA A100-SXM4-40GB"
WAITS = "import pathlib, sys, time; pathlib.Path({told!r}).write_text(repr(sys.argv[1:])); time.sleep(600)"


@pytest.fixture
def desk(qtbot, tmp_path, collector_at_rest):
    window = QWidget()
    qtbot.addWidget(window)
    given = first_project()
    recipe = with_settings(given.recipe, epochs=1, batch_size=500, threads=1)
    return Desk(replace(given, recipe=recipe), window, Settings(tmp_path / "settings.json"), tmp_path)


@pytest.fixture
def gpus(monkeypatch):
    """A machine with three of them."""
    monkeypatch.setattr("networks.training.machine.devices.gpus", lambda: (H100, H100, A100))


@pytest.fixture
def feature(desk):
    made = SeveralGpus(desk)
    made.made_menu = made.menu(desk.window)
    find(desk, made, ("cpu", "cuda"))
    yield made
    made.close()


def find(desk, feature, devices):
    """torch has found these devices."""
    old = desk.shown
    desk.show_devices(devices)
    feature.show(old, desk.shown)


def words(feature):
    feature.made_menu.aboutToShow.emit()
    return [(action.text(), action.isEnabled()) for action in feature.made_menu.actions()]


def saved(desk, tmp_path, qtbot):
    desk.files.dialogs.ask_save_path = lambda: tmp_path / "a.json"
    assert desk.files.save_as()


@pytest.mark.parametrize("there", [(), (H100,)])
def test_without_several_gpus_there_is_no_such_menu(desk, monkeypatch, there):
    monkeypatch.setattr("networks.training.machine.devices.gpus", lambda: there)
    feature = SeveralGpus(desk)
    menu = feature.menu(desk.window)
    assert not menu.menuAction().isVisible(), "torch is still loading"
    find(desk, feature, ("cpu", "cuda") if there else ("cpu",))
    assert not menu.menuAction().isVisible()
    feature.close()


def test_they_are_offered_by_their_names(desk, gpus, feature, tmp_path, qtbot):
    assert feature.made_menu.menuAction().isVisible()
    assert words(feature) == [("Save the project first: the run is kept beside it", False)]
    saved(desk, tmp_path, qtbot)
    assert words(feature) == [(f"On 2 GPUs: 2 × {H100}", True), (f"On 3 GPUs: 2 × {H100}, {A100}", True)]


def test_torchrun_trains_the_project_as_it_is(desk, gpus, feature, tmp_path, qtbot):
    saved(desk, tmp_path, qtbot)
    told = tmp_path / "told"
    feature.processes._launcher = [sys.executable, "-c", WAITS.format(told=str(told))]
    feature.processes._program = ["python", "main.py"]
    desk.document.edit(with_epochs(desk, 7), "Seven epochs")
    assert words(feature)
    with qtbot.waitSignal(desk.told) as said:
        feature.made_menu.actions()[1].trigger()
    assert said.args[0].startswith("The project trains on 3 GPUs, beside the window.")
    qtbot.waitUntil(lambda: told.exists() and bool(told.read_text()))
    count, *program, file, runs, folder = eval(told.read_text())
    assert (count, program) == ("--nproc-per-node=3", ["python", "main.py", "train"])
    assert (runs, folder) == ("--runs", str(tmp_path / "a.runs"))
    trained = read_project(Path(file))
    assert trained.recipe.learning.epochs == 7, "also what is not saved yet"
    assert trained.recipe.machine.device == "cuda"
    assert words(feature) == [("Stop after this step", True)]
    feature.made_menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: not feature.processes.busy)


def with_epochs(desk, epochs):
    now = desk.shown.project
    return replace(now, recipe=with_settings(now.recipe, epochs=epochs))


def test_what_goes_wrong_is_told_in_the_words_of_the_program(desk, feature, qtbot):
    said = "print('backbone: There are no pictures.', 'Traceback', '=====', sep=chr(10), file=sys.stderr)"
    with qtbot.waitSignal(feature.processes.failed) as failed:
        feature.processes.run([sys.executable, "-c", f"import sys; {said}; raise SystemExit(1)"])
    assert str(failed.args[0]) == "The processes of the run have ended: There are no pictures."


@pytest.mark.slow
def test_torchrun_keeps_the_run_where_the_window_looks(tmp_path, feature, qtbot):
    """On processors, for want of GPUs."""
    main = Path(__file__).parents[4] / "main.py"
    assert main.exists()
    feature.processes._program = [sys.executable, str(main)]
    assert shlex.join(TORCHRUN).endswith("--no-python")
    file = feature.processes.written(project(PLAIN, epochs=2))
    with qtbot.waitSignal(feature.processes.changed):
        feature.processes.start(file, tmp_path / "a.runs", 2)
    qtbot.waitUntil(lambda: not feature.processes.busy, timeout=120_000)
    (folder,) = run_folders(tmp_path / "a.runs")
    assert state_of(folder) == "ended"
    assert newest_leg(folder).environment.processes == 2
