"""Whatever is wrong with images or recipe is said in one sentence, in the window as in the terminal."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.runs.training import Training
from app.session.settings import Settings
from app.terminal.command_line import main
from networks.core.finding import blocking
from networks.doctor.data_findings import data_notes
from networks.project.fitting_data import fitted
from networks.project.project import Project, first_project, write_project
from networks.recipes.augmentation.cutmix import CutMix
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.datasets import Folder
from networks.recipes.losses import LOSSES
from networks.recipes.recipe import with_settings
from networks.recipes.schedules import Cosine


def pictures(folder, counts, size=(12, 12)):
    """A data set of so many pictures of each class."""
    random = np.random.default_rng(0)
    folder.mkdir()
    for name, count in counts.items():
        (folder / name).mkdir()
        for index in range(count):
            pixels = random.integers(0, 255, (*size, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{index}.png")
    return Folder(path=str(folder), side=28)


def learning(**settings) -> Project:
    project = first_project()
    return replace(project, recipe=with_settings(project.recipe, threads=1, epochs=1, **settings))


def on(dataset, **settings) -> Project:
    return learning(dataset=dataset, batch_size=8, **settings)


def broken(folder):
    """Pictures of which some are cut off, empty, or none at all."""
    dataset = pictures(folder, {"a": 9, "b": 9})
    for index, content in enumerate((b"", b"words", (folder / "a" / "3.png").read_bytes()[:60])):
        (folder / "a" / f"{index}.png").write_bytes(content)
    return dataset


HARD = next(kind for kind in LOSSES if not kind.soft and kind.expects == "scores")
REFUSED = {
    "no class": (lambda at: on(pictures(at, {})), "got none: put the pictures of each class"),
    "one class": (lambda at: on(pictures(at, {"a": 9})), "at least two classes to tell apart, got 1"),
    "empty class": (lambda at: on(pictures(at, {"a": 9, "b": 9, "c": 0})), "got none of “c”"),
    "one picture": (lambda at: on(pictures(at, {"a": 9, "b": 1})), "got a single one of “b”"),
    "no folder": (lambda at: on(Folder(path=str(at))), "which is not there"),
    "no path": (lambda at: on(Folder()), "Choose the folder with your pictures"),
    "warm-up": (lambda at: learning(schedule=Cosine(warmup=2.0)), "one of 2 epochs in a training of 1"),
    "mixup": (lambda at: learning(loss=HARD(), augmentation=(Mixup(),)), "got images of two from “Mixup”"),
    "CutMix": (lambda at: learning(loss=HARD(), augmentation=(CutMix(),)), "got images of two from “CutMix”"),
}
TAKEN = {
    "1×1 pictures": (lambda at: on(pictures(at, {"a": 9, "b": 9}, (1, 1))), ""),
    "large batch": (lambda at: learning(batch_size=5000), "A batch of 5000 is larger than the 1438"),
    "colours": (lambda at: on(pictures(at, {"a": 9, "b": 9})), "the colours will be lost"),
    "broken pictures": (lambda at: on(broken(at)), "3 files cannot be read and are left out"),
}


def made(case, folder):
    project = case(folder)
    dataset = project.recipe.data.dataset
    if isinstance(dataset, Folder) and dataset.missing() is None:
        dataset.load()  # as the Data section does in the background
    return project


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_trained_on_is_said_before_training(qtbot, tmp_path, capsys, name):
    case, words = REFUSED[name]
    project = made(case, tmp_path / "pictures")
    write_project(project, tmp_path / "project.json")
    assert main(["train", str(tmp_path / "project.json")]) == 1
    told = capsys.readouterr().err
    assert words in told
    assert len(told.strip().splitlines()) == 1
    assert not (tmp_path / "project.runs").exists()
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(project, window, Settings(tmp_path / "settings.json"), tmp_path)
    training = Training(desk)
    for widget in (training.bar, training.curves):
        qtbot.addWidget(widget)
    training.show(None, desk.shown)
    assert words in str(blocking(desk.shown.findings)[0].sentence)
    with qtbot.waitSignal(training.runs.train_refused):
        training.runs.train()
    assert not desk.trainer.busy
    training.close()


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_only_odd_trains_with_a_word_on_it(tmp_path, capsys, name):
    case, words = TAKEN[name]
    project = made(case, tmp_path / "pictures")
    write_project(project, tmp_path / "project.json")
    assert main(["train", str(tmp_path / "project.json")]) == 0
    told = capsys.readouterr()
    assert words in told.err
    assert "Trained for 1 epoch" in told.out
    assert words in " ".join(map(str, data_notes(project)))
    # a network made to fit has no more to say of it than what is broken
    if name == "colours":
        assert "lost" not in " ".join(map(str, data_notes(fitted(project))))
