"""Runs of projects that were never saved are found again, opened with all of them, or thrown away."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.session.document import Document
from app.session.files import Files
from app.session.left_runs import UnsavedRuns, is_name, new_name
from app.session.settings import Settings
from networks.project.project import first_project, write_project
from networks.project.run_titles import newest_project
from networks.recipes.recipe import with_settings
from networks.runs.kept.files import PROJECT
from networks.runs.kept.folders import claimed
from tests.networks.runs.kept.test_legs import dead
from tests.networks.runs.kept.test_reading import make

NAMES = "0123456789abcdef", "fedcba9876543210"


def project(epochs):
    first = first_project()
    return replace(first, recipe=with_settings(first.recipe, epochs=epochs))


def leave(place, name, count=2):
    for number in range(1, count + 1):
        folder = make(claimed(place / f"{name}.runs", "one"), pid=dead())
        write_project(project(number), folder / PROJECT)
    return place / f"{name}.runs"


@pytest.fixture
def files(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    files = Files(Document(first_project()), window, Settings(tmp_path / "settings.json"), tmp_path)
    yield files
    files.close()


def test_what_another_session_left_is_found(tmp_path):
    folder = leave(tmp_path, NAMES[0])
    (tmp_path / f"{NAMES[1]}.runs").mkdir()
    (left,) = UnsavedRuns(tmp_path).left()
    assert (left.folder, left.title, left.runs) == (folder, "ResNet-20 · skips removed", 2)


def test_those_of_a_window_that_is_open_are_left_alone(tmp_path):
    leave(tmp_path, NAMES[0])
    other, own = UnsavedRuns(tmp_path), UnsavedRuns(tmp_path)
    other.folder(NAMES[0])
    assert own.left() == ()
    assert other.left() == ()
    other.close()
    assert len(own.left()) == 1


def test_they_are_opened_as_a_project_without_a_file(files, tmp_path):
    folder = leave(tmp_path / "runs", NAMES[0])
    assert files.open_unsaved(newest_project(folder), NAMES[0])
    assert files.document.project == project(2)
    assert (files.document.path, files.document.modified) == (None, True)
    assert files.runs_folder() == folder
    # they are this window's now
    assert files.unsaved.left() == ()


@pytest.mark.parametrize("text", ["", "..", "../../elsewhere", "0123", "0123456789abcdeG"])
def test_only_names_of_our_own_name_folders(text):
    assert not is_name(text)
    assert is_name(new_name())
