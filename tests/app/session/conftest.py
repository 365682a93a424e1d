"""A window with nothing in it, its document, and a project in a file that is open."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from app.session.document import Document
from networks.project.project import write_project
from tests.app.session.projects import FIRST


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def document(window):
    return Document(FIRST, window)


@pytest.fixture
def saved(files, tmp_path):
    """A project in a file, opened by the `files` of the test."""
    path = tmp_path / "lenet.json"
    write_project(FIRST, path)
    assert files.open_path(path)
    return path
